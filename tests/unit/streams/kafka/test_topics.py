"""Topics as a broker has them, held against what is declared: without a broker."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from kafka.admin import NewTopic
from kafka.errors import (
    InvalidConfigurationError,
    RequestTimedOutError,
    UnknownTopicOrPartitionError,
)

from schemas.inputs.events import TOPIC_OF_KIND
from schemas.topics.declared import AHEAD_MAX_MS, DAY_MS, REJECTED_EXTRA_BYTES, TOPICS, Topic
from streams.config.settings import Settings
from streams.kafka.topics import BrokerTopic, _create, _states, create_topics

SETTINGS = Settings()
LARGE = 1_048_588
"""What Kafka admits where nothing else is said."""


def found_on_a_broker(input_bytes: int = LARGE) -> dict[str, BrokerTopic]:
    """All topics as they are declared; inputs admit so many bytes."""
    return {
        SETTINGS.names.of(topic.name): BrokerTopic(
            SETTINGS.partitions,
            frozenset({"compact" if topic.compacted else "delete"}),
            input_bytes if topic.direction == "in" else LARGE,
            AHEAD_MAX_MS,
            frozenset(),
        )
        for topic in TOPICS
    }


def told(found: dict[str, BrokerTopic]) -> list[str]:
    """What is said of them."""
    return [state.fault for state in _states(found, SETTINGS) if state.fault]


def faults(input_bytes: int, rejected_bytes: int) -> list[str]:
    """What is said where inputs admit so many bytes, and rejected-events so many."""
    found = found_on_a_broker(input_bytes)
    rejected = found["rejected-events"]
    found["rejected-events"] = replace(rejected, max_message_bytes=rejected_bytes)
    return told(found)


@pytest.mark.parametrize("input_bytes", [100_000, LARGE, 4 * LARGE])
def test_rejected_events_have_to_admit_the_largest_input_and_what_is_added(
    input_bytes: int,
) -> None:
    enough = input_bytes + REJECTED_EXTRA_BYTES
    assert faults(input_bytes, enough) == []
    [said] = faults(input_bytes, enough - 1)
    assert said.startswith(f"rejected-events: expected max.message.bytes of at least {enough} ")


@pytest.mark.parametrize(
    ("ahead_ms", "words"),
    [(AHEAD_MAX_MS, None), (DAY_MS, None), (DAY_MS + 1, "found 86400001"), (None, "does not know")],
)
def test_inputs_that_take_records_of_the_far_future_are_told(
    ahead_ms: int | None, words: str | None
) -> None:
    found = {
        name: replace(topic, ahead_max_ms=ahead_ms) for name, topic in found_on_a_broker().items()
    }
    advised = {state.name: state.advice for state in _states(found, SETTINGS) if state.advice}
    assert set(advised) == (set() if words is None else set(TOPIC_OF_KIND.values()))
    assert all(words is not None and words in advice for advice in advised.values())
    assert told(found) == told(found_on_a_broker())


class OldBroker:
    """An admin client of a broker that knows no bound of timestamps."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def create_topics(self, new: list[NewTopic], **_: object) -> None:
        if "message.timestamp.after.max.ms" in new[0].topic_configs:
            raise InvalidConfigurationError
        self.made.append(new[0].name)


def test_a_broker_that_does_not_know_that_bound_makes_topics_without_it() -> None:
    broker: Any = OldBroker()
    for topic in TOPICS:
        _create(broker, SETTINGS, topic, LARGE)
    assert len(broker.made) == len(TOPICS)


class SlowBroker:
    """An admin client of a broker that answers late, and tells of one more topic every 40 s."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.asked: list[str] = []

    def create_topics(self, new: list[NewTopic], **_: object) -> None:
        self.asked += [topic.name for topic in new]
        raise RequestTimedOutError

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        visible = self.asked[: int(self.now_s // 40)]
        partitions = [{"replica_nodes": [1]}] * SETTINGS.partitions
        return [
            {
                "name": name,
                "error_code": 0 if name in visible else UnknownTopicOrPartitionError.errno,
                "partitions": partitions,
                "authorized_operations": [],
            }
            for name in names
        ]

    def describe_configs(self, *_: object, **__: object) -> dict[str, dict[str, Any]]:
        return {"topic": {}}

    def close(self) -> None:
        """There is nothing to close."""

    def sleep(self, _: float) -> None:
        self.now_s += 1.0

    def monotonic(self) -> float:
        return self.now_s


def test_topics_that_a_slow_broker_makes_are_waited_for() -> None:
    broker = SlowBroker()
    with (
        patch("streams.kafka.topics.connect", lambda _: broker),
        patch("streams.kafka.topics.time", broker),
    ):
        states = create_topics(SETTINGS)
    assert all(state.exists and state.created for state in states)


ENOUGH = LARGE + REJECTED_EXTRA_BYTES


@pytest.mark.parametrize("topic", TOPICS, ids=lambda its: its.name)
def test_a_topic_that_is_missing_or_another_is_named_with_what_was_expected(topic: Topic) -> None:
    found, name = found_on_a_broker(), SETTINGS.names.of(topic.name)
    found["rejected-events"] = replace(found["rejected-events"], max_message_bytes=ENOUGH)
    assert told(found) == []
    its = found.pop(name)
    missing = [] if topic.optional else [f"{name}: expected the topic, found none"]
    assert told(found) == missing
    wanted = "compact" if topic.compacted else "delete"
    both = replace(its, cleanup=frozenset({"compact", "delete"}))
    said = f"{name}: expected cleanup.policy={wanted}, found compact,delete"
    assert told(found | {name: both}) == [said]
    assert told(found | {name: replace(its, cleanup=None)}) == []
    [more] = told(found | {name: replace(its, partitions=its.partitions + 1)})
    assert more.startswith(f"{name}: expected {its.partitions} partitions")
