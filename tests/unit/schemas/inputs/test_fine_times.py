"""Fractions beyond microseconds: cut off in every field, however the time is written."""

from typing import Any

import pytest

from schemas.base.times import format_micros, micros
from schemas.inputs.events import CustomerRecord, Kind, Payment, Purchase, Wire, decode
from schemas.inputs.fine_times import may_be_fine, without_rest
from schemas.inputs.first_fault import first_fault
from tests.support.making import COMMITMENT, MINIMAL, OVERRIDE, master_data, payment, purchase, raw
from tests.support.tables import table

LAST = "2025-12-31T23:59:59.999999"


def read(kind: Kind, event: dict[str, Any]) -> Wire:
    """The event, which the decoder and the judge take alike."""
    found = decode(kind, raw(event))
    assert found is not None
    assert found == first_fault(kind, raw(event))
    return found


def at(moment: Any) -> str:
    return format_micros(micros(moment))


@pytest.mark.parametrize("kind", Kind)
@table(
    "rest",
    "5Z",
    "9Z",
    "999Z",
    "9999999999999999999999999999999999999999999z",
    "5+00:00",
    "000000001Z",
)
def test_what_is_finer_than_microseconds_is_cut_off(kind: Kind, rest: str) -> None:
    found = read(kind, MINIMAL[kind] | {"occurred_at": LAST + rest})
    assert at(found.occurred_at) == f"{LAST}Z"


def test_it_is_cut_off_wherever_a_time_stands() -> None:
    fine = f"{LAST}999Z"
    sale = read(Kind.PURCHASES, purchase(due_at=fine))
    assert isinstance(sale, Purchase)
    assert at(sale.due_at) == f"{LAST}Z"
    paid = read(Kind.PAYMENTS, payment(due_at=fine))
    assert isinstance(paid, Payment)
    assert at(paid.due_at) == f"{LAST}Z"
    answer = {"reason": "so", "hold_until": fine}
    word = OVERRIDE | {"expires_at": fine}
    told = read(Kind.CUSTOMERS, master_data(joined_at=fine, override=word, ladder=answer))
    assert isinstance(told, CustomerRecord)
    assert told.override is not None
    assert told.ladder is not None
    for moment in (told.joined_at, told.override.expires_at, told.ladder.hold_until):
        assert at(moment) == f"{LAST}Z"


def test_a_text_that_looks_like_a_time_stays_as_it_is() -> None:
    text = f"{LAST}999Z"
    found = read(Kind.PURCHASES, purchase(order_id=text, occurred_at=text))
    assert isinstance(found, Purchase)
    assert found.order_id == text


def test_a_time_in_json_s_escapes_is_cut_off_too() -> None:
    text = f"{LAST}9Z"
    sale = raw(purchase(occurred_at=text))
    point, digit = text.replace(".", r"\u002e"), text.replace("9Z", r"\u0039Z")
    for written in (point, digit):
        value = sale.replace(text.encode(), written.encode())
        assert value != sale
        found = decode(Kind.PURCHASES, value)
        assert found == first_fault(Kind.PURCHASES, value)
        assert found is not None
        assert at(found.occurred_at) == f"{LAST}Z"


def test_the_last_nanosecond_of_all_is_left_to_the_judge_and_read() -> None:
    value = raw(master_data(override=OVERRIDE | {"expires_at": "9999-12-31T23:59:59.9999999Z"}))
    assert decode(Kind.CUSTOMERS, value) is None
    found = first_fault(Kind.CUSTOMERS, value)
    assert isinstance(found, CustomerRecord)
    assert found.override is not None
    assert at(found.override.expires_at) == "9999-12-31T23:59:59.999999Z"


def test_what_has_no_such_time_is_not_looked_at_again() -> None:
    told = master_data(commitment=COMMITMENT, joined_at=f"{LAST}Z", region="caf\u00e9")
    assert not may_be_fine(raw(told))
    assert may_be_fine(raw(told | {"joined_at": f"{LAST}0Z"}))


@table("text", f"{LAST}Z", "2026-03-01T10:00:00Z", "soon", "1.12345678", "a.1234567b.1234567")
def test_a_text_loses_what_stands_behind_six_digits_of_its_first_fraction(text: str) -> None:
    known = {"1.12345678": "1.123456", "a.1234567b.1234567": "a.123456b.1234567"}
    assert without_rest(text) == known.get(text, text)
