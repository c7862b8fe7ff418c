"""Inputs that are not what they were: refused with topic and offsets, and never silently reset."""

from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewPartitions

from tests.oracle.records import PURCHASES, Record
from tests.oracle.sample import sample
from tests.support.reading import read
from tests.support.topics import Place, Watch, admin_of, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0
SECONDS = 20.0

pytestmark = pytest.mark.kafka


@pytest.fixture
def place(place: Place, sample_policy: Path) -> Place:
    return place.telling(clock="event", policy=sample_policy)


def some(seed: int, events: int = 400) -> list[Record]:
    return sample(seed, events, 40, partitions=PARTITIONS)


def read_some(place: Place, watch: Watch, crew: Crew) -> None:
    """An application that has read a while and was stopped."""
    load(place, some(81))
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.stop()


def delete_up_to_the_end(place: Place, watch: Watch, topic: str) -> None:
    """As retention would: all that lies in the topic goes."""
    ends = {tp: end for tp, end in watch.ends().items() if tp.topic == place.name(topic)}
    with admin_of(place.broker) as admin:
        admin.delete_records(ends, timeout_ms=int(SECONDS * 1_000))


def refused(place: Place, crew: Crew) -> str:
    """What the worker says that does not run with this."""
    worker = crew.start(place)
    why = worker.must_park()
    worker.stop()
    return why


def topic_in(why: str) -> str:
    """The topic that the line names; which of its partitions comes first is chance."""
    return why.split(": ")[1].rpartition("-")[0]


def assert_it_is_refused_again_and_nothing_was_written(place: Place, crew: Crew, why: str) -> None:
    before = {topic: read(place, topic) for topic in ("tier-changes", "at-risk")}
    assert topic_in(refused(place, crew)) == topic_in(why)
    assert {topic: read(place, topic) for topic in before} == before


@pytest.mark.fault(22)
def test_events_that_were_deleted_unread_are_missed(place: Place, watch: Watch, crew: Crew) -> None:
    read_some(place, watch, crew)
    load(place, some(82))
    delete_up_to_the_end(place, watch, PURCHASES)
    why = refused(place, crew)
    assert f"{place.name(PURCHASES)}-" in why
    assert "were deleted unread" in why
    assert "WHALECURVE_APP_ID" in why
    assert_it_is_refused_again_and_nothing_was_written(place, crew, why)


@pytest.mark.fault(22)
def test_an_input_that_was_made_anew_is_not_read_from_its_beginning(
    place: Place, watch: Watch, crew: Crew
) -> None:
    read_some(place, watch, crew)
    name = place.name(PURCHASES)
    with admin_of(place.broker) as admin:
        remake(admin, name)
    why = refused(place, crew)
    assert f"{name}-" in why
    assert_it_is_refused_again_and_nothing_was_written(place, crew, why)


def remake(admin: KafkaAdminClient, name: str) -> None:
    """Deletes a topic, and creates one of the same name."""
    admin.delete_topics([name])
    wait_until("it is gone", lambda: name not in admin.list_topics(), SECONDS)
    admin.create_topics({name: {"num_partitions": PARTITIONS}}, wait_for_metadata=True)


@pytest.mark.fault(22)
def test_an_input_that_is_made_anew_under_a_worker_ends_it(
    place: Place, watch: Watch, crew: Crew
) -> None:
    load(place, some(83))
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    with admin_of(place.broker) as admin:
        remake(admin, place.name(PURCHASES))
    worker.must_fail(READ_SECONDS)
    assert place.name(PURCHASES) in worker.why()


@pytest.mark.fault(23)
def test_partitions_that_are_added_end_a_worker_and_are_refused(
    place: Place, watch: Watch, crew: Crew
) -> None:
    load(place, some(84))
    running = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    name = place.name(PURCHASES)
    with closing(KafkaAdminClient(bootstrap_servers=place.broker)) as admin:
        admin.create_partitions({name: NewPartitions(PARTITIONS + 1)})
    why = crew.start(place).must_fail()
    assert f"{name}: expected {PARTITIONS} partitions" in why
    assert f"found {PARTITIONS + 1}" in why
    running.must_fail(READ_SECONDS)
    assert f"{name} {PARTITIONS + 1}" in running.why()
