"""The customers of one partition: what an event or the passing of time does to them, in order."""

from collections.abc import Callable
from typing import Final

import msgspec

from agents.customer.rows import newcomer
from agents.customer.state import Customer
from agents.decide.decisions import take_over
from agents.decide.entries import entries_of
from agents.decide.tiers import TierRules
from agents.events.booking import Booking
from agents.partition.clock import AHEAD_MAX_US, clock_error
from agents.partition.cutoffs import Published
from agents.partition.input_buffer import InputBuffer
from agents.partition.judges import Judges
from agents.partition.memory import START_ANEW, CustomerMemory
from agents.partition.pending import Message, PendingCommit
from agents.partition.policy_change import Adoption, review_us
from agents.partition.refusals import conflict, too_late
from agents.partition.shares import PartitionShares
from agents.partition.timers import TimerQueue
from agents.policy.compiled import Policy
from agents.ports import GivenUpError, InvariantError
from schemas.base.times import NO_DUE_US
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import CUTOFFS, Origin, encode
from schemas.state.codec import (
    JUDGED_BY_NONE,
    RowError,
    RowHead,
    UnreadableRowError,
    clamped,
    read_head,
    with_head,
)
from schemas.state.rows import NO_OFFSET, PARTITION_KEY, CutoffsRow, PartitionRow

NO_TIME: Final = -NO_DUE_US
"""Of a partition in which nothing was applied yet; earlier than any event."""
CUTOFFS_KEY: Final = b"cutoffs"
SWEEP: Final = 1_000
"""So many due customers at once; then others get their turn."""


class CustomerStore:
    """All customers of one partition, at rest (as bytes) or touched."""

    def __init__(
        self,
        policy: Policy,
        partition: int,
        pending: PendingCommit,
        erasure_secret: bytes,
        partition_bytes: int,
        objects_bytes: int,
        *,
        exactly_once: bool,
        by_wall: bool,
    ) -> None:
        self.memory = CustomerMemory(
            policy, partition, erasure_secret, partition_bytes, objects_bytes
        )
        self.customers: Final = self.memory.customers
        self.by_tier = [0] * len(TIERS)
        self.buffers: list[InputBuffer] = []
        """Those of the partition, which tell how far each input was taken."""
        self.stream_time_us = NO_TIME
        self._adopted_us = NO_TIME
        self.judges = Judges(policy)
        self.shares = PartitionShares(policy, partition)
        self._policy, self._partition, self._pending = policy, partition, pending
        self._erasure_secret, self._exactly_once = erasure_secret, exactly_once
        self._by_wall = by_wall
        self._timers = TimerQueue()

    def restore(
        self,
        row: PartitionRow | None,
        rows: dict[bytes, bytes],
        adoption: Adoption,
        given_up: Callable[[], bool],
    ) -> None:
        """Takes the newest rows of the changelog out of `rows`, one by one.

        UnreadableRowError for one that is none, LimitError where there is no room for all.
        """
        self._adopted_us = adoption.since_us
        if row is not None:
            self.shares.restore(row)
            self.judges.adopt(self.shares.adopted)
            if row.stream_time_us is not None:
                self.stream_time_us = row.stream_time_us
        rows.pop(PARTITION_KEY, None)
        # each key is let go of once its id is made: together they would take a twelfth
        keys = list(rows)
        keys.reverse()
        for number in range(len(keys)):
            if number % SWEEP == 0 and given_up():
                raise GivenUpError
            key = keys.pop()
            self._restore_customer(self._id_of(key), rows.pop(key), adoption)
        if self.shares.is_adopting:
            old = TierRules(self._policy, entries_of(self._policy, self.shares.adopted_before))
            self.shares.wait_for(self._moved_by_cutoffs(old))

    def _id_of(self, key: bytes) -> str:
        try:
            return key.decode()
        except UnicodeDecodeError as error:
            raise UnreadableRowError(
                key,
                f"the changelog of partition {self._partition} has a key that is no customer_id: "
                f"another program writes there; {START_ANEW}",
            ) from error

    def _restore_customer(self, customer_id: str, data: bytes, adoption: Adoption) -> None:
        try:
            head = read_head(data)
        except RowError as error:
            raise self.memory.unreadable(customer_id, error) from error
        self.by_tier[head.tier] += 1
        if head.owed:
            self._pending.owed[customer_id] = 0
        if head.policy_check != self._policy.check:
            head = self._under_this_policy(customer_id, data, head, adoption)
            data = with_head(data, head)
        self.shares.count(head.index)
        self.memory.hold(customer_id, data)
        self._timers.move(NO_DUE_US, head.due_us, customer_id)

    def _under_this_policy(
        self, customer_id: str, data: bytes, head: RowHead, adoption: Adoption
    ) -> RowHead:
        """The head of a customer that another policy judged: other due times follow from it.

        What was due by the one before has happened; this one's time begins with its adoption.
        """
        policy = self._policy
        customer = self.memory.read(customer_id, data)
        customer.advance(adoption.since_us, policy)
        review = review_us(adoption, policy, customer_id)
        index = customer.index(policy)
        due_us = self.judges.of(customer).evaluator.due_us(customer, index)
        return msgspec.structs.replace(
            head,
            due_us=max(adoption.since_us, min(due_us, review)),
            policy_check=JUDGED_BY_NONE,
            index=clamped(index) if self.shares.is_on else 0,
        )

    # events

    def take(self, event: Booking, buffer: InputBuffer, offset: int, now_us: int) -> bool:
        """Whether the event was taken; if not, more is due before it than one sweep does."""
        kind, customer_id, at_us = event.kind, event.customer_id, event.at_us
        customer = self.customers.get(customer_id)
        if isinstance(customer, bytes):
            customer = self.memory.wake(customer_id, customer)
        if self._is_out(customer, event, buffer, offset):
            return True
        if self._by_wall and at_us > max(now_us + AHEAD_MAX_US, self.stream_time_us):
            raise clock_error(kind, self._partition, offset, at_us, self.stream_time_us, now_us)
        if self._timers.next_us <= at_us:
            self.fire_due(at_us, SWEEP, now_us)
            if self._timers.next_us <= at_us:
                return False
        if at_us > self.stream_time_us:
            self.stream_time_us = at_us
        self._pending.counters.applied[kind] += 1
        self._pending.counters.excess_s += event.excess_s
        if event.erases:
            self._erase(customer_id, customer, offset, at_us, now_us)
            return True
        customer = self._met(customer, event, offset)
        customer.apply(event, offset, self._policy)
        self._judged(customer, event, now_us)
        if customer.due_us <= self.stream_time_us:
            self._fire_all(customer, now_us)
        return True

    def _met(self, known: Customer | None, event: Booking, offset: int) -> Customer:
        """The customer as an event finds it: a new one, or as old as the policy at least."""
        if known is not None:
            if known.policy_is_new:
                known.advance(self._adopted_us, self._policy)
            return known
        origin = Origin(TOPIC_OF_KIND[event.kind], self._partition, offset)
        customer = newcomer(event.customer_id, origin, event, self._policy, self._taken())
        self.memory.begin(customer)
        return customer

    def _taken(self) -> list[int]:
        """By input the offset of the last record taken."""
        taken = [NO_OFFSET] * len(Kind)
        for buffer in self.buffers:
            taken[buffer.kind] = buffer.taken_to - 1
        return taken

    def _is_out(
        self, customer: Customer | None, event: Booking, buffer: InputBuffer, offset: int
    ) -> bool:
        """Whether the event came before or can't be taken, which is then dealt with."""
        if customer is not None and self._is_known(customer, event, buffer, offset):
            return True
        if event.order is None or not event.order.cancels:
            return False
        why = too_late(customer, event, self._adopted_us, self._policy)
        if why is None:
            return False
        if customer is not None:
            self._pass_by(customer, event, offset)
        self._pending.reject(buffer, why, self._partition)
        return True

    def _is_known(
        self, customer: Customer, event: Booking, buffer: InputBuffer, offset: int
    ) -> bool:
        """Whether the event came before; a duplicate or a conflict is then dealt with."""
        if offset <= customer.offsets[event.kind]:
            self._see_again(event, offset)
            return True
        if event.erases:
            return False
        content = customer.dedupe.content_of(event.id_key)
        if content is None:
            return False
        self._pass_by(customer, event, offset)
        if content == event.content:
            self._pending.counters.duplicates[event.kind] += 1
        else:
            self._pending.reject(buffer, conflict(event), self._partition)
        return True

    def _pass_by(self, customer: Customer, event: Booking, offset: int) -> None:
        """A record that changes nothing of its customer."""
        if not self._exactly_once:
            # where a commit breaks it comes again, when its id may be forgotten: the row tells then
            customer.offsets[event.kind] = offset
            self._pending.write(customer)

    def _erase(
        self, customer_id: str, customer: Customer | None, offset: int, at_us: int, now_us: int
    ) -> None:
        """Forgets a customer, and all that stands for it anywhere."""
        origin = Origin(TOPIC_OF_KIND[Kind.CUSTOMERS], self._partition, offset)
        self._pending.erase(customer_id, customer, origin, at_us, self._erasure_secret, now_us)
        if customer is not None:
            self._count_tier(customer.tier, None)
            self.shares.forget(customer.ranked)
            self._timers.forget(customer.due_us, customer_id)
            self.memory.forget(customer)

    def _see_again(self, event: Booking, offset: int) -> None:
        """A record that its customer's row holds already: a commit without transactions broke."""
        topic = TOPIC_OF_KIND[event.kind]
        if self._exactly_once:
            raise InvariantError(
                f"offset {offset} of {topic}-{self._partition} is applied already, yet the "
                "partition's offset says it is not: the changelog and the offsets are not of one "
                "application; check WHALECURVE_APP_ID and the changelog"
            )
        if event.at_us > self.stream_time_us:
            self.stream_time_us = event.at_us
        self._pending.counters.applied[event.kind] += 1

    # time

    def fire_due(self, until_us: int, limit: int, now_us: int) -> int:
        """Lets happen what is due up to a time, by due time and customer_id.

        Returns how many customers were due; stops at `limit`, and goes on when called again.
        """
        seen = 0
        timers = self._timers
        while timers.next_us <= until_us and seen < limit:
            due_us, ids = timers.take_next(limit - seen)
            seen += len(ids)
            for customer_id in ids:
                customer = self.memory.find(customer_id)
                assert customer is not None, "who is erased has left the calendar"
                assert customer.due_us == due_us, "everybody stands under the own due time"
                self._fire(customer, now_us)
        return seen

    def _fire_all(self, customer: Customer, now_us: int) -> None:
        """What a late event made due already happens right after it."""
        while customer.due_us <= self.stream_time_us:
            self._fire(customer, now_us)

    def _fire(self, customer: Customer, now_us: int) -> None:
        """What is due at a customer's due time, and what follows from that at the same time."""
        at_us = customer.due_us
        customer.advance(at_us, self._policy)
        while customer.due_us <= at_us:
            self._pending.counters.due_times += 1
            self._judged(customer, None, now_us)

    # shares of the whole

    def offer(self, cutoffs: CutoffsRow) -> bool:
        """Adopts a newer version of the cut-offs; `go_on_adopting` judges whom they move."""
        if not self.shares.takes(cutoffs):
            return False
        old = self.judges.for_all.evaluator.tiers
        self.judges.adopt(cutoffs)
        self.shares.adopt(cutoffs)
        self.shares.wait_for(self._moved_by_cutoffs(old))
        return True

    def consider(self, published: list[Published], now_us: int) -> None:
        """Makes new cut-offs of all partitions' histograms, where they are due."""
        made = self.shares.make(published, now_us)
        if made is not None:
            self._pending.put_out(Message(CUTOFFS, CUTOFFS_KEY, encode(made)), "made")

    def _moved_by_cutoffs(self, old: TierRules) -> list[str]:
        """Whose value lies between the old and the new cut-offs."""
        new, found = self.judges.for_all.evaluator.tiers, []
        for customer_id, customer in self.customers.items():
            if isinstance(customer, bytes):
                head = read_head(customer)
                tier, index, falling = head.by_value, head.index, head.falling
            else:
                tier_state = customer.tier_state
                assert tier_state is not None
                tier, index = tier_state.tier, customer.ranked
                falling = tier_state.is_falling
            if new.moves_from(old, tier, index, falling=falling):
                found.append(customer_id)
        return found

    def go_on_adopting(self, now_us: int) -> int:
        """Judges the next customers by the newest cut-offs, at the partition's stream time."""
        shares, seen = self.shares, 0
        while shares.is_adopting and seen < SWEEP and not self._pending.full:
            customer = self.memory.find(shares.next_waiting())
            seen += 1
            if customer is not None:
                customer.advance(self.stream_time_us, self._policy)
                self._judged(customer, None, now_us, by_adoption=True)
                self._fire_all(customer, now_us)
            shares.look_if_done()
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
        judge = self.judges.of(customer)
        decision = judge.evaluator.decide(customer, event, by_adoption=by_adoption)
        take_over(customer, decision)
        outputs = judge.renderer.records(customer, decision)
        self._pending.judged(customer, outputs, now_us)
        if ranked != customer.ranked or before is None:
            self._count(before, ranked, customer.ranked)
        if customer.tier != before:
            self._count_tier(before, customer.tier)
        if customer.due_us != due_before_us:
            self._timers.move(due_before_us, customer.due_us, customer.customer_id)

    def _count(self, tier_before: int | None, before: int, now: int) -> None:
        if tier_before is None:
            self.shares.count(now)
        else:
            self.shares.move(before, now)

    def _count_tier(self, before: int | None, now: int | None) -> None:
        if before is not None:
            self.by_tier[before] -= 1
        if now is not None:
            self.by_tier[now] += 1

    def pick_snapshots(self, now_us: int, *, all_snapshots: bool) -> None:
        """Picks the snapshots that are due, or owed at all, as many as one commit may carry."""
        pending = self._pending
        while pending.owed and not pending.snapshots_full:
            customer_id, due_us = next(iter(pending.owed.items()))
            # what is due later than anything can be was written down by a clock since set back
            if now_us < due_us <= now_us + pending.snapshot_us and not all_snapshots:
                return
            del pending.owed[customer_id]
            customer = self.memory.find(customer_id)
            if customer is not None:
                pending.publish(customer)
