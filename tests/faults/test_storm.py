"""300,000 events of 20,000 customers, and a storm of faults: nothing is lost, nothing doubled."""

import pytest

from tests.brokers import require_kafka
from tests.faults.storm import Measure
from tests.faults.survive import Load, Survived, survive
from tests.support.reading import equals_recount, sequences_are_whole
from tests.support.waiting import tell

MEASURE = Measure(seed=60)
LOAD = Load(events=300_000, later=10_000, customers=20_000, partitions=8)

pytestmark = [pytest.mark.kafka, pytest.mark.fault(1, 3, 4, 5, 6, 7)]


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Survived:
    require_kafka()
    return survive(MEASURE, LOAD, tmp_path_factory.mktemp("storm"))


def test_there_was_enough_of_everything(survived: Survived) -> None:
    counts = survived.counts
    tell(f"{dict(sorted(counts.items()))}, seconds: {survived.seconds}")
    assert counts["kills"] >= MEASURE.kills
    assert counts["zombies fenced"] >= MEASURE.zombies
    assert counts["broker kills"] >= MEASURE.broker_kills
    assert counts["kills in an open transaction"] >= MEASURE.kills / 2


def test_who_read_while_it_raged_saw_no_rule_broken(survived: Survived) -> None:
    assert survived.findings == []


def test_all_that_came_out_is_what_the_recount_says(survived: Survived) -> None:
    assert survived.expected.consumed.total() == LOAD.events
    sequences_are_whole(survived.outputs)
    equals_recount(survived.outputs, survived.expected)


def test_what_was_consumed_was_applied_dropped_or_rejected(survived: Survived) -> None:
    later = survived.later
    assert later["consumed"] == LOAD.later
    assert later["applied"] + later["dropped"] + later["rejected"] == LOAD.later
