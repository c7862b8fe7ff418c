"""Restoring a partition: the newest row of every key of its changelog, read to its stable end.

Only after fencing: then no one else can add to it, and what was left open is aborted. A foreign
open transaction hides the rows behind it, so the end is where the last stable offset has reached
the high watermark; until then the restore waits and says so.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.base.errors import OperatorError
from schemas.topics.declared import CHANGELOG
from streams.config.connecting import librdkafka_options
from streams.config.settings import Settings
from streams.kafka.probing import on_librdkafka_error
from streams.observe.logs import note

METADATA_DEADLINE_S: Final = 10.0
READ_AT_ONCE: Final = 2_000
READ_WAIT_S: Final = 0.05
"""A call for rows that finds fewer gives what it has after so long."""
STALL_DEADLINE_S: Final = 60.0
"""So long without a row or an end and the restore gives up: longer than any transaction lasts."""


class RestoreError(OperatorError):
    """The changelog could not be read to its end."""


class Progress:
    """How far a restore has come, for /metrics; written by its thread."""

    def __init__(self) -> None:
        self.rows_read = 0
        self.waiting_for_transaction = False


class Changelog:
    """One partition's rows as they lie on the broker."""

    def __init__(self, settings: Settings, partition: int) -> None:
        self._settings = settings
        self._tp = TopicPartition(settings.names.of(CHANGELOG), partition)

    def read(self, progress: Progress, stopped: Callable[[], bool]) -> dict[bytes, bytes]:
        """The newest bytes of each key; RestoreError where the end can't be reached."""
        rows: dict[bytes, bytes] = {}
        for message in self._messages(progress, stopped):
            key, value = message.key(), message.value()
            if key is None:
                raise RestoreError(
                    f"{self.at(message.offset())} has no key: "
                    "another program writes to the changelog"
                )
            if value is None:
                rows.pop(key, None)
            else:
                rows[key] = value
        return rows

    def offset_of(self, key: bytes) -> int | None:
        """Where the newest row of a key lies; None where there is none."""
        offset = None
        for message in self._messages(Progress(), lambda: False):
            if message.key() == key:
                offset = message.offset()
        return offset

    def at(self, offset: int | None) -> str:
        """The topic, the partition and an offset, in words."""
        return f"{self._tp.topic}-{self._tp.partition}, offset {offset},"

    def _messages(self, progress: Progress, stopped: Callable[[], bool]) -> Iterator[Any]:
        """All records up to the stable end."""
        consumer = rows_consumer(self._settings)
        topic, partition = self._tp.topic, self._tp.partition
        try:
            consumer.list_topics(topic, METADATA_DEADLINE_S)
            consumer.assign([TopicPartition(topic, partition, 0)])
            yield from _to_the_end(consumer, self._tp, progress, stopped)
        except KafkaException as error:
            raise RestoreError(f"{topic}-{partition}: {error.args[0].str()}") from error
        finally:
            consumer.close()


def rows_consumer(settings: Settings) -> Consumer:
    """A client that reads committed rows, and never says how far."""
    return Consumer(
        librdkafka_options(settings)
        | {
            # librdkafka wants one, and asks for its coordinator: the group that we have a right to
            "group.id": settings.app_id,
            "error_cb": on_librdkafka_error(settings),
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            # no client.rack: a replica may not know yet of the last commits
            "enable.partition.eof": True,
            # the broker tells of the end only after this wait; the embedded one needs it to list
            # a partition's batches
            "fetch.wait.max.ms": 10 if settings.exactly_once else 500,
            "fetch.queue.backoff.ms": 10,
            "queued.min.messages": 200_000,
            "queued.max.messages.kbytes": 262_144,
            "fetch.message.max.bytes": 8_388_608,
        }
    )


def _to_the_end(
    consumer: Consumer, tp: TopicPartition, progress: Progress, stopped: Callable[[], bool]
) -> Iterator[Any]:
    heard_at = time.monotonic()
    while not stopped():
        messages = consumer.consume(READ_AT_ONCE, READ_WAIT_S)
        for message in messages:
            failure = message.error()
            if failure is not None:
                if _is_end(consumer, tp, failure, message, progress):
                    return
                continue
            progress.rows_read += 1
            heard_at = time.monotonic()
            yield message
        if time.monotonic() - heard_at > STALL_DEADLINE_S:
            raise RestoreError(_stalled(tp, progress))
    raise RestoreError("stopped")


def _is_end(
    consumer: Consumer,
    tp: TopicPartition,
    failure: KafkaError,
    message: Any,
    progress: Progress,
) -> bool:
    if failure.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(failure)
    _, high = consumer.get_watermark_offsets(tp, cached=True)
    waits = message.offset() < high
    if waits and not progress.waiting_for_transaction:
        note(
            "restore waits for another program's open transaction",
            topic=tp.topic,
            partition=tp.partition,
            offset=message.offset(),
        )
    progress.waiting_for_transaction = waits
    return not waits


def _stalled(tp: TopicPartition, progress: Progress) -> str:
    why = "look for a broker that is away"
    if progress.waiting_for_transaction:
        why = "another program's transaction is open there: find it and end it"
    return f"{tp.topic}-{tp.partition}: nothing came for {STALL_DEADLINE_S:.0f} s: {why}"
