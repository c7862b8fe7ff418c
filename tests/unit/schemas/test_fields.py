"""The declared fields are those of the structs, in the contract's order."""

import msgspec
import pytest

from schemas.inputs.events import TOPIC_OF_KIND, WIRE_OF_KIND, Kind
from schemas.inputs.fields import FIELDS, RETURNS_ONLY
from schemas.inputs.rejects import REASON_TEXTS, Reason, excerpt


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_are_declared_as_the_fast_decoder_has_them(kind: Kind) -> None:
    found = msgspec.structs.fields(WIRE_OF_KIND[kind])
    assert [(its.name, its.required) for its in found] == [
        (field.name, field.required) for field in FIELDS[kind]
    ]
    for its, field in zip(found, FIELDS[kind], strict=True):
        assert its.type == (field.type if field.required else field.type | None), field.name


def test_every_input_that_can_be_decoded_is_declared() -> None:
    assert set(FIELDS) == set(WIRE_OF_KIND)


def test_the_common_fields_come_first_and_required_ones_before_optional_ones() -> None:
    for fields in FIELDS.values():
        assert [field.name for field in fields[:3]] == ["event_id", "customer_id", "occurred_at"]
        required = [field.required for field in fields]
        assert required == sorted(required, reverse=True)


def test_amounts_stand_beside_a_currency() -> None:
    for fields in FIELDS.values():
        names = {field.name for field in fields}
        assert "currency" in names or not any(field.money for field in fields)


def test_every_field_says_what_it_holds_and_means() -> None:
    assert all(field.expected and field.meaning for its in FIELDS.values() for field in its)


def test_defaults_are_what_the_contract_says() -> None:
    found = {
        (TOPIC_OF_KIND[kind], field.name): field.default
        for kind, fields in FIELDS.items()
        for field in fields
        if field.default is not None
    }
    expected = {
        ("purchases", "type"): "sale",
        ("purchases", "items"): 1,
        ("support-calls", "seller_fault"): False,
        ("support-calls", "complaint"): False,
        ("payments", "status"): "paid",
    }
    assert {name: found[name] for name in expected} == expected


def test_fields_of_returns_are_declared_after_the_type() -> None:
    names = [field.name for field in FIELDS[Kind.PURCHASES]]
    assert all(names.index(name) > names.index("type") for name in RETURNS_ONLY)


def test_reasons_are_declared_in_the_order_in_which_they_are_judged() -> None:
    assert [reason.value for reason in Reason] == [
        "too_large",
        "malformed",
        "missing_field",
        "invalid_field",
        "key_mismatch",
        "wrong_partition",
        "unknown_currency",
        "from_future",
        "id_conflict",
    ]
    assert list(REASON_TEXTS) == list(Reason)


def test_an_excerpt_is_bounded_and_keeps_to_one_line() -> None:
    assert excerpt("a\nb") == r"'a\nb'"
    assert excerpt(b"\xff") == r"b'\xff'"
    assert len(excerpt("x" * 80)) == 80
    assert excerpt("x" * 80).endswith("\u2026")
    assert excerpt("x" * 78) == repr("x" * 78)
