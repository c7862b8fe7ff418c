"""The thread that fetches: what one fetch brought of one partition becomes one batch of columns.

It asks flow control which partitions may be taken from, and says through it what can't be read on.
Written against aiokafka 0.14 and faust-streaming 0.15.3, whose inner parts it reaches into: both
are pinned, and the integration tests stand guard.
"""

import asyncio
import logging
from typing import Any, Final, Protocol

import aiokafka
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from agents.ports import Batch
from schemas.base.errors import OperatorError
from schemas.inputs.events import Kind
from streams.config.connecting import aiokafka_options
from streams.config.settings import FETCH_BYTES, HEARTBEAT_S, REQUEST_TIMEOUT_MS, SESSION_TIMEOUT_S
from streams.kafka.access import AiokafkaRefusals, is_denied
from streams.kafka.flow_control import FlowControl
from streams.kafka.probing import reachable
from streams.observe.logs import describe_safely

POLL_S: Final = 0.2
"""The longest that one call for records waits."""
TAKE_EVERY_S: Final = 0.02
"""Least time between two takes: a batch costs Faust a third of a millisecond, however small."""
GROUP_LOOK_S: Final = 0.5
METADATA_AGE_MS: Final = 15_000
NEVER_MS: Final = 2**31 - 1
BLOCKED_POLL_S: Final = 0.005
"""How soon a partition is looked at again whose buffer was full, or that was not heard of yet."""


class FetchFailedError(OperatorError):
    """An input can't be read where the shard wants to read on; never is it reset silently."""


class Gated(Protocol):
    """What the thread knows of the consumer that it fetches for."""

    flow: FlowControl
    flow_active: bool


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Fetches in a thread of its own; gives one Batch a partition."""

    consumer: Gated
    _taken_at = 0.0

    def on_crash(self, msg: str, *fmt: Any, **options: Any) -> None:
        """Prints nothing, where mode prints a stack trace: the worker says in one line why."""

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        del transport
        # aiokafka may wait at an address that is deaf, and asks them only once: at its start
        settings, _ = reachable(self.consumer.flow.settings)
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
            client_rack=settings.client_rack or None,
        )

    async def on_start(self) -> None:
        """Starts aiokafka's consumer."""
        flow = self.consumer.flow
        self._refusals = AiokafkaRefusals(flow.settings, flow.failed)
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
                    self.consumer.flow.failed(error)
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
        flow, taken, blocked = self.consumer.flow, {}, False
        readable = flow.readable()
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
                    f"{tp.topic}-{tp.partition} can't be read on: "
                    f"{describe_safely(result._error)}: if its events were deleted unread or the "
                    "topic made anew, start a new WHALECURVE_APP_ID"
                )
            if result.check_assignment(tp):
                flow.note_answer(tp)
                taken[TP(*tp)] = [self._batch(tp, result, assignment)]
        for tp in readable - fetcher._records.keys():
            if not flow.answered(tp):
                empty = self._first_word(tp, assignment)
                if empty is None:
                    blocked = True
                else:
                    taken[TP(*tp)] = [empty]
        return taken, blocked

    def _first_word(self, tp: TopicPartition, assignment: Any) -> Batch | None:
        """An empty batch once the broker told how far a partition reaches."""
        ends = self._ends(tp.partition, assignment)
        kind = self.consumer.flow.kinds[tp.topic]
        state = assignment.state_value(tp)
        if kind not in ends or state is None or not state.has_valid_position:
            return None
        if state.position < ends[kind]:
            return None  # its records are on their way and say it themselves
        self.consumer.flow.note_answer(tp)
        at = state.position
        return Batch(
            kind=kind,
            partition=tp.partition,
            position=at,
            next_position=at,
            offsets=[],
            timestamps_ms=[],
            keys=[],
            values=[],
            headers=[],
            ends=ends,
            epoch=self.consumer.flow.epoch,
        )

    def _ends(self, partition: int, assignment: Any) -> dict[Kind, int]:
        ends = {}
        exactly_once = self.consumer.flow.settings.exactly_once
        for topic, kind in self.consumer.flow.kinds.items():
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
            kind=self.consumer.flow.kinds[tp.topic],
            partition=tp.partition,
            position=position,
            next_position=position,
            offsets=[],
            timestamps_ms=[],
            keys=[],
            values=[],
            headers=[],
            ends={},
            epoch=self.consumer.flow.epoch,
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
        why = "it was cancelled" if error is None else describe_safely(error)
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
