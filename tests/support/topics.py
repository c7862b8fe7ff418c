"""One test's own corner of a broker: topics under its prefix, made, filled and looked at."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError as DeliveryError
from confluent_kafka import Message, Producer
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError, UnknownBrokerIdError
from kafka.protocol.consumer import IsolationLevel

from tests.oracle.records import CUSTOMERS, PURCHASES, TOPICS, Record, partition_of

COMMAND: Final = (sys.executable, "-m", "streams")
BARE: Final = {name: text for name, text in os.environ.items() if "WHALECURVE_" not in name}
"""The environment without a setting of whoever runs the tests."""
ROOT: Final = Path(__file__).parents[2]
"""For `tests.faults.worker`: workers run in folders of their own."""
COMMAND_SECONDS: Final = 60.0
CLIENT_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 20.0
"""So long a broker that was just started may take to know of groups."""
OUTPUTS: Final = (
    "tier-changes",
    "at-risk",
    "contacts-due",
    "customer-values",
    "value-histograms",
    "tier-cutoffs",
    "erasures",
    "rejected-events",
)
CHANGELOG: Final = "changelog"
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Place:
    """A prefix and an application id on a broker, and what a worker there is told beside them."""

    broker: str
    prefix: str
    app_id: str
    partitions: int = 4
    output_prefix: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def beside(self, app_id: str) -> "Place":
        """Another application over the same inputs, with outputs of its own."""
        return replace(self, app_id=app_id, output_prefix=f"{self.prefix}{app_id}.")

    def telling(self, **settings: object) -> "Place":
        """The same place, where workers and commands get these settings too."""
        told = {f"WHALECURVE_{name.upper()}": str(value) for name, value in settings.items()}
        return replace(self, settings={**self.settings, **told})

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a worker or command."""
        told = {
            "WHALECURVE_BROKER": self.broker,
            "WHALECURVE_TOPIC_PREFIX": self.prefix,
            "WHALECURVE_APP_ID": self.app_id,
            "WHALECURVE_PARTITIONS": str(self.partitions),
        }
        if self.output_prefix is not None:
            told["WHALECURVE_OUTPUT_PREFIX"] = self.output_prefix
        return {**BARE, **told, **self.settings, "PYTHONPATH": str(ROOT)}

    @property
    def command(self) -> tuple[str, ...]:
        """What starts a worker: the tests' own entry where faults are to strike it."""
        module = "tests.faults.worker" if "WHALECURVE_FAULTS" in self.settings else "streams"
        return sys.executable, "-m", module

    def name(self, topic: str) -> str:
        """The broker's name of a topic."""
        output = self.prefix if self.output_prefix is None else self.output_prefix
        if topic == CHANGELOG:
            return f"{output}{self.app_id}-{topic}"
        return (output if topic in OUTPUTS else self.prefix) + topic

    def tps(self, *topics: str) -> list[TopicPartition]:
        """All partitions of these topics."""
        return [
            TopicPartition(self.name(topic), partition)
            for topic in topics
            for partition in range(self.partitions)
        ]


def command(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `whalecurve` with these words to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        env=place.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )


def create_topics(place: Place) -> None:
    """Makes the topics as `whalecurve topics create` does."""
    done = command(place, "topics", "create")
    assert done.returncode == 0, done.stderr


class Publisher:
    """Publishes records as they are, each to its partition."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._failures: list[str] = []
        self._producer = Producer(
            {
                "bootstrap.servers": place.broker,
                "enable.idempotence": True,
                "linger.ms": 20,
                "compression.type": "lz4",
                "message.max.bytes": 4_000_000,
                "queue.buffering.max.messages": 1_000_000,
                "delivery.report.only.error": True,
                "log_level": 3,
            }
        )

    def publish(self, records: Iterable[Record]) -> None:
        """Returns when all of them are there."""
        for number, record in enumerate(records):
            self._producer.produce(
                self._place.name(record.topic),
                value=record.value,
                key=record.key,
                partition=record.partition,
                timestamp=record.timestamp_ms,
                headers=list(record.headers) or None,
                on_delivery=self._seen,
            )
            if number % 1_000 == 0:
                self._producer.poll(0)
        left = self._producer.flush(CLIENT_SECONDS)
        assert not left
        assert not self._failures, self._failures[0]

    def _seen(self, error: DeliveryError | None, message: Message) -> None:
        if error is not None:
            self._failures.append(f"{message.topic()}: {error}")


def load(place: Place, records: Iterable[Record]) -> None:
    """Publishes records as they are, all at once."""
    Publisher(place).publish(records)


@contextmanager
def admin_of(broker: str) -> Iterator[Any]:
    """An admin client for a while."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        yield admin
    finally:
        admin.close()


def configure(place: Place, topic: str, **config: object) -> None:
    """Changes a topic's configuration; `max_message_bytes` is max.message.bytes."""
    options = {name.replace("_", "."): str(value) for name, value in config.items()}
    with admin_of(place.broker) as admin:
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, place.name(topic), configs=options)]
        )


def keep_master_data(place: Place) -> None:
    """Keeps the cleaner from `customers`: by records of dates far apart its segments end at once.

    What a newer record replaced would be gone before a worker comes to read it.
    """
    configure(place, CUSTOMERS, min_compaction_lag_ms=2**63 - 1)


def _answered(ask: Callable[[], Answer]) -> Answer:
    """What a broker answers, once it does.

    One that never had a group, or was just started or let go on, makes room for groups first; until
    then the client may not even know which broker to ask.
    """
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return ask()
        except KafkaError as error:
            is_early = error.retriable or isinstance(error, UnknownBrokerIdError)
            if not is_early or time.monotonic() > until:
                raise
            time.sleep(0.1)


class Watch:
    """Sees from outside how far an application has come; its inputs are named at the start."""

    def __init__(self, place: Place, inputs: tuple[str, ...] = TOPICS) -> None:
        self._place = place
        self._tps = place.tps(*inputs)
        self._admin = KafkaAdminClient(bootstrap_servers=place.broker)

    def close(self) -> None:
        """Ends the client."""
        self._admin.close()

    def ends(self) -> dict[TopicPartition, int]:
        """The offsets at which the inputs end."""
        asked = dict.fromkeys(self._tps, OffsetSpec.LATEST)
        found = _answered(lambda: self._admin.list_partition_offsets(asked))
        return {tp: at.offset for tp, at in found.items()}

    def committed(self) -> dict[TopicPartition, int]:
        """The group's committed offsets; none where none was committed."""
        app_id = self._place.app_id
        found = _answered(lambda: self._admin.list_group_offsets({app_id: self._tps})[app_id])
        return {tp: at.offset for tp, at in found.items() if at.offset >= 0}

    def unread(self) -> int:
        """How many records of the inputs the group has not committed."""
        committed = self.committed()
        return sum(end - committed.get(tp, 0) for tp, end in self.ends().items())

    def unread_partitions(self) -> set[int]:
        """The partitions of which the group has not committed all."""
        committed = self.committed()
        return {tp.partition for tp, end in self.ends().items() if end > committed.get(tp, 0)}

    def hidden(self, *topics: str) -> int:
        """How many offsets of these topics lie behind a transaction that is still open."""
        high, stable = (
            self._admin.list_partition_offsets(
                dict.fromkeys(self._place.tps(*topics), OffsetSpec.LATEST), isolation_level=level
            )
            for level in (IsolationLevel.READ_UNCOMMITTED, IsolationLevel.READ_COMMITTED)
        )
        return sum(at.offset - stable[tp].offset for tp, at in high.items())

    def is_settled(self) -> bool:
        """Whether every transaction is ended, on all partitions that it wrote to."""
        return not self.open_transactions() and not self.hidden(CHANGELOG, *OUTPUTS)

    def open_transactions(self) -> list[str]:
        """The application's transactions that are neither committed nor aborted yet."""
        listed = self._admin.list_transactions(state_filters=["Ongoing"])
        return [
            transaction.transactional_id
            for of_broker in listed.values()
            for transaction in of_broker
            if transaction.transactional_id.startswith(f"{self._place.app_id}-")
        ]


def bought(
    name: str, event_id: str, at: str, amount: str, timestamp_ms: int, partitions: int = 4
) -> Record:
    """A sale whose goods cost nothing, in the partition of its customer."""
    body = {
        "event_id": event_id,
        "customer_id": name,
        "occurred_at": at,
        "order_id": event_id,
        "amount": amount,
        "cost": "0",
        "currency": "USD",
    }
    partition = partition_of(name.encode(), partitions, "murmur2")
    return Record(PURCHASES, partition, 0, timestamp_ms, name.encode(), json.dumps(body).encode())
