"""What was turned away is counted, goes back once it is mended, and counts once however often."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.integration.test_rejected import ADA, AT_MS, HOME, SALE, said
from tests.oracle.records import PURCHASES, Record
from tests.support.reading import read
from tests.support.topics import Place, Watch, command, load
from tests.support.workers import Crew

pytestmark = pytest.mark.kafka

READ_SECONDS = 60.0
VALUES = (
    said(SALE),
    said(SALE, event_id="s-2", currency="XQQ"),
    said(SALE)[:-2],
    said(SALE, amount="12.51"),
)


def told(place: Place, *words: str, status: int = 0) -> Any:
    done = command(place, "rejects", *words, "--json")
    assert done.returncode == status, done.stderr
    assert done.stdout, done.stderr
    return orjson.loads(done.stdout)


def counts(place: Place) -> dict[str, int]:
    return {group["reason"]: group["count"] for group in told(place, "list")}


def test_what_was_turned_away_goes_back_once_it_is_mended(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path
) -> None:
    load(
        place,
        [
            Record(PURCHASES, HOME, at, AT_MS, ADA, value, (("trace", b"1"),))
            for at, value in enumerate(VALUES)
        ],
    )
    place = place.telling(clock="event", policy=sample_policy)
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    assert counts(place) == {"unknown_currency": 1, "malformed": 1, "id_conflict": 1}

    mend = ("republish", "--reason", "unknown_currency", "--set", "currency=USD")
    assert told(place, *mend, "--dry-run")["republished"] == {PURCHASES: 1}
    assert len(read(place, PURCHASES)) == len(VALUES)
    for _ in range(2):
        assert told(place, *mend)["republished"] == {PURCHASES: 1}
        crew.wait_until_read(watch, READ_SECONDS)
    sent = read(place, PURCHASES)[-1]
    (its,) = told(place, "list", "--reason", "unknown_currency")
    back = its["examples"][0]["record"].encode()
    assert sent.headers == (("trace", b"1"), ("republished_from", back))
    assert sent.key == ADA

    # what is not mended stays; what only a customer's past turns away is counted once, again
    found = told(place, "republish", "--since", "2026-01-01", status=1)
    assert list(found["turned_away_again"]) == ["malformed", "unknown_currency"]
    assert found["republished"] == {PURCHASES: 1}
    crew.wait_until_read(watch, READ_SECONDS)
    assert counts(place) == {"unknown_currency": 1, "malformed": 1, "id_conflict": 1}
    worker.stop()
    assert len(read(place, "rejected-events")) == len(VALUES)
    (last,) = read(place, "customer-values")[-1:]
    assert last.wire["value"]["revenue"] == "25.00"
