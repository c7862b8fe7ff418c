"""`whalecurve status`: who holds what, what waits and how long, while a worker runs and after."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.oracle.records import PAYMENTS, PURCHASES, Record
from tests.support.topics import Place, Watch, bought, command, load
from tests.support.workers import Crew

pytestmark = pytest.mark.kafka

READ_SECONDS = 60.0
AT_MS = 1_772_000_000_000
PARTITIONS = 4


def told(place: Place, status: int) -> tuple[dict[str, Any], str]:
    done = command(place, "status", "--json")
    assert done.returncode == status, done.stderr
    assert done.stdout, done.stderr
    return orjson.loads(done.stdout), done.stderr


def test_status_tells_what_holds_and_what_waits(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path
) -> None:
    place = place.telling(clock="event", policy=sample_policy)
    facts, said = told(place, status=1)
    assert (facts["policies"], [its["lag"] for its in facts["partitions"]]) == (
        [],
        [0] * PARTITIONS,
    )
    assert "no worker holds partition 0, 1, 2, 3" in said

    worker = crew.start_ready(place)
    load(place, [bought("ada", "e-1", "2026-02-25T06:13:20Z", "5.00", AT_MS)])
    crew.wait_until_read(watch, READ_SECONDS)
    facts, _ = told(place, status=0)
    assert facts["state"] == "stable"
    assert len({its["worker"] for its in facts["partitions"]}) == 1
    assert facts["policies"] == ["sample-7"]
    (home,) = [its for its in facts["partitions"] if its["stream_time"] is not None]
    assert home["stream_time"] == "2026-02-25T06:13:20Z"
    assert (home["lag"], home["lag_seconds"]) == (0, 0.0)
    assert all(its["commits"] and its["last_commit"] for its in facts["partitions"])

    worker.stop()
    number = home["partition"]
    load(
        place,
        [
            Record(PURCHASES, number, 1, AT_MS + 1_000, b"ada", b"{}", ()),
            Record(PAYMENTS, number, 0, AT_MS, b"ada", b"{}", ()),
        ],
    )
    facts, _ = told(place, status=1)
    waiting = facts["partitions"][number]
    assert (waiting["worker"], waiting["lag"]) == (None, 2)
    # since the older of the two was published, which was long ago
    assert waiting["lag_seconds"] > 86_400
    assert command(place, "status").stdout.splitlines()[0].startswith(f"{place.app_id}: 0 workers")
