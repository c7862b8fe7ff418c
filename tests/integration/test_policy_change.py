"""A changed policy on real Kafka: it judges who does nothing, and the older one is refused."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from tests.oracle.sample_policy import POLICY_TOML
from tests.support.reading import Out, read
from tests.support.shards import by_share
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


def _are(place: Place, many: int) -> bool:
    return len(changes(place)) == many


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


def test_nobody_is_warned_or_moved_before_the_policy_that_asks_for_it(
    place: Place, crew: Crew, tmp_path: Path
) -> None:
    default = files("agents.policy_file").joinpath("default.toml").read_text(encoding="utf-8")
    later = tmp_path / "later.toml"
    later.write_text(
        default.replace('version = "default-1"', 'version = "default-2"')
        .replace('important = "500.00"', 'important = "900.00"')
        .replace("notice_after_days = 14", "# a notice comes at once")
        .replace("review_days = 7", "review_days = 0")
    )
    now = datetime.now(UTC)
    sold = {f"sold-{days}-days-ago": now - timedelta(days) for days in (48, 20, 5)}
    load(
        place,
        [
            bought(name, name, at.isoformat(), "700.00", int(at.timestamp() * 1_000))
            for name, at in sold.items()
        ],
    )
    crew.start_ready(place)
    wait_until("all are there", lambda: len(changes(place)) == len(sold), READ_SECONDS)
    crew.stop_all()
    adopted = datetime.now(UTC)
    crew.start_ready(place.telling(policy=later))
    wait_until("all are told", lambda: len(changes(place)) == 2 * len(sold), READ_SECONDS)
    for name, at in sold.items():
        one, two = (its.wire for its in changes(place) if its.key == name.encode())
        assert (one["to_tier"], one["effective_at"][:10]) == ("important", str(at.date()))
        assert (two["direction"], two["to_tier"]) == ("notice", "ordinary")
        assert datetime.fromisoformat(two["effective_at"]) >= adopted
        comes = datetime.fromisoformat(two["takes_effect_at"])
        assert comes.date() - adopted.date() in {timedelta(30), timedelta(31)}


def test_tiers_go_from_entries_to_shares_and_back(place: Place, crew: Crew, tmp_path: Path) -> None:
    back = newer().replace('key = "700.00"', 'key = "900.00"')
    shares = by_share(POLICY_TOML.replace("sample-7", "sample-8"))
    shares = shares.replace('mode = "share"', 'mode = "share"\nreview_days = 0')
    texts = POLICY_TOML, shares, back.replace("sample-8", "sample-9")
    today, now_ms = f"{datetime.now(UTC).date()}T00:00:00Z", int(time.time() * 1_000)
    load(place, [bought(name, f"sale-{name}", today, "800.00", now_ms) for name in NAMES])
    for number, text in enumerate(texts, 1):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        crew.start_ready(place.telling(policy=file))
        many = number * len(NAMES)
        wait_until("all are judged", partial(_are, place, many), READ_SECONDS)
        crew.stop_all()
    for name in NAMES:
        # by shares the best are all alike
        tiers = [its.wire["to_tier"] for its in changes(place) if its.key == name.encode()]
        assert tiers == ["important", "key", "important"]
