"""No customer's data in a worker's log or on its pages, however its inputs and its end look."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Producer

from schemas.outputs.records import subject_of
from schemas.state.codec import ROW_VERSION
from tests.oracle.records import CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS, Record
from tests.support import planted
from tests.support.canaries import AMOUNT, CUSTOMER, HEADER, KEY, MAIL, STRANGER, WORD, leaks
from tests.support.reading import read
from tests.support.topics import CHANGELOG, Place, Watch, configure, create_topics, load
from tests.support.workers import Crew, Worker

SECRET = "a secret of the tests"  # noqa: S105
NOW_MS = 1_790_000_000_000
READ_SECONDS = 60.0
PLANTED = (sys.executable, str(Path(planted.__file__)))
HEADERS = ((HEADER, MAIL.encode()), ("trace", HEADER.encode()))

pytestmark = pytest.mark.kafka


@pytest.fixture
def place(bare_place: Place, tmp_path: Path) -> Place:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    told = bare_place.telling(clock="event", erasure_secret_file=secret, snapshot_seconds=0)
    place = replace(told, partitions=1)
    create_topics(place)
    return place


def event(number: int, customer_id: str = CUSTOMER, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": f"{MAIL}-{number}",
        "customer_id": customer_id,
        "occurred_at": "2026-09-01T10:00:00Z",
        **fields,
    }


def sale(number: int, customer_id: str = CUSTOMER, **fields: Any) -> dict[str, Any]:
    bought = {"order_id": MAIL, "amount": AMOUNT, "currency": "USD", "category": WORD}
    return event(number, customer_id, **{**bought, WORD: {MAIL: WORD}, **fields})


def record(topic: str, value: dict[str, Any] | bytes | None, key: str | None = None) -> Record:
    if isinstance(value, dict):
        key = value["customer_id"] if key is None else key
        value = json.dumps(value).encode()
    return Record(topic, 0, 0, NOW_MS, None if key is None else key.encode(), value, HEADERS)


VALID = [
    record(PURCHASES, sale(1)),
    record(PURCHASES, sale(1)),  # a duplicate
    record(PURCHASES, sale(2, STRANGER, invoice_id=WORD, due_at="2026-09-02T00:00:00Z")),
    record(PURCHASES, sale(3, occurred_at="2019-01-01T00:00:00Z")),  # late
    record(SUPPORT_CALLS, event(4, issue=MAIL, channel="phone", duration_s=9, complaint=True)),
    record(
        PAYMENTS,
        event(5, STRANGER, invoice_id=WORD, amount="1.00", currency="USD",
              due_at="2026-08-01T00:00:00Z"),
    ),
    record(
        CUSTOMERS,
        event(6, region=WORD, industry=MAIL,
              override={"tier": "key", "mode": "lock", "reason": MAIL}),
    ),
    record(CUSTOMERS, None, STRANGER),  # erased
    record(PURCHASES, sale(7, STRANGER)),
]  # fmt: skip
REJECTED = [
    record(PURCHASES, sale(1, amount="1.00")),  # a conflict
    record(PURCHASES, sale(10, amount=AMOUNT + "1")),
    record(PURCHASES, sale(11, currency=WORD)),
    record(PURCHASES, sale(12), KEY),
    record(PURCHASES, sale(13, occurred_at="2099-01-01T00:00:00Z")),
    record(PURCHASES, sale(14, note=WORD * 9_000)),  # too large
    record(PURCHASES, f"{MAIL} is no JSON".encode(), KEY),
    record(PURCHASES, b"\xff" + MAIL.encode(), KEY),
    record(PURCHASES, b"[" * 99 + WORD.encode(), KEY),
    record(PURCHASES, {"customer_id": CUSTOMER, WORD: MAIL}),
    record(SUPPORT_CALLS, event(15, issue=MAIL, channel=WORD, duration_s=9)),
    record(PAYMENTS, None, KEY),
    record(CUSTOMERS, None, KEY * 20),
]


def says_nothing_of_customers(worker: Worker) -> None:
    assert worker.text()
    assert leaks(worker.text()) == []


def test_neither_log_nor_pages_tell_of_customers_before_a_kill_and_after_it(
    place: Place, watch: Watch, crew: Crew
) -> None:
    load(place, VALID + REJECTED)
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    assert len(read(place, "rejected-events")) == len(REJECTED)
    assert leaks(worker.get("/metrics")[1]) == []
    worker.kill()
    says_nothing_of_customers(worker)

    again = crew.start_ready(place)
    load(place, VALID + REJECTED)
    crew.wait_until_read(watch, READ_SECONDS)
    assert leaks(again.get("/metrics")[1]) == []
    again.stop()
    says_nothing_of_customers(again)


def test_what_an_output_topic_refuses_is_told_without_what_it_holds(
    place: Place, crew: Crew
) -> None:
    configure(place, "tier-changes", max_message_bytes=64)
    load(place, VALID)
    worker = crew.start(place)
    assert "MSG_SIZE_TOO_LARGE" in worker.must_park()
    says_nothing_of_customers(worker)


def test_a_limit_that_is_reached_is_told_without_who_reached_it(place: Place, crew: Crew) -> None:
    load(place, VALID[:3])
    worker = crew.start(place.telling(partition_bytes=300))
    assert "bytes of customers, more than WHALECURVE_PARTITION_BYTES = 300" in worker.must_park()
    says_nothing_of_customers(worker)


VERSION = bytes([ROW_VERSION])
BODY_OF_OTHER_THINGS = VERSION + bytes(31) + msgspec.msgpack.encode([MAIL, {WORD: AMOUNT}])
"""A row whose head can be read."""


@pytest.mark.parametrize(
    ("key", "row", "said"),
    [
        (CUSTOMER.encode(), MAIL.encode(), "expected a row of at least"),
        (CUSTOMER.encode(), BODY_OF_OTHER_THINGS, "expected a customer's row"),
        (b"\xc3" + KEY.encode(), MAIL.encode(), "a key that is no customer_id"),
        (None, MAIL.encode(), "has no key"),
        (b"\xffpartition", VERSION + MAIL.encode(), "expected a partition's row"),
    ],
)
def test_a_corrupt_changelog_is_told_by_a_keyed_hash(
    place: Place, crew: Crew, key: bytes | None, row: bytes, said: str
) -> None:
    if key is None:
        # a compacted topic takes no such record
        configure(place, CHANGELOG, cleanup_policy="delete")
    producer = Producer({"bootstrap.servers": place.broker})
    producer.produce(place.name(CHANGELOG), row, key, 0)
    assert producer.flush(READ_SECONDS) == 0
    if key is None:
        configure(place, CHANGELOG, cleanup_policy="compact")
    worker = crew.start(place)
    told = worker.must_park()
    assert said in told
    if key == CUSTOMER.encode():
        assert subject_of(CUSTOMER, SECRET.encode()) in told
    says_nothing_of_customers(worker)


def test_an_error_that_nobody_foresaw_is_told_without_its_text(place: Place, crew: Crew) -> None:
    load(place, VALID)
    worker = crew.start(place, PLANTED)
    assert worker.must_fail().startswith("ValueError ")
    says_nothing_of_customers(worker)


def test_a_leak_would_be_found(place: Place, crew: Crew) -> None:
    load(place, VALID[:1])  # which input is fetched first is chance
    leaking = {**place.environment, planted.LEAKS: "yes"}
    worker = crew.start(place, PLANTED, environment=leaking)
    assert CUSTOMER in worker.must_fail()
    assert leaks(worker.text(), [CUSTOMER, AMOUNT])
