"""Cases worked out by hand of what is taken, in which order, and what is refused or dropped."""

import json
from typing import Any

import pytest

from .hand import HAND_POLICY, Feed, told
from .instants import parse, text
from .records import CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS, Record, murmur2, partition_of
from .recount import recount

RECORD = {"event_id": "e", "customer_id": "ada", "occurred_at": "2026-03-01T12:00:00Z"}
SALE = RECORD | {"order_id": "o", "amount": "5.00", "currency": "USD"}
WALLET = {"amount": "5.00", "currency": "USD"}
TERM = WALLET | {"discount_rate": "1.0", "starts_on": "2026-01-01", "ends_on": "2026-01-01"}
LOCK = {"tier": "key", "mode": "lock", "reason": "x" * 1_000}
LAST = "9999-12-31T23:59:59"


def _verdict(topic: str, value: bytes | None, key: bytes | None = b"ada") -> str:
    """Say why a record is refused, and the field; nothing if it is not."""
    rejected = Feed().raw(topic, value, key).outcome().rejected
    return " ".join(its for its in rejected[0][1:] if its) if rejected else ""


def _with(**fields: object) -> bytes:
    return json.dumps(SALE | fields).encode()


def _deep(levels: int) -> bytes:
    return _with()[:-1] + b',"x":' + b"[" * levels + b"]" * levels + b"}"


def test_partitioners_are_those_of_the_clients() -> None:
    # Of Kafka's own tests; the check value of CRC-32 is cbf43926, 0x26 = 38, so 6 of 16.
    assert murmur2(b"21") == -973932308 % 2**32
    assert murmur2(b"a-little-bit-longer-string") == -1486304829 % 2**32
    assert murmur2(b"abc") == 479470107
    assert partition_of(b"123456789", 16, "crc32") == 0x6


def test_instants_are_read_with_an_offset_and_written_in_utc() -> None:
    assert text(parse("2026-03-01T12:00:00+02:00")) == "2026-03-01T10:00:00Z"
    assert text(parse("2026-03-01T12:00:00.1Z")) == "2026-03-01T12:00:00.100Z"
    assert text(parse("2026-03-01T12:00:00.100001-05:30")) == "2026-03-01T17:30:00.100001Z"
    assert text(parse("1969-12-31T23:59:59.999Z")) == "1969-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, "malformed"),
        (_with(x="[" * 99), ""),
        (_deep(63), ""),
        (_deep(64), "malformed"),
        (_with().ljust(65536), ""),
        (b"[" * 65537, "too_large"),
        (_with(event_id=None, customer_id=5), "missing_field event_id"),
        (_with(event_id="é" * 128), ""),
        (_with(event_id="é" * 129), "invalid_field event_id"),
        (_with(order_id="", amount="-1"), "invalid_field amount"),
        (_with(amount="5.001"), "invalid_field amount"),
        (_with(amount="5.001", currency="JPX"), "unknown_currency"),
        (_with(amount="5.0", currency="JPY"), "invalid_field amount"),
        (_with(amount="5", currency="JPY"), "unknown_currency"),
        (_with(amount="1234567890123.45"), ""),
        (_with(amount="12345678901234.56"), "invalid_field amount"),
        (_with(currency=None, items=0), "missing_field currency"),
        (_with(currency="EUR", occurred_at="2026-01-01T00:00:00Z"), ""),
        (_with(currency="EUR", occurred_at="2026-01-01T00:00:00+01:00"), "unknown_currency"),
        (_with(items=100_000), ""),
        (_with(fee="0"), "invalid_field fee"),
        (_with(type="return", fee="0", seller_fault=False), ""),
        (_with(fee=None, seller_fault=None, unknown={}), ""),
        (_with(customer_id="eve", currency="XYZ"), "key_mismatch"),
    ],
)
def test_a_purchase_is_judged_in_order(value: bytes | None, verdict: str) -> None:
    assert _verdict(PURCHASES, value) == verdict


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"segment": "business", "region": "", "industry": "tea", "joined_at": None}, ""),
        ({"wallet": WALLET | {"x": [1], "currency": "EUR"}}, ""),
        ({"wallet": {}, "commitment": 5, "override": 5}, "missing_field wallet.amount"),
        ({"wallet": WALLET | {"amount": "1.001"}}, "invalid_field wallet.amount"),
        ({"wallet": WALLET | {"currency": "JPY", "amount": "5"}}, "unknown_currency"),
        ({"wallet": WALLET | {"currency": "\ud800"}}, "malformed"),
        ({"commitment": TERM}, ""),
        ({"commitment": TERM | {"currency": "KWD"}}, "unknown_currency"),
        ({"commitment": TERM | {"discount_rate": "0.12345678901234"}}, ""),
        (
            {"commitment": TERM | {"discount_rate": "1.01"}},
            "invalid_field commitment.discount_rate",
        ),
        ({"commitment": TERM | {"starts_on": "2026-02-29"}}, "invalid_field commitment.starts_on"),
        ({"commitment": TERM | {"ends_on": "2025-12-31"}}, "invalid_field commitment.ends_on"),
        ({"override": LOCK | {"expires_at": None}}, ""),
        ({"override": LOCK | {"reason": "x" * 1_001}}, "invalid_field override.reason"),
        ({"override": LOCK | {"mode": "roof"}, "ladder": 5}, "invalid_field override.mode"),
        ({"ladder": {"set_step": "none", "hold_until": f"{LAST}.999999Z", "reason": "so"}}, ""),
        ({"ladder": {"hold_until": f"{LAST}-01:00"}}, "invalid_field ladder.hold_until"),
    ],
)
def test_master_data_is_judged_in_order(fields: dict[str, Any], verdict: str) -> None:
    assert _verdict(CUSTOMERS, json.dumps(RECORD | fields).encode()) == verdict


SENSE: dict[str, Any] = {
    "earliest": "2000-01-01",
    "earliest_joined": "1970-02-01",
    "ids": {"ignore": ["0", "guest"]},
}


@pytest.mark.parametrize(
    ("topic", "fields", "verdict"),
    [
        (PURCHASES, {"occurred_at": "1999-12-31T23:59:59.9999999Z"}, "invalid_field occurred_at"),
        (PURCHASES, {"occurred_at": "2000-01-01T00:00:00Z"}, ""),
        (PURCHASES, {"occurred_at": "0001-01-01T00:00:00Z"}, "invalid_field occurred_at"),
        (PURCHASES, {"due_at": "1970-01-21T12:13:20Z"}, "invalid_field due_at"),
        (CUSTOMERS, {"joined_at": "1970-01-31T23:59:59Z"}, "invalid_field joined_at"),
        (CUSTOMERS, {"joined_at": "1970-02-01T00:00:00Z"}, ""),
        (
            CUSTOMERS,
            {"commitment": TERM | {"starts_on": "1999-12-31"}},
            "invalid_field commitment.starts_on",
        ),
        (
            CUSTOMERS,
            {"override": LOCK | {"expires_at": "1970-01-01T00:00:00Z"}},
            "invalid_field override.expires_at",
        ),
        (PURCHASES, {"customer_id": "guest", "amount": "x"}, "no_customer customer_id"),
        (PURCHASES, {"customer_id": "", "occurred_at": 5}, "no_customer customer_id"),
        (PURCHASES, {"customer_id": "\t\u3000"}, "no_customer customer_id"),
        (PURCHASES, {"customer_id": "guest", "event_id": ""}, "invalid_field event_id"),
        (PURCHASES, {"customer_id": 0}, "invalid_field customer_id"),
        (PURCHASES, {"customer_id": "Guest"}, "key_mismatch"),
    ],
)
def test_what_can_t_be_meant_is_refused(topic: str, fields: dict[str, Any], verdict: str) -> None:
    value = json.dumps((SALE if topic == PURCHASES else RECORD) | fields).encode()
    [*refused] = Feed().raw(topic, value).outcome(**SENSE).rejected
    assert (" ".join(its for its in refused[0][1:] if its) if refused else "") == verdict


def test_a_nanosecond_before_the_year_s_end_is_of_that_year() -> None:
    fine = _with(occurred_at="2025-12-31T23:59:59.999999999Z")
    outcome = Feed().raw(PURCHASES, fine).outcome()
    assert outcome.values["ada"]["as_of"] == "2025-12-31T23:59:59.999999Z"
    forever = LOCK | {"expires_at": f"{LAST}.9999999Z"}
    assert _verdict(CUSTOMERS, json.dumps(RECORD | {"override": forever}).encode()) == ""


def test_a_customers_key_is_needed_and_of_customers_alone_nothing_erases() -> None:
    assert _verdict(PURCHASES, _with(), None) == "key_mismatch"
    for key in (None, b"", b"\xff", b"x" * 129):
        assert _verdict(CUSTOMERS, None, key) == "key_mismatch"
    assert _verdict(CUSTOMERS, None) == ""
    assert _verdict(CUSTOMERS, b"null") == "malformed"


def test_a_record_in_the_wrong_partition_is_refused() -> None:
    records = [
        Record(PURCHASES, number, 0, parse("2026-12-01T00:00:00Z") // 1_000, b"ada", _with())
        for number in (0, 1)
    ]
    outcome = recount(HAND_POLICY, records, partitions=2)
    assert outcome.rejections == {(PURCHASES, "wrong_partition"): 1}
    assert outcome.applied == {PURCHASES: 1}


def test_five_minutes_ahead_is_the_limit() -> None:
    # The record's clock says 11:55:00, 11:54:59.999, and nothing.
    noon = parse("2026-03-01T12:00:00Z") // 1_000
    feed = Feed()
    for number, stamp in enumerate((noon - 300_000, noon - 300_001, -1)):
        feed.raw(PURCHASES, _with(event_id=str(number)), timestamp_ms=stamp)
    rejected = [(record.offset, why) for record, why, _ in feed.outcome().rejected]
    assert rejected == [(1, "from_future"), (2, "no_timestamp")]


def test_the_earliest_head_is_taken_and_a_bad_one_at_once() -> None:
    # Purchases hold 12:00; calls hold 11:00 behind garbage; payments tie with the purchase.
    feed = Feed().buy("03-01 12:00", "1").raw(SUPPORT_CALLS, b"?").call("03-01 11:00")
    feed.pay("03-01 12:00", "03-01 12:00").raw(PAYMENTS, b"?", key=b"last")
    outcome = feed.buy("03-01 09:00", "600").outcome()
    triggers = [change["trigger"]["event_id"] for change in outcome.tier_changes]
    # e2 the call, e1 the sale (up to 0.00), e4 the sale that lay behind it.
    assert triggers == ["e2", "e1", "e4"]
    assert [record.topic for record, _, _ in outcome.rejected] == [SUPPORT_CALLS, PAYMENTS]


def test_the_same_event_in_other_words_is_dropped_and_another_under_its_id_refused() -> None:
    # 5 is 5.00, one item is the default, 13:00+01:00 is noon, an unknown field is nothing.
    same = _with(amount="5", items=1, type="sale", occurred_at="2026-03-01T13:00:00+01:00", x=1)
    feed = Feed().raw(PURCHASES, _with()).raw(PURCHASES, same).raw(PURCHASES, _with(amount="6"))
    # In another topic, or of another customer, the id is free.
    feed.call("03-01", event_id="e").buy("03-01", "6", event_id="e", customer_id="bob")
    feed.master("03-01", event_id="m", wallet=WALLET)
    feed.master("03-01", event_id="m", wallet=WALLET | {"amount": "5"}, region=None)
    feed.master("03-01", event_id="m", wallet=WALLET | {"amount": "6"})
    outcome = feed.outcome()
    assert outcome.applied == {PURCHASES: 2, SUPPORT_CALLS: 1, CUSTOMERS: 1}
    assert set(outcome.dropped) == {(PURCHASES, "duplicate"), (CUSTOMERS, "duplicate")}
    assert set(outcome.rejections) == {(PURCHASES, "id_conflict"), (CUSTOMERS, "id_conflict")}


@pytest.mark.parametrize(("day", "days", "applied"), [("14", 10, 2), ("15", 10, 3), ("05", 0, 3)])
def test_an_id_is_remembered_for_its_days(day: str, days: int, applied: int) -> None:
    # Of 5 January, for 10 days: still on the 14th, no more on the 15th; for no days never.
    feed = Feed().buy("01-05", "5", event_id="e").buy(f"01-{day}", "1")
    feed.buy("01-05", "5", event_id="e")
    assert feed.outcome(dedupe_days=days).applied == {PURCHASES: applied}


def test_of_too_many_ids_the_oldest_by_day_go_first() -> None:
    # Three are remembered. The fourth to be applied is the oldest by its day: it goes at once,
    # and is applied again; then the second of the two of the 6th drives out the one of the 5th.
    feed = Feed()
    for at in ("05", "06", "07", "04", "04"):
        feed.buy(f"01-{at}", "1", event_id=at)
    feed.buy("01-06", "1", event_id="x").buy("01-06", "1", event_id="06")
    outcome = feed.buy("01-05", "1", event_id="05").outcome()
    assert outcome.applied == {PURCHASES: 7}
    assert outcome.dropped == {(PURCHASES, "duplicate"): 1}


def test_a_duplicate_is_judged_before_what_is_due_and_fires_nothing() -> None:
    # Ada's sale of 5 January leaves on 4 February and was forgotten by then, but as of the
    # 5th it is remembered. A conflict of 1 March moves no time and fires nothing.
    feed = Feed().buy("01-05", "600", event_id="e").buy("03-01", "600", event_id="e")
    outcome = feed.outcome()
    assert outcome.rejections == {(PURCHASES, "id_conflict"): 1}
    assert outcome.timers == 0
    assert told(list(outcome.values.values()), "as_of") == ["01-05"]
