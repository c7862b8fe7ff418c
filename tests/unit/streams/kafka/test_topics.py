"""Topics as a broker has them, held against what is declared: without a broker."""

from dataclasses import replace

import pytest

from schemas.topics.declared import REJECTED_EXTRA_BYTES, TOPICS
from streams.config.settings import Settings
from streams.kafka.topics import BrokerTopic, _states

SETTINGS = Settings()
LARGE = 1_048_588
"""What Kafka admits where nothing else is said."""


def faults(input_bytes: int, rejected_bytes: int) -> list[str]:
    """What is said where inputs admit so many bytes, and rejected-events so many."""
    found = {
        SETTINGS.names.of(topic.name): BrokerTopic(
            SETTINGS.partitions,
            frozenset({"compact" if topic.compacted else "delete"}),
            input_bytes if topic.direction == "in" else LARGE,
            frozenset(),
        )
        for topic in TOPICS
    }
    rejected = found["rejected-events"]
    found["rejected-events"] = replace(rejected, max_message_bytes=rejected_bytes)
    return [state.fault for state in _states(found, SETTINGS) if state.fault]


@pytest.mark.parametrize("input_bytes", [100_000, LARGE, 4 * LARGE])
def test_rejected_events_have_to_admit_the_largest_input_and_what_is_added(
    input_bytes: int,
) -> None:
    enough = input_bytes + REJECTED_EXTRA_BYTES
    assert faults(input_bytes, enough) == []
    [told] = faults(input_bytes, enough - 1)
    assert told.startswith(f"rejected-events: expected max.message.bytes of at least {enough} ")
