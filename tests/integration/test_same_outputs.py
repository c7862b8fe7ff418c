"""The same inputs give the same outputs, whatever the workers, their commits and their deaths.

Once with the plain policy and trade alone, once with everything that a policy can say, with
master data and erasures.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import pytest

from tests.oracle.records import TOPICS, Record
from tests.oracle.recount import Outcome
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY_TOML, RISKS_TOML
from tests.support.reading import (
    Outputs,
    chains,
    equals_recount,
    last_values,
    rejections,
    sequences_are_whole,
)
from tests.support.recounting import Recounting
from tests.support.topics import Place, Watch, create_topics, keep_master_data, load
from tests.support.traffic import whole_sample
from tests.support.waiting import wait_until
from tests.support.workers import Crew, Metrics

PARTITIONS = 4
COMMIT_MS = (5, 23, 61)
KILLED_AT_ONCE = (1, 2)
"""How many of the three workers die at a time."""
UNREAD_LEAST = 1_000
READ_SECONDS = 120.0

pytestmark = pytest.mark.kafka


class Case(NamedTuple):
    """A policy, and how much traffic of which kind."""

    name: str
    policy: str
    events: int
    customers: int
    risks: bool

    def records(self) -> list[Record]:
        if not self.risks:
            return sample(7, self.events, self.customers, partitions=PARTITIONS)
        return whole_sample(7, self.events, self.customers, partitions=PARTITIONS, risks=True)


PLAIN = Case("plain", POLICY_TOML, 25_000, 600, risks=False)
WHOLE = Case("whole", RISKS_TOML, 10_000, 250, risks=True)


@pytest.fixture(scope="module", params=[PLAIN, WHOLE], ids=["plain", "whole"])
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture(scope="module")
def records(case: Case) -> list[Record]:
    return case.records()


@pytest.fixture(scope="module")
def recounting(case: Case, records: list[Record]) -> Iterator[Recounting]:
    with closing(Recounting(case.policy, records, PARTITIONS)) as under_way:
        yield under_way


@pytest.fixture(scope="module")
def filled(
    kafka: str,
    case: Case,
    records: list[Record],
    recounting: Recounting,
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    """A place whose inputs lie ready: bad records, late ones, duplicates and conflicts too."""
    del recounting  # it begins before the workers do
    policy = tmp_path_factory.mktemp("policies") / f"{case.name}.toml"
    policy.write_text(case.policy)
    name = f"same-{case.name}"
    place = Place(kafka, f"{name}.", name, PARTITIONS).telling(clock="event", policy=policy)
    create_topics(place)
    keep_master_data(place)
    load(place, records)
    return place


class Ran(NamedTuple):
    """What a worker put out, and what it said of it."""

    outputs: Outputs
    metrics: Metrics


@pytest.fixture(scope="module")
def of_one(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = filled.beside(f"{filled.app_id}-one")
    create_topics(place)
    with closing(Crew(tmp_path_factory.mktemp("one"))) as crew, closing(Watch(place)) as watch:
        worker = crew.start_ready(place)
        crew.wait_until_read(watch, READ_SECONDS)
        metrics = worker.metrics()
        worker.stop()
    return Ran(Outputs(place), metrics)


@pytest.fixture(scope="module")
def of_three(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """Three workers, other commits, `kill -9` whenever some but not all was committed; a stop."""
    place, rng = filled.beside(f"{filled.app_id}-three"), random.Random(3)
    create_topics(place)
    with closing(Crew(tmp_path_factory.mktemp("three"))) as crew, closing(Watch(place)) as watch:
        for commit_ms in COMMIT_MS:
            crew.start(place.telling(commit_ms=commit_ms))
        for number in KILLED_AT_ONCE:
            go_on(watch, crew)
            crew.all_are_well()
            for victim in rng.sample(crew.running(), number):
                victim.kill()
                crew.start(victim.place)
            assert watch.unread() >= UNREAD_LEAST
        go_on(watch, crew)
        stopped = rng.choice(crew.running())
        stopped.wait_for_start()
        stopped.stop()
        crew.start(stopped.place)
        crew.wait_until_read(watch, READ_SECONDS)
        crew.stop_all()
    return Outputs(place)


@pytest.fixture(scope="module")
def expected(recounting: Recounting, of_one: Ran, of_three: Outputs) -> Outcome:
    del of_one, of_three  # they ran meanwhile
    return recounting.outcome()


def go_on(watch: Watch, crew: Crew) -> None:
    """Waits until more is committed."""
    before = watch.unread()
    wait_until(
        f"they go on from {before} unread",
        lambda: watch.unread() < before,
        READ_SECONDS,
        otherwise=crew.tails,
        every=0.005,
    )


@pytest.mark.fault(18)
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
    assert chains(three.contacts_due) == chains(one.contacts_due)
    assert chains(three.erasures) == chains(one.erasures)
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


def test_the_inputs_hold_whatever_can_go_wrong(case: Case, expected: Outcome) -> None:
    # a policy that names ids of nobody has one reason more, one that remembers no order another
    assert len({reason for _, reason, _ in expected.rejected}) == (11 if case.risks else 9)
    assert expected.dropped.total() > 100
    told = {(wire["signal"], wire["status"]) for wire in expected.at_risk}
    assert len(told) >= (30 if case.risks else 6)
    assert expected.timers > 1_000
    triggers = {wire["trigger"]["kind"] for wire in expected.tier_changes}
    if case.risks:
        assert triggers == {"event", "timer", "override"}
        assert {held for _, _, held in expected.erased} == {True, False}
        assert {its["reason"] for its in expected.contacts_due} == {
            "interval",
            "complaint",
            "notice",
        }
    else:
        assert triggers == {"event", "timer"}
        assert not expected.erased
        assert not expected.contacts_due
