"""One partition: its customers, what changed, what goes out, and how far each input was read.

Everything here is synchronous and whole: seen between two calls, state, outputs and input offsets
agree. Whoever runs a shard brings batches (`put`), lets it take them (`run`), and carries away what
changed (`changes`). Time comes as an argument, and only to stamp outputs and to pace snapshots.
"""

from typing import Final

import msgspec

from agents.adoption import Adoption, adopt, review_day
from agents.booking import Booking
from agents.calendar import Calendar
from agents.customer import Customer, newcomer, restored
from agents.inbox import Inbox, plan
from agents.intake import Intake, Placement
from agents.judging import Judge, Output
from agents.policy import Policy
from agents.ports import Batch, InvariantError
from agents.tally import Tally
from schemas.events import TOPIC_OF_KIND, Kind
from schemas.outputs import (
    CUSTOMER_VALUES,
    REJECTED_EVENTS,
    TIERS,
    Headers,
    Origin,
    encode,
    evaluated,
    rejected_headers,
)
from schemas.rejects import Reason, Rejection
from schemas.row import (
    PARTITION_KEY,
    PartitionRow,
    decode_partition,
    encode_partition,
    read_head,
)
from schemas.times import DAY_US, day_start

INPUTS: Final = 4
NO_TIME: Final = -(2**62)
"""Of a partition in which nothing was applied yet; earlier than any event."""
UNREAD: Final = -1
"""In a partition's row: this input was absent."""
SWEEP: Final = 1_000
"""So many due customers at once; then others get their turn."""
LATENCY_SAMPLE: Final = 256
"""Of so many events one tells its age."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One record to produce; `topic` is without prefix."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Changes(msgspec.Struct):
    """What one commit carries, all of it or nothing."""

    outputs: list[Message]
    rows: list[tuple[bytes, bytes | None]]
    offsets: dict[Kind, int]
    tally: Tally


class ShardSettings(msgspec.Struct, frozen=True):
    """What a shard is told of its surroundings."""

    placement: Placement
    max_event_bytes: int
    snapshot_us: int
    exactly_once: bool
    changed_max: int = 10_000
    """So many changed customers or outputs are enough for one commit: taking waits for it."""
    output_bytes_max: int = 16 * 1024 * 1024
    """So many bytes of rejected events likewise."""


class Shard:
    """The state machine of one partition."""

    def __init__(self, policy: Policy, settings: ShardSettings) -> None:
        self.policy = policy
        self.partition = settings.placement.partition
        self.customers: dict[str, Customer | bytes] = {}
        self.inboxes: list[Inbox] = []
        self._stream_time_us, self._stream_day = NO_TIME, NO_TIME
        self.commit_number = 0
        self.by_tier = [0] * len(TIERS)
        self._by_kind: dict[int, Inbox] = {}
        self._plan: list[int] = []
        self._planned_to = 0
        self._settings = settings
        self._judge = Judge(policy)
        self._intake = Intake(policy, settings.placement, settings.max_event_bytes, self.customers)
        self._calendar = Calendar()
        self._changed: list[Customer] = []
        self._moved = False
        self._outputs: list[Message] = []
        self._rejected_bytes = 0
        self._owed: dict[str, int] = {}
        self._publish: dict[str, Customer] = {}
        self._tally = Tally()
        self._adoption: Adoption = adopt(None, policy, self.partition)

    # restoring

    def restore(self, rows: dict[bytes, bytes]) -> dict[Kind, int]:
        """Takes the newest rows of the changelog; returns the offsets to read on from.

        Raises RowError for a row that can't be read, InvariantError for one that can't be used.
        """
        found = rows.get(PARTITION_KEY)
        row = None if found is None else decode_partition(found)
        self._adoption = adopt(row, self.policy, self.partition)
        for key, data in rows.items():
            if key != PARTITION_KEY:
                self._restore_customer(key.decode(), data)
        if row is None:
            return {}
        self.commit_number = row.commit_number
        self._moved = row.policies != self._adoption.policies
        if row.stream_time_us is not None:
            self._stream_time_us = row.stream_time_us
            self._stream_day = row.stream_time_us // DAY_US
        return {kind: row.offsets[kind] for kind in Kind if row.offsets[kind] != UNREAD}

    def _restore_customer(self, customer_id: str, data: bytes) -> None:
        head = read_head(data)
        self.by_tier[head.tier] += 1
        if head.owed:
            self._owed[customer_id] = 0
        if head.policy_check == self.policy.check:
            self.customers[customer_id] = data
            self._calendar.add(head.due_day, customer_id)
            return
        # another policy reckons other due days: they follow from the figures kept
        customer = restored(customer_id, data, self.policy)
        customer.fit(self.policy)
        customer.due_day = min(
            self._judge.due_day(customer), review_day(self._adoption, self.policy, customer_id)
        )
        self.customers[customer_id] = customer
        self._calendar.add(customer.due_day, customer_id)

    def open_inputs(self, positions: dict[Kind, int]) -> None:
        """Per input the offset to read from; an input that is not named is absent.

        What was fetched before and not taken is forgotten: it will be fetched again.
        """
        self.inboxes = [Inbox(kind, positions[kind]) for kind in sorted(positions)]
        self._by_kind = {int(inbox.kind): inbox for inbox in self.inboxes}
        self._plan, self._planned_to = [], 0

    # taking in

    def inbox(self, kind: Kind) -> Inbox:
        """The inbox of one input."""
        return self._by_kind[kind]

    def put(self, batch: Batch) -> None:
        """Judges a batch's records and lays them in the inbox of their input.

        Raises InvariantError where it does not begin where the last one ended.
        """
        expected = self.inbox(batch.kind).position
        if batch.position != expected:
            raise InvariantError(
                f"{TOPIC_OF_KIND[batch.kind]}-{self.partition} goes on at offset {expected}, yet "
                f"what was fetched begins at {batch.position}: records would be lost; start again"
            )
        inbox = self.inbox(batch.kind)
        if not inbox.has_more:
            self._plan_anew()
        inbox.put(batch, self._intake.admit_all(batch))
        self.see_ends(batch.ends)
        self._moved = True

    def see_ends(self, ends: dict[Kind, int]) -> None:
        """The broker holds records of these inputs up to these offsets."""
        for kind, end in ends.items():
            inbox = self.inbox(kind)
            had_more = inbox.has_more
            inbox.see_end(end)
            if inbox.has_more and not had_more:
                self._plan_anew()

    def _plan_anew(self) -> None:
        """The plan was made for an input that had nothing more; now it has."""
        self._plan, self._planned_to = [], 0

    @property
    def stream_time_us(self) -> int | None:
        """The latest occurred_at applied here."""
        return None if self._stream_time_us == NO_TIME else self._stream_time_us

    # taking out

    @property
    def drained(self) -> bool:
        """Nothing lies here and nothing on the broker."""
        return all(inbox.drained for inbox in self.inboxes)

    @property
    def full(self) -> bool:
        """Enough has changed for one commit."""
        settings = self._settings
        return (
            len(self._changed) >= settings.changed_max
            or len(self._outputs) >= settings.changed_max
            or self._rejected_bytes >= settings.output_bytes_max
        )

    def run(self, limit: int, now_us: int) -> int:
        """Takes up to `limit` records in their order; returns how many steps were done.

        0: there is nothing to take now, or enough for one commit is done. A step may also be a
        sweep of customers that fall due before the next record.
        """
        steps = 0
        while steps < limit and not self.full:
            if self._planned_to >= len(self._plan):
                self._plan, self._planned_to = plan(self.inboxes), 0
                if not self._plan:
                    break
            steps += self._take_planned(limit - steps, now_us)
        return steps

    def _take_planned(self, limit: int, now_us: int) -> int:
        """Takes the next records of the plan; a sweep before one of them ends it early."""
        begin, taken, swept = self._planned_to, 0, 0
        by_kind, tally = self._by_kind, self._tally
        for kind in self._plan[begin : begin + limit]:
            inbox = by_kind[kind]
            at = inbox.at
            item, offset = inbox.items[at], inbox.offsets[at]
            if isinstance(item, Rejection):
                self._reject(inbox, item)
            elif not self._take_event(item, inbox, offset, now_us):
                swept = 1
                break
            if offset % LATENCY_SAMPLE == 0:
                tally.taken_at_ms.append(inbox.timestamps_ms[at])
            inbox.at = at + 1
            taken += 1
        self._planned_to = begin + taken
        self._moved = True
        return taken + swept

    def _take_event(self, event: Booking, inbox: Inbox, offset: int, now_us: int) -> bool:  # noqa: C901 - in step with section 5
        """Whether the event was taken; if not, more is due before it than one sweep does."""
        kind, customer_id, day = event.kind, event.customer_id, event.day
        customer = self.customers.get(customer_id)
        if isinstance(customer, bytes):
            customer = self._revive(customer_id, customer)
        if customer is not None:
            if offset <= customer.offsets[kind]:
                self._see_again(event, offset)
                return True
            content = customer.seen.content_of(event.id_key)
            if content is not None:
                if content == event.content:
                    self._tally.duplicates[kind] += 1
                else:
                    self._reject(inbox, _conflict(event))
                return True
        if self._calendar.next_day <= day:
            self.fire_due(day, SWEEP, now_us)
            if self._calendar.next_day <= day:
                return False
        if event.at_us > self._stream_time_us:
            self._stream_time_us, self._stream_day = event.at_us, day
        if customer is None:
            origin = Origin(TOPIC_OF_KIND[kind], self.partition, offset)
            customer = self.customers[customer_id] = newcomer(
                customer_id, origin, event, self.policy
            )
        self._tally.ids_forgotten += customer.apply(event, offset, self.policy)
        self._tally.applied[kind] += 1
        self._judged(customer, event, now_us)
        if customer.due_day <= self._stream_day:
            self._fire_all(customer, now_us)
        return True

    def _see_again(self, event: Booking, offset: int) -> None:
        """A record that its customer's row holds already: a commit without transactions broke."""
        topic = TOPIC_OF_KIND[event.kind]
        if self._settings.exactly_once:
            raise InvariantError(
                f"offset {offset} of {topic}-{self.partition} is applied already, yet the "
                "partition's offset says it is not: the changelog and the offsets are not of one "
                "application; check WHALECURVE_APP_ID and the changelog"
            )
        if event.at_us > self._stream_time_us:
            self._stream_time_us, self._stream_day = event.at_us, event.day
        self._tally.applied[event.kind] += 1

    def _find(self, customer_id: str) -> Customer | None:
        found = self.customers.get(customer_id)
        return self._revive(customer_id, found) if isinstance(found, bytes) else found

    def _revive(self, customer_id: str, row: bytes) -> Customer:
        """A customer at rest is touched: its row becomes an object."""
        customer = self.customers[customer_id] = restored(customer_id, row, self.policy)
        return customer

    # time

    def fire_due(self, until_day: int, limit: int, now_us: int) -> int:
        """Lets happen what is due up to the start of a day, by due time and customer_id.

        Returns how many customers were seen; stops at `limit`, and goes on when called again.
        """
        seen = 0
        calendar = self._calendar
        while calendar.next_day <= until_day:
            day, ids = calendar.take_day()
            for at, customer_id in enumerate(ids):
                if seen >= limit:
                    for left in ids[at:]:
                        calendar.add(day, left)
                    return seen
                seen += 1
                customer = self._find(customer_id)
                if customer is not None and customer.due_day == day:
                    self._fire(customer, now_us)
        return seen

    def _fire_all(self, customer: Customer, now_us: int) -> None:
        """What a late event made due already happens right after it."""
        while customer.due_day <= self._stream_day:
            self._fire(customer, now_us)

    def _fire(self, customer: Customer, now_us: int) -> None:
        customer.advance(day_start(customer.due_day), self.policy)
        self._tally.due_times += 1
        self._judged(customer, None, now_us)

    # what follows

    def _judged(self, customer: Customer, event: Booking | None, now_us: int) -> None:
        before, due_before = customer.tier, customer.due_day
        outputs = self._judge.judge(customer, event)
        if not customer.changed:
            customer.changed = True
            self._changed.append(customer)
        if outputs:
            self._put_out(customer, outputs, before, now_us)
        elif not customer.owed:
            customer.owed = True
            self._owed[customer.customer_id] = now_us + self._settings.snapshot_us
        if customer.due_day != due_before:
            self._calendar.add(customer.due_day, customer.customer_id)

    def _put_out(
        self, customer: Customer, outputs: list[Output], tier_before: int | None, now_us: int
    ) -> None:
        customer_id = customer.customer_id
        key = customer_id.encode()
        for output in outputs:
            self._tally.outputs[output.topic, output.label] += 1
            self._outputs.append(Message(output.topic, key, evaluated(output.wire, now_us)))
        if customer.tier != tier_before:
            self._count_tier(tier_before, customer.tier)
        # at the head of the queue: it goes out with this commit
        customer.owed = True
        self._owed.pop(customer_id, None)
        self._publish[customer_id] = customer

    def _count_tier(self, before: int | None, now: int | None) -> None:
        if before is not None:
            self.by_tier[before] -= 1
        if now is not None:
            self.by_tier[now] += 1

    def _reject(self, inbox: Inbox, rejection: Rejection) -> None:
        """Passes the inbox's next record on as it came, with the reason."""
        kind, at = inbox.kind, inbox.at
        self._tally.rejected[kind, rejection.reason.value] += 1
        headers = rejected_headers(
            inbox.headers[at], rejection, TOPIC_OF_KIND[kind], self.partition, inbox.offsets[at]
        )
        value = inbox.values[at]
        self._rejected_bytes += 0 if value is None else len(value)
        self._outputs.append(Message(REJECTED_EVENTS, inbox.keys[at], value, headers))

    # committing

    def changes(self, now_us: int, *, all_snapshots: bool = False) -> Changes | None:
        """What changed since the last call, to be committed whole; None where nothing did.

        With `all_snapshots` call it until it returns None: each commit has its bound.
        """
        self._due_snapshots(now_us, all_snapshots=all_snapshots)
        if not (self._changed or self._outputs or self._publish or self._moved):
            return None
        for customer_id, customer in self._publish.items():
            customer.owed = False
            if not customer.changed:
                self._changed.append(customer)
            self._tally.outputs[CUSTOMER_VALUES, "snapshot"] += 1
            self._outputs.append(
                Message(
                    CUSTOMER_VALUES, customer_id.encode(), encode(self._judge.snapshot(customer))
                )
            )
        rows: list[tuple[bytes, bytes | None]] = []
        for customer in self._changed:
            customer.changed = False
            rows.append((customer.customer_id.encode(), customer.stored(self.policy)))
        self.commit_number += 1
        rows.append((PARTITION_KEY, encode_partition(self._partition_row())))
        offsets = {inbox.kind: inbox.taken_to for inbox in self.inboxes}
        changes = Changes(self._outputs, rows, offsets, self._tally)
        self._outputs, self._tally, self._rejected_bytes = [], Tally(), 0
        self._changed.clear()
        self._publish.clear()
        self._moved = False
        return changes

    def _partition_row(self) -> PartitionRow:
        offsets = [UNREAD] * INPUTS
        for inbox in self.inboxes:
            offsets[inbox.kind] = inbox.taken_to
        return PartitionRow(
            self.stream_time_us,
            (offsets[0], offsets[1], offsets[2], offsets[3]),
            self.commit_number,
            self._adoption.policies,
            self._adoption.since_day,
            self.policy.window_days,
            self.policy.contact_days,
            self.policy.base_currency,
        )

    def _due_snapshots(self, now_us: int, *, all_snapshots: bool) -> None:
        """Picks the snapshots that are due, or owed at all, as many as one commit may carry."""
        while self._owed and len(self._publish) < self._settings.changed_max:
            customer_id, due_us = next(iter(self._owed.items()))
            if due_us > now_us and not all_snapshots:
                return
            del self._owed[customer_id]
            customer = self._find(customer_id)
            if customer is not None:
                self._publish[customer_id] = customer

    def lag(self) -> dict[Kind, int]:
        """Per input the records on the broker that are not taken yet."""
        return {inbox.kind: inbox.lag for inbox in self.inboxes}


def _conflict(event: Booking) -> Rejection:
    return Rejection(
        Reason.ID_CONFLICT,
        "event_id: expected the content it had when it was applied, found another one under "
        f"{event.event_id!r}",
    )
