"""Records that mean harm count like any others, and hold up nobody."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from streams.kafka.codecs import GZIP, NONE
from tests.oracle.records import PURCHASES
from tests.support.raw_batches import Given, changed, send, wire
from tests.support.reading import Out, read
from tests.support.topics import Place, Watch, command, create_topics
from tests.support.waiting import wait_until
from tests.support.workers import Crew

AT_MS = 1_772_000_000_000
READ_SECONDS = 60.0
BOMB_BYTES = 80_000_000
BRACKETS = b"[" * 65_000
DEEP = 2_000
PEAK_MB = 330
"""At rest a worker takes some 90. Without a bound what unpacks here took a gigabyte."""

pytestmark = [pytest.mark.kafka, pytest.mark.fault(15, 16)]


@pytest.fixture
def place(bare_place: Place, sample_policy: Path) -> Place:
    place = replace(bare_place.telling(clock="event", policy=sample_policy), partitions=1)
    create_topics(place)
    return place


def sale(number: int, **more: object) -> bytes:
    body = {
        "event_id": f"e-{number}", "customer_id": "ada", "occurred_at": "2026-02-25T06:13:20Z",
        "order_id": "o", "amount": "640.00", "currency": "USD",
    }  # fmt: skip
    return json.dumps(body | more).encode()


def one(value: bytes, *headers: tuple[str, bytes | None]) -> Given:
    return b"ada", value, list(headers)


def peak_mb(pid: int) -> int:
    (line,) = (
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "HWM" in line
    )
    return int(line.split()[1]) // 1024


def test_what_no_client_writes_is_counted_and_passed_on(
    place: Place, watch: Watch, crew: Crew
) -> None:
    def put(records: list[Given], codec: int = NONE, **harm: bytes) -> None:
        batch = wire(records, codec, stamp_ms=AT_MS)
        for old, new in harm.items():
            batch = changed(batch, old.encode(), new)
        send(place.broker, place.name(PURCHASES), 0, bytes(batch))

    bomb = b"0" * BOMB_BYTES
    put([one(sale(1), ("HDRX", b"v"))], HDRX=b"\xff\xfeXX")
    put([one(b"{bad", ("HDRX", b"v"))], HDRX=b"\xff\xfeXX")
    put([one(b"{bad", ("HD\0X", b"v"))])
    put([one(bomb)], GZIP)
    put([one(BRACKETS)] * DEEP, GZIP)
    put([one(sale(2))])
    timeless = wire([one(sale(3))], NONE, stamp_ms=-1)
    send(place.broker, place.name(PURCHASES), 0, bytes(timeless))
    put([one(sale(4))])

    worker = crew.start_ready(place)
    wait_until("all is read", lambda: watch.unread() == 0, READ_SECONDS, otherwise=worker.text)
    metrics = worker.metrics()
    counted = {
        name: metrics.number(f"events_{name}_total") for name in ("consumed", "applied", "rejected")
    }
    assert counted == {"consumed": DEEP + 7, "applied": 3, "rejected": DEEP + 4}
    assert peak_mb(worker.pid) < PEAK_MB
    worker.stop()

    rejected = read(place, "rejected-events")
    assert [reason(its) for its in rejected if its.value != BRACKETS] == [
        b"malformed", b"malformed", b"too_large", b"no_timestamp",
    ]  # fmt: skip
    assert [reason(its) for its in rejected if its.value == BRACKETS] == [b"malformed"] * DEEP
    not_utf8, with_nul, large = rejected[:3]
    assert not_utf8.headers[:2] == (
        ("\\xff\\xfeXX", b"v"),
        ("altered", b"headers: 1 names escaped"),
    )
    assert with_nul.headers[:2] == (("HD\\x00X", b"v"), ("altered", b"headers: 1 names escaped"))
    told = dict(large.headers)
    assert large.value == bomb[:4_096]
    assert told["value_bytes"] == str(BOMB_BYTES).encode()
    assert told["value_sha256"] == sha256(bomb).hexdigest().encode()
    assert told["source_offset"] == b"3"

    tailed = command(place, "tail", "purchases", "--from-beginning", "--count", "1", "--json")
    assert tailed.returncode == 0, tailed.stderr
    assert tailed.stdout.encode().strip() in {sale(1), sale(3)}


def reason(its: Out) -> Any:
    return dict(its.headers)["reason"]
