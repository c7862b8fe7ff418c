"""All partitions of this worker: who holds which, through every rebalance."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import orjson
from aiokafka import TopicPartition

from agents.events.admit import Placement
from agents.partition.cutoffs import read_cutoffs, read_histogram
from agents.partition.pending import Bounds
from agents.partition.shard import Shard, ShardSettings
from agents.policy.compiled import Policy
from agents.ports import Batch, InvariantError
from schemas.base.partitioners import PARTITIONERS
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams import __version__
from streams.config.memory import OBJECTS_SHARE, partition_bytes
from streams.config.settings import Settings
from streams.kafka.changelog import Changelog
from streams.kafka.changelog_watch import ChangelogWatch
from streams.kafka.commit import COMMIT_DEADLINE_S, Log, PlainLog, TransactionalLog
from streams.kafka.cutoffs_reader import Known, SharesReader
from streams.kafka.flow_control import FlowControl
from streams.kafka.group import GroupMetadata
from streams.kafka.transport import BatchConsumer
from streams.observe.logs import note
from streams.observe.metrics import Metrics
from streams.runtime.context import WorkerContext
from streams.runtime.parking import Parking
from streams.runtime.partition import PartitionRuntime

THREADS_MAX: Final = 16
SLICE_RECORDS: Final = 500
SLICE_BYTES: Final = 524_288
"""So much is admitted before others get their turn: some milliseconds, of the worst events too."""
RESTORES_AT_ONCE: Final = 4
"""Each holds what it has fetched ahead, and all share one interpreter."""
REBALANCE_LOOK_S: Final = 0.5
"""How often a try that is due looks whether a rebalance has ended."""


class Assignment:
    """Takes batches to the shards, and follows the assignment."""

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        partitions: int,
        flow: FlowControl,
        fail: Callable[[BaseException], None],
        changelog_id: str = "",
    ) -> None:
        """`changelog_id` is the broker's, where it has one."""
        self.metrics = Metrics()
        self.metrics.partitions_configured.set(partitions)
        self.metrics.info.labels(__version__, policy.version, settings.app_id).set(1)
        self.assigned = False
        self._settings, self._policy, self._partitions = settings, policy, partitions
        self._partition_bytes = partition_bytes(settings)
        self._flow, self._changelog_id = flow, changelog_id
        self._group = GroupMetadata(settings)
        threads = min(THREADS_MAX, 2 * partitions + 2)
        self._executor = ThreadPoolExecutor(threads, "shard")
        self._restores = ThreadPoolExecutor(RESTORES_AT_ONCE, "restore")
        self._parking = Parking(self.metrics)
        self._context = WorkerContext(
            settings,
            flow,
            self.metrics,
            self._executor,
            self._restores,
            threads,
            fail,
            self._park,
            self._parking.runs,
        )
        self._held: dict[int, PartitionRuntime] = {}
        self._tries: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._consumer: BatchConsumer
        self._loop: asyncio.AbstractEventLoop
        flow.failed = self._context.fail
        flow.unreadable = self._tell_unreadable
        self._watch = ChangelogWatch(settings, changelog_id, self._context.fail)
        self._reader: SharesReader | None = None
        if policy.share is not None:
            self._reader = SharesReader(settings, partitions, self._tell_shares, self._context.fail)

    def attach(self, consumer: BatchConsumer) -> None:
        """Makes the consumer known; to be called on the loop that runs the shards."""
        self._consumer = consumer
        self._context.inputs = consumer
        self._loop = asyncio.get_running_loop()
        self._watch.start()
        if self._reader is not None:
            self._reader.start()

    async def take(self, batch: Batch) -> None:
        """Hands a batch to its shard, slice by slice, so that others get their turn.

        It is void where the partition is not held any more.
        """
        for part in batch.slices(SLICE_RECORDS, SLICE_BYTES):
            held = self._held.get(part.partition)
            if held is None or part.epoch != self._flow.epoch:
                return
            try:
                held.put(part)
            except Exception as error:  # noqa: BLE001 - records would be lost if this went on
                held.failed(error)
                return
            if part is not batch:
                await asyncio.sleep(0)

    # the assignment

    async def revoked(self) -> None:
        """A rebalance begins: what was taken is committed, nothing more is taken."""
        self._flow.pause_all()
        self.assigned = False
        await asyncio.gather(*(held.suspend() for held in self._held.values()))

    async def reassigned(self, partitions_by_topic: dict[str, set[int]]) -> None:
        """A rebalance ends: these partitions are this worker's."""
        mine = self._checked(partitions_by_topic)
        for partition, held in list(self._held.items()):
            if self._is_ending:
                return  # whoever took a partition over anew would fence its own last commit
            if partition not in mine or not self._may_stay(held):
                del self._held[partition]
                await held.close()
            if partition not in mine:
                self._parking.forget(partition)
        note("assigned", partitions=sorted(mine), kept=sorted(self._held))
        for partition in sorted(mine):
            if self._is_ending:
                return
            if partition in self._held:
                await self._held[partition].resume()
            else:
                self._held[partition] = held = self._new(partition)
                held.start()
        self.assigned = not self._is_ending

    def _may_stay(self, held: PartitionRuntime) -> bool:
        """Whether a partition that was kept needs no take-over; parked it waits for its try."""
        # without fencing another worker may have changed the rows in between
        return held.parked or (bool(held.shard.buffers) and self._settings.exactly_once)

    @property
    def _is_ending(self) -> bool:
        """It stops, or has failed: what it took over now it would take from others."""
        return self._stopping or self._context.failed

    def _checked(self, partitions_by_topic: dict[str, set[int]]) -> set[int]:
        assignments = [partitions_by_topic.get(topic, set()) for topic in self._flow.kinds]
        if any(partitions != assignments[0] for partitions in assignments):
            counted = _counted(self._flow.kinds, partitions_by_topic)
            raise InvariantError(
                f"the inputs have unlike partitions ({counted}): a customer would be split; where "
                "a topic was deleted, made anew or given more partitions, `whalecurve topics "
                "check` names it"
            )
        return assignments[0]

    def _new(self, partition: int) -> PartitionRuntime:
        settings, secret = self._settings, self._settings.erasure_secret_file
        placement = Placement(partition, self._partitions, PARTITIONERS[settings.partitioner])
        shard = Shard(
            self._policy,
            ShardSettings(
                placement,
                settings.max_event_bytes,
                settings.snapshot_seconds * 1_000_000,
                settings.exactly_once,
                Bounds(),
                b"" if secret is None else secret.text.encode(),
                partition_bytes=self._partition_bytes,
                objects_bytes=self._partition_bytes // OBJECTS_SHARE,
                by_wall=settings.clock == "wall",
                changelog_id=self._changelog_id,
            ),
        )
        return PartitionRuntime(
            shard,
            self._log(partition),
            Changelog(settings, partition),
            self._context,
        )

    def _log(self, partition: int) -> Log:
        if self._settings.exactly_once:
            return TransactionalLog(self._settings, partition, self._group)

        def commit_offsets(offsets: dict[Kind, int]) -> None:
            names = self._settings.names
            by_tp = {
                TopicPartition(names.of(TOPIC_OF_KIND[kind]), partition): offset
                for kind, offset in offsets.items()
            }
            work = self._consumer.commit_offsets(by_tp)
            asyncio.run_coroutine_threadsafe(work, self._loop).result(COMMIT_DEADLINE_S)

        return PlainLog(self._settings, partition, commit_offsets)

    # partitions that stand still

    def _park(self, partition: int, error: Exception) -> None:
        """A partition stopped by itself: it is taken over anew after a pause."""
        pause_s = self._parking.park(partition, error)
        task = asyncio.create_task(self._try_again(self._held.get(partition), pause_s))
        self._tries.add(task)
        task.add_done_callback(self._tries.discard)

    async def _try_again(self, parked: PartitionRuntime | None, pause_s: float) -> None:
        if parked is None:
            return
        # a commit may be under way; then what the partition held is given back
        await parked.suspend()
        await parked.close()
        await asyncio.sleep(pause_s)
        while not self.assigned:
            if self._is_ending:
                return
            await asyncio.sleep(REBALANCE_LOOK_S)
        if self._held.get(parked.partition) is parked and not self._is_ending:
            self._held[parked.partition] = again = self._new(parked.partition)
            again.start()

    def _tell_unreadable(self, partition: int, error: Exception) -> None:
        """The fetch thread can't read on."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._see_unreadable, partition, error)

    def _see_unreadable(self, partition: int, error: Exception) -> None:
        held = self._held.get(partition)
        if held is not None:
            held.failed(error)

    # shares of the whole

    def _tell_shares(self, known: Known) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._see_shares, known)

    def _see_shares(self, known: Known) -> None:
        """Offers the newest cut-offs to every partition; whoever holds the first makes new ones."""
        histograms, cutoffs = known
        try:
            offered = None if cutoffs is None else read_cutoffs(cutoffs, self._policy)
            for held in self._held.values():
                if offered is not None:
                    held.offer(offered)
            first = self._held.get(0)
            if first is not None and first.makes_cutoffs and len(histograms) == self._partitions:
                published = [
                    read_histogram(orjson.loads(histogram)) for histogram in histograms.values()
                ]
                first.consider(published)
        except Exception as error:  # noqa: BLE001 - a broken invariant ends the process
            self._context.fail(error)

    # health and end

    @property
    def parked(self) -> dict[int, str]:
        """The partitions that stand still, with the reasons."""
        return dict(self._parking.reasons)

    @property
    def ready(self) -> bool:
        """Assigned, and every partition restored."""
        return self.assigned and all(held.running for held in self._held.values())

    def show(self) -> None:
        """Brings the gauges up to date."""
        by_tier = [0] * len(TIERS)
        for held in self._held.values():
            for rank, number in enumerate(held.shard.by_tier):
                by_tier[rank] += number
            lags = held.shard.lag()
            self.metrics.show_lag(held.partition, lags)
            self.metrics.show_lag_seconds(held.partition, lags, held.shard.oldest_ms())
            self.metrics.show_stream_time(held.partition, held.shard.stream_time_us)
            self.metrics.show_customers(
                held.partition,
                len(held.shard.customers),
                held.shard.bytes_held,
                held.shard.bytes_max,
            )
            self.metrics.show_cutoffs(held.partition, held.shard.cutoffs_version)
        self.metrics.show_tiers(by_tier)
        running = sum(held.running for held in self._held.values())
        self.metrics.show_partitions(len(self._held), running, len(self.parked))
        self.metrics.restore_waiting.set(
            sum(held.progress.waiting_for_transaction for held in self._held.values())
        )

    async def stop(self) -> None:
        """The last commit of every partition, with every snapshot that is owed."""
        self._stopping = True
        self._flow.pause_all()
        self.assigned = False
        held, self._held = list(self._held.values()), {}
        await asyncio.gather(*(runtime.suspend(last=True) for runtime in held))
        for runtime in held:
            await runtime.close()

    def close(self) -> None:
        """Ends the threads and clients."""
        self._watch.stop()
        if self._reader is not None:
            self._reader.stop()
        for task in self._tries:
            task.cancel()
        for executor in (self._executor, self._restores):
            executor.shutdown(wait=False, cancel_futures=True)
        self._group.close()


def _counted(topics: Iterable[str], partitions_by_topic: dict[str, set[int]]) -> str:
    return ", ".join(f"{topic} {len(partitions_by_topic.get(topic, ()))}" for topic in topics)
