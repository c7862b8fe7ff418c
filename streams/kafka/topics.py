"""Topics on the broker: created as they are declared, and checked before use."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidConfigurationError,
    KafkaError,
    KafkaTimeoutError,
    RequestTimedOutError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from schemas.topics.acls import Operation, Resource, Right, operator_rights, worker_rights
from schemas.topics.declared import (
    AHEAD_CONFIG,
    AHEAD_MAX_MS,
    DAY_MS,
    REJECTED_BYTES,
    REJECTED_EXTRA_BYTES,
    TOPICS,
    Topic,
)
from streams.config.connecting import kafka_python_options
from streams.config.settings import Settings
from streams.kafka.access import AccessError, lacking
from streams.kafka.coordinators import require_coordinators
from streams.kafka.probing import reachable

BROKER_MAX_MESSAGE_BYTES: Final = 1_048_588
"""Kafka's default of max.message.bytes; of a topic that does not say."""
ADMIN_TIMEOUT_MS: Final = 10_000
NO_TOPIC_ID: Final = "00000000-0000-0000-0000-000000000000"
VISIBLE_DEADLINE_S: Final = 60.0
"""So long for the next of the topics that were made: a busy broker tells of one with 128 partitions
only after some 10 s."""
VISIBLE_POLL_S: Final = 0.1
"""A broker may tell of a topic only a moment after it made it."""


class BrokerMissingError(Exception):
    """No broker answers where the settings say."""


class TopicsError(Exception):
    """Topics are missing or other than declared; the text says what to do."""


@dataclass(frozen=True)
class BrokerTopic:
    """A topic as the broker has it."""

    partitions: int
    cleanup: frozenset[str] | None
    """What becomes of old records: compact, delete, or both; None where it is not told."""
    max_message_bytes: int
    ahead_max_ms: int | None
    """How far ahead a record's timestamp may be; None where the broker does not say."""
    granted: frozenset[Operation]
    """What this client may do with it, as far as it is told."""
    topic_id: str = ""
    """Another one once it is made anew; empty where the broker has none."""
    brokers: frozenset[int] = frozenset()
    """Those that have a part of it."""


@dataclass(frozen=True)
class State:
    """One declared topic and what is the matter with it."""

    topic: Topic
    name: str
    exists: bool
    fault: str | None
    advice: str | None
    """What could be better."""
    granted: frozenset[Operation]
    topic_id: str
    brokers: frozenset[int]
    created: bool = False


def connect(settings: Settings) -> KafkaAdminClient:
    """An admin client. AccessError: we are refused. BrokerMissingError: no broker answers."""
    # a client of kafka-python may spend all its time on an address that is deaf
    found, why = reachable(settings)
    try:
        return KafkaAdminClient(
            **kafka_python_options(found),
            request_timeout_ms=ADMIN_TIMEOUT_MS,
            bootstrap_timeout_ms=5_000,
        )
    except (KafkaError, OSError, ValueError) as error:
        raise BrokerMissingError(
            f"no Kafka broker answers at {settings.broker}: start one (make kafka, or docker "
            f"compose up), or set WHALECURVE_BROKER{f' ({why})' if why else ''}"
        ) from error


@contextmanager
def _asking(settings: Settings) -> Iterator[KafkaAdminClient]:
    """An admin client for a while; BrokerMissingError where the broker goes away meanwhile."""
    admin = connect(settings)
    try:
        yield admin
    except KafkaError as error:
        raise BrokerMissingError(
            f"the Kafka broker at {settings.broker} broke off ({error}): try again when it is well"
        ) from error
    finally:
        admin.close()


def create_topics(settings: Settings) -> list[State]:
    """Creates what is missing and leaves alone what is there; then checks all.

    Raises what `connect` raises, and AccessError where a right is lacking.
    """
    with _asking(settings) as admin:
        broker_topics = _broker_topics(admin, settings)
        _require(settings, broker_topics, operator_rights(settings.names))
        # inputs that are missing are made with what the broker admits
        largest = max(_largest_input(broker_topics, settings), BROKER_MAX_MESSAGE_BYTES)
        missing = [topic for topic in TOPICS if settings.names.of(topic.name) not in broker_topics]
        for topic in missing:
            _create(admin, settings, topic, largest)
        broker_topics = _all_broker_topics(admin, settings)
        return [
            replace(state, created=state.topic in missing)
            for state in _states(broker_topics, settings)
        ]


def check_topics(settings: Settings) -> list[State]:
    """What the broker has, held against what is declared; raises as `create_topics`."""
    with _asking(settings) as admin:
        broker_topics = _broker_topics(admin, settings)
        _require(settings, broker_topics, operator_rights(settings.names))
        require_coordinators(admin, settings)
        return list(_states(broker_topics, settings))


def look_at_topics(settings: Settings) -> dict[str, State]:
    """Which topics there are, by their names without prefix, and what this client may do there.

    How they are configured is not looked at: whoever only reads or writes may not be told.
    """
    with _asking(settings) as admin:
        broker_topics = _broker_topics(admin, settings, configs=False)
        return {state.topic.name: state for state in _states(broker_topics, settings)}


def require_topics(settings: Settings) -> dict[str, State]:
    """The declared topics that are there, by name; TopicsError unless all a worker needs is.

    Raises AccessError where the worker lacks a right to them or to its group.
    """
    with _asking(settings) as admin:
        broker_topics = _broker_topics(admin, settings)
        _require(settings, broker_topics, worker_rights(settings.names))
        require_coordinators(admin, settings)
        _require_group(admin, settings)
        states = list(_states(broker_topics, settings))
    faults = [state.fault for state in states if state.fault is not None]
    if faults:
        raise TopicsError(
            "; ".join(faults) + ": `whalecurve topics create` makes what is missing, "
            "`whalecurve topics check` lists all"
        )
    return {state.topic.name: state for state in states if state.exists}


def denied_right(settings: Settings, text: str) -> str:
    """Which right a worker lacks, where a client said no more than that one is lacking."""
    try:
        require_topics(settings)
    except AccessError as error:
        return f"{text}; {error}"
    except (BrokerMissingError, TopicsError, KafkaError):
        return text
    kind = Resource.TRANSACTIONAL_ID if "ransactional" in text else Resource.GROUP
    rights = [r for r in worker_rights(settings.names) if r.resource is kind]
    return f"{text}; {lacking(settings, rights)}"


def _require(
    settings: Settings, broker_topics: dict[str, BrokerTopic], rights: tuple[Right, ...]
) -> None:
    """AccessError with all of these rights that Kafka says we have not."""
    missed = [
        right
        for right in rights
        if right.resource is Resource.TOPIC
        and right.name in broker_topics
        and right.operation not in broker_topics[right.name].granted
    ]
    if missed:
        raise lacking(settings, missed)


def _require_group(admin: KafkaAdminClient, settings: Settings) -> None:
    """AccessError where the group may not be joined; what else is wrong with it shows there."""
    rights = [r for r in worker_rights(settings.names) if r.resource is Resource.GROUP]
    try:
        described = admin.describe_groups([settings.app_id])[settings.app_id]
    except GroupAuthorizationFailedError as error:
        raise lacking(settings, rights) from error
    except (KafkaError, ValueError):  # no groups yet, or operations that the client does not know
        return
    operations = described.get("authorized_operations") or []
    may_not_read = operations and "READ" not in operations
    if "GroupAuthorizationFailed" in str(described["error"]) or may_not_read:
        raise lacking(settings, rights)


def _create(
    admin: KafkaAdminClient, settings: Settings, topic: Topic, largest_input_bytes: int
) -> None:
    config = dict(topic.config)
    config["cleanup.policy"] = "compact" if topic.compacted else "delete"
    if topic.name == "rejected-events":
        most = max(largest_input_bytes + REJECTED_EXTRA_BYTES, REJECTED_BYTES)
        config["max.message.bytes"] = str(most)
    new = NewTopic(settings.names.of(topic.name), settings.partitions, -1, topic_configs=config)
    try:
        try:
            admin.create_topics([new], timeout_ms=ADMIN_TIMEOUT_MS)
        except InvalidConfigurationError:
            if config.pop(AHEAD_CONFIG, None) is None:
                raise
            admin.create_topics([new], timeout_ms=ADMIN_TIMEOUT_MS)
    except (TopicAlreadyExistsError, RequestTimedOutError, KafkaTimeoutError):
        return  # one that takes longer is being made: whether it comes is seen later
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError) as error:
        rights = [
            right
            for right in operator_rights(settings.names)
            if (right.operation, right.name) == (Operation.CREATE, new.name)
        ]
        raise lacking(settings, rights) from error
    except KafkaError as error:
        raise TopicsError(f"{new.name}: could not be created: {error}") from error


def _all_broker_topics(admin: KafkaAdminClient, settings: Settings) -> dict[str, BrokerTopic]:
    """What the broker has once it tells of everything that was just created."""
    seen, until = -1, 0.0
    while True:
        broker_topics = _broker_topics(admin, settings)
        if len(broker_topics) > seen:
            seen, until = len(broker_topics), time.monotonic() + VISIBLE_DEADLINE_S
        if seen == len(TOPICS) or time.monotonic() > until:
            return broker_topics
        time.sleep(VISIBLE_POLL_S)


def _broker_topics(
    admin: KafkaAdminClient, settings: Settings, *, configs: bool = True
) -> dict[str, BrokerTopic]:
    """The topics that are there, or that we may not see: of these nothing is granted."""
    names = [settings.names.of(topic.name) for topic in TOPICS]
    # asked for by name: a list of all would leave out in silence what we may not see
    descriptions = {
        topic["name"]: topic
        for topic in admin.describe_topics(names)
        if topic["error_code"] != UnknownTopicOrPartitionError.errno
    }
    visible = [name for name, topic in descriptions.items() if not _is_hidden(topic)]
    read = _configs(admin, visible) if configs and visible else {}
    return {
        name: BrokerTopic(
            len(topic["partitions"]),
            _cleanup(read.get(name, {})),
            int(read.get(name, {}).get("max.message.bytes", BROKER_MAX_MESSAGE_BYTES)),
            _number(read.get(name, {}).get(AHEAD_CONFIG)),
            _granted(topic),
            topic_id_of(topic),
            frozenset(node for one in topic["partitions"] for node in one["replica_nodes"]),
        )
        for name, topic in descriptions.items()
    }


def topic_id_of(topic: dict[str, Any]) -> str:
    """The broker's id of a topic that was described; empty where it has none."""
    found = str(topic.get("topic_id") or "")
    return "" if found == NO_TOPIC_ID else found


def _is_hidden(topic: dict[str, Any]) -> bool:
    return bool(topic["error_code"] == TopicAuthorizationFailedError.errno)


def _granted(topic: dict[str, Any]) -> frozenset[Operation]:
    if _is_hidden(topic):
        return frozenset()
    operations = topic["authorized_operations"]
    # a broker without an authorizer may tell nothing: then nobody is denied anything
    return frozenset(one for one in Operation if not operations or one.name in operations)


def _configs(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer: Any = admin.describe_configs(resources, config_filter="all")
    configs = answer["topic"]
    return {
        name: {key: entry["value"] for key, entry in configs.get(name, {}).items()}
        for name in names
    }


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _cleanup(config: dict[str, str]) -> frozenset[str] | None:
    policy = config.get("cleanup.policy")
    return None if policy is None else frozenset(one.strip() for one in policy.split(","))


def _largest_input(broker_topics: dict[str, BrokerTopic], settings: Settings) -> int:
    inputs = [settings.names.of(topic.name) for topic in TOPICS if topic.direction == "in"]
    sizes = [broker_topics[name].max_message_bytes for name in inputs if name in broker_topics]
    return max([*sizes, settings.max_event_bytes])


def _states(broker_topics: dict[str, BrokerTopic], settings: Settings) -> Iterator[State]:
    need = _largest_input(broker_topics, settings) + REJECTED_EXTRA_BYTES
    for topic in TOPICS:
        name = settings.names.of(topic.name)
        broker_topic = broker_topics.get(name)
        fault = _fault(topic, name, broker_topic, settings, need)
        found = broker_topic or BrokerTopic(0, None, 0, None, frozenset())
        yield State(
            topic,
            name,
            broker_topic is not None,
            fault,
            None if broker_topic is None else _advice(topic, broker_topic),
            found.granted,
            found.topic_id,
            found.brokers,
        )


def _advice(topic: Topic, broker_topic: BrokerTopic) -> str | None:
    """Inputs should refuse records of the far future: one takes its partition's time along."""
    ahead_ms = broker_topic.ahead_max_ms
    if AHEAD_CONFIG not in dict(topic.config) or (ahead_ms is not None and ahead_ms <= DAY_MS):
        return None
    found = "the broker does not know it" if ahead_ms is None else f"found {ahead_ms}"
    return f"{AHEAD_CONFIG} should be {AHEAD_MAX_MS}, {found}: a wrong clock moves time ahead"


def _fault(
    topic: Topic,
    name: str,
    broker_topic: BrokerTopic | None,
    settings: Settings,
    rejected_bytes: int,
) -> str | None:
    if broker_topic is None:
        return None if topic.optional else f"{name}: expected the topic, found none"
    if broker_topic.partitions != settings.partitions:
        return (
            f"{name}: expected {settings.partitions} partitions (WHALECURVE_PARTITIONS), "
            f"found {broker_topic.partitions}"
        )
    wanted = "compact" if topic.compacted else "delete"
    # both at once would delete what is compacted to be kept
    if broker_topic.cleanup is not None and broker_topic.cleanup != {wanted}:
        policies = ",".join(sorted(broker_topic.cleanup))
        return f"{name}: expected cleanup.policy={wanted}, found {policies}"
    if topic.name == "rejected-events" and broker_topic.max_message_bytes < rejected_bytes:
        return (
            f"{name}: expected max.message.bytes of at least {rejected_bytes} (the largest input "
            f"record and {REJECTED_EXTRA_BYTES} more), found {broker_topic.max_message_bytes}"
        )
    return None
