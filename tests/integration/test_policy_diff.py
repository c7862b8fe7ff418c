"""`policy diff` on real Kafka says, customer by customer, what a worker with the candidate does."""

import csv
from collections import Counter
from pathlib import Path
from typing import Final

import orjson
import pytest

from tests.support.reading import Wire, last_values, read
from tests.support.topics import Place, Watch, command, keep_master_data, load
from tests.support.traffic import whole_sample
from tests.support.trying import BASE, candidate
from tests.support.waiting import wait_until
from tests.support.workers import Crew

SEED: Final = 11
READ_SECONDS: Final = 120.0
CANDIDATE: Final = candidate(
    ('key = "900.00"', 'key = "300.00"'),
    ('important = "250.00"', 'important = "90.00"'),
    ('below = "0.00"\nclear_at = "10.00"', 'below = "60.00"\nclear_at = "70.00"'),
    ("quiet_days = 5", "quiet_days = 1"),
    ("min_dwell_days = 5", "min_dwell_days = 2"),
)

pytestmark = pytest.mark.kafka


def snapshots(place: Place) -> dict[str, Wire]:
    """Each customer's last snapshot."""
    return {
        whose: orjson.loads(value)
        for whose, value in last_values(read(place, "customer-values")).items()
    }


def stand(its: Wire) -> tuple[str, list[str], str, bool]:
    """What of a snapshot the comparison tells, too."""
    ladder = its["ladder"]
    step = "none" if ladder is None else ladder["step"]
    return its["tier"], [risk["signal"] for risk in its["risks"]], step, its["downgrade_at"] is None


def partitions_judged(place: Place) -> set[int]:
    """Those of which a record by the candidate is out: they judge all of theirs at once."""
    changes = read(place, "tier-changes")
    return {its.partition for its in changes if its.wire["policy_version"] == "sample-8"}


def contacts(place: Place) -> Counter[tuple[str, str]]:
    """(customer, reason) of the contacts that fell due by the candidate."""
    wires = (its.wire for its in read(place, "contacts-due"))
    return Counter(
        (its["customer_id"], its["reason"]) for its in wires if its["policy_version"] == "sample-8"
    )


def test_what_is_said_of_a_candidate_is_what_a_worker_started_with_it_does(
    place: Place, crew: Crew, watch: Watch, tmp_path: Path
) -> None:
    running, other, file = tmp_path / "base.toml", tmp_path / "other.toml", tmp_path / "who.csv"
    running.write_text(BASE)
    other.write_text(CANDIDATE)
    place = place.telling(clock="event", policy=running)
    keep_master_data(place)
    load(place, whole_sample(SEED, 6_000, 150, partitions=place.partitions, risks=True))
    crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    itself = command(place, "policy", "diff", str(running), "--json")
    assert itself.returncode == 0, itself.stderr
    assert orjson.loads(itself.stdout)["differing"] == 0
    crew.stop_all()
    before = snapshots(place)
    words = ["policy", "diff", str(other), "--days", "0", "--json", "--list", str(file)]
    done = command(place, *words, "--fail-if", "upgrades > 0", "--fail-if", "upgrades > 100%")
    assert done.returncode == 1
    assert "--fail-if 'upgrades > 0': found" in done.stderr
    assert "100%" not in done.stderr
    facts = orjson.loads(done.stdout)
    assert (facts["customers"], facts["warnings"]) == (len(before), [])
    with file.open(newline="", encoding="utf-8") as lines:
        said = {line["customer_id"]: line for line in csv.DictReader(lines)}
    crew.start_ready(place.telling(policy=other))
    every = set(range(place.partitions))
    wait_until("all are judged", lambda: partitions_judged(place) == every, READ_SECONDS)
    crew.stop_all()
    after = snapshots(place)
    assert {its["policy_version"] for its in after.values()} == {"sample-8"}
    assert after.keys() == before.keys()
    for whose, its in after.items():
        one, two = stand(before[whose]), stand(its)
        line = said.get(whose)
        if line is None:
            assert one == two, whose
            continue
        assert (line["tier_today"], line["tier_today_candidate"]) == (one[0], two[0])
        assert line["signals_appearing"].split() == sorted({*two[1]} - {*one[1]})
        assert line["signals_vanishing"].split() == sorted({*one[1]} - {*two[1]})
        assert (line["step"], line["step_candidate"]) == (one[2], two[2])
        assert [line[its] == "none" for its in ("falls_to", "falls_to_candidate")] == [
            one[3],
            two[3],
        ]
    promised = Counter(
        (whose, why) for whose, line in said.items() for why in line["contacts_candidate"].split()
    )
    assert contacts(place) == promised
    assert len(said) == facts["differing"] > 0
    assert promised.total() > 0
    assert facts["today"]["signals"]["appearing"]["unprofitable"] > 0
    refused = command(place.telling(policy=other), "policy", "diff", str(running))
    assert "a worker refuses the candidate" in refused.stdout
