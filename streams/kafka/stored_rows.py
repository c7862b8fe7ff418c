"""Stored rows read from beside the workers: nothing is fenced, written, committed or joined.

A partition is read to the last stable offset, so what is found is whole: the partition's row and
its customers' rows are those of one commit. A worker may go on meanwhile. Held at once are the rows
of one partition, or those that were asked for.
"""

import time
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.base.errors import OperatorError
from schemas.state.codec import RowError, decode_partition
from schemas.state.rows import PARTITION_KEY, PartitionRow
from schemas.topics.acls import Operation, Resource, Right
from schemas.topics.declared import CHANGELOG
from streams.config.settings import Settings
from streams.kafka.access import lacking
from streams.kafka.changelog import METADATA_DEADLINE_S, READ_AT_ONCE, READ_WAIT_S, rows_consumer
from streams.kafka.probing import reachable
from streams.kafka.topics import TopicsError, look_at_topics

SILENT_DEADLINE_S: Final = 30.0
"""So long without a row or an end, and the broker has lost it."""
TELL_EVERY_S: Final = 0.5


class StoredRowsError(OperatorError):
    """Stored rows can't be read, or are of no use; the text says which and why."""


class StoredPartition(msgspec.Struct, frozen=True):
    """What one partition holds, as its last commit left it."""

    partition: int
    row: PartitionRow
    """Its own: stream time, policies, cut-offs."""
    customers: dict[bytes, bytes]
    """By customer_id the newest bytes; who was erased is not there."""


class StoredRows:
    """The rows of an application as they lie on its changelog."""

    def __init__(self, settings: Settings) -> None:
        """Looks whether they may be read.

        Raises what `look_at_topics` raises, AccessError where the changelog may not be read, and
        TopicsError where there is none.
        """
        state = look_at_topics(settings)[CHANGELOG]
        self.topic: Final = state.name
        if not state.exists:
            raise TopicsError(
                f"{self.topic}: expected the changelog of the application {settings.app_id!r}, "
                "found none: check WHALECURVE_APP_ID and WHALECURVE_OUTPUT_PREFIX"
            )
        if Operation.READ not in state.granted:
            right = Right(Operation.READ, Resource.TOPIC, self.topic, "reads its rows")
            raise lacking(settings, [right])
        self._settings = reachable(settings)[0]
        self.partitions: Final = self._count()
        """How many partitions there are."""

    def read(
        self,
        partition: int,
        only: Collection[bytes] | None = None,
        tell: Callable[[float], None] = lambda _: None,
    ) -> StoredPartition | None:
        """A partition's newest rows, of these customers or of all; None: nothing was committed yet.

        `tell` hears twice a second which part of it was read, 0 to 1. StoredRowsError where a row
        is none or of another Whalecurve, or where the broker falls silent.
        """
        rows: dict[bytes, bytes] = {}
        for key, value in self._records(partition, tell):
            if value is None:
                rows.pop(key, None)
            elif only is None or key in only or key == PARTITION_KEY:
                rows[key] = value
        own = rows.pop(PARTITION_KEY, None)
        if own is None:
            if rows:
                raise StoredRowsError(
                    f"{self.topic}-{partition} has customers and no row of the partition: another "
                    "program writes there"
                )
            return None
        try:
            return StoredPartition(partition, decode_partition(own), rows)
        except RowError as error:
            raise StoredRowsError(f"{self.topic}-{partition}, its own row: {error}") from error

    def _count(self) -> int:
        consumer = rows_consumer(self._settings)
        try:
            found = consumer.list_topics(self.topic, METADATA_DEADLINE_S)
        except KafkaException as error:
            raise StoredRowsError(f"{self.topic}: {error.args[0].str()}") from error
        finally:
            consumer.close()
        return len(found.topics[self.topic].partitions)

    def _records(
        self, partition: int, tell: Callable[[float], None]
    ) -> Iterator[tuple[bytes, bytes | None]]:
        """Key and value of all records up to the stable end; None for a value: forgotten."""
        consumer = rows_consumer(self._settings)
        tp = TopicPartition(self.topic, partition, 0)
        try:
            first, end = consumer.get_watermark_offsets(tp, METADATA_DEADLINE_S)
            consumer.assign([tp])
            told_at = time.monotonic()
            for message in self._to(end, consumer, partition):
                if message.key() is None:
                    raise StoredRowsError(
                        f"{self.topic}-{partition}, offset {message.offset()}, has no key: another "
                        "program writes there"
                    )
                yield message.key(), message.value()
                if time.monotonic() - told_at >= TELL_EVERY_S:
                    told_at = time.monotonic()
                    tell(min(1.0, ((message.offset() or 0) - first) / max(1, end - first)))
        except KafkaException as error:
            raise StoredRowsError(f"{self.topic}-{partition}: {error.args[0].str()}") from error
        finally:
            consumer.close()

    def _to(self, end: int, consumer: Consumer, partition: int) -> Iterator[Any]:
        """The messages up to an end that the broker tells of, at `end` or behind it.

        Not to `end` alone: what was written anew since may be compacted away before it.
        """
        heard_at = time.monotonic()
        while True:
            for message in consumer.consume(READ_AT_ONCE, READ_WAIT_S):
                failure = message.error()
                if failure is None:
                    heard_at = time.monotonic()
                    yield message
                elif failure.code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(failure)
                elif (message.offset() or 0) >= end:
                    return
            if time.monotonic() - heard_at > SILENT_DEADLINE_S:
                raise StoredRowsError(
                    f"{self.topic}-{partition}: nothing came for {SILENT_DEADLINE_S:.0f} s: look "
                    "for a broker that is away"
                )
