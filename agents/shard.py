"""One partition: its customers, what changed, what goes out, and how far each input was read.

Everything here is synchronous and whole: seen between two calls, state, outputs and input offsets
agree. Whoever runs a shard brings batches (`put`), lets it take them (`run`), and carries away what
changed (`changes`). Time comes as an argument, and only to stamp outputs and to pace snapshots.
"""

from typing import Final

import msgspec

from agents.booking import Booking
from agents.calendar import Calendar
from agents.customer import Customer, restored
from agents.inbox import AT_ONCE, Entry, Inbox, Rejected, Run, earliest
from agents.intake import Intake, Placement
from agents.judging import Judge
from agents.policy import Policy
from agents.ports import Batch
from agents.tally import Tally
from schemas.events import TOPIC_OF_KIND, Kind
from schemas.outputs import (
    CUSTOMER_VALUES,
    REJECTED_EVENTS,
    TIER_CHANGES,
    TIERS,
    TIMER,
    Headers,
    Origin,
    Trigger,
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
UNREAD: Final = -1
"""In a partition's row: this input was absent."""
LATENCY_SAMPLE: Final = 256
"""Of so many events one tells its age."""


class InvariantError(Exception):
    """State and log disagree: going on would lose or double. The process must stop."""


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
    changed_max: int = 20_000
    """So many changed customers are enough for one commit: taking stops until it is done."""


class Shard:
    """The state machine of one partition."""

    def __init__(self, policy: Policy, settings: ShardSettings) -> None:
        self.policy = policy
        self.partition = settings.placement.partition
        self.customers: dict[str, Customer | bytes] = {}
        self.inboxes: list[Inbox] = []
        self.stream_time_us: int | None = None
        self.commit_number = 0
        self.by_tier = [0] * len(TIERS)
        self._settings = settings
        self._judge = Judge(policy)
        self._intake = Intake(
            policy, settings.placement, settings.max_event_bytes, self.customers
        )
        self._calendar = Calendar()
        self._changed: dict[str, Customer] = {}
        self._moved = False
        self._outputs: list[Message] = []
        self._owed: dict[str, int] = {}
        self._publish: dict[str, Customer] = {}
        self._tally = Tally()

    # restoring

    def restore(self, rows: dict[bytes, bytes]) -> dict[Kind, int]:
        """Takes the newest rows of the changelog; returns the offsets to read on from.

        Raises RowError for a row that can't be read, InvariantError for one that can't be used.
        """
        offsets: dict[Kind, int] = {}
        same_policy = True
        for key, data in rows.items():
            if key == PARTITION_KEY:
                partition = decode_partition(data)
                self._check_policy(partition)
                self.stream_time_us = partition.stream_time_us
                self.commit_number = partition.commit_number
                offsets = {
                    kind: partition.offsets[kind]
                    for kind in Kind
                    if partition.offsets[kind] != UNREAD
                }
                same_policy = partition.policy_hash == self.policy.hash
        for key, data in rows.items():
            if key != PARTITION_KEY:
                self._restore_customer(key.decode(), data, same_policy=same_policy)
        return offsets

    def _restore_customer(self, customer_id: str, data: bytes, *, same_policy: bool) -> None:
        head = read_head(data)
        self.by_tier[head.tier] += 1
        if head.owed:
            self._owed[customer_id] = 0
        if same_policy:
            self.customers[customer_id] = data
            self._calendar.add(head.due_day, customer_id)
            return
        # another policy reckons other due days: they follow from the figures kept
        customer = restored(customer_id, data)
        customer.due_day = self._judge.due_day(customer)
        self.customers[customer_id] = customer
        self._calendar.add(customer.due_day, customer_id)

    def _check_policy(self, row: PartitionRow) -> None:
        policy = self.policy
        if row.base_currency != policy.base_currency:
            raise InvariantError(
                f"the rows of partition {self.partition} are in {row.base_currency}, the policy in "
                f"{policy.base_currency}: start it under a new WHALECURVE_APP_ID and replay"
            )
        if row.window_days < policy.window_days:
            raise InvariantError(
                f"the rows of partition {self.partition} hold {row.window_days} days, the policy "
                f"wants {policy.window_days}: start it under a new WHALECURVE_APP_ID and replay"
            )

    def open_inputs(self, positions: dict[Kind, int]) -> None:
        """Per input the offset to read from; an input that is not named is absent.

        What was fetched before and not taken is forgotten: it will be fetched again.
        """
        self.inboxes = [Inbox(kind, positions[kind]) for kind in sorted(positions)]

    # taking in

    def inbox(self, kind: Kind) -> Inbox:
        """The inbox of one input."""
        return next(inbox for inbox in self.inboxes if inbox.kind is kind)

    def put(self, batch: Batch) -> None:
        """Judges a batch's records and lays them in the inbox of their input.

        Raises InvariantError where it does not begin where the last one ended.
        """
        for kind, end in batch.ends.items():
            self.inbox(kind).see_end(end)
        expected = self.inbox(batch.kind).position
        if batch.position != expected:
            raise InvariantError(
                f"{TOPIC_OF_KIND[batch.kind]}-{self.partition} goes on at offset {expected}, yet "
                f"what was fetched begins at {batch.position}: records would be lost; start again"
            )
        times: list[int] = []
        items: list[Entry | Rejected] = []
        admit, kind = self._intake.admit, batch.kind
        for key, value, timestamp_ms, headers in zip(
            batch.keys, batch.values, batch.timestamps_ms, batch.headers, strict=True
        ):
            judged = admit(kind, key, value, timestamp_ms)
            if isinstance(judged, Rejection):
                times.append(AT_ONCE)
                items.append(Rejected(judged, key, value, headers))
            else:
                times.append(judged.at_us)
                items.append(Entry(judged, key, value, headers))
        self.inbox(kind).put(
            Run(times, items, batch.offsets, batch.timestamps_ms, batch.next_position)
        )
        self._moved = True

    # taking out

    @property
    def drained(self) -> bool:
        """Nothing lies here and nothing on the broker."""
        return all(inbox.drained for inbox in self.inboxes)

    @property
    def full(self) -> bool:
        """Enough has changed for one commit."""
        return len(self._changed) >= self._settings.changed_max

    def run(self, limit: int, now_us: int) -> int:
        """Takes up to `limit` records or due customers in their order; returns how many.

        0: there is nothing to take now, or enough for one commit is done.
        """
        taken = 0
        while taken < limit and not self.full:
            inbox, bound_us = earliest(self.inboxes)
            if inbox is None:
                break
            while taken < limit and inbox.head_us <= bound_us and inbox.runs:
                steps, done = self._take_head(inbox, limit - taken, now_us)
                taken += steps
                if not done:
                    return taken
        return taken

    def _take_head(self, inbox: Inbox, limit: int, now_us: int) -> tuple[int, bool]:
        """(steps, whether the head itself was taken: what is due before it may fill the limit)."""
        run = inbox.runs[0]
        item, offset = run.items[run.taken], run.offsets[run.taken]
        steps = 1
        if isinstance(item, Rejected):
            self._reject(inbox.kind, offset, item)
        else:
            steps, done = self._take_event(item, offset, limit, now_us)
            if not done:
                return steps, False
        self._tally.consumed[TOPIC_OF_KIND[inbox.kind]] += 1
        if offset % LATENCY_SAMPLE == 0:
            self._tally.taken_at_ms.append(run.timestamps_ms[run.taken])
        self._moved = True
        inbox.drop_head()
        return steps, True

    def _take_event(self, entry: Entry, offset: int, limit: int, now_us: int) -> tuple[int, bool]:
        event = entry.booking
        topic = TOPIC_OF_KIND[event.kind]
        customer = self._find(event.customer_id)
        if customer is not None:
            if offset <= customer.offsets[event.kind]:
                self._see_again(customer, event, offset)
                return 1, True
            content = customer.seen.content.get(event.id_key)
            if content is not None:
                if content == event.content:
                    self._tally.dropped[topic, "duplicate"] += 1
                else:
                    self._reject(event.kind, offset, _conflict(entry))
                return 1, True
        steps = 1
        if self._calendar.next_day <= event.day:
            steps += self.fire_due(event.day, limit, now_us)
            if self._calendar.next_day <= event.day:
                return steps, False
        if self.stream_time_us is None or event.at_us > self.stream_time_us:
            self.stream_time_us = event.at_us
        if customer is None:
            origin = Origin(topic, self.partition, offset)
            customer = Customer(event.customer_id, origin, event)
            self.customers[event.customer_id] = customer
        self._tally.ids_forgotten += customer.apply(event, offset, self.policy)
        self._tally.applied[topic] += 1
        self._judged(customer, Trigger("event", topic, event.event_id), now_us)
        self._catch_up(customer, now_us)
        return steps, True

    def _see_again(self, customer: Customer, event: Booking, offset: int) -> None:
        """A record that this customer's row holds already: a commit without transactions broke."""
        if self._settings.exactly_once:
            raise InvariantError(
                f"offset {offset} of {TOPIC_OF_KIND[event.kind]}-{self.partition} is applied "
                "already, yet the partition's offset says it is not: the changelog and the "
                "offsets are not of one application; check WHALECURVE_APP_ID and the changelog"
            )
        if self.stream_time_us is None or event.at_us > self.stream_time_us:
            self.stream_time_us = event.at_us
        self._tally.applied[TOPIC_OF_KIND[event.kind]] += 1
        del customer

    def _find(self, customer_id: str) -> Customer | None:
        found = self.customers.get(customer_id)
        if isinstance(found, bytes):
            found = restored(customer_id, found)
            self.customers[customer_id] = found
        return found

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

    def _fire(self, customer: Customer, now_us: int) -> None:
        customer.advance(day_start(customer.due_day), self.policy)
        self._tally.due_times += 1
        self._judged(customer, TIMER, now_us)

    def _catch_up(self, customer: Customer, now_us: int) -> None:
        """What a late event made due already happens right after it."""
        assert self.stream_time_us is not None
        stream_day = self.stream_time_us // DAY_US
        while customer.due_day <= stream_day:
            self._fire(customer, now_us)

    # what follows

    def _judged(self, customer: Customer, trigger: Trigger, now_us: int) -> None:
        before, due_before = customer.tier, customer.due_day
        outputs = self._judge.judge(customer, trigger)
        customer_id = customer.customer_id
        self._changed[customer_id] = customer
        if outputs:
            key = customer_id.encode()
            for output in outputs:
                self._tally.outputs[output.topic, output.label] += 1
                self._outputs.append(Message(output.topic, key, evaluated(output.wire, now_us)))
                if output.topic == TIER_CHANGES:
                    self._count_tier(before, customer.tier)
            self._publish[customer_id] = customer
            self._owed.pop(customer_id, None)
        elif customer_id not in self._publish and customer_id not in self._owed:
            self._owed[customer_id] = now_us + self._settings.snapshot_us
        if customer.due_day != due_before:
            self._calendar.add(customer.due_day, customer_id)

    def _count_tier(self, before: int | None, now: int | None) -> None:
        if before is not None:
            self.by_tier[before] -= 1
        if now is not None:
            self.by_tier[now] += 1

    def _reject(self, kind: Kind, offset: int, item: Rejected) -> None:
        topic = TOPIC_OF_KIND[kind]
        self._tally.rejected[topic, item.rejection.reason.value] += 1
        headers = rejected_headers(item.headers, item.rejection, topic, self.partition, offset)
        self._outputs.append(Message(REJECTED_EVENTS, item.key, item.value, headers))

    # committing

    def changes(self, now_us: int, *, all_snapshots: bool = False) -> Changes | None:
        """What changed since the last call, to be committed whole; None where nothing did."""
        self._due_snapshots(now_us, all_snapshots=all_snapshots)
        if not (self._changed or self._outputs or self._publish or self._moved):
            return None
        for customer_id, customer in self._publish.items():
            self._tally.outputs[CUSTOMER_VALUES, "snapshot"] += 1
            self._outputs.append(
                Message(
                    CUSTOMER_VALUES, customer_id.encode(), encode(self._judge.snapshot(customer))
                )
            )
        self._changed.update(self._publish)
        rows: list[tuple[bytes, bytes | None]] = [
            (customer_id.encode(), customer.stored(owed=customer_id in self._owed))
            for customer_id, customer in self._changed.items()
        ]
        self.commit_number += 1
        rows.append((PARTITION_KEY, encode_partition(self._partition_row())))
        offsets = {inbox.kind: inbox.taken_to for inbox in self.inboxes}
        changes = Changes(self._outputs, rows, offsets, self._tally)
        self._outputs, self._tally = [], Tally()
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
            self.policy.hash,
            self.policy.window_days,
            self.policy.base_currency,
        )

    def _due_snapshots(self, now_us: int, *, all_snapshots: bool) -> None:
        room = self._settings.changed_max - len(self._publish)
        while self._owed and (room > 0 or all_snapshots):
            customer_id, due_us = next(iter(self._owed.items()))
            if due_us > now_us and not all_snapshots:
                return
            del self._owed[customer_id]
            customer = self._find(customer_id)
            if customer is not None:
                self._publish[customer_id] = customer
                room -= 1

    def lag(self) -> dict[Kind, int]:
        """Per input the records on the broker that are not taken yet."""
        return {inbox.kind: inbox.lag for inbox in self.inboxes}


def _conflict(entry: Entry) -> Rejected:
    detail = (
        f"event_id: expected the content it had when it was applied, "
        f"found another one under {entry.booking.event_id!r}"
    )
    return Rejected(
        Rejection(Reason.ID_CONFLICT, detail), entry.key, entry.value, entry.headers
    )
