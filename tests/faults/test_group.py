"""A worker that its group does not let in ends by itself, in one line; and it hears a stop."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.oracle.records import PURCHASES
from tests.support.topics import Place, create_topics
from tests.support.waiting import wait_until
from tests.support.workers import Crew

SECONDS = 30.0
LONG_SESSIONS = {"group.min.session.timeout.ms": "20000"}

pytestmark = [pytest.mark.kafka, pytest.mark.fault(27)]


@contextmanager
def broker_with(overrides: Mapping[str, str]) -> Iterator[Place]:
    """A place on a broker of its own."""
    require_kafka()
    with KafkaNode(overrides=overrides) as node:
        place = Place(node.address, "group.", "lonely")
        create_topics(place)
        yield place
        node.kill()


@contextmanager
def another_program(place: Place, protocol: str) -> Iterator[None]:
    """One that uses the application's id as its group, and has its partitions."""
    options = {
        "bootstrap.servers": place.broker,
        "group.id": place.app_id,
        "group.protocol": protocol,
    }
    foreign = Consumer(options)
    foreign.subscribe([place.name(PURCHASES)])

    def has_partitions() -> bool:
        foreign.poll(0.1)
        return bool(foreign.assignment())

    wait_until("the other program is in the group", has_partitions, SECONDS)
    yield
    foreign.close()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_group_that_another_program_uses_is_refused(
    place: Place, crew: Crew, protocol: str
) -> None:
    with another_program(place, protocol):
        why = crew.start(place).must_fail(SECONDS)
    assert f"the group {place.app_id}" in why
    assert "another program" in why
    assert "WHALECURVE_APP_ID" in why
    crew.start_ready(place)


def test_a_session_that_the_broker_refuses_is_told_with_its_bounds(crew: Crew) -> None:
    with broker_with(LONG_SESSIONS) as place:
        why = crew.start(place).must_fail(SECONDS)
    assert f"the group {place.app_id}" in why
    assert "group.min.session.timeout.ms" in why
    assert "10000" in why


def test_a_worker_that_waits_for_the_others_hears_a_stop(place: Place, crew: Crew) -> None:
    first = crew.start_ready(place)
    first.pause()
    worker = crew.start(place)
    worker.wait_for_start()
    assert worker.stop() < SECONDS
    first.resume()
