"""The declared fields are those of the structs, in the contract's order."""

import msgspec
import pytest

from schemas.inputs.events import WIRE_OF_KIND, Kind
from schemas.inputs.fields import FIELDS, NOT_OF_CANCELS, TYPES_WITH
from schemas.inputs.rejects import REASON_TEXTS, Reason, excerpt


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_are_declared_as_the_fast_decoder_has_them(kind: Kind) -> None:
    found = msgspec.structs.fields(WIRE_OF_KIND[kind])
    assert set(FIELDS) == set(WIRE_OF_KIND)
    assert [(its.name, its.required, its.type) for its in found] == [
        (field.name, needed, field.type if needed else field.type | None)
        for field in FIELDS[kind]
        for needed in [
            field.required and not (kind is Kind.PURCHASES and field.name in NOT_OF_CANCELS)
        ]
    ]


@pytest.mark.parametrize("kind", FIELDS)
def test_common_fields_come_first_then_required_ones_and_amounts_have_a_currency(
    kind: Kind,
) -> None:
    names = [field.name for field in FIELDS[kind]]
    assert names[:3] == ["event_id", "customer_id", "occurred_at"]
    required = [field.required for field in FIELDS[kind]]
    assert required == sorted(required, reverse=True)
    assert "currency" in names or not any(field.money for field in FIELDS[kind])
    assert all(field.expected and field.meaning for field in FIELDS[kind])


def test_defaults_are_what_the_contract_says() -> None:
    expected: dict[Kind, dict[str, object]] = {
        Kind.PURCHASES: {"type": "sale", "items": 1},
        Kind.SUPPORT_CALLS: {"seller_fault": False, "complaint": False},
        Kind.PAYMENTS: {"status": "paid"},
    }
    for kind, defaults in expected.items():
        found = {field.name: field.default for field in FIELDS[kind]}
        assert found | defaults == found


def test_fields_of_returns_are_declared_after_the_type() -> None:
    names = [field.name for field in FIELDS[Kind.PURCHASES]]
    assert all(names.index(name) > names.index("type") for name in TYPES_WITH)


def test_reasons_are_declared_in_the_order_in_which_they_are_judged() -> None:
    assert [reason.value for reason in Reason] == [
        "too_large",
        "malformed",
        "no_timestamp",
        "missing_field",
        "invalid_field",
        "no_customer",
        "key_mismatch",
        "wrong_partition",
        "unknown_currency",
        "from_future",
        "id_conflict",
        "too_late_to_cancel",
    ]
    assert list(REASON_TEXTS) == list(Reason)
    assert all(reason.value == reason.name.lower() for reason in Reason)


def test_an_excerpt_is_bounded_and_keeps_to_one_line() -> None:
    assert excerpt("a\nb") == r"'a\nb'"
    assert excerpt(b"\xff") == r"b'\xff'"
    assert len(excerpt("x" * 80)) == 80
    assert excerpt("x" * 80).endswith("\u2026")
    assert excerpt("x" * 78) == repr("x" * 78)
