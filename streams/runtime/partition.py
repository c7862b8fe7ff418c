"""One partition held: taken over, read on, taken, committed, and given up.

`take_over` fences, restores and says where to read on; `pump` lets the shard take; `committer`
carries away what changed. Here stands when which of them runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiokafka import TopicPartition

from agents.partition.cutoffs import Published
from agents.partition.shard import Shard
from agents.ports import Batch
from schemas.inputs.events import Kind
from schemas.state.codec import UnreadableRowError
from schemas.state.rows import CutoffsRow
from streams.kafka.changelog import Changelog, Progress, RestoreError
from streams.kafka.commit import Log, RefusedError
from streams.runtime.committer import Committer
from streams.runtime.context import WorkerContext, now_us
from streams.runtime.parking import parks
from streams.runtime.pump import Pump
from streams.runtime.take_over import TakeOver


class PartitionRuntime:
    """The runtime of one partition's shard."""

    def __init__(
        self, shard: Shard, log: Log, changelog: Changelog, context: WorkerContext
    ) -> None:
        self.shard = shard
        self.partition = shard.partition
        self._log, self._changelog, self._context = log, changelog, context
        self._take_over = TakeOver(shard, log, changelog, context, self._is_given_up)
        self._pump = Pump(shard, context)
        self._committer = Committer(shard, log, context, self._pump.wake)
        self._restored = False
        """What the shard holds may be committed."""
        self._given_up = False
        self._tasks: list[asyncio.Task[None]] = []
        self._suspending = asyncio.Lock()
        self._closed = False
        self.parked = False
        """It stopped by itself; what it holds is not trusted any more."""

    @property
    def progress(self) -> Progress:
        """How far the changelog was read."""
        return self._take_over.progress

    @property
    def running(self) -> bool:
        """Taken over, and not given up since."""
        return self._pump.running

    def start(self) -> None:
        """Begins to take over; `running` tells when it is done."""
        self._spawn(self._begin())

    async def _begin(self) -> None:
        await self._open(await self._take_over.run())

    async def _open(self, positions: dict[Kind, int]) -> None:
        topics = self._context.flow.topics
        self.shard.open_inputs(positions)
        await self._context.inputs.open_inputs(
            {
                TopicPartition(topics[kind], self.partition): offset
                for kind, offset in positions.items()
            }
        )
        if self._given_up:
            return
        self._restored = self._pump.running = True
        self._committer.start()
        self._context.runs(self.partition)
        self._pump.open_flow()
        self._spawn(self._pump.run())
        self._spawn(self._committer.run())

    async def resume(self) -> None:
        """Reads on after a rebalance that left the partition here; parked it stays parked."""
        if self.parked:
            return
        self._given_up = False
        await self._open({buffer.kind: buffer.taken_to for buffer in self.shard.buffers})

    def put(self, batch: Batch) -> None:
        """A batch for the shard; void unless the partition is running."""
        if not self.running:
            return
        buffer = self.shard.buffer(batch.kind)
        if batch.position != buffer.position:
            # a batch before it was lost on the way through a rebalance: fetched once more
            tp = TopicPartition(self._context.flow.topics[batch.kind], self.partition)
            self._spawn(self._context.inputs.open_inputs({tp: buffer.position}))
            return
        self._pump.put(batch)

    def offer(self, cutoffs: CutoffsRow) -> None:
        """Newer cut-offs, for a shard that is running."""
        if self.running:
            self._tried(lambda: self.shard.offer(cutoffs))
            self._pump.wake()

    @property
    def makes_cutoffs(self) -> bool:
        """Whether `consider` would look at the histograms at all."""
        return self.running and self.shard.makes_cutoffs(now_us())

    def consider(self, published: list[Published]) -> None:
        """All partitions' histograms, for the shard that makes the cut-offs."""
        if self.running:
            self._tried(lambda: self.shard.consider(published, now_us()))

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - as in every task of a partition
            self.failed(error)

    async def commit(self, *, all_snapshots: bool = False) -> bool:
        """Commits what changed, if anything did."""
        return await self._committer.commit(all_snapshots=all_snapshots)

    # giving up

    def _is_given_up(self) -> bool:
        return self._given_up

    def halt(self) -> None:
        """Takes and commits nothing more by itself."""
        self._given_up, self._pump.running = True, False
        self._committer.halt()
        self._pump.close_flow()
        self._pump.wake()

    async def suspend(self, *, last: bool = False) -> None:
        """Stops taking and commits what was taken; `last`: with every snapshot that is owed."""
        was_running = self.running
        self.halt()
        async with self._suspending:
            mine = asyncio.current_task()
            tasks, self._tasks = [task for task in self._tasks if task is not mine], []
            if last and not self._restored and not self.parked:
                return  # nothing is owed, and fencing may wait long for the broker
            await asyncio.gather(*tasks, return_exceptions=True)
            # a stop in the middle of a rebalance still owes the snapshots; the transaction fences
            owes = last and self._restored and self._context.settings.exactly_once
            try:
                while (was_running or owes) and not self.parked:
                    if not await self.commit(all_snapshots=last):
                        return
            except Exception as error:  # noqa: BLE001 - as in every task of a partition
                self.failed(error)

    async def close(self) -> None:
        """Gives the partition up for good, once; suspended before."""
        if not self._closed:
            self._closed = True
            await self._context.blocking(self._log.close)
            self._context.metrics.forget_partition(self.partition)

    def failed(self, error: Exception) -> None:
        """Parks the partition, or ends the process where others could be concerned."""
        if not parks(error):
            self._context.fail(error)
        elif not self.parked:
            self.parked, self._restored = True, False
            self.halt()
            self._context.park(self.partition, error)

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
        except RefusedError as error:
            self.failed(error)  # what the commit carried is in no memory any more
        except Exception as error:  # noqa: BLE001 - whatever it was, going on could lose or double
            if not self._given_up:
                self.failed(await self._placed(error))

    async def _placed(self, error: Exception) -> Exception:
        """The error; of a row that can't be read one that names its offset."""
        if not isinstance(error, UnreadableRowError):
            return error
        key, changelog = error.key, self._changelog
        try:
            offset = await self._context.blocking(lambda: changelog.offset_of(key))
        except RestoreError:
            return error
        return UnreadableRowError(
            key, f"{changelog.at(offset)} can't be read, and nothing is taken for it: {error}"
        )
