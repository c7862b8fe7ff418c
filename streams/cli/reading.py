"""Reading topics from outside any group: what is there, or what is new."""

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.topics.acls import Operation, Resource, Right
from streams.cli import codecs
from streams.cli.errors import Failure
from streams.config.connecting import kafka_python_options
from streams.config.settings import Settings
from streams.kafka.access import lacking
from streams.kafka.probing import reachable
from streams.kafka.topics import TopicsError, look_at_topics

POLL_MS: Final = 200
FETCH_WAIT_MS: Final = 250
"""The embedded broker needs that long; a real one answers as soon as it has something."""
SKIP_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 30.0
"""A broker that sends nothing for so long before an end that it told of has lost it."""
RECORDS_MAX: Final = 100_000
"""Of one answer: `_skip` has to see each whole."""


class Reader:
    """Committed records of some topics.

    Raises what `look_at_topics` raises, AccessError where a topic may not be
    read, and TopicsError where one is missing.

    The end: a broker's word for it (list-offsets) is right on Kafka. The embedded broker answers
    with the offset after the first record of the newest batch. So reading begins one record
    before, and what the first answer carries together with that record was there before.
    """

    def __init__(
        self, settings: Settings, topics: tuple[str, ...], *, from_beginning: bool
    ) -> None:
        states = look_at_topics(settings)
        missing = [states[topic].name for topic in topics if not states[topic].exists]
        if missing:
            raise TopicsError(
                f"{', '.join(missing)}: expected the topic, found none: `whalecurve topics create` "
                "makes it"
            )
        denied = [topic for topic in topics if Operation.READ not in states[topic].granted]
        if denied:
            raise lacking(settings, [_reading(states[topic].name) for topic in denied])
        self._topics = {states[topic].name: topic for topic in topics}
        self._early: dict[TopicPartition, list[Any]] = {}
        """What came while the end was looked for."""
        codecs.complete()
        self._consumer = KafkaConsumer(
            **kafka_python_options(reachable(settings)[0]),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_poll_records=RECORDS_MAX,
            client_rack=settings.client_rack,
            allow_auto_create_topics=False,
        )
        try:
            self._assign(from_beginning=from_beginning)
        except BaseException as error:
            self._consumer.close()
            if isinstance(error, KafkaError):
                raise Failure(f"{settings.broker}: cannot be read: {error}") from error
            raise

    def _assign(self, *, from_beginning: bool) -> None:
        consumer = self._consumer
        partitions = [
            TopicPartition(name, number)
            for name in self._topics
            for number in sorted(consumer.partitions_for_topic(name) or ())
        ]
        consumer.assign(partitions)
        if from_beginning:
            consumer.seek_to_beginning(*partitions)
            return
        first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
        for partition, end in ends.items():
            consumer.seek(partition, max(first[partition], end - 1))
        self._skip(
            {partition: end - 1 for partition, end in ends.items() if end > first[partition]}
        )

    def _skip(self, last: dict[TopicPartition, int]) -> None:
        """Read over the last record of partitions, and over what comes with it."""
        waiting = dict(last)
        deadline = time.monotonic() + SKIP_SECONDS
        while any(
            self._consumer.position(partition) <= offset for partition, offset in last.items()
        ):
            if time.monotonic() > deadline:
                raise Failure("the topic's end was not found in time: try again")
            for partition, records in self._consumer.poll(timeout_ms=POLL_MS).items():
                if records[0].offset != waiting.pop(partition, None):
                    self._early[partition] = self._early.get(partition, []) + records

    def poll(self) -> list[tuple[str, Any]]:
        """(topic without prefix, record) of what came, by record timestamp; waits a little."""
        answers, self._early = self._early, {}
        try:
            answers = answers or self._consumer.poll(timeout_ms=POLL_MS)
        except KafkaError as error:
            raise Failure(f"cannot read on: {error}") from error
        records = [
            (self._topics[partition.topic], record)
            for partition, records in answers.items()
            for record in records
        ]
        return sorted(records, key=lambda pair: int(pair[1].timestamp))

    def begin_at(self, offsets: dict[str, dict[int, int]]) -> None:
        """Read on from these, by topic without prefix and partition; others where they are."""
        for partition in self._consumer.assignment():
            offset = offsets.get(self._topics[partition.topic], {}).get(partition.partition)
            if offset is not None:
                self._consumer.seek(partition, offset)

    def to_the_end(self) -> Iterator[tuple[str, Any]]:
        """What there is now, from where it reads on; Failure where an end does not come.

        Where the embedded broker tells of an earlier end (see above), the answer that carries that
        one carries the rest of its batch, too.
        """
        try:
            ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        except KafkaError as error:
            raise Failure(f"cannot be read: {error}") from error
        deadline = time.monotonic() + SILENT_SECONDS
        while any(self._consumer.position(partition) < end for partition, end in ends.items()):
            records = self.poll()
            yield from records
            if records:
                deadline = time.monotonic() + SILENT_SECONDS
            elif time.monotonic() > deadline:
                raise Failure("the topic's end was not found in time: try again")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the client."""
        self._consumer.close()


def _reading(name: str) -> Right:
    return Right(Operation.READ, Resource.TOPIC, name, "reads it")
