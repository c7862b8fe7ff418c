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
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from agents.ports import Batch
from schemas.base.errors import OperatorError
from schemas.inputs.events import Kind
from schemas.inputs.oversized import WHOLE_MAX_BYTES
from streams.config.connecting import aiokafka_options
from streams.config.settings import (
    FETCH_BYTES,
    HEARTBEAT_S,
    REBALANCE_TIMEOUT_S,
    REQUEST_TIMEOUT_MS,
    SESSION_TIMEOUT_S,
)
from streams.kafka.access import AiokafkaRefusals, is_denied
from streams.kafka.assigning import Assignor
from streams.kafka.flow_control import FlowControl
from streams.kafka.membership import GroupError, Membership
from streams.kafka.probing import reachable
from streams.kafka.unpacking import Unpacker
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


class UnreadableInputError(FetchFailedError):
    """The same of one partition, which others need not wait for."""


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
        self._room = bytearray(settings.unpack_bytes)
        self._whole_max = max(WHOLE_MAX_BYTES, settings.max_event_bytes)
        self._unpacking: dict[TopicPartition, tuple[FetchResult, Unpacker]] = {}
        return aiokafka.AIOKafkaConsumer(
            **aiokafka_options(settings),
            group_id=settings.app_id,
            partition_assignment_strategy=[Assignor(settings.app_id)],
            enable_auto_commit=False,
            # where no offset was committed the shard says where to begin: nobody resets
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=settings.fetch_wait_ms,
            request_timeout_ms=REQUEST_TIMEOUT_MS * 4,
            session_timeout_ms=SESSION_TIMEOUT_S * 1000,
            heartbeat_interval_ms=HEARTBEAT_S * 1000,
            rebalance_timeout_ms=REBALANCE_TIMEOUT_S * 1000,
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
        consumer, loop = self._ensure_consumer(), asyncio.get_running_loop()
        membership = Membership(self.consumer.flow.settings, consumer, loop.time())
        while not self.should_stop:
            try:
                membership.check(loop.time())
                _check_fetching(consumer._fetcher._fetch_task)
            except (KafkaError, GroupError, FetchFailedError) as error:
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
            try:
                batch = self._next_part(fetcher, tp, assignment)
            except UnreadableInputError as error:
                self._drop(fetcher, tp)
                flow.refuse(tp.partition, error)
                continue
            if batch is not None:
                flow.note_answer(tp)
                taken[TP(*tp)] = [batch]
        for tp in readable - fetcher._records.keys():
            if not flow.answered(tp):
                empty = self._first_word(tp, assignment)
                if empty is None:
                    blocked = True
                else:
                    taken[TP(*tp)] = [empty]
        return taken, blocked

    def _next_part(self, fetcher: Any, tp: TopicPartition, assignment: Any) -> Batch | None:
        """What is unpacked next of a fetch; None where it is void.

        UnreadableInputError where it can't be read on.
        """
        result = fetcher._records[tp]
        if type(result) is not FetchResult:
            if is_denied(repr(result._error)):
                self._drop(fetcher, tp)
                raise result._error
            raise _unreadable(tp, result._error)
        if not result.check_assignment(tp):
            self._drop(fetcher, tp)
            return None
        if self._unpacking.get(tp, (None,))[0] is not result:
            unpacker = Unpacker(result._partition_records, self._room, self._whole_max)
            self._unpacking[tp] = result, unpacker
        try:
            batch, has_more = self._batch(tp, self._unpacking[tp][1], result, assignment)
        except CorruptRecordException as error:
            raise _unreadable(tp, error) from error
        if not has_more:
            result._partition_records = None
            self._drop(fetcher, tp)
        return batch

    def _drop(self, fetcher: Any, tp: TopicPartition) -> None:
        """Nothing more is taken of a fetch: the next may be made."""
        del fetcher._records[tp]
        self._unpacking.pop(tp, None)
        fetcher._notify(fetcher._wait_consume_future)

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

    def _batch(
        self, tp: TopicPartition, unpacker: Unpacker, result: FetchResult, assignment: Any
    ) -> tuple[Batch, bool]:
        """(the next part of a fetch, whether there is more of it)."""
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
        has_more = unpacker.fill(batch)
        state.consumed_to(fetched.next_fetch_offset)
        batch.next_position = fetched.next_fetch_offset
        batch.ends = self._ends(tp.partition, assignment)
        return batch, has_more


def _unreadable(tp: TopicPartition, error: BaseException) -> UnreadableInputError:
    return UnreadableInputError(
        f"{tp.topic}-{tp.partition} can't be read on: {describe_safely(error)}: if its events were "
        "deleted unread or the topic made anew, start a new WHALECURVE_APP_ID"
    )


def _check_fetching(task: "asyncio.Task[None]") -> None:
    """FetchFailedError where aiokafka has given up to fetch, of which it says nothing."""
    if task.done():
        error = None if task.cancelled() else task.exception()
        why = "it was cancelled" if error is None else describe_safely(error)
        raise FetchFailedError(f"nothing is fetched any more: {why}: start again") from error
