"""One partition: its customers, what changed, what goes out, and how far each input was read.

Everything here is synchronous and whole: seen between two calls, state, outputs and input offsets
agree. Whoever runs a shard brings batches (`put`), lets it take them (`run`), and carries away what
changed (`changes`). Time comes as an argument, and only to stamp outputs and to pace snapshots.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from agents.customer.state import Customer
from agents.events.admit import Admission, Placement
from agents.partition.customers import NO_TIME, SWEEP, CustomerStore
from agents.partition.cutoffs import Published
from agents.partition.input_buffer import InputBuffer
from agents.partition.merge import plan
from agents.partition.pending import Bounds, Changes, Message, PendingCommit
from agents.partition.policy_change import Adoption, adopt
from agents.partition.shares import measure_of
from agents.policy.compiled import Policy
from agents.ports import Batch, InvariantError
from schemas.base.times import NO_DUE_US
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.rejects import Rejection
from schemas.outputs.records import HISTOGRAMS, encode
from schemas.state.codec import RowError, UnreadableRowError, decode_partition, encode_partition
from schemas.state.rows import NO_OFFSET, PARTITION_KEY, CutoffsRow, PartitionRow

__all__ = ["Changes", "Message", "Shard", "ShardSettings"]

LOOK_EVERY: Final = 64
"""After so many events a look whether enough for one commit is done."""
LATENCY_SAMPLE: Final = 256
"""Of so many events one tells its age."""


class ShardSettings(msgspec.Struct, frozen=True):
    """What a shard is told of its surroundings."""

    placement: Placement
    max_event_bytes: int
    snapshot_us: int
    exactly_once: bool
    bounds: Bounds
    erasure_secret: bytes = b""
    """Keys the hash that stands for an erased customer."""
    partition_bytes: int = 1_000_000_000
    """What customers may take at rest: before it is more the partition stops."""
    objects_bytes: int = 250_000_000
    """What those that are touched may take on top: beyond it the first of them rest."""
    by_wall: bool = False
    """Time passes with the wall clock: no record may move it far beyond."""
    changelog_id: str = ""
    """The broker's id of the changelog; empty where the broker has none."""


class Shard:
    """The state machine of one partition."""

    def __init__(self, policy: Policy, settings: ShardSettings) -> None:
        self.policy = policy
        self.partition = settings.placement.partition
        self.buffers: list[InputBuffer] = []
        self.commit_number = 0
        self._by_kind: dict[int, InputBuffer] = {}
        self._plan: list[int] = []
        self._planned_to = 0
        self._settings = settings
        self._moved = False
        self._pending = PendingCommit(settings.snapshot_us, settings.bounds)
        self._store = CustomerStore(
            policy,
            self.partition,
            self._pending,
            settings.erasure_secret,
            settings.partition_bytes,
            settings.objects_bytes,
            exactly_once=settings.exactly_once,
            by_wall=settings.by_wall,
        )
        self._shares = self._store.shares
        self._admission = Admission(
            policy, settings.placement, settings.max_event_bytes, self.customers
        )
        self._adoption: Adoption = adopt(None, policy, self.partition)

    @property
    def customers(self) -> dict[str, Customer | bytes]:
        """All customers by id; those at rest as bytes."""
        return self._store.customers

    @property
    def bytes_held(self) -> int:
        """What its customers take at rest."""
        return self._store.memory.bytes

    @property
    def bytes_max(self) -> int:
        """So many they may take."""
        return self._store.memory.bytes_max

    @property
    def by_tier(self) -> list[int]:
        """How many customers have which tier in force, by its rank."""
        return self._store.by_tier

    # restoring

    def restore(
        self,
        rows: dict[bytes, bytes],
        given_up: Callable[[], bool] = lambda: False,
        now_us: int = -NO_DUE_US,
    ) -> dict[Kind, int]:
        """Takes the newest rows of the changelog; returns the offsets to read on from.

        `now_us` is the wall clock's time.

        Raises UnreadableRowError for a row that is none, InvariantError for one of no use, and
        GivenUpError where it is asked to stop.
        """
        row = _partition_of(rows)
        self._check_changelog(row)
        by_clock_us = now_us if self._settings.by_wall else -NO_DUE_US
        self._adoption = adopt(row, self.policy, self.partition, by_clock_us)
        self._store.restore(row, rows, self._adoption, given_up)
        if row is None:
            return {}
        self.commit_number = row.commit_number
        self._moved = row.policies != self._adoption.policies
        return {kind: row.offsets[kind] for kind in Kind if row.offsets[kind] != NO_OFFSET}

    def _check_changelog(self, row: PartitionRow | None) -> None:
        """InvariantError for a row that was written for a topic that is no more."""
        here = self._settings.changelog_id
        if row is not None and row.changelog_id and here and row.changelog_id != here:
            raise InvariantError(
                f"the changelog of partition {self.partition} was made anew: its rows are those of "
                f"the topic {row.changelog_id}, found {here}; what was in it is lost: start a new "
                "WHALECURVE_APP_ID"
            )

    def open_inputs(self, positions: dict[Kind, int]) -> None:
        """Per input the offset to read from; an input that is not named is absent.

        What was fetched before and not taken is forgotten: it will be fetched again.
        """
        self.buffers = [InputBuffer(kind, positions[kind]) for kind in sorted(positions)]
        self._by_kind = {int(buffer.kind): buffer for buffer in self.buffers}
        self._store.buffers = self.buffers
        self._plan, self._planned_to = [], 0

    # taking in

    def buffer(self, kind: Kind) -> InputBuffer:
        """The buffer of one input."""
        return self._by_kind[kind]

    def put(self, batch: Batch) -> None:
        """Judges a batch's records and lays them in the buffer of their input.

        Raises InvariantError where it does not begin where the last one ended.
        """
        expected = self.buffer(batch.kind).position
        if batch.position != expected:
            raise InvariantError(
                f"{TOPIC_OF_KIND[batch.kind]}-{self.partition} goes on at offset {expected}, yet "
                f"what was fetched begins at {batch.position}: records would be lost; start again"
            )
        buffer = self.buffer(batch.kind)
        if not buffer.has_more:
            self._plan_anew()
        buffer.put(batch, self._admission.admit_all(batch))
        self.see_ends(batch.ends)
        self._moved = True

    def see_ends(self, ends: dict[Kind, int]) -> None:
        """The broker holds records of these inputs up to these offsets."""
        for kind, end in ends.items():
            buffer = self.buffer(kind)
            had_more = buffer.has_more
            buffer.see_end(end)
            if buffer.has_more and not had_more:
                self._plan_anew()

    def _plan_anew(self) -> None:
        """The plan was made for an input that had nothing more; now it has."""
        self._plan, self._planned_to = [], 0

    @property
    def stream_time_us(self) -> int | None:
        """The latest occurred_at applied here."""
        stream_time_us = self._store.stream_time_us
        return None if stream_time_us == NO_TIME else stream_time_us

    @property
    def full(self) -> bool:
        """Enough has changed for one commit."""
        return self._pending.full

    # taking out

    @property
    def drained(self) -> bool:
        """Nothing lies here and nothing on the broker."""
        return all(buffer.drained for buffer in self.buffers)

    def run(self, limit: int, now_us: int) -> int:
        """Takes some `limit` records in their order; returns how many steps were done.

        0: there is nothing to take now, or enough for one commit is done. Customers that fall due
        before the next record are steps, too.
        """
        self._store.memory.see_clock(now_us)
        if self._shares.is_adopting:
            self._moved = True
            steps = self._store.go_on_adopting(now_us)
        else:
            steps = self._take(limit, now_us)
        self._make_room()
        return steps

    def _take(self, limit: int, now_us: int) -> int:
        steps = 0
        while steps < limit and not self._pending.full:
            if self._planned_to >= len(self._plan):
                self._plan, self._planned_to = plan(self.buffers), 0
                if not self._plan:
                    break
            steps += self._take_planned(limit - steps, now_us)
        return steps

    def _take_planned(self, limit: int, now_us: int) -> int:
        """Takes the next records of the plan; a sweep before one of them ends it early."""
        begin, taken, swept = self._planned_to, 0, 0
        by_kind, store = self._by_kind, self._store
        counters = self._pending.counters
        consumed, taken_at_ms = counters.consumed, counters.taken_at_ms
        for kind in self._plan[begin : begin + limit]:
            buffer = by_kind[kind]
            at = buffer.at
            item, offset = buffer.items[at], buffer.offsets[at]
            if isinstance(item, Rejection):
                self._pending.reject(buffer, item, self.partition)
            elif not store.take(item, buffer, offset, now_us):
                swept = SWEEP
                break
            if offset % LATENCY_SAMPLE == 0:
                taken_at_ms.append(buffer.timestamps_ms[at])
            buffer.at = at + 1
            consumed[kind] += 1
            taken += 1
            if (taken % LOOK_EVERY == 0 or isinstance(item, Rejection)) and self._pending.full:
                break
        self._planned_to = begin + taken
        self._moved = True
        return taken + swept

    def fire_due(self, until_us: int, limit: int, now_us: int) -> int:
        """Lets happen what is due up to a time; returns how many customers were seen."""
        self._store.memory.see_clock(now_us)
        seen = self._store.fire_due(until_us, limit, now_us)
        self._make_room()
        return seen

    def _make_room(self) -> None:
        """Between two commits as many may be touched as a slow broker leaves time for."""
        if self._store.memory.is_crowded:
            self._store.memory.let_rest()

    # shares of the whole

    def offer(self, cutoffs: CutoffsRow) -> None:
        """Adopts a newer version of the cut-offs; `run` then judges whom they move."""
        self._moved = self._store.offer(cutoffs) or self._moved

    @property
    def cutoffs_version(self) -> int:
        """Of the cut-offs by which its customers are judged; 0: by the policy's entries."""
        return self._shares.version

    def makes_cutoffs(self, now_us: int) -> bool:
        """Whether `consider` would look at the histograms at all."""
        return self._shares.makes(now_us)

    def consider(self, published: list[Published], now_us: int) -> None:
        """Makes new cut-offs of all partitions' histograms, where they are due."""
        self._store.consider(published, now_us)

    # committing

    def changes(self, now_us: int, *, all_snapshots: bool = False) -> Changes | None:
        """What changed since the last call, to be committed whole; None where nothing did.

        With `all_snapshots` call it until it returns None: each commit has its bound.
        """
        memory = self._store.memory
        memory.see_clock(now_us)
        changes = self._carry_away(now_us, all_snapshots=all_snapshots)
        assert self._pending.is_empty, "nothing that changed is left behind"
        for buffer in self.buffers:
            buffer.forget_taken()
        memory.let_rest()
        return changes

    def _carry_away(self, now_us: int, *, all_snapshots: bool) -> Changes | None:
        self._store.pick_snapshots(now_us, all_snapshots=all_snapshots)
        caught_up = self.drained
        counts = self._shares.is_due(now_us, caught_up=caught_up, at_once=all_snapshots)
        if self._pending.is_empty and not self._moved and not counts:
            return None
        outputs, rows, counters = self._pending.carry_away(
            self.policy, self._store.judges.snapshot, self._store.memory.written
        )
        assert not rows or rows[-1][0] != PARTITION_KEY, "the partition's row comes last, once"
        self.commit_number += 1
        if counts:
            histogram = self._shares.publication(
                self.commit_number, now_us, self._settings.snapshot_us, caught_up=caught_up
            )
            key = str(self.partition).encode()
            outputs.append(Message(HISTOGRAMS, key, encode(histogram)))
        rows.append((PARTITION_KEY, encode_partition(self._partition_row())))
        self._moved = False
        offsets = {buffer.kind: buffer.taken_to for buffer in self.buffers}
        return Changes(outputs, rows, offsets, counters, self.commit_number)

    def _partition_row(self) -> PartitionRow:
        offsets = [NO_OFFSET] * len(Kind)
        for buffer in self.buffers:
            offsets[buffer.kind] = buffer.taken_to
        return PartitionRow(
            stream_time_us=self.stream_time_us,
            offsets=(offsets[0], offsets[1], offsets[2], offsets[3], offsets[4]),
            commit_number=self.commit_number,
            policies=self._adoption.policies,
            policy_since_us=self._adoption.since_us,
            window_days=self.policy.window_days,
            contact_days=self.policy.keeps.contact_days,
            base_currency=self.policy.base_currency,
            measure=measure_of(self.policy),
            adopted=self._shares.adopted,
            adopted_before=self._shares.adopted_before,
            adopting_from=self._shares.next_group,
            made=self._shares.made,
            changelog_id=self._settings.changelog_id,
        )

    def lag(self) -> dict[Kind, int]:
        """Per input the records on the broker that are not taken yet."""
        return {buffer.kind: buffer.lag for buffer in self.buffers}

    def oldest_ms(self) -> dict[Kind, int | None]:
        """Per input the record timestamp of the next record, as far as is known."""
        return {buffer.kind: buffer.oldest_ms for buffer in self.buffers}


def _partition_of(rows: dict[bytes, bytes]) -> PartitionRow | None:
    found = rows.get(PARTITION_KEY)
    try:
        return None if found is None else decode_partition(found)
    except RowError as error:
        raise UnreadableRowError(PARTITION_KEY, str(error)) from error
