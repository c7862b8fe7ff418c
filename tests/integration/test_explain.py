"""`whalecurve explain` on real Kafka: what it says of a customer is what went out of it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.sample import sample
from tests.support.reading import last_values, read
from tests.support.topics import Place, Watch, command, load
from tests.support.workers import Crew

SECONDS = 60.0
SAME = ("tier", "tier_since", "value", "segments", "risks", "ladder", "sequence", "policy_version")
"""What of a snapshot does not move while time passes and nothing is due."""

pytestmark = pytest.mark.kafka


@pytest.fixture
def place(place: Place, sample_policy: Path) -> Place:
    return place.telling(clock="event", policy=sample_policy)


def explained(place: Place, *words: str) -> dict[str, Any]:
    done = command(place, "explain", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_agrees_with_the_snapshots_and_can_be_read_beside_a_worker(
    place: Place, watch: Watch, crew: Crew, tmp_path: Path
) -> None:
    records = sample(3, 1_500, 40, partitions=4)
    [(key, _)] = Counter(record.key for record in records).most_common(1)
    ada = (key or b"").decode()
    load(place, records)
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, SECONDS)
    beside = explained(place, ada)
    worker.stop()
    values = {
        whose: json.loads(value)
        for whose, value in last_values(read(place, "customer-values")).items()
    }
    for whose in sorted(values)[:3]:
        its = explained(place, whose)
        assert {name: its["now"][name] for name in SAME} == {
            name: values[whose][name] for name in SAME
        }
        assert its["at"] >= values[whose]["as_of"]
    assert explained(place, ada) == beside

    due = beside["ahead"]["next_due"]
    assert (
        explained(place, ada, "--at", due["at"])["now"]["value"]["contribution"]
        == (due["contribution_after"])
    )
    early = command(place, "explain", ada, "--at", "2020-01-01T00:00:00Z")
    assert early.returncode == 1
    assert "what it was before is not kept" in early.stderr
    nobody = command(place, "explain", "nobody")
    assert (nobody.returncode, "it never came, or was erased" in nobody.stderr) == (1, True)
    foreign = tmp_path / "foreign.toml"
    foreign.write_text(Path("tests/policies/plain.toml").read_text().replace("USD", "CHF"))
    refused = command(place, "explain", ada, "--policy", str(foreign))
    assert (refused.returncode, "base_currency: expected USD" in refused.stderr) == (1, True)

    words = command(place, "explain", ada).stdout
    assert words.startswith(f"{ada} at ")
    shown = command(place, "explain", ada, "--customer-facing", "--lang", "zh").stdout
    assert shown.startswith("您的等级是第 ")
