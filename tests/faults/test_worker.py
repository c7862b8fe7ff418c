"""What befalls a worker at every step of taking over and of a commit costs time, nothing else."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.conftest import Checking
from tests.faults.plan import STEPS, Plan, Strike, struck
from tests.faults.survival import finish, nothing_lost_nothing_doubled
from tests.oracle.sample import sample
from tests.support.reading import read
from tests.support.topics import Place, Watch, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0
NTH = {"outputs.sending": 40, "restore.reading": 2, "end.before": 3, "end.after": 3}

pytestmark = pytest.mark.kafka


@pytest.mark.fault(1, 6)
def test_a_worker_is_killed_at_every_step(
    told: Place, watch: Watch, crew: Crew, tmp_path: Path, checking: Checking
) -> None:
    records = sample(51, 20_000, 300, partitions=PARTITIONS)
    load(told, records)
    checker = checking(told)
    said = tmp_path / "struck"
    for step in STEPS:
        strike = Strike(step, NTH.get(step, 2))
        plan = Plan((strike,), session_s=2, records_per_s=200, struck=str(said))
        crew.start(plan.told(told)).must_die()
    assert [its.step for its in struck(said)] == list(STEPS)
    read_on(told, watch, crew)
    nothing_lost_nothing_doubled(told, records, checker)


@pytest.mark.fault(2)
def test_a_worker_that_is_told_to_stop_in_a_commit_stops_in_order(
    told: Place, watch: Watch, crew: Crew, tmp_path: Path, checking: Checking
) -> None:
    records = sample(52, 8_000, 200, partitions=PARTITIONS)
    load(told, records)
    checker = checking(told)
    said = tmp_path / "struck"
    for step in ("begin.after", "rows.after", "offsets.after", "end.before"):
        plan = Plan((Strike(step, 5, "terminate"),), records_per_s=200, struck=str(said))
        worker = crew.start(plan.told(told))
        worker.told_to_end = True
        assert worker.wait_for_end() == 0, worker.text()
        assert worker.notes()[-1]["event"] == "worker stopped"
    read_on(told, watch, crew)
    nothing_lost_nothing_doubled(told, records, checker)


@pytest.mark.fault(4)
@pytest.mark.parametrize("step", ["offsets.after", "end.before"])
def test_a_worker_that_stands_still_in_a_transaction_is_fenced(
    step: str, told: Place, watch: Watch, crew: Crew, checking: Checking
) -> None:
    records = sample(53, 4_000, 100, partitions=PARTITIONS)
    load(told, records)
    checker = checking(told)
    still = Plan((Strike(step, 6, "stand still"),), session_s=2, records_per_s=500)
    zombie = crew.start(still.told(told))
    wait_until("it stands still", lambda: zombie.stands_still, READ_SECONDS)
    place_of_others = Plan(session_s=2).told(told)
    crew.start(place_of_others)
    wait_until("another has read all", lambda: watch.unread() == 0, READ_SECONDS)
    zombie.resume()
    # on a slow machine it stands still for longer than a commit is waited for
    assert re.search("fenced|in doubt", zombie.must_fail())
    # a fence that it was about may strike its successor: supervised, that one starts again
    finish(crew, place_of_others, watch, READ_SECONDS)
    nothing_lost_nothing_doubled(told, records, checker)


@pytest.mark.fault(19)
def test_workers_whose_clocks_are_off_say_the_same_at_other_times(
    told: Place, watch: Watch, crew: Crew, checking: Checking
) -> None:
    records = sample(54, 8_000, 200, partitions=PARTITIONS)
    load(told, records)
    checker = checking(told)
    for off_s in (3_600.0, -3_600.0, 3_600.0):
        strike = Strike("end.before", 10)
        plan = Plan((strike,), session_s=2, records_per_s=500, clock_off_s=off_s)
        crew.start(plan.told(told)).must_die()
    crew.start(Plan(clock_off_s=-3_600.0).told(told))
    crew.wait_until_read(watch, READ_SECONDS)
    crew.stop_all()
    said = [datetime.fromisoformat(one.wire["evaluated_at"]) for one in read(told, "tier-changes")]
    assert max(said) > datetime.now(UTC) > min(said) + timedelta(minutes=50)
    nothing_lost_nothing_doubled(told, records, checker)


def read_on(place: Place, watch: Watch, crew: Crew) -> None:
    """What was left is read by a worker that nothing befalls."""
    assert watch.unread() > 100
    crew.start(place)
    crew.wait_until_read(watch, READ_SECONDS)
    crew.stop_all()
