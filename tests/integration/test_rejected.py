"""What is turned away comes out as it came in, with the reason, and disturbs nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.records import PAYMENTS, PURCHASES, SUPPORT_CALLS, Record, partition_of
from tests.support.reading import ADDED_HEADERS, read
from tests.support.topics import Place, Watch, load
from tests.support.workers import Crew

MAX_EVENT_BYTES = 2_048
AT_MS = 1_772_000_000_000
AT = "2026-02-25T06:13:20Z"
"""The same instant."""
READ_SECONDS = 60.0

SALE: dict[str, Any] = {
    "event_id": "s-1",
    "customer_id": "ada",
    "occurred_at": AT,
    "order_id": "o-1",
    "amount": "12.50",
    "currency": "USD",
}
CALL: dict[str, Any] = {
    "event_id": "c-1",
    "customer_id": "ada",
    "occurred_at": AT,
    "issue": "invoice",
    "channel": "phone",
    "duration_s": 60,
}
PAYMENT: dict[str, Any] = {
    "event_id": "p-1",
    "customer_id": "ada",
    "occurred_at": AT,
    "invoice_id": "i-1",
    "amount": "12.50",
    "currency": "USD",
    "due_at": AT,
}
ADA = b"ada"
HOME = partition_of(ADA, 4, "murmur2")
TWICE = (("trace", b"1"), ("trace", b"2"), ("blob", b"\x00\xff"), ("empty", b""))
TAKEN = (("reason", b"mine"), ("source_offset", b"mine"), ("none", None))

pytestmark = [pytest.mark.kafka, pytest.mark.fault(15)]


def said(body: dict[str, Any], **fields: object) -> bytes:
    return json.dumps(body | fields).encode()


def without(body: dict[str, Any], name: str) -> bytes:
    return json.dumps({key: body[key] for key in body if key != name}).encode()


Case = tuple[str, str, str, bytes | None, bytes | None, int, tuple[tuple[str, bytes | None], ...]]


def case(
    reason: str,
    detail: str,
    value: bytes | None,
    *,
    topic: str = PURCHASES,
    key: bytes | None = ADA,
    partition: int = HOME,
    headers: tuple[tuple[str, bytes | None], ...] = (),
) -> Case:
    """A record, why it is turned away, and how the detail begins."""
    return reason, detail, topic, key, value, partition, headers


CASES = (
    case("malformed", "value:", None),
    case("malformed", "value:", None, key=None, headers=TWICE),
    case("malformed", "value:", b""),
    case("malformed", "value:", b"\xff\xfe\x00", headers=TAKEN),
    case("malformed", "value:", said(SALE)[:-1] + b',"x":"\xc3\x28"}', topic=PAYMENTS),
    case("malformed", "value:", b"[1, 2]", key=b"\x00\xff"),
    case("malformed", "value:", said(SALE)[:-2], topic=SUPPORT_CALLS),
    case("malformed", "value:", said(SALE)[:-1] + b',"x":' + b"[" * 64 + b"]" * 64 + b"}"),
    case("malformed", "value:", said(SALE)[:-1] + b',"x":NaN}'),
    case("missing_field", "order_id:", without(SALE, "order_id"), headers=TWICE),
    case("missing_field", "event_id:", said(CALL, event_id=None), topic=SUPPORT_CALLS),
    case("missing_field", "due_at:", without(PAYMENT, "due_at"), topic=PAYMENTS),
    case("invalid_field", "amount:", said(SALE, amount="1.234")),
    case("invalid_field", "amount:", said(SALE, amount="9" * 900)),
    case("invalid_field", "duration_s:", said(CALL, duration_s=10**900), topic=SUPPORT_CALLS),
    case("invalid_field", "fee:", said(SALE, fee="1.00")),
    case("invalid_field", "channel:", said(CALL, channel="fax"), topic=SUPPORT_CALLS),
    case("invalid_field", "status:", said(PAYMENT, status="PAID"), topic=PAYMENTS),
    case("key_mismatch", "key:", said(SALE), key=None),
    case("key_mismatch", "key:", said(SALE), key=b""),
    case("key_mismatch", "key:", said(SALE), key=b"\xff", headers=TWICE),
    case("wrong_partition", "partition:", said(SALE), partition=(HOME + 1) % 4),
    case("unknown_currency", "currency:", said(SALE, currency="XQQ", amount="5")),
    case("unknown_currency", "currency:", said(PAYMENT, currency="CHF"), topic=PAYMENTS),
    case("from_future", "occurred_at:", said(SALE, occurred_at="2026-02-25T06:18:20.001Z")),
    case("too_large", "value:", said(SALE) + b" " * MAX_EVENT_BYTES),
    case("too_large", "value:", b"\xff" * (MAX_EVENT_BYTES + 1), key=None, headers=TWICE),
    case("id_conflict", "event_id:", said(SALE, amount="12.51"), headers=TAKEN),
    case("id_conflict", "event_id:", said(CALL, duration_s=61), topic=SUPPORT_CALLS),
)
GOOD = (
    (PURCHASES, said(SALE)),
    (PURCHASES, said(SALE, event_id="s-2", occurred_at="2026-02-25T06:18:20Z")),
    (PURCHASES, said(SALE, event_id="s-3").ljust(MAX_EVENT_BYTES)),
    (SUPPORT_CALLS, said(CALL)),
    (PAYMENTS, said(PAYMENT)),
)
"""Events that just hold; the first ones make the conflicts conflicts."""


def written() -> tuple[list[Record], dict[tuple[str, int, int], Case]]:
    """All records, and the case of each that is to be turned away."""
    records: list[Record] = []
    cases: dict[tuple[str, int, int], Case] = {}
    ends: dict[tuple[str, int], int] = {}
    drafts: list[tuple[str, int, bytes | None, bytes | None, Any, Case | None]] = [
        (topic, HOME, ADA, value, (), None) for topic, value in GOOD
    ]
    drafts += [(one[2], one[5], one[3], one[4], one[6], one) for one in CASES]
    for topic, partition, key, value, headers, its_case in drafts:
        offset = ends.get((topic, partition), 0)
        ends[topic, partition] = offset + 1
        records.append(Record(topic, partition, offset, AT_MS, key, value, headers))
        if its_case is not None:
            cases[topic, partition, offset] = its_case
    return records, cases


def test_every_reason_is_given_and_every_byte_kept(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path
) -> None:
    records, cases = written()
    load(place, records)
    told = place.telling(clock="event", policy=sample_policy, max_event_bytes=MAX_EVENT_BYTES)
    worker = crew.start_ready(told)
    crew.wait_until_read(watch, READ_SECONDS)
    metrics = worker.metrics()
    worker.stop()

    found = read(place, "rejected-events")
    assert len(found) == len(cases)
    for one in found:
        assert [name for name, _ in one.headers[-5:]] == list(ADDED_HEADERS)
        reason, detail, *source = [(text or b"").decode() for _, text in one.headers[-5:]]
        its = cases.pop((source[0], int(source[1]), int(source[2])))
        assert (reason, one.key, one.value, one.partition, one.headers[:-5]) == (
            its[0],
            *its[3:],
        )
        assert detail.startswith(its[1])
        assert "expected" in detail
        assert "found" in detail or reason == "id_conflict"
    assert not cases

    assert len({one[0] for one in CASES}) == 9
    assert metrics.number("events_rejected_total") == len(CASES)
    assert metrics.number("events_applied_total") == len(GOOD)
    assert metrics.number("events_consumed_total") == len(records)
    (last,) = read(place, "customer-values")[-1:]
    assert last.wire["customer_id"] == "ada"
    assert last.wire["value"]["revenue"] == "37.50"
