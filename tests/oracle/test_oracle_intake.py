"""Cases worked out by hand of what is taken, in which order, and what is refused or dropped."""

import json

import pytest

from .hand import HAND_POLICY, Feed
from .instants import parse, text
from .records import PAYMENTS, PURCHASES, SUPPORT_CALLS, Record, murmur2, partition_of
from .recount import recount

SALE: dict[str, object] = {
    "event_id": "e",
    "customer_id": "ada",
    "occurred_at": "2026-03-01T12:00:00Z",
    "order_id": "o",
    "amount": "5.00",
    "currency": "USD",
}


def _verdict(value: bytes | None, key: bytes | None = b"ada") -> tuple[str, str | None] | None:
    """Say why a purchase is refused; None if it is not."""
    rejected = Feed().raw(PURCHASES, value, key).outcome().rejected
    return (rejected[0][1], rejected[0][2]) if rejected else None


def _with(**fields: object) -> bytes:
    return json.dumps(SALE | fields).encode()


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_is_that_of_the_java_client(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


def test_crc32_is_the_other_partitioner() -> None:
    # The check value of CRC-32: cbf43926 for "123456789"; 0x26 = 38, so 6 of 16.
    assert partition_of(b"123456789", 16, "crc32") == 0x6


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01T12:00:00.1Z", "2026-03-01T12:00:00.100Z"),
        ("2026-03-01T12:00:00.100001-05:30", "2026-03-01T17:30:00.100001Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_instants_are_read_with_an_offset_and_written_in_utc(written: str, read: str) -> None:
    assert text(parse(written)) == read


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (None, ("malformed", None)),
        (b"[]", ("malformed", None)),
        (b'{"x":NaN}', ("malformed", None)),
        (b'{"x":"\xff"}', ("malformed", None)),
        (_with(x="[" * 99), None),
        (_with()[:-1] + b',"x":' + b"[" * 63 + b"]" * 63 + b"}", None),
        (_with()[:-1] + b',"x":' + b"[" * 64 + b"]" * 64 + b"}", ("malformed", None)),
        (_with().ljust(65536), None),
        (_with().ljust(65537), ("too_large", None)),
        (b"[" * 65537, ("too_large", None)),
        (_with(event_id=None, customer_id=5), ("missing_field", "event_id")),
        (_with(event_id="é" * 128), None),
        (_with(event_id="é" * 129), ("invalid_field", "event_id")),
        (_with(occurred_at="2026-03-01T12:00:00"), ("invalid_field", "occurred_at")),
        (_with(order_id="", amount="-1"), ("invalid_field", "amount")),
        (_with(amount="5.001"), ("invalid_field", "amount")),
        (_with(amount="5.001", currency="JPX"), ("unknown_currency", None)),
        (_with(amount="5.0", currency="JPY"), ("invalid_field", "amount")),
        (_with(amount="5", currency="JPY"), ("unknown_currency", None)),
        (_with(amount="1234567890123.45"), None),
        (_with(amount="12345678901234.56"), ("invalid_field", "amount")),
        (_with(currency=None, items=0), ("missing_field", "currency")),
        (_with(currency=7), ("invalid_field", "currency")),
        (_with(currency="eur"), ("unknown_currency", None)),
        (_with(currency="EUR", occurred_at="2026-01-01T00:00:00Z"), None),
        (
            _with(currency="EUR", occurred_at="2026-01-01T00:00:00+01:00"),
            ("unknown_currency", None),
        ),
        (_with(items=2.0), ("invalid_field", "items")),
        (_with(items=True), ("invalid_field", "items")),
        (_with(items=100_000), None),
        (_with(fee="0"), ("invalid_field", "fee")),
        (_with(seller_fault=False), ("invalid_field", "seller_fault")),
        (_with(type="return", fee="0", seller_fault=False), None),
        (_with(fee=None, seller_fault=None, unknown={}), None),
        (_with(customer_id="eve", currency="XYZ"), ("key_mismatch", None)),
    ],
)
def test_a_purchase_is_judged_in_order(
    value: bytes | None, verdict: tuple[str, str | None] | None
) -> None:
    assert _verdict(value) == verdict


def test_a_key_is_needed() -> None:
    assert _verdict(_with(), key=None) == ("key_mismatch", None)


def test_a_record_in_the_wrong_partition_is_refused() -> None:
    # Of two partitions one is right.
    records = [Record(PURCHASES, number, 0, -1, b"ada", _with()) for number in (0, 1)]
    outcome = recount(HAND_POLICY, records, partitions=2)
    assert outcome.rejections == {(PURCHASES, "wrong_partition"): 1}
    assert outcome.applied == {PURCHASES: 1}


def test_five_minutes_ahead_is_the_limit() -> None:
    # The record's clock says 11:55:00, 11:54:59.999, and nothing.
    noon = parse("2026-03-01T12:00:00Z") // 1_000
    feed = Feed()
    for number, stamp in enumerate((noon - 300_000, noon - 300_001, -1)):
        feed.raw(PURCHASES, _with(event_id=str(number)), timestamp_ms=stamp)
    assert [(record.offset, why) for record, why, _ in feed.outcome().rejected] == [
        (1, "from_future")
    ]


def test_the_earliest_head_is_taken_and_a_bad_one_at_once() -> None:
    # Purchases hold 12:00; calls hold 11:00 behind garbage; payments tie with the purchase.
    feed = Feed().buy("03-01 12:00", "1").raw(SUPPORT_CALLS, b"?").call("03-01 11:00")
    feed.pay("03-01 12:00", "03-01 12:00").raw(PAYMENTS, b"?", key=b"last")
    feed.buy("03-01 09:00", "600")
    outcome = feed.outcome()
    triggers = [change["trigger"]["event_id"] for change in outcome.tier_changes]
    # e2 the call, e1 the sale (up to 0.00), e4 the sale that lay behind it.
    assert triggers == ["e2", "e1", "e4"]
    assert [record.topic for record, _, _ in outcome.rejected] == [SUPPORT_CALLS, PAYMENTS]


def test_the_same_event_in_other_words_is_dropped() -> None:
    # 5 is 5.00, one item is the default, 13:00+01:00 is noon, an unknown field is nothing.
    same = _with(amount="5", items=1, type="sale", occurred_at="2026-03-01T13:00:00+01:00", x=1)
    outcome = Feed().raw(PURCHASES, _with()).raw(PURCHASES, same).outcome()
    assert outcome.dropped == {(PURCHASES, "duplicate"): 1}
    assert outcome.values["ada"]["value"]["revenue"] == "5.00"


def test_another_event_under_a_remembered_id_is_refused() -> None:
    # In another topic, or of another customer, the id is free.
    feed = Feed().buy("03-01", "5", event_id="e").buy("03-01", "6", event_id="e")
    feed.call("03-01", event_id="e").buy("03-01", "6", event_id="e", customer_id="bob")
    outcome = feed.outcome()
    assert [(record.offset, why) for record, why, _ in outcome.rejected] == [(1, "id_conflict")]
    assert outcome.applied == {PURCHASES: 2, SUPPORT_CALLS: 1}


@pytest.mark.parametrize(("day", "applied"), [("01-14", 2), ("01-15", 3)])
def test_an_id_is_remembered_for_its_days(day: str, applied: int) -> None:
    # Of 5 January, for 10 days: still on the 14th, no more on the 15th.
    feed = Feed().buy("01-05", "5", event_id="e").buy(day, "1").buy("01-05", "5", event_id="e")
    assert feed.outcome().applied == {PURCHASES: applied}


def test_of_too_many_ids_the_oldest_by_day_go_first() -> None:
    # Three are remembered. The fourth to be applied is the oldest by its day: it goes at once,
    # and is applied again; then the second of the two of the 6th drives out the one of the 5th.
    feed = Feed().buy("01-05", "1", event_id="a").buy("01-06", "1", event_id="b")
    feed.buy("01-07", "1", event_id="c").buy("01-04", "1", event_id="d")
    feed.buy("01-04", "1", event_id="d").buy("01-06", "1", event_id="x")
    feed.buy("01-06", "1", event_id="b").buy("01-05", "1", event_id="a")
    outcome = feed.outcome()
    assert outcome.applied == {PURCHASES: 7}
    assert outcome.dropped == {(PURCHASES, "duplicate"): 1}


def test_a_duplicate_is_judged_before_what_is_due_and_fires_nothing() -> None:
    # Ada's sale of 5 January leaves on 4 February and was forgotten by then, but as of the
    # 5th it is remembered. A conflict of 1 March moves no time and fires nothing.
    feed = Feed().buy("01-05", "600", event_id="e").buy("03-01", "600", event_id="e")
    outcome = feed.outcome()
    assert outcome.rejections == {(PURCHASES, "id_conflict"): 1}
    assert outcome.timers == 0
    assert outcome.values["ada"]["as_of"] == "2026-01-05T00:00:00Z"


def test_nothing_is_remembered_for_no_days() -> None:
    feed = Feed().buy("01-05", "5", event_id="e").buy("01-05", "5", event_id="e")
    assert feed.outcome(dedupe_days=0).applied == {PURCHASES: 2}
