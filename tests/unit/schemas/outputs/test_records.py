"""Outputs: ids that stay the same, figures as decimal text, rejected events byte for byte."""

import msgspec
import pytest

from agents.records.erasures import receipt_of
from agents.records.value import value_from
from schemas.base.value_lines import (
    DISCOUNTS,
    FEES,
    GOODS,
    LINES,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SERVICE,
    WITHOUT_COST,
)
from schemas.base.vocabulary import CONTACT_CHANNELS, TIERS
from schemas.inputs.oversized import EXCERPT_BYTES, oversized
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.erasures import Erasure
from schemas.outputs.headers import rejected_headers
from schemas.outputs.parts import Contacts, Finding
from schemas.outputs.records import (
    NOT_YET,
    Origin,
    encode,
    evaluated,
    output_id,
    subject_of,
)
from schemas.outputs.registry import OUTPUTS
from streams.docs.outputs_reference import field_rows, objects

ORIGIN = Origin("purchases", 0, 0)
NOT_YOURS = Rejection(Reason.KEY_MISMATCH, "key: expected the customer_id, found no key")


def test_an_output_s_id_never_changes() -> None:
    assert output_id("ada", ORIGIN, 1, "tier-changes") == "3cedf4a65335a904d49e612d4cccb041"


def test_an_output_s_id_differs_with_whatever_it_is_made_from() -> None:
    ids = {
        *(output_id(who, ORIGIN, 1, "tier-changes") for who in ("ada", "bob", "0\nada", "1\nada")),
        output_id("ada", Origin("payments", 0, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 1, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 10, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 0, 1), 1, "tier-changes"),
        output_id("ada", ORIGIN, 2, "tier-changes"),
        output_id("ada", ORIGIN, 1, "at-risk"),
    }
    assert len(ids) == 10
    assert {len(its) for its in ids} == {32}


TOTALS = [0] * LINES
TOTALS[REVENUE], TOTALS[GOODS], TOTALS[FEES] = 10_000, 6_000, 400
for number, line in enumerate(SERVICE, 1):
    TOTALS[line] = number * 100
TOTALS[DISCOUNTS], TOTALS[SELLER_FAULT], TOTALS[WITHOUT_COST] = 1_500, 700, 2_000
TOTALS[SELLER_FAULT_REFUNDS] = 900


def test_figures_and_their_lines_go_out_as_decimal_text_with_the_currency_s_digits() -> None:
    assert msgspec.to_builtins(value_from(TOTALS, 123, 45, "USD", 2, 365)) == {
        "currency": "USD",
        "window_days": 365,
        "revenue": "100.00",
        "goods_cost": "60.00",
        "margin": "44.00",
        "service_cost": "78.00",
        "contribution": "-34.00",
        "index": "1.23",
        "estimated": True,
        "lines": {
            "revenue": "100.00",
            "discounts_given": "15.00",
            "goods": "60.00",
            "restocking_fees": "4.00",
            "contacts": {
                "phone": "1.00",
                "chat": "2.00",
                "email": "3.00",
                "store": "4.00",
                "self_service": "5.00",
                "sms": "6.00",
                "whatsapp": "7.00",
                "social": "8.00",
                "video": "9.00",
            },
            "returns": "10.00",
            "late_payment": "11.00",
            "reminders": "12.00",
            "discount_leakage": "0.45",
            "seller_fault": "7.00",
            "seller_fault_refunds": "9.00",
            "revenue_without_cost": "20.00",
        },
    }


def test_a_currency_without_digits_has_no_point() -> None:
    value = value_from(TOTALS, -600, 0, "JPY", 0, 1)
    assert (value.contribution, value.index) == ("-3400", "-600")
    assert value.lines.discount_leakage == "0"


def test_nothing_is_estimated_where_every_sale_names_its_cost() -> None:
    assert value_from([0] * LINES, 0, 0, "USD", 2, 365).estimated is False


def test_an_erased_customer_is_known_by_a_keyed_hash_alone() -> None:
    subjects = {subject_of("ada", b"one"), subject_of("ada", b"two"), subject_of("bob", b"one")}
    assert len(subjects) == 3
    assert subject_of("ada", b"one") == "9f36c2db6c3f27826df4fa875dec6429"
    receipt = receipt_of(subject_of("ada", b"one"), ORIGIN, 0, held=True)
    assert "ada" not in str(receipt)
    assert receipt.erased_at == "1970-01-01T00:00:00Z"
    assert receipt.held is True
    other = receipt_of(subject_of("ada", b"one"), Origin("customers", 0, 1), 0, held=True)
    assert other.event_id != receipt.event_id


def test_tiers_are_ranked_worst_first() -> None:
    assert TIERS == ("maintenance", "ordinary", "important", "key")


def test_the_clock_is_stamped_on_the_bytes() -> None:
    receipt = Erasure("id", "subject", True, "then", NOT_YET)
    assert evaluated(receipt, 1_772_366_400_500_000) == (
        b'{"event_id":"id","subject":"subject","held":true,"erased_at":"then",'
        b'"evaluated_at":"2026-03-01T12:00:00.500Z"}'
    )
    assert evaluated(receipt, 0).endswith(b',"evaluated_at":"1970-01-01T00:00:00Z"}')


def test_outputs_are_utf_8_json() -> None:
    found = Finding('Ad\u00e4 "\x00\u2028', 1, "1.00")
    assert (
        encode(found)
        == '{"rule":"Ad\u00e4 \\"\\u0000\u2028","observed":1,"threshold":"1.00"}'.encode()
    )


def test_contacts_have_a_field_for_each_channel_in_order() -> None:
    assert Contacts.__struct_fields__ == CONTACT_CHANNELS


@pytest.mark.parametrize("struct", [*OUTPUTS.values(), *objects().values()])
def test_every_field_is_always_there_and_says_what_it_means(struct: type[msgspec.Struct]) -> None:
    assert all(field.required for field in msgspec.structs.fields(struct))
    assert all(meaning for _, _, meaning in field_rows(struct))


def test_a_rejected_event_keeps_its_headers_and_tells_why_and_whence() -> None:
    own = (("trace", b"\xff\x00"), ("reason", b"mine"), ("empty", None), ("trace", b"2"))
    assert rejected_headers(own, NOT_YOURS, "payments", 3, 41) == (
        *own,
        ("reason", b"key_mismatch"),
        ("detail", b"key: expected the customer_id, found no key"),
        ("source_topic", b"payments"),
        ("source_partition", b"3"),
        ("source_offset", b"41"),
    )


def test_of_a_value_that_was_cut_its_size_and_hash_go_along() -> None:
    cut = oversized(b"x" * 5_000)
    added = rejected_headers((), NOT_YOURS, "payments", 3, 41, cut)
    assert dict(added[5:]) == {"value_bytes": b"5000", "value_sha256": cut.sha256.encode()}
    assert cut.first == b"x" * EXCERPT_BYTES


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_goes_out_by_its_name(reason: Reason) -> None:
    # a detail that has no UTF-8 form does not stop the stream
    headers = dict(rejected_headers((), Rejection(reason, "\ud800"), "payments", 0, 0))
    assert (headers["reason"], headers["detail"]) == (reason.value.encode(), b"?")
