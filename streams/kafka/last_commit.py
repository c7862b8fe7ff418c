"""What a partition last committed: its newest own row, read from the end of its changelog."""

from typing import Any, Final, NamedTuple

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.state.codec import RowError, decode_partition
from schemas.state.rows import PARTITION_KEY, PartitionRow
from streams.config.settings import Settings
from streams.kafka.changelog import METADATA_DEADLINE_S, READ_AT_ONCE, READ_WAIT_S, rows_consumer
from streams.kafka.stored_rows import StoredRowsError

NEAR_THE_END: Final = 64
"""A commit ends with the partition's row and a marker: most often it lies so near."""
FARTHER: Final = 16
"""If it does not, so many times as many records are looked at."""
EMPTY_READS_MAX: Final = 200
"""Calls for rows in a row that find none, and the broker has lost the end: ten seconds."""


class LastCommit(NamedTuple):
    """What the newest row says, and when it was written."""

    row: PartitionRow
    at_ms: int
    """By the clock of the worker that wrote it."""


def last_commits(settings: Settings, topic: str, partitions: int) -> list[LastCommit | None]:
    """That of each partition; None where there was none. StoredRowsError: it can't be read."""
    consumer = rows_consumer(settings)
    try:
        return [_last_commit(consumer, topic, number) for number in range(partitions)]
    finally:
        consumer.close()


def _last_commit(consumer: Consumer, topic: str, partition: int) -> LastCommit | None:
    tp = TopicPartition(topic, partition)
    try:
        first, end = consumer.get_watermark_offsets(tp, METADATA_DEADLINE_S)
        reach = NEAR_THE_END
        while True:
            begin = max(first, end - reach)
            found = _newest(consumer, TopicPartition(topic, partition, begin))
            if found is not None or begin == first:
                return found
            reach *= FARTHER
    except KafkaException as error:
        raise StoredRowsError(f"{topic}-{partition}: {error.args[0].str()}") from error
    except RowError as error:
        raise StoredRowsError(f"{topic}-{partition}, its own row: {error}") from error


def _newest(consumer: Consumer, begin: TopicPartition) -> LastCommit | None:
    consumer.assign([begin])
    found: Any = None
    empty = 0
    while empty < EMPTY_READS_MAX:
        messages = consumer.consume(READ_AT_ONCE, READ_WAIT_S)
        empty = 0 if messages else empty + 1
        for message in messages:
            if message.error() is not None:  # the end, as far as transactions are ended
                return None if found is None else _read(found)
            if message.key() == PARTITION_KEY:
                found = message
    raise StoredRowsError(f"{begin.topic}-{begin.partition}: its end was not found: try again")


def _read(message: Any) -> LastCommit:
    return LastCommit(decode_partition(message.value()), message.timestamp()[1])
