"""200,000 events, three workers, `kill -9` again and again: nothing is lost and nothing doubled.

All events lie ready, so that what comes out must be the recount's, output for output.
"""

import random
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing import get_context

import pytest

from tests.oracle.records import Record
from tests.oracle.recount import Outcome, recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import CARDS_TOML, HOLD_TOML, POLICY_TOML
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew, Worker

SEED = 20
POLICY_TEXT = POLICY_TOML + CARDS_TOML + HOLD_TOML.replace("DOWNGRADE", "one_step")
"""With everything on that a policy can say."""
EVENTS = 200_000
CUSTOMERS = 3_000
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


def traffic() -> list[Record]:
    return sample(SEED, EVENTS, CUSTOMERS, partitions=PARTITIONS)


def recounted() -> Outcome:
    return recount(tomllib.loads(POLICY_TEXT), traffic(), partitions=PARTITIONS)


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
    outputs: Outputs
    expected: Outcome


@pytest.fixture(scope="module")
def survived(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survived]:
    policy = tmp_path_factory.mktemp("policies") / "all-on.toml"
    policy.write_text(POLICY_TEXT)
    place = Place(kafka, "kills.", "kills", PARTITIONS).telling(clock="event", policy=policy)
    # the recount takes its time: it goes on in a process of its own while the dead are waited for
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as pool,
        closing(Crew(tmp_path_factory.mktemp("kills"))) as crew,
    ):
        recounting = pool.submit(recounted)
        create_topics(place)
        load(place, traffic())
        with closing(Watch(place)) as watch:
            killings = Killings(place, crew, watch)
            killings.go_on()
            crew.wait_until_read(watch, READ_SECONDS)
        crew.stop_all()
        yield Survived(killings, Outputs(place), recounting.result(READ_SECONDS))


def test_every_kill_found_work_to_do(survived: Survived) -> None:
    killings = survived.killings
    tell(f"unread: {killings.unread}, open transactions: {killings.open_transactions}")
    assert len(killings.unread) >= 5
    assert min(killings.unread) >= UNREAD_LEAST


def test_sequences_have_no_gap_tiers_connect_and_ids_are_unique(survived: Survived) -> None:
    sequences_are_whole(survived.outputs)


def test_all_that_came_out_is_what_the_recount_says(survived: Survived) -> None:
    assert survived.expected.consumed.total() == EVENTS
    assert survived.expected.timers > 10_000
    equals_recount(survived.outputs, survived.expected)
