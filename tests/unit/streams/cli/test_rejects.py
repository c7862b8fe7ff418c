"""Rejected events read, chosen, changed and judged before they go back."""

from types import SimpleNamespace
from typing import Any

import click
import orjson
import pytest

from schemas.inputs.oversized import Oversized
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.headers import rejected_headers
from streams.cli.picking import MomentParam, Wanted
from streams.cli.rejected import Rejected, rejected_of
from streams.cli.republishing import Return, change_of
from tests.support.making import ABSENT, POLICY, purchase

PURCHASES = "purchases"
WHY = Rejection(Reason.INVALID_FIELD, "amount: expected money, found a number")
BYTES_MAX = 65_536


def record(value: bytes | None, *own: tuple[str, bytes], key: bytes | None = b"c-1") -> Any:
    headers = list(rejected_headers(own, WHY, PURCHASES, 3, 17))
    return SimpleNamespace(
        partition=1, offset=5, timestamp=1_772_000_000_000, key=key, value=value, headers=headers
    )


def rejected(value: bytes | None, *own: tuple[str, bytes], key: bytes | None = b"c-1") -> Rejected:
    event = rejected_of(record(value, *own, key=key))
    assert event is not None
    return event


def sale(**fields: Any) -> bytes:
    return orjson.dumps(purchase(**fields))


def back(*changes: str) -> Return:
    return Return(POLICY, BYTES_MAX, [change_of(text) for text in changes])


def test_a_record_is_read_with_its_own_headers_apart_from_those_added() -> None:
    own = ("reason", b"mine"), ("value_bytes", b"mine"), ("blob", b"\x00\xff")
    event = rejected(b"{}", *own)
    assert (event.headers, event.reason, event.detail) == (own, "invalid_field", WHY.detail)
    assert (event.place, event.source) == ("rejected-events/1/5", "purchases/3/17")
    assert event.is_whole


@pytest.mark.parametrize("headers", [[], [("reason", b"x")], [("reason", b"x"), ("detail", b"y")]])
def test_what_tells_neither_why_nor_whence_is_no_rejected_event(headers: Any) -> None:
    assert rejected_of(SimpleNamespace(headers=headers)) is None


@pytest.mark.parametrize(
    ("value", "key", "customer_id"),
    [
        (b'{"customer_id": "c-2"}', b"c-1", "c-2"),
        (b'{"customer_id": 2}', b"c-1", "c-1"),
        (b"[", None, None),
        (None, b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_whose_it_is_the_value_tells_or_else_the_key(
    value: bytes | None, key: bytes | None, customer_id: str | None
) -> None:
    assert rejected(value, key=key).customer_id == customer_id


def test_what_is_mended_goes_back_with_its_id_and_where_it_was() -> None:
    its = back("amount=12.50", "items=3")
    sent = its.take(rejected(sale(amount=12.5), ("trace", b"1"), key=b"another"))
    assert sent is not None
    assert orjson.loads(sent.value or b"") == purchase(amount="12.50") | {"items": 3}
    assert sent.key == purchase()["customer_id"].encode()
    assert sent.headers == (("trace", b"1"), ("republished_from", b"rejected-events/1/5"))
    assert (its.chosen, its.left, its.facts()["republished"]) == (1, 0, {PURCHASES: 1})


def test_what_goes_back_once_more_names_the_last_record_alone() -> None:
    event = rejected(sale(), ("republished_from", b"rejected-events/0/1"))
    sent = back().take(event)
    assert sent is not None
    assert event.republished_from == "rejected-events/0/1"
    assert sent.headers == (("republished_from", b"rejected-events/1/5"),)
    assert sent.value == event.value


@pytest.mark.parametrize(
    ("value", "changes", "reason"),
    [
        (sale(amount=12.5), (), "invalid_field"),
        (sale(amount=12.5), ("amount=much",), "invalid_field"),
        (sale(order_id=ABSENT), ("invoice_id=i-1",), "missing_field"),
        (sale(currency="XQQ"), ("items=3",), "unknown_currency"),
        (b"[1]", ("amount=1.00",), "malformed"),
        (b" " * (BYTES_MAX + 1), (), "too_large"),
    ],
)
def test_what_would_be_turned_away_again_stays(
    value: bytes, changes: tuple[str, ...], reason: str
) -> None:
    its = back(*changes)
    assert its.take(rejected(value)) is None
    assert (its.left, its.facts()["turned_away_again"][reason]["count"]) == (1, 1)


def test_what_is_there_in_part_stays() -> None:
    cut = record(b"{")
    cut.headers = list(rejected_headers((), WHY, PURCHASES, 0, 0, Oversized(b"{", 9, "ab")))
    event = rejected_of(cut)
    assert event is not None
    its = back()
    assert its.take(event) is None
    assert (its.cut, its.left) == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("amount", "expected FIELD=VALUE, found amount"),
        ("=1", "expected FIELD=VALUE, found =1"),
        ("ammount=1", "is amount meant"),
    ],
)
def test_a_change_names_a_field_of_an_input(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        change_of(text)


def test_a_record_is_wanted_by_customer_reason_and_time() -> None:
    turned_away = record(sale())
    at_ms = turned_away.timestamp
    assert Wanted().is_met("rejected-events", turned_away)
    assert Wanted("c-1", "invalid_field", at_ms).is_met("rejected-events", turned_away)
    assert not Wanted("c-10").is_met("rejected-events", turned_away)
    assert not Wanted(reason="late").is_met("rejected-events", turned_away)
    assert not Wanted(since_ms=at_ms + 1).is_met("rejected-events", turned_away)
    due = SimpleNamespace(value=b'{"reasons": ["interval", "complaint"]}', headers=[])
    assert Wanted(reason="complaint").is_met("contacts-due", due)
    for value in (None, b"[", b"[]", b'{"reasons": "complaint"}'):
        due.value = value
        assert not Wanted(reason="complaint").is_met("contacts-due", due)


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-03-01", 1_772_323_200_000),
        ("2026-03-01T00:00:00.001Z", 1_772_323_200_001),
        ("2026-03-01T08:00:00+08:00", 1_772_323_200_000),
    ],
)
def test_a_time_is_a_day_or_has_an_offset(text: str, at_ms: int) -> None:
    assert MomentParam().convert(text, None, None) == at_ms


@pytest.mark.parametrize("text", ["2026-03-01T00:00:00", "2026-02-30", "yesterday", ""])
def test_other_times_are_usage_errors(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected a day"):
        MomentParam().convert(text, None, None)
