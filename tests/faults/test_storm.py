"""300,000 events of 20,000 customers, and a storm of faults: nothing is lost, nothing doubled.

The events lie ready but for the last ones, which come when the storm is over and every worker was
stopped: what is made of them shows that the restored state is the recount's.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.checker import Checker
from tests.faults.storm import Measure, Storm
from tests.oracle.recount import Outcome
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.recounting import Recounting
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import tell
from tests.support.workers import Crew

MEASURE = Measure(seed=60)
EVENTS, LATER = 300_000, 10_000
CUSTOMERS = 20_000
PARTITIONS = 8
READ_SECONDS = 240.0

pytestmark = [pytest.mark.kafka, pytest.mark.fault(1, 3, 4, 5, 6, 7)]


@dataclass
class Survived:
    """What came out in the end, and what should have."""

    counts: Counter[str]
    findings: list[str]
    outputs: Outputs
    consumed: dict[str, float]
    expected: Outcome


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survived]:
    require_kafka()
    policy = tmp_path_factory.mktemp("policies") / "sample.toml"
    policy.write_text(POLICY_TOML)
    records = sample(MEASURE.seed, EVENTS, CUSTOMERS, partitions=PARTITIONS)
    records, later = records[:-LATER], records[-LATER:]
    folder = tmp_path_factory.mktemp("storm")
    with (
        closing(Recounting(POLICY_TOML, records, PARTITIONS, later)) as recounting,
        KafkaNode() as node,
        closing(Crew(folder)) as crew,
    ):
        place = Place(node.address, "storm.", "storm", PARTITIONS).telling(
            clock="event", policy=policy
        )
        create_topics(place)
        load(place, records)
        checker = Checker(place).start()
        storm = Storm(MEASURE, node, place, crew, folder)
        storm.rage()
        with closing(Watch(place)) as watch:
            for _ in range(MEASURE.workers):
                crew.start(place)
            crew.wait_until_read(watch, READ_SECONDS)
            crew.stop_all()
            load(place, later)
            last = crew.start_ready(place)
            crew.wait_until_read(watch, READ_SECONDS)
            consumed = {
                what: last.metrics().number(f"events_{what}_total")
                for what in ("consumed", "applied", "dropped", "rejected")
            }
            crew.stop_all()
        yield Survived(
            storm.counts, checker.finish(), Outputs(place), consumed, recounting.outcome()
        )
        node.kill()


def test_there_was_enough_of_everything(survived: Survived) -> None:
    counts = survived.counts
    tell(f"{dict(sorted(counts.items()))}")
    assert counts["kills"] >= MEASURE.kills
    assert counts["zombies fenced"] >= MEASURE.zombies
    assert counts["broker kills"] >= MEASURE.broker_kills
    assert counts["kills in an open transaction"] >= MEASURE.kills / 2


def test_who_read_while_it_raged_saw_no_rule_broken(survived: Survived) -> None:
    assert survived.findings == []


def test_all_that_came_out_is_what_the_recount_says(survived: Survived) -> None:
    assert survived.expected.consumed.total() == EVENTS
    sequences_are_whole(survived.outputs)
    equals_recount(survived.outputs, survived.expected)


def test_what_was_consumed_was_applied_dropped_or_rejected(survived: Survived) -> None:
    consumed = survived.consumed
    assert consumed["consumed"] == LATER
    assert consumed["applied"] + consumed["dropped"] + consumed["rejected"] == LATER
