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


OTHERS: dict[str, Any] = {
    "occurred_at": "2026-03-01T12:00:00.000001Z",
    **dict.fromkeys(("due_at", "joined_at", "expires_at", "hold_until"), "2026-12-24T00:00:00Z"),
    **dict.fromkeys(("amount", "cost", "list_amount", "fee"), "77.77"),
    "discount_rate": "0.77",
    "currency": "JPY",
    "starts_on": "2026-02-02",
    "ends_on": "2026-11-11",
    "items": 77,
    "duration_s": 77,
    "satisfaction": 5,
    "tier": "maintenance",
    "mode": "lock",
    "set_step": "migrate",
    "segment": "individual",
    "status": "paid",
    "type": "sale",
}
"""By field another value than that of the full examples; of texts and booleans see `other`."""


def other(field: Field, value: Any, channel: str) -> Any:
    if isinstance(value, bool):
        return not value
    return channel if field.name == "channel" else OTHERS.get(field.name, "another text")


def changes(kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """The full example of a kind with each of its fields changed, inner ones too."""
    full, channel = FULL[kind], "chat" if kind is Kind.SUPPORT_CALLS else "shop"
    found = []
    for field in FIELDS[kind]:
        if field.name in IDENTITY:
            continue
        value = full[field.name]
        if field.inner:
            found += [
                (
                    f"{field.name}.{inner.name}",
                    full | {field.name: value | {inner.name: other(inner, value[inner.name], "")}},
                )
                for inner in field.inner
            ]
        else:
            found.append((field.name, full | {field.name: other(field, value, channel)}))
    return found


@pytest.mark.parametrize("kind", Kind)
def test_another_value_of_any_field_is_another_content(kind: Kind) -> None:
    checks = {name: check(kind, event) for name, event in [("", FULL[kind]), *changes(kind)]}
    assert len(checks) > len(FIELDS[kind]) - len(IDENTITY)
    assert len(set(checks.values())) == len(checks)


@pytest.mark.parametrize("kind", Kind)
def test_a_field_that_is_left_out_is_another_content(kind: Kind) -> None:
    optional = [field for field in FIELDS[kind] if not field.required]
    checks = [check(kind, FULL[kind])]
    checks += [
        check(kind, {name: held for name, held in FULL[kind].items() if name != field.name})
        for field in optional
    ]
    assert len(set(checks)) == len(optional) + 1


@pytest.mark.parametrize("kind", Kind)
def test_a_field_that_holds_its_default_or_null_says_nothing(kind: Kind) -> None:
    absent = check(kind, MINIMAL[kind])
    for field in FIELDS[kind]:
        if not field.required:
            assert check(kind, MINIMAL[kind] | {field.name: field.default}) == absent, field.name
            assert check(kind, MINIMAL[kind] | {field.name: None}) == absent, field.name


@pytest.mark.parametrize("kind", Kind)
def test_an_id_says_nothing_of_the_content(kind: Kind) -> None:
    assert check(kind, FULL[kind] | {"event_id": "other"}) == check(kind, FULL[kind])


def test_one_value_has_one_content_in_whatever_form_it_came() -> None:
    plain = FULL[Kind.PURCHASES] | {"amount": "5", "due_at": "2026-03-31T22:00:00Z"}
    same = plain | {"amount": "05.00", "due_at": "2026-04-01T00:00:00.000+02:00"}
    assert check(Kind.PURCHASES, same) == check(Kind.PURCHASES, plain)
    record = FULL[Kind.CUSTOMERS]
    commitment = record["commitment"] | {"discount_rate": "0.1"}
    assert check(Kind.CUSTOMERS, record | {"commitment": commitment}) == check(
        Kind.CUSTOMERS, record
    )


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
    assert check(Kind.PURCHASES, FULL[Kind.PURCHASES]) == 1_670_591_111
