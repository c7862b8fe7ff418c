"""A changed policy on real Kafka: it judges who does nothing, and the older one is refused."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.oracle.sample_policy import POLICY_TOML
from tests.support.reading import Out, read
from tests.support.topics import Place, bought, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

READ_SECONDS = 60.0
NAMES = ("ada", "bob", "cyd", "dan", "eve")

pytestmark = pytest.mark.kafka


def newer() -> str:
    return (
        POLICY_TOML.replace("sample-7", "sample-8")
        .replace('key = "900.00"', 'key = "700.00"')
        .replace("[tiers.entry]", "[tiers]\nreview_days = 0\n\n[tiers.entry]")
    )


def changes(place: Place) -> list[Out]:
    return read(place, "tier-changes")


def test_a_new_policy_judges_everybody_and_an_older_one_is_refused(
    place: Place, crew: Crew, tmp_path: Path
) -> None:
    older, newest = tmp_path / "older.toml", tmp_path / "newer.toml"
    older.write_text(POLICY_TOML)
    newest.write_text(newer())
    crew.start_ready(place.telling(policy=older))
    today = f"{datetime.now(UTC).date()}T00:00:00Z"
    now_ms = int(time.time() * 1_000)
    # important, and key once 700.00 is enough
    load(place, [bought(name, f"sale-{name}", today, "800.00", now_ms) for name in NAMES])
    wait_until("all are there", lambda: len(changes(place)) == len(NAMES), READ_SECONDS)
    crew.stop_all()
    crew.start_ready(place.telling(policy=newest))
    wait_until("all are judged", lambda: len(changes(place)) == 2 * len(NAMES), READ_SECONDS)
    for name in NAMES:
        one, two = (its.wire for its in changes(place) if its.key == name.encode())
        assert (one["to_tier"], one["policy_version"]) == ("important", "sample-7")
        assert (two["from_tier"], two["to_tier"]) == ("important", "key")
        assert two["trigger"] == {"kind": "policy", "topic": None, "event_id": None}
        assert (two["policy_version"], two["sequence"]) == ("sample-8", 2)
    crew.stop_all()
    forgotten = crew.start(place.telling(policy=older))
    forgotten.must_fail()
    assert "was judged by a newer policy than 'sample-7' already" in forgotten.text()
    assert len(changes(place)) == 2 * len(NAMES)
