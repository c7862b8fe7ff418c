"""A worker dies at every step of taking over and of a commit: nothing is lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.faults.plan import STEPS, Plan, Strike, struck
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.topics import Place, Watch, load
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0
NTH = {"outputs.sending": 40, "restore.reading": 2, "end.before": 3, "end.after": 3}

pytestmark = pytest.mark.kafka


@pytest.mark.fault(1)
def test_a_worker_is_killed_at_every_step(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path, tmp_path: Path
) -> None:
    told = place.telling(clock="event", policy=sample_policy)
    records = sample(51, 20_000, 300, partitions=PARTITIONS)
    load(place, records)
    said = tmp_path / "struck"
    for step in STEPS:
        strike = Strike(step, NTH.get(step, 2))
        plan = Plan((strike,), session_s=1, records_per_s=1_000, struck=str(said))
        crew.start(plan.told(told)).must_die()
    assert [its.step for its in struck(said)] == list(STEPS)
    assert watch.unread() > 1_000
    crew.start(told)
    crew.wait_until_read(watch, READ_SECONDS)
    crew.stop_all()
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    equals_recount(outputs, recount(POLICY, records, partitions=PARTITIONS))
