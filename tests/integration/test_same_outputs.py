"""The same inputs give the same outputs, whatever the workers, their commits and their deaths."""

import random
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.oracle.records import TOPICS, Record
from tests.oracle.recount import Outcome, recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.support.reading import (
    Outputs,
    chains,
    equals_recount,
    last_values,
    rejections,
    sequences_are_whole,
)
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew, Metrics

PARTITIONS = 4
COMMIT_MS = (5, 23, 61)
KILLED_AT_ONCE = (1, 2)
"""How many of the three workers die at a time."""
UNREAD_LEAST = 1_000
READ_SECONDS = 120.0

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return sample(7, 25_000, 600, partitions=PARTITIONS)


@pytest.fixture(scope="module")
def expected(records: list[Record]) -> Outcome:
    return recount(POLICY, records, partitions=PARTITIONS)


@pytest.fixture(scope="module")
def filled(kafka: str, records: list[Record], sample_policy: Path) -> Place:
    """A place whose inputs lie ready: bad records, late ones, duplicates and conflicts too."""
    place = Place(kafka, "same.", "same", PARTITIONS).telling(clock="event", policy=sample_policy)
    create_topics(place)
    load(place, records)
    return place


class Ran(NamedTuple):
    """What a worker put out, and what it said of it."""

    outputs: Outputs
    metrics: Metrics


@pytest.fixture(scope="module")
def of_one(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = filled.beside("one")
    create_topics(place)
    with closing(Crew(tmp_path_factory.mktemp("one"))) as crew, closing(Watch(place)) as watch:
        worker = crew.start_ready(place)
        crew.wait_until_read(watch, READ_SECONDS)
        metrics = worker.metrics()
        worker.stop()
    return Ran(Outputs(place), metrics)


@pytest.fixture(scope="module")
def of_three(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """Three workers, other commits, and `kill -9` whenever some but not all was committed."""
    place, rng = filled.beside("three"), random.Random(3)
    create_topics(place)
    with closing(Crew(tmp_path_factory.mktemp("three"))) as crew, closing(Watch(place)) as watch:
        for commit_ms in COMMIT_MS:
            crew.start(place.telling(commit_ms=commit_ms))
        for number in KILLED_AT_ONCE:
            go_on(watch)
            crew.all_are_well()
            for victim in rng.sample(crew.running(), number):
                victim.kill()
                crew.start(victim.place)
            assert watch.unread() >= UNREAD_LEAST
        crew.wait_until_read(watch, READ_SECONDS)
        crew.stop_all()
    return Outputs(place)


def go_on(watch: Watch) -> None:
    """Waits until more is committed."""
    before = watch.unread()
    wait_until("they go on", lambda: watch.unread() < before, READ_SECONDS, every=0.005)


def test_one_worker_puts_out_what_the_recount_says(of_one: Ran, expected: Outcome) -> None:
    equals_recount(of_one.outputs, expected)
    sequences_are_whole(of_one.outputs)


def test_three_workers_that_get_killed_put_out_what_the_recount_says(
    of_three: Outputs, expected: Outcome
) -> None:
    equals_recount(of_three, expected)
    sequences_are_whole(of_three)


def test_workers_commits_and_deaths_change_no_byte(of_one: Ran, of_three: Outputs) -> None:
    one, three = of_one.outputs, of_three
    assert chains(three.tier_changes) == chains(one.tier_changes)
    assert chains(three.at_risk) == chains(one.at_risk)
    assert rejections(three.rejected) == rejections(one.rejected)
    assert last_values(three.customer_values) == last_values(one.customer_values)


def test_what_was_consumed_was_applied_dropped_or_rejected(
    of_one: Ran, expected: Outcome, records: list[Record]
) -> None:
    counted = Counter(record.topic for record in records)
    found = of_one.metrics
    for topic in TOPICS:
        consumed = found.number("events_consumed_total", topic=topic)
        applied = found.number("events_applied_total", topic=topic)
        dropped = found.number("events_dropped_total", topic=topic)
        rejected = found.number("events_rejected_total", topic=topic)
        assert consumed == applied + dropped + rejected == counted[topic]
        assert applied == expected.applied[topic]
        assert dropped == expected.dropped[topic, "duplicate"]
    for (topic, reason), number in expected.rejections.items():
        assert found.number("events_rejected_total", topic=topic, reason=reason) == number


def test_the_inputs_hold_whatever_can_go_wrong(expected: Outcome) -> None:
    assert len({reason for _, reason, _ in expected.rejected}) == 9
    assert expected.dropped.total() > 100
    assert len({(wire["signal"], wire["status"]) for wire in expected.at_risk}) == 6
    assert expected.timers > 1_000
