"""Publishing to the input topics: the right partition, every delivery accounted for, in bounds."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from threading import Event
from types import TracebackType
from typing import Any, Final, Self

import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.base.partitioners import PARTITIONERS
from schemas.topics.acls import Operation, upstream_rights
from streams.cli.errors import Failure
from streams.config.connecting import kafka_python_options
from streams.config.settings import Settings
from streams.kafka.access import lacking
from streams.kafka.probing import reachable
from streams.kafka.topics import TopicsError, look_at_topics

LINGER_MS: Final = 200
"""Few large batches: the embedded broker gets slow with many small ones."""
BATCH_BYTES: Final = 262_144
RECORD_BYTES_MAX: Final = 67_108_864
"""The broker has the say in what is too large, not the client."""
ON_THEIR_WAY_MAX: Final = 10_000
ON_THEIR_WAY_BYTES_MAX: Final = 16_777_216
"""So much may be unacknowledged: the client itself knows no bound."""
REQUEST_TIMEOUT_MS: Final = 10_000
DELIVERY_TIMEOUT_MS: Final = 30_000
CLOSE_SECONDS: Final = 2.0
TICK_SECONDS: Final = 0.05
CHUNK: Final = 1_000
"""So many records at most between two looks at whether to stop."""


class Publisher:
    """A producer for the inputs.

    Raises what `look_at_topics` raises, and TopicsError where an input is missing or different.
    """

    def __init__(self, settings: Settings) -> None:
        inputs = {r.name: r for r in upstream_rights(settings.names)}
        states = [state for state in look_at_topics(settings).values() if state.name in inputs]
        self._settings = settings
        self._lacking = {
            state.topic.name: inputs[state.name]
            for state in states
            if state.exists and Operation.WRITE not in state.granted
        }
        faults = [
            state.fault
            for state in states
            if state.fault is not None and state.topic.name not in self._lacking
        ]
        if faults:
            raise TopicsError(
                "; ".join(faults) + ": `whalecurve topics create` makes what is missing"
            )
        self.delivered: Counter[str] = Counter()
        """By topic (without prefix), what the broker has acknowledged."""
        self.reached: dict[str, dict[int, int]] = {}
        """By topic and partition, the offset behind the last record that it has acknowledged."""
        self.held_records = False
        """Whether one of those partitions held records before."""
        self._names = {state.topic.name: state.name for state in states if state.exists}
        self._partition_of = PARTITIONERS[settings.partitioner]
        self._partitions = settings.partitions
        self._records = self._bytes = 0
        """On their way, at most."""
        self._failure: tuple[str, BaseException] | None = None
        try:
            self._producer = KafkaProducer(
                **kafka_python_options(reachable(settings)[0]),
                acks="all",
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                max_request_size=RECORD_BYTES_MAX,
                allow_auto_create_topics=False,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                max_block_ms=REQUEST_TIMEOUT_MS,
                bootstrap_timeout_ms=REQUEST_TIMEOUT_MS,
            )
        except KafkaError as error:
            raise Failure(f"{settings.broker}: cannot be written to: {error}") from error

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, timestamp_ms: int | None = None
    ) -> None:
        """Send one record; Failure where this or an earlier one could not be delivered.

        Raises AccessError where the topic may not be written to.
        """
        self._check()
        if topic in self._lacking:
            raise lacking(self._settings, [self._lacking[topic]])
        if topic not in self._names:
            raise Failure(
                f"{topic}: expected the topic, found none: `whalecurve topics create` makes it"
            )
        partition = None if key is None else self._partition_of(key, self._partitions)
        try:
            future = self._producer.send(
                self._names[topic],
                value=value,
                key=key,
                partition=partition,
                timestamp_ms=timestamp_ms,
            )
        except KafkaError as error:
            raise Failure(_undelivered(topic, error)) from error
        future.add_callback(self._on_delivered, topic)
        future.add_errback(self._on_failed, topic)
        self._records += 1
        self._bytes += len(value or b"")
        if self._records >= ON_THEIR_WAY_MAX or self._bytes >= ON_THEIR_WAY_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Wait until everything is delivered; Failure where something could not be."""
        try:
            self._producer.flush(timeout=DELIVERY_TIMEOUT_MS / 1000)
        except KafkaError as error:
            self._check()
            raise Failure(_undelivered("the inputs", error)) from error
        self._records = self._bytes = 0
        self._check()

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the client; `flush` before, or what is on its way may be lost."""
        with suppress(KafkaError):
            self._producer.close(timeout=CLOSE_SECONDS)

    def _on_delivered(self, topic: str, record: Any) -> None:
        self.delivered[topic] += 1
        reached = self.reached.setdefault(topic, {})
        if record.partition not in reached:
            self.held_records |= record.offset > 0
        reached[record.partition] = max(reached.get(record.partition, 0), record.offset + 1)

    def _on_failed(self, topic: str, error: BaseException) -> None:
        if self._failure is None:
            self._failure = topic, error

    def _check(self) -> None:
        if self._failure is not None:
            topic, error = self._failure
            raise Failure(_undelivered(topic, error)) from error


def pump(
    publisher: Publisher,
    source: Iterator[tuple[str, dict[str, Any]]],
    rate: int,
    stop: Event,
    limit: int = 0,
) -> None:
    """Publish events at a rate until told to stop, or `limit` of them, or all there are."""
    began, sent = time.monotonic(), 0
    while not stop.is_set():
        due = int((time.monotonic() - began) * rate) + 1 - sent
        if limit:
            due = min(due, limit - sent)
        taken = 0
        for topic, value in islice(source, min(due, CHUNK)):
            publisher.send(topic, str(value["customer_id"]).encode(), orjson.dumps(value))
            taken += 1
        sent += taken
        if taken < min(due, CHUNK) or (limit and sent >= limit):
            break
        if due <= CHUNK:
            stop.wait(TICK_SECONDS)
    publisher.flush()


def _undelivered(topic: str, error: BaseException) -> str:
    return f"{topic}: a record could not be delivered: {error}"
