"""The checker is proven by errors that are built in: each must be found, and none without one."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.conftest import Checking
from tests.faults.mutants import FENCED_LATE_S
from tests.faults.plan import Mutant, Plan, Strike, struck
from tests.oracle.records import Record
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.support.reading import Outputs, equals_recount
from tests.support.topics import Place, Watch, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0
SESSION_S = 2

pytestmark = pytest.mark.kafka


class Trial:
    """One backlog, the workers that read it, and what the checker makes of it."""

    def __init__(self, place: Place, crew: Crew, policy: Path, checking: Checking) -> None:
        self.place = place.telling(clock="event", policy=policy)
        self.crew, self.struck = crew, policy.with_name(f"struck-{place.app_id}")
        self.records: list[Record] = sample(71, 4_000, 100, partitions=PARTITIONS)
        load(self.place, self.records)
        self._checker = checking(self.place)

    def read_all(self, plan: Plan) -> None:
        """Workers read all of it, the first one struck, others in its place; then it is at rest."""
        told = replace(plan, strikes=()).told(self.place)
        worker = self.crew.start(plan.told(self.place))
        deadline = time.monotonic() + READ_SECONDS
        with closing(Watch(self.place)) as watch:
            while watch.unread() and time.monotonic() < deadline:
                if not worker.running:
                    worker = self.crew.start(told)
                time.sleep(0.1)
        if worker.running:
            worker.wait_for_start()
            worker.stop()

    def is_found(self) -> list[str]:
        """What the checker and the recount find."""
        findings = self._checker.finish()
        try:
            equals_recount(
                Outputs(self.place), recount(POLICY, self.records, partitions=PARTITIONS)
            )
        except AssertionError:
            findings.append("the outputs are not the recount's")
        return findings


def _with_every_worker(mutant: Mutant, *strikes: Strike) -> Callable[[Trial], None]:
    def run(trial: Trial) -> None:
        trial.read_all(Plan(strikes, SESSION_S, records_per_s=1_000, mutant=mutant))

    return run


def _with_a_zombie(mutant: Mutant) -> Callable[[Trial], None]:
    def run(trial: Trial) -> None:
        still = Plan(
            (Strike("begin.before", 20, "stand still"),),
            session_s=SESSION_S,
            records_per_s=300,
            # what it was about it goes on with, however long it stood still
            constants={"runtime.committer.WORD_DEADLINE_S": 120.0},
        )
        zombie = trial.crew.start(still.told(trial.place))
        wait_until("it stands still", lambda: zombie.stands_still, READ_SECONDS)
        restored = (Strike("restore.after", 1, "sleep", 0.0),)
        plan = Plan(restored, mutant=mutant, session_s=SESSION_S, struck=str(trial.struck))
        successor = trial.crew.start(plan.told(trial.place))
        wait_until("it has restored", lambda: bool(struck(trial.struck)), READ_SECONDS)
        # where the zombie had begun nothing; elsewhere it waits for the open transaction
        time.sleep(FENCED_LATE_S / 6)
        zombie.resume()
        time.sleep(FENCED_LATE_S)
        zombie.kill()
        with closing(Watch(trial.place)) as watch, suppress(AssertionError):
            trial.crew.wait_until_read(watch, READ_SECONDS)
        if successor.running:
            successor.stop()

    return run


TRIALS: dict[str, tuple[Callable[[Trial], None], bool]] = {
    "none": (_with_every_worker(""), False),
    "none, with a kill": (_with_every_worker("", Strike("end.before", 8)), False),
    "none, with a zombie": (_with_a_zombie(""), False),
    "unchecked producer": (_with_every_worker("unchecked producer"), True),
    "restore before fence": (_with_a_zombie("restore before fence"), True),
    "offsets outside": (_with_every_worker("offsets outside", Strike("end.before", 8)), True),
    "skipped reject": (_with_every_worker("skipped reject"), True),
    "repeated output": (_with_every_worker("repeated output"), True),
}


@pytest.mark.parametrize("name", TRIALS)
def test_an_error_that_is_built_in_is_found(
    name: str, place: Place, crew: Crew, sample_policy: Path, checking: Checking
) -> None:
    trial = Trial(place, crew, sample_policy, checking)
    run, is_wrong = TRIALS[name]
    run(trial)
    found = trial.is_found()
    assert bool(found) == is_wrong, found
    # an error that stops everything would be found, too, and prove nothing
    assert not [finding for finding in found if "are not read" in finding], found
