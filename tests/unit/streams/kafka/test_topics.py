"""Topics as a broker has them, held against what is declared: without a broker."""

from dataclasses import replace

import pytest

from schemas.topics.declared import REJECTED_EXTRA_BYTES, TOPICS, Topic
from streams.config.settings import Settings
from streams.kafka.topics import BrokerTopic, _states

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
