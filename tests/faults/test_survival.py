"""The proof proves: it passes for a worker that is well, and fails where anything is missing."""

from pathlib import Path

import pytest

from tests.faults.conftest import Checking
from tests.faults.plan import Plan, Strike
from tests.faults.survival import finish, nothing_lost_nothing_doubled
from tests.oracle.sample import sample
from tests.support.topics import Place, Watch, load
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0

pytestmark = pytest.mark.kafka


def test_a_worker_that_is_well_passes_and_a_record_more_or_less_does_not(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path, checking: Checking
) -> None:
    told = place.telling(clock="event", policy=sample_policy)
    records = sample(60, 2_000, 50, partitions=PARTITIONS, bad_share=0.0)
    load(place, records)
    checker = checking(place)
    crew.start(told)
    assert finish(crew, told, watch, READ_SECONDS) == []
    nothing_lost_nothing_doubled(place, records, checker)
    with pytest.raises(AssertionError):
        nothing_lost_nothing_doubled(place, records[:-100], None)


def test_whoever_ends_otherwise_than_with_one_line_and_1_is_not_started_again(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path
) -> None:
    told = place.telling(clock="event", policy=sample_policy)
    load(place, sample(61, 500, 50, partitions=PARTITIONS))
    worker = crew.start(Plan((Strike("end.before"),)).told(told))
    with pytest.raises(AssertionError, match="it ended with -9"):
        finish(crew, told, watch, READ_SECONDS)
    assert crew.all == [worker]
