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
from agents.cutoffs import Published, entries_of
from agents.inbox import Inbox, plan
from agents.intake import Intake, Placement
from agents.judging import Judge
from agents.outgoing import Bounds, Changes, Message, Outgoing
from agents.policy import Policy
from agents.ports import Batch, InvariantError
from agents.ranking import Ranking
from agents.tiers import TierRules
from agents.window import NO_DAY
from schemas.events import TOPIC_OF_KIND, Kind
from schemas.outputs import CUTOFFS, HISTOGRAMS, TIERS, Origin, encode
from schemas.rejects import Reason, Rejection
from schemas.row import (
    PARTITION_KEY,
    CutoffsRow,
    PartitionRow,
    decode_partition,
    encode_partition,
    read_head,
)
from schemas.times import day_start

__all__ = ["Changes", "Message", "Shard", "ShardSettings"]

INPUTS: Final = 4
NO_TIME: Final = -(2**62)
"""Of a partition in which nothing was applied yet; earlier than any event."""
UNREAD: Final = -1
"""In a partition's row: this input was absent."""
CUTOFFS_KEY: Final = b"cutoffs"
SWEEP: Final = 1_000
"""So many due customers at once; then others get their turn."""
LATENCY_SAMPLE: Final = 256
"""Of so many events one tells its age."""


class ShardSettings(msgspec.Struct, frozen=True):
    """What a shard is told of its surroundings."""

    placement: Placement
    max_event_bytes: int
    snapshot_us: int
    exactly_once: bool
    erasure_secret: bytes = b""
    """Keys the hash that stands for an erased customer."""
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
        self._stream_time_us = NO_TIME
        self.commit_number = 0
        self.by_tier = [0] * len(TIERS)
        self._by_kind: dict[int, Inbox] = {}
        self._plan: list[int] = []
        self._planned_to = 0
        self._settings = settings
        self._judge = Judge(policy)
        self._intake = Intake(policy, settings.placement, settings.max_event_bytes, self.customers)
        self._calendar = Calendar()
        self._moved = False
        self._outgoing = Outgoing(
            Bounds(settings.snapshot_us, settings.changed_max, settings.output_bytes_max)
        )
        self._adoption: Adoption = adopt(None, policy, self.partition)
        self._ranking = Ranking(policy, self.partition)

    # restoring

    def restore(self, rows: dict[bytes, bytes]) -> dict[Kind, int]:
        """Takes the newest rows of the changelog; returns the offsets to read on from.

        Raises RowError for a row that can't be read, InvariantError for one that can't be used.
        """
        found = rows.get(PARTITION_KEY)
        row = None if found is None else decode_partition(found)
        self._adoption = adopt(row, self.policy, self.partition)
        if row is not None:
            self._ranking.restore(row)
            self._judge.adopt(self._ranking.adopted if self._ranking.is_on else None)
        for key, data in rows.items():
            if key != PARTITION_KEY:
                self._restore_customer(key.decode(), data)
        if row is None:
            return {}
        self.commit_number = row.commit_number
        self._moved = row.policies != self._adoption.policies
        if row.stream_time_us is not None:
            self._stream_time_us = row.stream_time_us
        if self._ranking.is_on and self._ranking.is_adopting:
            old = TierRules(self.policy, entries_of(self.policy, self._ranking.adopted_before))
            self._ranking.wait_for(self._moved_by_cutoffs(old))
        return {kind: row.offsets[kind] for kind in Kind if row.offsets[kind] != UNREAD}

    def _restore_customer(self, customer_id: str, data: bytes) -> None:
        head = read_head(data)
        self.by_tier[head.tier] += 1
        if head.owed:
            self._outgoing.owed[customer_id] = 0
        if head.policy_check == self.policy.check:
            self._ranking.count(head.index)
            self.customers[customer_id] = data
            self._calendar.add(head.due_us, customer_id)
            return
        # another policy reckons other due times: they follow from the figures kept
        customer = restored(customer_id, data, self.policy)
        customer.fit(self.policy)
        review_us = day_start(review_day(self._adoption, self.policy, customer_id))
        index = customer.index(self.policy)
        customer.ranked = index if self._ranking.is_on else 0
        self._ranking.count(index)
        customer.due_us = min(self._judge.due_us(customer, index), review_us)
        self.customers[customer_id] = customer
        self._calendar.add(customer.due_us, customer_id)

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

    @property
    def full(self) -> bool:
        """Enough has changed for one commit."""
        return self._outgoing.full

    # taking out

    @property
    def drained(self) -> bool:
        """Nothing lies here and nothing on the broker."""
        return all(inbox.drained for inbox in self.inboxes)

    def run(self, limit: int, now_us: int) -> int:
        """Takes up to `limit` records in their order; returns how many steps were done.

        0: there is nothing to take now, or enough for one commit is done. A step may also be a
        sweep of customers that fall due before the next record.
        """
        steps = 0
        outgoing = self._outgoing
        if self._ranking.is_adopting:
            return self._go_on_adopting(now_us)
        while steps < limit and not outgoing.full:
            if self._planned_to >= len(self._plan):
                self._plan, self._planned_to = plan(self.inboxes), 0
                if not self._plan:
                    break
            steps += self._take_planned(limit - steps, now_us)
        return steps

    def _take_planned(self, limit: int, now_us: int) -> int:
        """Takes the next records of the plan; a sweep before one of them ends it early."""
        begin, taken, swept = self._planned_to, 0, 0
        by_kind, taken_at_ms = self._by_kind, self._outgoing.tally.taken_at_ms
        for kind in self._plan[begin : begin + limit]:
            inbox = by_kind[kind]
            at = inbox.at
            item, offset = inbox.items[at], inbox.offsets[at]
            if isinstance(item, Rejection):
                self._outgoing.reject(inbox, item, self.partition)
            elif not self._take_event(item, inbox, offset, now_us):
                swept = 1
                break
            if offset % LATENCY_SAMPLE == 0:
                taken_at_ms.append(inbox.timestamps_ms[at])
            inbox.at = at + 1
            taken += 1
        self._planned_to = begin + taken
        self._moved = True
        return taken + swept

    def _take_event(self, event: Booking, inbox: Inbox, offset: int, now_us: int) -> bool:
        """Whether the event was taken; if not, more is due before it than one sweep does."""
        kind, customer_id, at_us = event.kind, event.customer_id, event.at_us
        customer = self.customers.get(customer_id)
        if isinstance(customer, bytes):
            customer = self._revive(customer_id, customer)
        if customer is not None and self._is_known(customer, event, inbox, offset):
            return True
        if self._calendar.next_us <= at_us:
            self.fire_due(at_us, SWEEP, now_us)
            if self._calendar.next_us <= at_us:
                return False
        if at_us > self._stream_time_us:
            self._stream_time_us = at_us
        self._outgoing.tally.applied[kind] += 1
        if event.erases:
            self._erase(customer_id, customer, offset, at_us, now_us)
            return True
        if customer is None:
            origin = Origin(TOPIC_OF_KIND[kind], self.partition, offset)
            customer = self.customers[customer_id] = newcomer(
                customer_id, origin, event, self.policy
            )
        self._outgoing.tally.ids_forgotten += customer.apply(event, offset, self.policy)
        self._judged(customer, event, now_us)
        if customer.due_us <= self._stream_time_us:
            self._fire_all(customer, now_us)
        return True

    def _is_known(self, customer: Customer, event: Booking, inbox: Inbox, offset: int) -> bool:
        """Whether the event came before; a duplicate or a conflict is then dealt with."""
        if offset <= customer.offsets[event.kind]:
            self._see_again(event, offset)
            return True
        if event.erases:
            return False
        content = customer.seen.content_of(event.id_key)
        if content is None:
            return False
        if content == event.content:
            self._outgoing.tally.duplicates[event.kind] += 1
        else:
            self._outgoing.reject(inbox, _conflict(event), self.partition)
        return True

    def _erase(
        self, customer_id: str, customer: Customer | None, offset: int, at_us: int, now_us: int
    ) -> None:
        """Forgets a customer; what stands in the calendar for it finds nobody."""
        origin = Origin(TOPIC_OF_KIND[Kind.CUSTOMERS], self.partition, offset)
        secret = self._settings.erasure_secret
        self._outgoing.erase(customer_id, customer, origin, at_us, secret, now_us)
        if customer is not None:
            self._count_tier(customer.tier, None)
            self._ranking.forget(customer.ranked)
            del self.customers[customer_id]

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
            self._stream_time_us = event.at_us
        self._outgoing.tally.applied[event.kind] += 1

    def _find(self, customer_id: str) -> Customer | None:
        found = self.customers.get(customer_id)
        return self._revive(customer_id, found) if isinstance(found, bytes) else found

    def _revive(self, customer_id: str, row: bytes) -> Customer:
        """A customer at rest is touched: its row becomes an object."""
        customer = self.customers[customer_id] = restored(customer_id, row, self.policy)
        return customer

    # time

    def fire_due(self, until_us: int, limit: int, now_us: int) -> int:
        """Lets happen what is due up to a time, by due time and customer_id.

        Returns how many customers were seen; stops at `limit`, and goes on when called again.
        """
        seen = 0
        calendar = self._calendar
        while calendar.next_us <= until_us:
            due_us, ids = calendar.take_next()
            for at, customer_id in enumerate(ids):
                if seen >= limit:
                    for left in ids[at:]:
                        calendar.add(due_us, left)
                    return seen
                seen += 1
                customer = self._find(customer_id)
                if customer is not None and customer.due_us == due_us:
                    self._fire(customer, now_us)
        return seen

    def _fire_all(self, customer: Customer, now_us: int) -> None:
        """What a late event made due already happens right after it."""
        while customer.due_us <= self._stream_time_us:
            self._fire(customer, now_us)

    def _fire(self, customer: Customer, now_us: int) -> None:
        customer.advance(customer.due_us, self.policy)
        self._outgoing.tally.due_times += 1
        self._judged(customer, None, now_us)

    # shares of the whole

    def offer(self, cutoffs: CutoffsRow) -> None:
        """Adopts a newer version of the cut-offs; `run` then judges whom they move."""
        if not self._ranking.takes(cutoffs):
            return
        old = self._judge.tiers
        self._judge.adopt(cutoffs)
        self._ranking.adopt(cutoffs)
        self._ranking.wait_for(self._moved_by_cutoffs(old))
        self._moved = True

    def consider(self, published: list[Published], now_us: int) -> None:
        """Makes new cut-offs of all partitions' histograms, where they are due."""
        wire = self._ranking.make(published, now_us)
        if wire is not None:
            self._outgoing.put_out(Message(CUTOFFS, CUTOFFS_KEY, encode(wire)), "made")

    def _moved_by_cutoffs(self, old: TierRules) -> list[str]:
        """Whose value lies between the old and the new cut-offs."""
        new, found = self._judge.tiers, []
        for customer_id, customer in self.customers.items():
            if isinstance(customer, bytes):
                head = read_head(customer)
                tier, index, noticed = head.by_value, head.index, head.noticed
            else:
                standing = customer.standing
                assert standing is not None
                tier, index = standing.tier, customer.ranked
                noticed = standing.notice_day != NO_DAY
            if new.moves_from(old, tier, index, noticed=noticed):
                found.append(customer_id)
        return found

    def _go_on_adopting(self, now_us: int) -> int:
        """Judges the next customers by the newest cut-offs, at the partition's stream time."""
        ranking, seen = self._ranking, 0
        while ranking.is_adopting and seen < SWEEP and not self.full:
            customer = self._find(ranking.next_waiting())
            seen += 1
            if customer is not None:
                customer.advance(self._stream_time_us, self.policy)
                self._judged(customer, None, now_us, by_adoption=True)
                self._fire_all(customer, now_us)
            ranking.judged()
        self._moved = True
        return seen

    # what follows

    def _judged(
        self,
        customer: Customer,
        event: Booking | None,
        now_us: int,
        *,
        by_adoption: bool = False,
    ) -> None:
        before, due_before_us, ranked = customer.tier, customer.due_us, customer.ranked
        outputs = self._judge.judge(customer, event, by_adoption=by_adoption)
        self._outgoing.judged(customer, outputs, now_us)
        if ranked != customer.ranked or before is None:
            self._count(before, ranked, customer.ranked)
        if customer.tier != before:
            self._count_tier(before, customer.tier)
        if customer.due_us != due_before_us:
            self._calendar.add(customer.due_us, customer.customer_id)

    def _count(self, tier_before: int | None, before: int, now: int) -> None:
        if tier_before is None:
            self._ranking.count(now)
        else:
            self._ranking.move(before, now)

    def _count_tier(self, before: int | None, now: int | None) -> None:
        if before is not None:
            self.by_tier[before] -= 1
        if now is not None:
            self.by_tier[now] += 1

    # committing

    def changes(self, now_us: int, *, all_snapshots: bool = False) -> Changes | None:
        """What changed since the last call, to be committed whole; None where nothing did.

        With `all_snapshots` call it until it returns None: each commit has its bound.
        """
        self._due_snapshots(now_us, all_snapshots=all_snapshots)
        caught_up = self.drained
        counts = self._ranking.is_due(now_us, caught_up=caught_up, at_once=all_snapshots)
        if self._outgoing.is_empty and not self._moved and not counts:
            return None
        outputs, rows, tally = self._outgoing.carry_away(self.policy, self._judge.snapshot)
        self.commit_number += 1
        if counts:
            histogram = self._ranking.publication(
                self.commit_number, now_us, self._settings.snapshot_us, caught_up=caught_up
            )
            key = str(self.partition).encode()
            outputs.append(Message(HISTOGRAMS, key, encode(histogram)))
        rows.append((PARTITION_KEY, encode_partition(self._partition_row())))
        self._moved = False
        return Changes(outputs, rows, {its.kind: its.taken_to for its in self.inboxes}, tally)

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
            self._ranking.adopted,
            self._ranking.adopted_before,
            self._ranking.after,
            self._ranking.made,
        )

    def _due_snapshots(self, now_us: int, *, all_snapshots: bool) -> None:
        """Picks the snapshots that are due, or owed at all, as many as one commit may carry."""
        outgoing = self._outgoing
        while outgoing.owed and not outgoing.snapshots_full:
            customer_id, due_us = next(iter(outgoing.owed.items()))
            if due_us > now_us and not all_snapshots:
                return
            del outgoing.owed[customer_id]
            customer = self._find(customer_id)
            if customer is not None:
                outgoing.publish(customer)

    def lag(self) -> dict[Kind, int]:
        """Per input the records on the broker that are not taken yet."""
        return {inbox.kind: inbox.lag for inbox in self.inboxes}


def _conflict(event: Booking) -> Rejection:
    return Rejection(
        Reason.ID_CONFLICT,
        "event_id: expected the content it had when it was applied, found another one under "
        f"{event.event_id!r}",
    )
