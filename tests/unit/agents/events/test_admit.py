"""Intake: which reason an event is turned away for, of all that fit, and the edges of each."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any

import pytest

from agents.events.admit import Admission, Placement
from schemas.base.partitioners import crc32_partition, murmur2_partition
from schemas.inputs.events import WIRE_OF_KIND, Kind
from schemas.inputs.rejects import Rejection
from tests.support.happening import LAST_MS
from tests.support.making import (
    ABSENT,
    FULL,
    LATER_MS,
    MAKE,
    MINIMAL,
    POLICY,
    admission,
    booked,
    purchase,
    raw,
)
from tests.support.master import wallet
from tests.support.tables import table

C, P, S, Y = Kind.CUSTOMERS, Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS
SALE = raw(purchase())
NOON_MS = 1_772_366_400_000
"""2026-03-01T12:00:00Z, when the events occurred."""
TWO = 2
ELSEWHERE = 1 - murmur2_partition(b"ada", TWO)
TAKEN, AWAY = ("", ""), "wrong_partition"


def said(
    value: bytes | None,
    key: bytes | None = b"ada",
    timestamp_ms: int = LATER_MS,
    *,
    kind: Kind = P,
    by: Admission | None = None,
) -> tuple[str, str]:
    """(reason, detail) of an event that is turned away; TAKEN if it is not."""
    found = (by or admission()).admit(kind, key, value, timestamp_ms)
    return (found.reason.value, found.detail) if isinstance(found, Rejection) else TAKEN


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
@pytest.mark.parametrize("events", [MINIMAL, FULL], ids=["minimal", "full"])
def test_a_valid_event_is_booked(kind: Kind, events: dict[Kind, dict[str, Any]]) -> None:
    found = booked(kind, events[kind])
    told = (kind, "ada", events[kind]["event_id"])
    assert (found.kind, found.customer_id, found.event_id) == told


# each reason's own edge


def test_a_value_as_large_as_allowed_is_taken_and_one_byte_more_is_not() -> None:
    by, size = admission(max_event_bytes=len(SALE)), len(SALE)
    told = f"value: expected at most {size} bytes, found {size + 1}"
    assert (said(SALE, by=by), said(SALE + b" ", by=by)) == (TAKEN, ("too_large", told))


@table("kind", P, S, Y)
def test_no_value_is_malformed(kind: Kind) -> None:
    expected = ("malformed", "value: expected a JSON object, found no value")
    assert said(None, kind=kind) == expected


NO_KEYS = {None: "no key", b"": "b''", b"bob": "b'bob'", b"Ada": "b'Ada'", b"\xff": r"b'\xff'"}


@table("key found", *NO_KEYS.items())
def test_the_key_is_the_customer_s_id_byte_for_byte(key: bytes | None, found: str) -> None:
    assert said(SALE, key) == ("key_mismatch", f"key: expected the customer_id, found {found}")


def test_the_key_is_the_id_in_utf_8() -> None:
    name = "\u00e9\U0001f600"
    assert said(raw(purchase(customer_id=name)), name.encode()) == TAKEN


def test_a_key_of_another_partition_would_split_the_customer() -> None:
    told = f"partition: expected {1 - ELSEWHERE} of 2 for this key, found {ELSEWHERE}"
    assert said(SALE, by=admission(partition=1 - ELSEWHERE, partitions=TWO)) == TAKEN
    assert said(SALE, by=admission(partition=ELSEWHERE, partitions=TWO)) == (
        "wrong_partition",
        told,
    )


@table("partition_of", murmur2_partition, crc32_partition)
def test_the_partition_is_reckoned_as_the_setting_says_unless_the_customer_is_here(
    partition_of: Callable[[bytes, int], int],
) -> None:
    right = partition_of(b"ada", 64)
    for place, known, reason in ((right, "", ""), (63 - right, "ada", ""), (63 - right, "", AWAY)):
        by = Admission(POLICY, Placement(place, 64, partition_of), 65_536, {known})
        assert said(SALE, by=by)[0] == reason
    assert murmur2_partition(b"ada", 64) != crc32_partition(b"ada", 64)


@table("currency", "XXX", "usd", "GBP", "")
def test_a_currency_without_a_rate_is_unknown(currency: str) -> None:
    told = "currency: expected one with a rate in the policy for the event's day, found"
    found = said(raw(purchase(currency=currency)))
    assert found == ("unknown_currency", f"{told} {currency!r}")


def test_a_support_call_has_no_currency_to_be_unknown() -> None:
    assert said(raw(MAKE[S](currency="XXX")), kind=S) == TAKEN


@table(
    "occurred_at seconds",
    ("2026-03-01T12:00:00Z", None),
    ("2026-03-01T12:05:00Z", None),
    ("2026-03-01T13:05:00+01:00", None),
    ("2026-03-01T12:05:00.000001Z", 300),
    ("2026-03-01T12:05:01Z", 301),
    ("2026-03-01T12:10:00Z", 600),
    ("9999-12-31T23:59:59Z", 251_629_934_399),
    ("0001-01-01T00:00:00Z", None),
)
def test_an_event_may_be_five_minutes_ahead(occurred_at: str, seconds: Any) -> None:
    told = f"occurred_at: expected at most 300 s after the record's timestamp, found {seconds} s"
    found = said(raw(purchase(occurred_at=occurred_at)), timestamp_ms=NOON_MS)
    assert found == (TAKEN if seconds is None else ("from_future", told))


@table(
    "field kind", *(("occurred_at", kind) for kind in WIRE_OF_KIND), ("due_at", P), ("due_at", Y)
)
@table(
    "time is_taken",
    ("0001-01-01T00:00:00Z", True),
    ("0001-01-01T00:00:00+00:01", False),
    ("0001-01-01T00:01:00+00:01", True),
    ("9999-12-31T23:59:59.999999Z", True),
    ("9999-12-31T23:59:59.999999-00:01", False),
    ("9999-12-31T23:58:59.999999-00:01", True),
)
def test_every_time_lies_in_the_years_1_to_9999_of_utc(
    field: str, kind: Kind, time: str, *, is_taken: bool
) -> None:
    reason, detail = said(raw(MINIMAL[kind] | {field: time}), timestamp_ms=LAST_MS, kind=kind)
    assert reason == ("" if is_taken else "invalid_field")
    assert is_taken or detail.startswith(f"{field}: expected an RFC 3339 time with an offset")


# which reason is given where several fit

ORDER = {
    "size": "too_large",
    "json": "malformed",
    "stamp": "no_timestamp",
    "field": "invalid_field",
    "key": "key_mismatch",
    "partition": "wrong_partition",
    "currency": "unknown_currency",
    "time": "from_future",
}


def reason_of(kind: Kind, fields: dict[str, Any], faults: Iterable[str]) -> str:
    """Why an event is turned away that has all these faults; `fields` make another."""
    if "field" in faults:
        fields = fields | {"event_id": 5}
    if "time" in faults:
        fields = fields | {"occurred_at": "2026-03-01T12:05:00.000001Z"}
    if "currency" in faults:
        fields = fields | (wallet(currency="GBP") if kind is C else {"currency": "GBP"})
    value = raw(MAKE[kind](**fields))
    if "json" in faults:
        value = value[:-1] + b',"more":NaN}'
    if "size" in faults:
        value += b" " * 65_536
    stamp_ms = -1 if "stamp" in faults else NOON_MS
    by = admission(partition=ELSEWHERE, partitions=TWO) if "partition" in faults else admission()
    return said(value, b"bob" if "key" in faults else b"ada", stamp_ms, kind=kind, by=by)[0]


def some_of(faults: list[str]) -> Iterator[tuple[str, ...]]:
    for many in range(len(faults) + 1):
        yield from combinations(faults, many)


@table("kind", C, P, Y)
@pytest.mark.parametrize("first", ORDER)
def test_of_several_reasons_the_first_is_given(kind: Kind, first: str) -> None:
    faults = list(ORDER)
    for later in some_of(faults[faults.index(first) + 1 :]):
        assert reason_of(kind, {}, {first, *later}) == ORDER[first]


@table("stamp_ms", -1, -1_000, -(2**62))
def test_nothing_without_a_time_of_its_record_is_taken(stamp_ms: int) -> None:
    told = f"timestamp: expected milliseconds since 1970, found {stamp_ms}"
    for kind, value in [(kind, raw(fields)) for kind, fields in MINIMAL.items()] + [(C, None)]:
        assert said(value, timestamp_ms=stamp_ms, kind=kind) == ("no_timestamp", told)
        assert said(value, timestamp_ms=0, kind=kind)[0] in {"", "from_future"}


@table(
    "fields reason",
    ({"order_id": ABSENT}, "missing_field"),
    ({"amount": "x"}, "invalid_field"),
    ({"amount": "5.001"}, "invalid_field"),
    ({"cost": "5.001"}, "invalid_field"),
    ({"list_amount": "5.001"}, "invalid_field"),
    ({"fee": "1.00"}, "invalid_field"),
    ({"type": "return", "fee": "1.001"}, "invalid_field"),
    ({"seller_fault": True}, "invalid_field"),
    ({"items": 0}, "invalid_field"),
)
def test_a_wrong_field_comes_before_key_partition_currency_and_future(
    fields: dict[str, Any], reason: str
) -> None:
    for later in some_of(["key", "partition", "currency", "time"]):
        assert reason_of(P, fields, later) == reason
    assert said(raw(purchase(**fields)), None)[0] == reason


@table("field value", ("amount", "x"), ("items", 0))
def test_a_wrong_field_is_named_where_the_currency_is_none_at_all(
    field: str, value: object
) -> None:
    reason, detail = said(raw(purchase(**{field: value, "currency": "XXX"})))
    assert (reason, detail.split(":")[0]) == ("invalid_field", field)
