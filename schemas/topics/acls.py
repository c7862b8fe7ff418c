"""Who needs which right on the broker, made from who writes and reads each topic.

The words are those of Kafka's own tool, `kafka-acls`. Nothing else is needed: who may read or write
may describe, and who may write may do so idempotently.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from schemas.topics.declared import CHANGELOG, TOPICS, Topic, TopicNames

OURSELVES: Final = "whalecurve"


class Operation(StrEnum):
    """What may be done."""

    READ = "Read"
    WRITE = "Write"
    CREATE = "Create"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


class Resource(StrEnum):
    """What it may be done with."""

    TOPIC = "topic"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional-id"


class Right(msgspec.Struct, frozen=True):
    """One right; `prefixed`: on all whose names begin so."""

    operation: Operation
    resource: Resource
    name: str
    why: str
    prefixed: bool = False

    @property
    def words(self) -> str:
        """As the list of rights has it."""
        prefixed = " (prefixed)" if self.prefixed else ""
        return f"{self.operation} on {self.resource} {self.name}{prefixed}"


def written_here(topic: Topic) -> bool:
    """Whether workers write it."""
    return topic.written_by.startswith(OURSELVES)


def read_here(topic: Topic) -> bool:
    """Whether workers read it."""
    return topic.read_by.startswith(OURSELVES)


def read_elsewhere(topic: Topic) -> bool:
    """Whether anybody beside workers reads it."""
    return topic.read_by != OURSELVES


def worker_rights(names: TopicNames) -> tuple[Right, ...]:
    """What a worker needs."""
    return (
        *(right for topic in TOPICS for right in _worker_on(topic, names.of(topic.name))),
        Right(
            Operation.READ,
            Resource.GROUP,
            names.app_id,
            "joins the group, commits offsets",
        ),
        Right(
            Operation.WRITE,
            Resource.TRANSACTIONAL_ID,
            f"{names.app_id}-",
            "one transaction a commit, one id a partition",
            prefixed=True,
        ),
    )


def _worker_on(topic: Topic, name: str) -> Iterator[Right]:
    if read_here(topic):
        why = "restores from it" if topic.name == CHANGELOG else "reads it"
        yield Right(Operation.READ, Resource.TOPIC, name, why)
    if written_here(topic):
        yield Right(Operation.WRITE, Resource.TOPIC, name, "writes it")
    yield Right(Operation.DESCRIBE_CONFIGS, Resource.TOPIC, name, "checks its settings at start")


def operator_rights(names: TopicNames) -> tuple[Right, ...]:
    """What `whalecurve topics create` needs; `topics check` needs all but the first of each."""
    whys = {
        Operation.CREATE: "creates it where it is missing",
        Operation.DESCRIBE: "looks whether it is there",
        Operation.DESCRIBE_CONFIGS: "checks its settings",
    }
    return tuple(
        Right(operation, Resource.TOPIC, names.of(topic.name), why)
        for topic in TOPICS
        for operation, why in whys.items()
    )


def upstream_rights(names: TopicNames) -> tuple[Right, ...]:
    """What producers of the inputs need, each on the topics it writes; `traffic`, `replay` too."""
    return tuple(
        Right(Operation.WRITE, Resource.TOPIC, names.of(topic.name), topic.written_by)
        for topic in TOPICS
        if topic.direction == "in"
    )


def downstream_rights(names: TopicNames, group: str) -> tuple[Right, ...]:
    """What consumers of the outputs need, each on the topics it reads; `tail` needs no group."""
    return (
        *(
            Right(Operation.READ, Resource.TOPIC, names.of(topic.name), topic.read_by)
            for topic in TOPICS
            if topic.direction == "out" and read_elsewhere(topic)
        ),
        Right(Operation.READ, Resource.GROUP, group, "the consumer's own group"),
    )
