"""One partition held: fence, restore, read on, take, commit, and give up.

The order of taking over is the guarantee: first the transactional producer starts (whoever held
the partition can no longer commit), then the changelog is read to its stable end, then the offsets
are looked at and the inputs opened. Any other order loses or doubles.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, Final, Protocol

from aiokafka import TopicPartition

from agents.partition.cutoffs import Published
from agents.partition.shard import Shard
from agents.ports import NOTHING_COMMITTED, Batch, Committed, InvariantError
from schemas.inputs.events import Kind
from schemas.state.rows import CutoffsRow, UnreadableRowError
from streams.config.settings import Settings
from streams.kafka.changelog import Changelog, Progress
from streams.kafka.commit import CommitError, Log
from streams.kafka.flow_control import FlowControl
from streams.observe.logs import note
from streams.observe.metrics import Metrics

STEP: Final = 2_000
"""Records taken before others get their turn: about forty milliseconds of a backlog."""
BUFFER_HIGH: Final = 4_000
BUFFER_LOW: Final = 2_000
"""Records in one buffer at which its fetching stops and goes on."""
BUFFER_BYTES_HIGH: Final = 8 * 1024 * 1024
BUFFER_BYTES_LOW: Final = BUFFER_BYTES_HIGH // 2
"""Likewise their bytes: of records of a megabyte some thousand would be too many."""
IDLE_S: Final = 0.25
"""How often a partition at rest looks at the clock."""


WORD_DEADLINE_S: Final = 15.0
"""For a commit, whatever the client's own timeouts do: they were seen to be overrun by minutes
when a broker died within a commit."""
FENCE_WORD_DEADLINE_S: Final = 40.0


async def within(seconds: float, work: Awaitable[None]) -> None:
    """Waits so long for the broker's word; after that it is in doubt, and CommitError."""
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError as error:
        raise CommitError(
            f"no word from the broker for {seconds:.0f} s: in doubt; start again when it is back"
        ) from error


class Inputs(Protocol):
    """The consumer, as far as a partition needs it."""

    async def open_inputs(self, positions: dict[TopicPartition, int]) -> None:
        """Goes to these offsets."""

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that the broker still has."""

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, Committed]:
        """What the group committed of those of which it did."""


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1000


class PartitionRuntime:
    """The runtime of one partition's shard."""

    def __init__(
        self,
        shard: Shard,
        log: Log,
        changelog: Changelog,
        context: "WorkerContext",
    ) -> None:
        self.shard = shard
        self.partition = shard.partition
        self.running = False
        self.progress = Progress()
        self._log, self._changelog, self._context = log, changelog, context
        self._wake = asyncio.Event()
        self._halted = asyncio.Event()
        self._whole = False
        """Restored once: what the shard holds may be committed."""
        self._given_up = False
        self._committing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    # taking over

    def start(self) -> None:
        """Begins to take over; `running` tells when it is done."""
        self._spawn(self._take_over())

    async def _take_over(self) -> None:
        context = self._context
        began = time.monotonic()
        await within(FENCE_WORD_DEADLINE_S, context.blocking(self._log.start))
        offsets = await context.restoring(self._restore)
        seconds = time.monotonic() - began
        context.metrics.restored_rows.inc(self.progress.rows_read)
        context.metrics.restore_seconds.observe(seconds)
        note(
            "restored",
            partition=self.partition,
            customers=len(self.shard.customers),
            rows_read=self.progress.rows_read,
            seconds=round(seconds, 3),
        )
        await self._open(await self._positions(offsets))

    def _restore(self) -> dict[Kind, int]:
        """Reads the rows and takes them, in a thread; the offsets they name."""
        rows = self._changelog.read(self.progress, self._is_given_up)
        return self.shard.restore(rows, self._is_given_up)

    async def _positions(self, offsets: dict[Kind, int]) -> dict[Kind, int]:
        """Where to read on: where the rows say, checked against the broker and the group."""
        context = self._context
        tps = {
            kind: TopicPartition(topic, self.partition)
            for kind, topic in context.flow.topics.items()
        }
        beginnings = await context.inputs.beginnings(list(tps.values()))
        committed: dict[TopicPartition, Committed] = {}
        if context.settings.exactly_once:
            committed = await context.inputs.committed(list(tps.values()))
        positions = {}
        for kind, tp in tps.items():
            first, own = beginnings[tp], offsets.get(kind)
            group, number = committed.get(tp, NOTHING_COMMITTED)
            positions[kind] = first if own is None else own
            if number > self.shard.commit_number:
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: the changelog ends with commit "
                    f"{self.shard.commit_number}, the group {context.settings.app_id} had "
                    f"{number}: where another worker took over in between, start again; where "
                    "this stays, the changelog has lost rows: start a new WHALECURVE_APP_ID"
                )
            if group not in (None, own) and not self._is_late(tp, own or 0, group or 0, number):
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: the changelog says offset {own}, the group "
                    f"{context.settings.app_id} says {group}: where another worker took over in "
                    "between, start again; where this stays, someone moved the group's offsets or "
                    "deleted the changelog: set them back, or start a new WHALECURVE_APP_ID"
                )
            if positions[kind] < first:
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: offset {own} is to be read next, the broker's "
                    f"first is {first}: events were deleted unread; start a new WHALECURVE_APP_ID"
                )
        return positions

    def _is_late(self, tp: TopicPartition, own: int, group: int, number: int) -> bool:
        """Whether the group's offset is that of an earlier commit.

        Offsets that were late on the wire can overwrite those of the next commit. The rows say
        where that ended.
        """
        late = group < own and 0 < number < self.shard.commit_number
        if late:
            note("offsets of an earlier commit came late", topic=tp.topic, partition=tp.partition)
        return late

    async def _open(self, positions: dict[Kind, int]) -> None:
        context = self._context
        self.shard.open_inputs(positions)
        await context.inputs.open_inputs(
            {
                TopicPartition(context.flow.topics[kind], self.partition): offset
                for kind, offset in positions.items()
            }
        )
        if self._given_up:
            return
        self.running = self._whole = True
        self._halted.clear()
        for kind in positions:
            context.flow.resume(kind, self.partition)
        self._spawn(self._pump())
        self._spawn(self._commit_regularly())

    async def resume(self) -> None:
        """Reads on after a rebalance that left the partition here."""
        self._given_up = False
        positions = {buffer.kind: buffer.taken_to for buffer in self.shard.buffers}
        await self._open(positions)

    # taking

    def put(self, batch: Batch) -> None:
        """A batch for the shard; void unless the partition is running."""
        if self.running:
            buffer = self.shard.buffer(batch.kind)
            if batch.position != buffer.position:
                # a batch before it was lost on the way through a rebalance: fetched once more
                tp = TopicPartition(self._context.flow.topics[batch.kind], self.partition)
                self._spawn(self._context.inputs.open_inputs({tp: buffer.position}))
                return
            self.shard.put(batch)
            self._tend_gate()
            self._wake.set()

    def _tend_gate(self) -> None:
        flow = self._context.flow
        for buffer in self.shard.buffers:
            held_bytes = buffer.held_bytes()
            if buffer.records >= BUFFER_HIGH or held_bytes >= BUFFER_BYTES_HIGH:
                flow.pause(buffer.kind, self.partition)
            elif buffer.records < BUFFER_LOW and held_bytes < BUFFER_BYTES_LOW:
                flow.resume(buffer.kind, self.partition)

    async def _pump(self) -> None:
        shard, by_wall = self.shard, self._context.settings.clock == "wall"
        while self.running:
            now = now_us()
            taken = shard.run(STEP, now)
            if not taken and shard.drained and not shard.full:
                # in event time only what a policy review made due already can be left
                until = now if by_wall else shard.stream_time_us
                taken = 0 if until is None else shard.fire_due(until, STEP, now)
            if taken:
                self._tend_gate()
                await asyncio.sleep(0)
                continue
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), IDLE_S)
            except TimeoutError:
                continue

    def offer(self, cutoffs: CutoffsRow) -> None:
        """Newer cut-offs, for a shard that is running."""
        if self.running:
            self.shard.offer(cutoffs)
            self._wake.set()

    @property
    def makes_cutoffs(self) -> bool:
        """Whether `consider` would look at the histograms at all."""
        return self.running and self.shard.makes_cutoffs(now_us())

    def consider(self, published: list[Published]) -> None:
        """All partitions' histograms, for the shard that makes the cut-offs."""
        if self.running:
            self.shard.consider(published, now_us())

    # committing

    async def _commit_regularly(self) -> None:
        every_s = self._context.settings.commit_ms / 1000
        while self.running:
            began = time.monotonic()
            await self.commit()
            with suppress(TimeoutError):
                left_s = max(0.0, every_s - (time.monotonic() - began))
                await asyncio.wait_for(self._halted.wait(), left_s)

    async def commit(self, *, all_snapshots: bool = False) -> bool:
        """Commits what changed, if anything did; an error here must end the process."""
        async with self._committing:
            if self._context.failed:
                return False  # memory is not trusted any more
            changes = self.shard.changes(now_us(), all_snapshots=all_snapshots)
            if changes is None:
                return False
            self._wake.set()
            began = time.monotonic()
            try:
                await within(
                    WORD_DEADLINE_S, self._context.blocking(lambda: self._log.commit(changes))
                )
            except Exception as error:
                # told here: whoever waits for a partition that is given up hears no errors
                self._context.fail(error)
                raise
            except asyncio.CancelledError as error:
                self._context.fail(error)  # nobody knows whether it was committed
                raise
            metrics = self._context.metrics
            metrics.committed(changes.counters, time.monotonic() - began, len(changes.rows))
            metrics.show_lag(self.partition, self.shard.lag())
            return True

    # giving up

    def _is_given_up(self) -> bool:
        return self._given_up

    async def suspend(self, *, last: bool = False) -> None:
        """Stops taking and commits what was taken; `last`: with every snapshot that is owed."""
        was_running, self.running, self._given_up = self.running, False, True
        self._halted.set()
        for kind in self._context.flow.topics:
            self._context.flow.pause(kind, self.partition)
        self._wake.set()
        mine = asyncio.current_task()
        tasks, self._tasks = [task for task in self._tasks if task is not mine], []
        await asyncio.gather(*tasks, return_exceptions=True)
        # a stop in the middle of a rebalance still owes the snapshots; the transaction fences
        if was_running or (last and self._whole and self._context.settings.exactly_once):
            while await self.commit(all_snapshots=last):
                continue

    async def close(self) -> None:
        """Gives the partition up for good."""
        await self._context.blocking(self._log.close)
        self._context.metrics.forget_partition(self.partition)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(self._guarded(work)))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except asyncio.CancelledError as error:
            # nobody cancels a partition's work; a client that dies may
            if not self._given_up:
                self._context.fail(error)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, going on could lose or double
            if not self._given_up:
                self._context.fail(await self._placed(error))

    async def _placed(self, error: Exception) -> Exception:
        """The error; of a row that can't be read one that names its offset."""
        if not isinstance(error, UnreadableRowError):
            return error
        key, changelog = error.key, self._changelog
        offset = await self._context.blocking(lambda: changelog.offset_of(key))
        return InvariantError(
            f"{changelog.at(offset)} can't be read, and nothing is taken for it: {error}"
        )


class WorkerContext:
    """What every partition of this worker shares."""

    def __init__(
        self,
        settings: Settings,
        flow: FlowControl,
        metrics: Metrics,
        executor: Executor,
        restores: Executor,
        fail: Callable[[BaseException], None],
    ) -> None:
        """Restores have threads of their own: commits must not wait behind them."""
        self.settings, self.flow, self.metrics = settings, flow, metrics
        self.failed = False
        """Once anything failed, nothing is committed any more."""
        self.inputs: Inputs
        self._fail = fail
        self._executor, self._restores = executor, restores

    def fail(self, error: BaseException) -> None:
        """The process must end."""
        self.failed = True
        self._fail(error)

    async def blocking(self, work: Callable[[], Any]) -> Any:
        """Does what blocks in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def restoring(self, work: Callable[[], Any]) -> Any:
        """Reads a changelog and takes its rows, as soon as there is a thread for it."""
        return await asyncio.get_running_loop().run_in_executor(self._restores, work)
