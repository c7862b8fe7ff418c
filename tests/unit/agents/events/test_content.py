"""What tells a duplicate from a conflict: the fields that say something, in whatever form."""

from typing import Any

import msgspec
import pytest

from agents.events import content
from agents.events.content import IDENTITY, content_check, plain_decimal
from schemas.inputs.events import Kind, Purchase, decode
from schemas.inputs.fields import FIELDS, Field
from tests.support.making import FULL, MINIMAL, raw


def check(kind: Kind, event: dict[str, Any]) -> int:
    wire = decode(kind, raw(event))
    assert wire is not None, event
    return content_check(kind, wire)


@pytest.mark.parametrize("kind", Kind)
def test_a_field_that_holds_its_default_or_null_says_nothing(kind: Kind) -> None:
    absent = check(kind, MINIMAL[kind])
    for field in FIELDS[kind]:
        if not field.required and field.name not in MINIMAL[kind]:
            assert check(kind, MINIMAL[kind] | {field.name: field.default}) == absent, field.name
            assert check(kind, MINIMAL[kind] | {field.name: None}) == absent, field.name


@pytest.mark.parametrize("kind", Kind)
def test_an_id_says_nothing_of_the_content(kind: Kind) -> None:
    assert check(kind, FULL[kind] | {"event_id": "other"}) == check(kind, FULL[kind])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("5", "5"),
        ("500", "500"),
        ("5.00", "5"),
        ("5.50", "5.5"),
        ("005", "5"),
        ("0", "0"),
        ("00.00", "0"),
        ("0.05", "0.05"),
    ],
)
def test_a_decimal_has_one_plain_form(text: str, plain: str) -> None:
    assert plain_decimal(text) == plain


@pytest.mark.parametrize("kind", Kind)
def test_every_declared_field_takes_part(kind: Kind) -> None:
    wire = decode(kind, raw(FULL[kind]))
    packed = msgspec.to_builtins(content._SHAPES[kind].of(wire))
    declared = {field.name for field in FIELDS[kind]} - IDENTITY
    silent = {field.name for field in FIELDS[kind] if FULL[kind].get(field.name) == field.default}
    assert set(packed) == declared - silent


def test_a_new_optional_field_changes_no_event_that_lacks_it() -> None:
    fields = FIELDS[Kind.PURCHASES]
    more = (*fields[:5], Field("gift", str, "a text", "wrapped"), *fields[5:])
    grown = msgspec.defstruct("Grown", [("gift", str | None, None)], bases=(Purchase,))
    event = raw(FULL[Kind.PURCHASES])
    pack = msgspec.json.encode
    before = content._Shape(fields).of(decode(Kind.PURCHASES, event))
    after = content._Shape(more).of(msgspec.json.decode(event, type=grown))
    assert pack(after) == pack(before)


def test_the_check_of_a_content_never_changes() -> None:
    # stored rows hold it: after a change, every duplicate would be taken for a conflict
    sold = {
        "event_id": "purchase-1",
        "customer_id": "ada",
        "occurred_at": "2026-03-01T12:00:00Z",
        "order_id": "order-1",
        "amount": "100.00",
        "currency": "USD",
        "items": 3,
    }
    assert check(Kind.PURCHASES, sold) == 779_768_355
