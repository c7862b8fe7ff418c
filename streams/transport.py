"""The batch transport: Faust's aiokafka driver, made to carry one fetched batch as one message.

Faust costs the same for a message that is a thousand records, so a message is all that one fetch
brought of one partition. Which partitions may be read, and from where, is not Faust's to say but
the shards': a partition is closed until its shard has restored and named its offset (`open`), and
while its inbox is full nothing is taken of what was fetched for it. Commits, acknowledgements and
seeks of Faust's own do nothing here: offsets are committed by `streams.commit`.

Written against aiokafka 0.14 and faust-streaming 0.15.3, whose inner parts it reaches into: both
are pinned, and the integration tests stand guard.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Final

import aiokafka
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, ConsumerMessage

from agents.ports import Batch, Committed
from schemas.events import Kind
from schemas.told import ToldError
from streams.access import AiokafkaRefusals, is_denied
from streams.logs import told
from streams.settings import (
    FETCH_BYTES,
    HEARTBEAT_S,
    REQUEST_TIMEOUT_MS,
    SESSION_TIMEOUT_S,
    Settings,
    aiokafka_options,
)

POLL_S: Final = 0.2
"""The longest that one call for records waits."""
TAKE_EVERY_S: Final = 0.02
"""Least time between two takes: a batch costs Faust a third of a millisecond, however small."""
GROUP_LOOK_S: Final = 0.5
METADATA_AGE_MS: Final = 15_000
NEVER_MS: Final = 2**31 - 1
BLOCKED_POLL_S: Final = 0.005
"""How soon a partition is looked at again whose inbox was full, or that was not heard of yet."""


class FetchFailedError(ToldError):
    """An input can't be read where the shard wants to read on; never is it reset silently."""


class Gate:
    """Which topic partitions may be read now; written by the shards, read by the fetch thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kinds: dict[str, Kind] = {}
        """The inputs that exist, by the broker's name of their topic."""
        self.topics: dict[Kind, str] = {}
        self.failed: Callable[[BaseException], None] = lambda _: None
        self.epoch = 0
        """Counts assignments: what was fetched under an earlier one is void."""
        self._readable: set[TopicPartition] = set()
        self._unheard: set[TopicPartition] = set()

    def set_inputs(self, topics: Mapping[Kind, str]) -> None:
        """Names the inputs."""
        self.topics = dict(topics)
        self.kinds = {topic: kind for kind, topic in topics.items()}

    def let(self, kind: Kind, partition: int) -> None:
        """The inbox has room."""
        self._readable.add(TopicPartition(self.topics[kind], partition))

    def stop(self, kind: Kind, partition: int) -> None:
        """The inbox is full, or the partition is given up."""
        self._readable.discard(TopicPartition(self.topics[kind], partition))

    def stop_all(self) -> None:
        """Nothing may be read any more, and what is on its way is void."""
        self.epoch += 1
        self._readable.clear()
        self._unheard.clear()

    def unheard(self, tp: TopicPartition) -> None:
        """The broker is to be heard of this partition: how far it reaches."""
        self._unheard.add(tp)

    def readable(self) -> set[TopicPartition]:
        """A view of the moment, for the fetch thread."""
        return self._readable.copy()

    def heard(self, tp: TopicPartition) -> bool:
        """Whether the broker answered already; the first answer makes an empty batch."""
        return tp not in self._unheard

    def hear(self, tp: TopicPartition) -> None:
        """The broker answered."""
        self._unheard.discard(tp)


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Fetches in a thread of its own; gives one Batch a partition."""

    consumer: "BatchConsumer"
    _taken_at = 0.0

    def on_crash(self, msg: str, *fmt: Any, **options: Any) -> None:
        """Prints nothing, where mode prints a stack trace: the worker says in one line why."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        del transport
        settings = self.consumer.gate.settings
        self._assignor = self.app.assignor
        return aiokafka.AIOKafkaConsumer(
            **aiokafka_options(settings),
            group_id=settings.app_id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            # where no offset was committed the shard says where to begin: nobody resets
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=settings.fetch_wait_ms,
            request_timeout_ms=REQUEST_TIMEOUT_MS * 4,
            session_timeout_ms=SESSION_TIMEOUT_S * 1000,
            heartbeat_interval_ms=HEARTBEAT_S * 1000,
            rebalance_timeout_ms=60_000,
            # a rebalance that lasts longer would never be joined again, without a word
            max_poll_interval_ms=NEVER_MS,
            # an input that was given more partitions is to be noticed soon
            metadata_max_age_ms=METADATA_AGE_MS,
            isolation_level="read_committed",
        )

    async def on_start(self) -> None:
        """Starts aiokafka's consumer."""
        gate = self.consumer.gate
        self._refusals = AiokafkaRefusals(gate.settings, gate.failed)
        logging.getLogger("aiokafka").addHandler(self._refusals)
        await super().on_start()
        self.add_future(self._watch_group())
        # a partition that is not taken from must not hold up fetches of the others
        self._ensure_consumer()._fetcher._prefetch_backoff = 0.0

    async def _watch_group(self) -> None:
        """What becomes of our membership aiokafka says only to whoever asks."""
        while not self.should_stop:
            consumer = self._ensure_consumer()
            try:
                consumer._coordinator.check_errors()
                _check_fetching(consumer._fetcher._fetch_task)
            except (KafkaError, FetchFailedError) as error:
                if not self.should_stop:
                    self.consumer.gate.failed(error)
                return
            await asyncio.sleep(GROUP_LOOK_S)

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> dict[TP, list[Batch]]:
        del active_partitions, max_records
        fetcher = consumer._fetcher
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._taken_at + TAKE_EVERY_S - loop.time())
        until = loop.time() + min(timeout or POLL_S, POLL_S)
        while True:
            if consumer._closed or fetcher._closed:
                raise ConsumerStoppedError
            if not self.consumer.flow_active:
                return {}
            if fetcher._subscriptions.reassignment_in_progress:
                await asyncio.sleep(BLOCKED_POLL_S)
                return {}
            with fetcher._subscriptions.fetch_context():
                taken, blocked = self._take(fetcher)
            left = until - loop.time()
            if taken or left <= 0:
                self._taken_at = loop.time()
                return taken
            waiter = fetcher._create_fetch_waiter()
            await asyncio.wait([waiter], timeout=BLOCKED_POLL_S if blocked else left)
            if waiter.done():
                waiter.result()
            else:
                waiter.cancel()

    def _take(self, fetcher: Any) -> tuple[dict[TP, list[Batch]], bool]:
        """(the batches that may be taken, whether a look is worth while soon again)."""
        gate, taken, blocked = self.consumer.gate, {}, False
        readable = gate.readable()
        assignment = fetcher._subscriptions.subscription.assignment
        if assignment is None:
            return {}, False
        for tp in list(fetcher._records):
            if tp not in readable or tp not in assignment.tps:
                blocked = True
                continue
            result = fetcher._records.pop(tp)
            fetcher._notify(fetcher._wait_consume_future)
            if type(result) is not FetchResult:
                if is_denied(repr(result._error)):
                    raise result._error
                raise FetchFailedError(
                    f"{tp.topic}-{tp.partition} can't be read on: {told(result._error)}: if its "
                    "events were deleted unread or the topic made anew, start a new "
                    "WHALECURVE_APP_ID"
                )
            if result.check_assignment(tp):
                gate.hear(tp)
                taken[TP(*tp)] = [self._batch(tp, result, assignment)]
        for tp in readable - fetcher._records.keys():
            if not gate.heard(tp):
                empty = self._first_word(tp, assignment)
                if empty is None:
                    blocked = True
                else:
                    taken[TP(*tp)] = [empty]
        return taken, blocked

    def _first_word(self, tp: TopicPartition, assignment: Any) -> Batch | None:
        """An empty batch once the broker told how far a partition reaches."""
        ends = self._ends(tp.partition, assignment)
        kind = self.consumer.gate.kinds[tp.topic]
        state = assignment.state_value(tp)
        if kind not in ends or state is None or not state.has_valid_position:
            return None
        if state.position < ends[kind]:
            return None  # its records are on their way and say it themselves
        self.consumer.gate.hear(tp)
        at = state.position
        return Batch(kind, tp.partition, at, at, [], [], [], [], [], ends, self.consumer.gate.epoch)

    def _ends(self, partition: int, assignment: Any) -> dict[Kind, int]:
        ends = {}
        exactly_once = self.consumer.gate.settings.exactly_once
        for topic, kind in self.consumer.gate.kinds.items():
            state = assignment.state_value(TopicPartition(topic, partition))
            if state is None or state.timestamp is None:
                continue  # the broker did not answer a fetch of it yet
            end = state.lso if exactly_once else state.highwater
            if end is not None and end >= 0:
                ends[kind] = end
        return ends

    def _batch(self, tp: TopicPartition, result: FetchResult, assignment: Any) -> Batch:
        state = assignment.state_value(tp)
        position = state.position
        batch = Batch(
            self.consumer.gate.kinds[tp.topic],
            tp.partition,
            position,
            position,
            [],
            [],
            [],
            [],
            [],
            {},
            self.consumer.gate.epoch,
        )
        fetched = result._partition_records
        unpack(fetched, batch)
        state.consumed_to(fetched.next_fetch_offset)
        result._partition_records = None
        batch.next_position = fetched.next_fetch_offset
        batch.ends = self._ends(tp.partition, assignment)
        return batch


def _check_fetching(task: "asyncio.Task[None]") -> None:
    """FetchFailedError where aiokafka has given up to fetch, of which it says nothing."""
    if task.done():
        error = None if task.cancelled() else task.exception()
        why = "it was cancelled" if error is None else told(error)
        raise FetchFailedError(f"nothing is fetched any more: {why}: start again") from error


def unpack(fetched: PartitionRecords, batch: Batch) -> None:
    """Lays the committed records of a fetch into the batch's columns.

    As aiokafka's own `_unpack_records`, without an object for each record.
    """
    offsets, timestamps = batch.offsets, batch.timestamps_ms
    keys, values, headers = batch.keys, batch.values, batch.headers
    records = fetched._records
    while records.has_next():
        part = records.next_batch()
        if not part.validate_crc():
            raise CorruptRecordException(f"a batch of {fetched._tp} has a wrong checksum")
        if part.producer_id is not None:
            fetched._consume_aborted_up_to(part.base_offset)
            if part.is_control_batch and fetched._contains_abort_marker(part):
                fetched._aborted_producers.discard(part.producer_id)
            aborted = part.is_transactional and part.producer_id in fetched._aborted_producers
            if aborted or part.is_control_batch:
                fetched.next_fetch_offset = part.next_offset
                continue
        try:
            for record in part:
                offset = record.offset
                if offset < fetched.next_fetch_offset:
                    continue
                fetched.next_fetch_offset = offset + 1
                offsets.append(offset)
                timestamps.append(record.timestamp)
                keys.append(record.key)
                values.append(record.value)
                headers.append(tuple(record.headers))
        except UnicodeDecodeError as error:
            raise FetchFailedError(
                f"{fetched._tp.topic}-{fetched._tp.partition}: offset {fetched.next_fetch_offset} "
                "has a header whose name is not UTF-8: Kafka's clients write none; delete the "
                "records up to it, and start a new WHALECURVE_APP_ID"
            ) from error
        fetched.next_fetch_offset = part.next_offset


def _number(metadata: str) -> int:
    """Of the commit that set an offset of the group; 0: it was no commit of ours."""
    # confluent-kafka sends metadata with the zero byte that ends them in C
    text = metadata.rstrip("\0")
    return int(text) if text.isascii() and text.isdigit() else 0


class NoOffsets(dict[TP, int | None]):
    """Faust's memory of how far each input was read: it remembers nothing.

    Faust passes on nothing that ends before what it passed on last, and what a rebalance cut off
    counts as passed on. A shard that reads on from before that would only be given the last batch
    of several, miss those before it, and ask for them again and again.
    """

    def __getitem__(self, tp: TP) -> None:
        """Nothing was read."""

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        """The shards know."""


class BatchConsumer(Consumer):
    """Faust's consumer, with batches for messages and no say in offsets."""

    _thread: BatchConsumerThread
    gate: Gate

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._read_offset = NoOffsets()

    def _new_consumer_thread(self) -> BatchConsumerThread:
        self.gate = self.transport.gate
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Yields one message a batch."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        try:
            records = await self._thread.getmany(None, timeout)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            self.gate.failed(error)
            raise
        for tp, batches in records.items():
            for batch in batches:
                yield tp, self._to_message(tp, batch)

    def _to_message(self, tp: TP, record: Batch) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.next_position,
            None,
            0,
            (),
            None,
            record,
            None,
            -1,
            -1,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def open_inputs(self, positions: Mapping[TopicPartition, int]) -> None:
        """Goes to the offsets and lets the broker say how far each input reaches."""
        await self._thread.call_thread(self._seek_all, dict(positions))

    async def _seek_all(self, positions: dict[TopicPartition, int]) -> None:
        consumer = self._thread._ensure_consumer()
        for tp, offset in positions.items():
            if tp in consumer.assignment():
                self.gate.unheard(tp)
                consumer.seek(tp, offset)

    async def beginnings(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that the broker still has."""
        consumer = self._thread._ensure_consumer()
        found = await self._thread.call_thread(consumer.beginning_offsets, list(tps))
        return dict(found)

    async def committed(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, Committed]:
        """What the group committed of those of which it did."""
        consumer = self._thread._ensure_consumer()
        fetch = consumer._coordinator.fetch_committed_offsets
        found = await self._thread.call_thread(fetch, list(tps))
        return {tp: Committed(its.offset, _number(its.metadata)) for tp, its in found.items()}

    async def commit_offsets(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commits offsets as a member of the group: for brokers without transactions."""
        consumer = self._thread._ensure_consumer()
        await self._thread.call_thread(consumer.commit, dict(offsets))

    # what Faust would do with offsets, and must not

    async def perform_seek(self) -> None:
        """Positions are the shards'."""

    async def seek_to_committed(self) -> dict[TP, int]:
        """Positions are the shards'."""
        return {}

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        """Offsets go with the shard's transaction."""
        del topics, start_new_transaction
        return False

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Between two batches every offset is a gap: nothing is to be made of it."""

    def track_message(self, message: Any) -> None:
        """Nothing waits for acknowledgements."""

    def ack(self, message: Any) -> bool:
        """Nothing waits for acknowledgements."""
        message.acked = True
        return True

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Stalls are seen by the lag and commit metrics."""


class BatchTransport(Transport):
    """Faust's transport with a BatchConsumer."""

    Consumer = BatchConsumer
    gate: Gate
