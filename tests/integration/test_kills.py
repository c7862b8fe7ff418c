"""120,000 events, three workers, `kill -9` again and again: nothing is lost and nothing doubled.

All events lie ready, so that what comes out must be the recount's, output for output. Everything
that a policy can say is on, every signal and the ladder too; master data, human answers and
erasures are among the events.
"""

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from tests.oracle.recount import Outcome
from tests.oracle.sample_policy import RISKS_TOML
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.recounting import Recounting
from tests.support.topics import Place, Watch, create_topics, keep_master_data, load
from tests.support.traffic import whole_sample
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew, Worker

SEED = 20
EVENTS = 120_000
CUSTOMERS = 700
PARTITIONS = 4
WORKERS = 3
KILL_AT = (0.95, 0.75, 0.50, 0.25)
"""Somebody is killed whenever less than this share of the events is left."""
KILLED_AGAIN = (0, 2)
"""After these kills the replacement dies too, while it starts or takes over."""
UNREAD_LEAST = 1_000
"""A kill that finds less to do proves nothing."""
READ_SECONDS = 240.0

pytestmark = pytest.mark.kafka


@dataclass
class Killings:
    """Kills workers at random while they work, and starts others as a supervisor would."""

    place: Place
    crew: Crew
    watch: Watch
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    unread: list[int] = field(default_factory=list)
    """At each kill, how many events the group had not committed."""
    open_transactions: list[int] = field(default_factory=list)
    """At each kill, how many transactions were left open."""

    def go_on(self) -> None:
        for _ in range(WORKERS):
            self.crew.start(self.place)
        for number, share in enumerate(KILL_AT):
            self._wait_for(int(share * EVENTS))
            replacement = self._kill(self.rng.choice(self.crew.running()))
            if number in KILLED_AGAIN:
                replacement.wait_for_start()
                self._kill(replacement)

    def _wait_for(self, left: int) -> None:
        wait_until(
            f"less than {left} events are left",
            lambda: self.watch.unread() < left,
            READ_SECONDS,
            every=0.01,
        )

    def _kill(self, victim: Worker) -> Worker:
        self.crew.all_are_well()
        victim.kill()
        self.open_transactions.append(len(self.watch.open_transactions()))
        self.unread.append(self.watch.unread())
        return self.crew.start(self.place)


@dataclass
class Survived:
    """What came out in the end, and what should have."""

    killings: Killings
    events: int
    outputs: Outputs
    expected: Outcome


@pytest.fixture(scope="module")
def survived(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survived]:
    policy = tmp_path_factory.mktemp("policies") / "risks.toml"
    policy.write_text(RISKS_TOML)
    place = Place(kafka, "kills.", "kills", PARTITIONS).telling(clock="event", policy=policy)
    records = whole_sample(SEED, EVENTS, CUSTOMERS, partitions=PARTITIONS, risks=True)
    with (
        closing(Recounting(RISKS_TOML, records, PARTITIONS)) as recounting,
        closing(Crew(tmp_path_factory.mktemp("kills"))) as crew,
    ):
        create_topics(place)
        keep_master_data(place)
        load(place, records)
        with closing(Watch(place)) as watch:
            killings = Killings(place, crew, watch)
            killings.go_on()
            crew.wait_until_read(watch, READ_SECONDS)
        crew.stop_all()
        yield Survived(killings, len(records), Outputs(place), recounting.outcome())


def test_every_kill_found_work_to_do(survived: Survived) -> None:
    killings = survived.killings
    tell(f"unread: {killings.unread}, open transactions: {killings.open_transactions}")
    assert len(killings.unread) >= 5
    assert min(killings.unread) >= UNREAD_LEAST


def test_sequences_have_no_gap_tiers_connect_and_ids_are_unique(survived: Survived) -> None:
    sequences_are_whole(survived.outputs)


def test_all_that_came_out_is_what_the_recount_says(survived: Survived) -> None:
    assert survived.expected.consumed.total() == survived.events > 0.99 * EVENTS
    assert survived.expected.timers > 100_000
    assert {wire["trigger"]["kind"] for wire in survived.expected.tier_changes} == {
        "event",
        "timer",
        "override",
    }
    assert sum(held for _, _, held in survived.expected.erased) > 100
    equals_recount(survived.outputs, survived.expected)
