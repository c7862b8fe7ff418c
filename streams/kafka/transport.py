"""The batch transport: Faust's aiokafka driver, made to carry one fetched batch as one message.

Faust costs the same for a message that is a thousand records, so a message is all that one fetch
brought of one partition. Which partitions may be read, and from where, is not Faust's to say but
the shards', through flow control. Commits, acknowledgements and seeks of Faust's own do nothing
here: offsets are committed by `streams.kafka.commit`.

Written against aiokafka 0.14 and faust-streaming 0.15.3, whose inner parts it reaches into: both
are pinned, and the integration tests stand guard.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP, ConsumerMessage

from agents.ports import Batch, Committed
from streams.kafka.fetching import BatchConsumerThread
from streams.kafka.flow_control import FlowControl


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
    flow: FlowControl

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._read_offset = NoOffsets()

    def _new_consumer_thread(self) -> BatchConsumerThread:
        self.flow = self.transport.flow
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
            self.flow.failed(error)
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
                self.flow.await_answer(tp)
                consumer.seek(tp, offset)

    async def beginnings(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that the broker still has."""
        consumer = self._thread._ensure_consumer()
        offsets = await self._thread.call_thread(consumer.beginning_offsets, list(tps))
        return dict(offsets)

    async def committed(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, Committed]:
        """The group's committed offsets, without the partitions that have none."""
        consumer = self._thread._ensure_consumer()
        fetch = consumer._coordinator.fetch_committed_offsets
        commits = await self._thread.call_thread(fetch, list(tps))
        return {
            tp: Committed(commit.offset, _number(commit.metadata)) for tp, commit in commits.items()
        }

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


def _number(metadata: str) -> int:
    """Of the commit that set an offset of the group; 0: it was no commit of ours."""
    # confluent-kafka sends metadata with the zero byte that ends them in C
    text = metadata.rstrip("\0")
    return int(text) if text.isascii() and text.isdigit() else 0


class BatchTransport(Transport):
    """Faust's transport with a BatchConsumer."""

    Consumer = BatchConsumer
    flow: FlowControl
