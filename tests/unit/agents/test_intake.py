"""Intake: which reason an event is turned away for, of all that fit, and the edges of each."""

import pytest

from agents.events.admit import Admission, Placement
from agents.events.booking import Booking
from schemas.base.partitioners import crc32_partition, murmur2_partition
from schemas.inputs.events import WIRE_OF_KIND, Kind
from schemas.inputs.rejects import Rejection
from tests.support.making import (
    ABSENT,
    FULL,
    LATER_MS,
    MINIMAL,
    POLICY,
    admission,
    purchase,
    raw,
    support_call,
)

SALE = raw(purchase())
NOON_MS = 1_772_366_400_000
"""2026-03-01T12:00:00Z, when the sale occurred."""
FIVE_MINUTES_MS = 300_000
TWO = 2
ELSEWHERE = 1 - murmur2_partition(b"ada", TWO)


def turned_away(
    value: bytes | None,
    key: bytes | None = b"ada",
    timestamp_ms: int = LATER_MS,
    its_intake: Admission | None = None,
) -> tuple[str, str]:
    """(reason, detail) of a purchase that is rejected."""
    found = (its_intake or admission()).admit(Kind.PURCHASES, key, value, timestamp_ms)
    assert isinstance(found, Rejection), found
    return found.reason.value, found.detail


def taken(value: bytes, timestamp_ms: int = LATER_MS, its_intake: Admission | None = None) -> bool:
    found = (its_intake or admission()).admit(Kind.PURCHASES, b"ada", value, timestamp_ms)
    return isinstance(found, Booking)


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
@pytest.mark.parametrize("events", [MINIMAL, FULL], ids=["minimal", "full"])
def test_a_valid_event_is_booked(kind: Kind, events: dict[Kind, dict[str, object]]) -> None:
    found = admission().admit(kind, b"ada", raw(events[kind]), LATER_MS)
    assert isinstance(found, Booking)
    assert (found.kind, found.customer_id, found.event_id) == (
        kind,
        "ada",
        events[kind]["event_id"],
    )


# each reason's own edge


def test_a_value_as_large_as_allowed_is_taken_and_one_byte_more_is_not() -> None:
    assert taken(SALE, its_intake=admission(max_event_bytes=len(SALE)))
    assert turned_away(SALE + b" ", its_intake=admission(max_event_bytes=len(SALE))) == (
        "too_large",
        f"value: expected at most {len(SALE)} bytes, found {len(SALE) + 1}",
    )


def test_no_value_is_malformed() -> None:
    assert turned_away(None) == ("malformed", "value: expected a JSON object, found no value")


@pytest.mark.parametrize(
    ("key", "found"),
    [(None, "no key"), (b"", "b''"), (b"bob", "b'bob'"), (b"Ada", "b'Ada'"), (b"\xff", r"b'\xff'")],
)
def test_the_key_is_the_customer_s_id_byte_for_byte(key: bytes | None, found: str) -> None:
    assert turned_away(SALE, key) == (
        "key_mismatch",
        f"key: expected the customer_id, found {found}",
    )


def test_the_key_is_the_id_in_utf_8() -> None:
    event = purchase(customer_id="\u00e9\U0001f600")
    admitted = admission().admit(Kind.PURCHASES, "\u00e9\U0001f600".encode(), raw(event), LATER_MS)
    assert isinstance(admitted, Booking)


def test_a_key_of_another_partition_would_split_the_customer() -> None:
    assert taken(SALE, its_intake=admission(partition=1 - ELSEWHERE, partitions=TWO))
    away = turned_away(SALE, its_intake=admission(partition=ELSEWHERE, partitions=TWO))
    assert away == (
        "wrong_partition",
        f"partition: expected {1 - ELSEWHERE} of 2 for this key, found {ELSEWHERE}",
    )


def test_the_partition_is_reckoned_as_the_setting_says() -> None:
    for partition_of in (murmur2_partition, crc32_partition):
        place = Placement(partition_of(b"ada", 64), 64, partition_of)
        assert taken(SALE, its_intake=Admission(POLICY, place, 65_536, frozenset()))
    assert murmur2_partition(b"ada", 64) != crc32_partition(b"ada", 64)


def test_a_customer_that_is_here_already_is_not_reckoned_again() -> None:
    place = Placement(ELSEWHERE, TWO, murmur2_partition)
    assert taken(SALE, its_intake=Admission(POLICY, place, 65_536, {"ada"}))


@pytest.mark.parametrize("currency", ["XXX", "usd", "GBP", ""])
def test_a_currency_without_a_rate_is_unknown(currency: str) -> None:
    reason, detail = turned_away(raw(purchase(currency=currency)))
    assert (reason, detail) == (
        "unknown_currency",
        f"currency: expected one with a rate in the policy for the event's day, found {currency!r}",
    )


@pytest.mark.parametrize(
    ("occurred_at", "is_taken"),
    [
        ("2026-03-01T12:00:00Z", True),
        ("2026-03-01T12:05:00Z", True),
        ("2026-03-01T13:05:00+01:00", True),
        ("2026-03-01T12:05:00.000001Z", False),
        ("2026-03-01T12:05:01Z", False),
        ("9999-12-31T23:59:59Z", False),
        ("0001-01-01T00:00:00Z", True),
    ],
)
def test_an_event_may_be_five_minutes_ahead_of_its_record(occurred_at: str, is_taken: bool) -> None:
    event = raw(purchase(occurred_at=occurred_at))
    assert taken(event, timestamp_ms=NOON_MS) == is_taken
    if not is_taken:
        assert turned_away(event, timestamp_ms=NOON_MS)[0] == "from_future"


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
@pytest.mark.parametrize(
    ("occurred_at", "is_taken"),
    [
        ("0001-01-01T00:00:00Z", True),
        ("0001-01-01T00:00:00+00:01", False),
        ("0001-01-01T00:01:00+00:01", True),
        ("9999-12-31T23:59:59.999999Z", True),
        ("9999-12-31T23:59:59.999999-00:01", False),
        ("9999-12-31T23:58:59.999999-00:01", True),
    ],
)
def test_an_event_lies_in_the_years_1_to_9999_of_utc(
    kind: Kind, occurred_at: str, *, is_taken: bool
) -> None:
    event = raw(MINIMAL[kind] | {"occurred_at": occurred_at})
    found = admission().admit(kind, b"ada", event, timestamp_ms=-1)
    if is_taken:
        assert isinstance(found, Booking)
    else:
        assert isinstance(found, Rejection)
        assert found.detail.startswith("occurred_at: expected an RFC 3339 time with an offset")


@pytest.mark.parametrize("kind", [Kind.PURCHASES, Kind.PAYMENTS])
@pytest.mark.parametrize(
    ("due_at", "is_taken"),
    [
        ("0001-01-01T00:00:00Z", True),
        ("0001-01-01T00:00:00+00:01", False),
        ("9999-12-31T23:59:59-00:01", False),
    ],
)
def test_a_due_date_lies_there_too(kind: Kind, due_at: str, *, is_taken: bool) -> None:
    found = admission().admit(kind, b"ada", raw(MINIMAL[kind] | {"due_at": due_at}), LATER_MS)
    assert isinstance(found, Booking) == is_taken
    assert is_taken or found.detail.startswith("due_at:")  # type: ignore[union-attr]


def test_the_future_is_told_in_seconds() -> None:
    event = raw(purchase(occurred_at="2026-03-01T12:10:00Z"))
    assert turned_away(event, timestamp_ms=NOON_MS) == (
        "from_future",
        "occurred_at: expected at most 300 s after the record's timestamp, found 600 s",
    )


def test_a_record_without_a_timestamp_has_no_future() -> None:
    assert taken(raw(purchase(occurred_at="2098-01-01T00:00:00Z")), timestamp_ms=-1)


# which reason is given where several fit


def test_too_large_comes_before_malformed() -> None:
    assert turned_away(b"x" * 65_537, None)[0] == "too_large"
    assert turned_away(b"x" * 65_536, None)[0] == "malformed"


def test_malformed_comes_before_the_fields() -> None:
    assert turned_away(SALE[:-1] + b',"amount":5,"more":NaN}', None)[0] == "malformed"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"order_id": ABSENT}, "missing_field"),
        ({"amount": "x"}, "invalid_field"),
        ({"amount": "5.001"}, "invalid_field"),
        ({"cost": "5.001"}, "invalid_field"),
        ({"list_amount": "5.001"}, "invalid_field"),
        ({"fee": "1.00"}, "invalid_field"),
        ({"type": "return", "fee": "1.001"}, "invalid_field"),
        ({"seller_fault": True}, "invalid_field"),
        ({"items": 0}, "invalid_field"),
    ],
)
def test_the_fields_come_before_key_partition_currency_and_future(
    fields: dict[str, object], reason: str
) -> None:
    ahead = {"occurred_at": "2026-03-01T13:00:00Z"}
    in_time = raw(purchase(**fields))
    early = raw(purchase(**fields, **ahead))
    elsewhere = admission(partition=ELSEWHERE, partitions=TWO)
    assert turned_away(in_time)[0] == reason
    assert turned_away(in_time, b"bob")[0] == reason
    assert turned_away(in_time, None)[0] == reason
    assert turned_away(in_time, its_intake=elsewhere)[0] == reason
    assert turned_away(early, timestamp_ms=NOON_MS)[0] == reason
    assert turned_away(early, b"bob", NOON_MS, elsewhere)[0] == reason


@pytest.mark.parametrize(
    ("fields", "first"),
    [({"amount": "x", "currency": "XXX"}, "amount"), ({"items": 0, "currency": "XXX"}, "items")],
)
def test_the_fields_come_before_an_unknown_currency(fields: dict[str, object], first: str) -> None:
    reason, detail = turned_away(raw(purchase(**fields)))
    assert reason == "invalid_field"
    assert detail.startswith(f"{first}:")


def test_the_key_comes_before_partition_currency_and_future() -> None:
    event = raw(purchase(currency="XXX", occurred_at="2026-03-01T13:00:00Z"))
    elsewhere = admission(partition=ELSEWHERE, partitions=TWO)
    assert turned_away(event, b"bob", NOON_MS, elsewhere)[0] == "key_mismatch"


def test_the_partition_comes_before_currency_and_future() -> None:
    event = raw(purchase(currency="XXX", occurred_at="2026-03-01T13:00:00Z"))
    elsewhere = admission(partition=ELSEWHERE, partitions=TWO)
    assert turned_away(event, b"ada", NOON_MS, elsewhere)[0] == "wrong_partition"


def test_the_currency_comes_before_the_future() -> None:
    event = raw(purchase(currency="XXX", occurred_at="2026-03-01T13:00:00Z"))
    assert turned_away(event, b"ada", NOON_MS)[0] == "unknown_currency"


def test_a_support_call_has_no_currency_to_be_unknown() -> None:
    event = raw(support_call(currency="XXX"))
    found = admission().admit(Kind.SUPPORT_CALLS, b"ada", event, LATER_MS)
    assert isinstance(found, Booking)
