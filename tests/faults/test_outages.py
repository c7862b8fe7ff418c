"""The broker is restarted while a worker has nothing to do: the same worker goes on after it."""

from pathlib import Path

import pytest

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.outages import Outage, outlive
from tests.support.topics import Place, create_topics
from tests.support.workers import Crew

OUTAGES = [
    Outage(away_s=0.0, idle_s=0.1),
    Outage(away_s=2.0, idle_s=2.0),
    Outage(away_s=0.0, idle_s=6.0, kill=True),
]
"""So soon after the last commit, and so late, that librdkafka still knows a coordinator, or not."""


@pytest.mark.kafka
@pytest.mark.fault(7)
def test_a_worker_at_rest_outlives_restarts_of_the_broker(sample_policy: Path, crew: Crew) -> None:
    require_kafka()
    with KafkaNode() as node:
        place = Place(node.address, "rest.", "rest").telling(clock="event", policy=sample_policy)
        create_topics(place)
        outlived = outlive(node, place, crew, OUTAGES)
        node.kill()
    assert outlived.ended_at_rest == []
