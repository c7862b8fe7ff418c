"""Outputs: ids that stay the same, figures as decimal text, rejected events byte for byte."""

from itertools import combinations

import orjson
import pytest

from schemas.outputs import (
    TIERS,
    Figures,
    Origin,
    Tier,
    encode,
    evaluated,
    output_id,
    rejected_headers,
    value_wire,
)
from schemas.rejects import Reason, Rejection

ORIGIN = Origin("purchases", 0, 0)
NOT_YOURS = Rejection(Reason.KEY_MISMATCH, "key: expected the customer_id, found no key")


def test_an_output_s_id_never_changes() -> None:
    assert output_id("ada", ORIGIN, 1, "tier-changes") == "3cedf4a65335a904d49e612d4cccb041"


def test_an_output_s_id_differs_with_whatever_it_is_made_from() -> None:
    ids = [
        output_id("ada", ORIGIN, 1, "tier-changes"),
        output_id("bob", ORIGIN, 1, "tier-changes"),
        output_id("ada", Origin("payments", 0, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 1, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 0, 1), 1, "tier-changes"),
        output_id("ada", ORIGIN, 2, "tier-changes"),
        output_id("ada", ORIGIN, 1, "at-risk"),
        output_id("1\nada", Origin("purchases", 0, 0), 1, "tier-changes"),
        output_id("ada", Origin("purchases", 10, 0), 1, "tier-changes"),
        output_id("0\nada", ORIGIN, 1, "tier-changes"),
    ]
    assert all(one != other for one, other in combinations(ids, 2))
    assert all(len(its) == 32 for its in ids)


def test_margin_and_contribution_follow_from_the_other_figures() -> None:
    figures = Figures(revenue=10_000, goods_cost=6_000, fees=400, service_cost=5_000)
    assert figures.margin == 4_400
    assert figures.contribution == -600


def test_figures_go_out_as_decimal_text_with_the_currency_s_digits() -> None:
    figures = Figures(revenue=10_000, goods_cost=6_000, fees=400, service_cost=5_000)
    assert value_wire(figures, "USD", 2, 365) == {
        "currency": "USD",
        "window_days": 365,
        "revenue": "100.00",
        "goods_cost": "60.00",
        "margin": "44.00",
        "service_cost": "50.00",
        "contribution": "-6.00",
    }
    assert value_wire(figures, "JPY", 0, 1)["contribution"] == "-600"


def test_tiers_are_ranked_worst_first() -> None:
    assert TIERS == (Tier.MAINTENANCE, Tier.ORDINARY, Tier.IMPORTANT, Tier.KEY)


def test_the_clock_is_stamped_on_the_bytes() -> None:
    value = evaluated({"customer_id": "ada"}, 1_772_366_400_500_000)
    assert value == b'{"customer_id":"ada","evaluated_at":"2026-03-01T12:00:00.500Z"}'


def test_outputs_are_utf_8_json() -> None:
    assert encode({"customer_id": "Ad\u00e4"}) == '{"customer_id":"Ad\u00e4"}'.encode()


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


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_goes_out_by_its_name(reason: Reason) -> None:
    headers = dict(rejected_headers((), Rejection(reason, "x"), "payments", 0, 0))
    assert headers["reason"] == reason.value.encode()


def test_a_detail_that_has_no_utf_8_form_does_not_stop_the_stream() -> None:
    headers = dict(rejected_headers((), Rejection(Reason.MALFORMED, "\ud800"), "payments", 0, 0))
    assert headers["detail"] == b"?"


def test_every_output_is_one_json_object() -> None:
    assert orjson.loads(evaluated({"sequence": 1}, 0)) == {
        "sequence": 1,
        "evaluated_at": "1970-01-01T00:00:00Z",
    }
