"""Kafka dies under a worker and comes back: supervised, the worker loses and doubles nothing."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

PARTITIONS = 2
READ_SECONDS = 60.0
BACK_SECONDS = 60.0
"""After the broker is back: in doubt a worker ends, is started again, and reads on."""

pytestmark = pytest.mark.kafka


@pytest.fixture
def node() -> Iterator[KafkaNode]:
    """A Kafka of its own, to be killed."""
    require_kafka()
    with KafkaNode() as node:
        yield node


def test_a_broker_that_dies_in_the_middle_costs_nothing_but_time(
    node: KafkaNode, crew: Crew, sample_policy: Path
) -> None:
    records = sample(41, 40_000, 1_000, partitions=PARTITIONS)
    place = Place(node.address, "away.", "away", PARTITIONS).telling(
        clock="event", policy=sample_policy
    )
    create_topics(place)
    load(place, records)
    worker = crew.start(place)
    with closing(Watch(place)) as watch:
        wait_until("it reads", lambda: watch.unread() < len(records), READ_SECONDS, every=0.005)
    node.kill()
    node.start()
    deadline = time.monotonic() + BACK_SECONDS
    with closing(Watch(place)) as watch:
        assert watch.unread() > 1_000
        while watch.unread():
            assert time.monotonic() < deadline, f"no end of it:\n{worker.text()[-3000:]}"
            if not worker.running:
                assert worker.wait_for_end() == 1
                worker = crew.start(place)
            time.sleep(0.2)
    worker.stop()
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    equals_recount(outputs, recount(POLICY, records, partitions=PARTITIONS))
