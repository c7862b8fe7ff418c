"""Purchases: what a sale or a return adds, converted and rounded once for each amount."""

from typing import Any

import pytest

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from tests.support.making import (
    ABSENT,
    FULL,
    POLICY,
    admit,
    amounts,
    booked,
    figures,
    policy,
    purchase,
)


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.PURCHASES, purchase(**fields), its_policy)


def test_a_sale_adds_its_amount_and_its_cost() -> None:
    found = book()
    assert amounts(found) == {"revenue": 10_000, "goods": 6_000}
    assert (found.contacts, found.days_late) == (0, None)
    assert (found.customer_id, found.event_id) == ("ada", "purchase-1")


@pytest.mark.parametrize(
    ("amount", "goods_cost"),
    [
        ("100.00", 7_000),
        ("0.00", 0),
        ("0.01", 1),  # 0.7
        ("0.05", 4),  # 3.5, a tie
        ("0.15", 10),  # 10.5, a tie
        ("0.25", 18),  # 17.5, a tie
        ("0.33", 23),  # 23.1
    ],
)
def test_a_sale_without_a_cost_costs_what_the_default_margin_leaves(
    amount: str, goods_cost: int
) -> None:
    assert amounts(book(amount=amount, cost=ABSENT))["goods"] == goods_cost


def test_a_cost_of_nothing_is_a_cost() -> None:
    assert amounts(book(cost="0")) == {"revenue": 10_000}


def test_a_return_takes_back_amount_and_cost_and_costs_handling() -> None:
    found = book(type="return", items=3, fee="4.00")
    assert figures(found) == (-10_000, -6_000, 400, 800 + 3 * 100)
    assert amounts(found)["returns"] == 1_100


def test_a_return_without_a_cost_gets_nothing_back() -> None:
    found = book(type="return", cost=ABSENT)
    assert amounts(found) == {"revenue": -10_000, "returns": 900}


def test_a_return_of_no_stated_items_is_one_item() -> None:
    assert book(type="return") == book(type="return", items=1)
    assert amounts(book(type="return"))["returns"] == 900


def test_a_return_for_our_own_fault_is_booked_alike() -> None:
    ours, theirs = book(type="return", seller_fault=True), book(type="return")
    assert figures(ours) == figures(theirs) == (-10_000, -6_000, 0, 900)


def test_the_items_of_a_sale_cost_no_handling() -> None:
    assert book(items=100_000).cells == book().cells


@pytest.mark.parametrize(
    ("list_amount", "discount"),
    [("120.00", 2_000), ("100.01", 1), ("100.00", 0), ("99.99", 0), ("0", 0), (ABSENT, 0)],
)
def test_a_discount_is_what_was_paid_less_than_the_list_says(
    list_amount: str, discount: int
) -> None:
    assert amounts(book(list_amount=list_amount))["discounts"] == discount
    goods_back = book(list_amount=list_amount, type="return")
    assert amounts(goods_back)["discounts"] == -discount
    # revenue is net of it already
    assert figures(book(list_amount=list_amount)) == figures(book())


def test_a_discount_is_the_difference_of_rounded_amounts() -> None:
    # 19.5 cents are 20 and 6.5 are 6; 20 yen less would be 13
    found = book(currency="JPY", amount="10", cost="0", list_amount="30")
    assert amounts(found) == {"revenue": 6, "discounts": 14}


def test_a_sale_without_a_cost_is_told_by_its_amount() -> None:
    assert amounts(book(cost=ABSENT)) == {
        "revenue": 10_000,
        "goods": 7_000,
        "without_cost": 10_000,
    }
    assert amounts(book(cost="0"))["without_cost"] == 0
    assert amounts(book(cost=ABSENT, type="return"))["without_cost"] == 0


def test_what_a_return_costs_may_be_the_seller_s_fault() -> None:
    ours, theirs = book(type="return", items=2, seller_fault=True), book(type="return", items=2)
    assert amounts(ours)["seller_fault"] == amounts(ours)["returns"] == 1_000
    assert (ours.excused, theirs.excused) == (1_000, 0)
    assert amounts(theirs)["seller_fault"] == 0


def test_a_sale_or_a_return_is_a_touch() -> None:
    assert book().touches
    assert book(type="return").touches


@pytest.mark.parametrize(
    ("currency", "amount", "revenue"),
    [
        ("JPY", "1000", 650),
        ("JPY", "1", 1),  # 0.65
        ("JPY", "10", 6),  # 6.5, a tie
        ("JPY", "30", 20),  # 19.5, a tie
        ("KWD", "1.234", 401),  # 401.05
        ("KWD", "0.020", 6),  # 6.5, a tie
        ("KWD", "0.060", 20),  # 19.5, a tie
        ("KWD", "0.001", 0),  # 0.325
        ("EUR", "0.02", 2),  # 2.5, a tie
        ("EUR", "0.06", 8),  # 7.5, a tie
        ("EUR", "80.00", 10_000),
    ],
)
def test_an_amount_is_converted_and_rounded_half_even(
    currency: str, amount: str, revenue: int
) -> None:
    assert figures(book(currency=currency, amount=amount, cost="0"))[0] == revenue
    goods_back = book(currency=currency, amount=amount, cost=ABSENT, type="return")
    assert figures(goods_back)[0] == -revenue


def test_what_is_computed_from_an_amount_starts_from_the_rounded_one() -> None:
    # 1 JPY is 0.65 cents, rounded to 1; of that 70% are 0.7, rounded to 1 (and not 0.455 to 0)
    found = book(currency="JPY", amount="1", cost=ABSENT)
    assert figures(found) == (1, 1, 0, 0)


def test_every_amount_is_rounded_by_itself() -> None:
    found = book(currency="JPY", type="return", amount="10", cost="30", fee="50")
    assert figures(found) == (-6, -20, 32, 900)


@pytest.mark.parametrize(
    ("occurred_at", "revenue"),
    [
        ("2026-01-01T00:00:00Z", 11_000),
        ("2026-01-31T23:59:59.999999Z", 11_000),
        ("2026-02-01T00:00:00Z", 12_500),
        ("2026-02-01T00:30:00+01:00", 11_000),
        ("2026-01-31T23:30:00-01:00", 12_500),
    ],
)
def test_the_rate_is_that_of_the_event_s_utc_day(occurred_at: str, revenue: int) -> None:
    assert figures(book(currency="EUR", occurred_at=occurred_at))[0] == revenue


@pytest.mark.parametrize(
    ("currency", "occurred_at"),
    [
        ("EUR", "2025-12-31T23:59:59.999999Z"),
        ("EUR", "2026-01-01T00:30:00+01:00"),
        ("GBP", "2026-03-01T12:00:00Z"),
        ("XXX", "2026-03-01T12:00:00Z"),
        ("", "2026-03-01T12:00:00Z"),
    ],
)
def test_without_a_rate_a_purchase_cannot_be_booked(currency: str, occurred_at: str) -> None:
    found = admit(Kind.PURCHASES, purchase(currency=currency, occurred_at=occurred_at))
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNKNOWN_CURRENCY


def test_an_event_belongs_to_its_utc_day() -> None:
    late, early = book(occurred_at="2026-03-02T00:30:00+01:00"), book()
    assert late.day == early.day == late.at_us // DAY_US


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"amount": "5"}, {"amount": "5.00"}),
        ({"amount": "5.0"}, {"amount": "005.00"}),
        ({}, {"type": "sale"}),
        ({}, {"items": 1}),
        ({}, {"category": None, "fee": None}),
        ({"type": "return"}, {"type": "return", "seller_fault": False}),
        ({}, {"occurred_at": "2026-03-01T13:00:00+01:00"}),
        ({}, {"occurred_at": "2026-03-01T12:00:00.000Z"}),
        ({}, {"unknown": 1}),
    ],
)
def test_two_ways_to_say_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert book(**one) == book(**other)


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-01T12:00:00.000001Z"},
        {"order_id": "order-2"},
        {"amount": "120.01"},
        {"currency": "EUR"},
        {"type": "sale", "fee": ABSENT, "seller_fault": ABSENT},
        {"cost": "60.01"},
        {"cost": ABSENT},
        {"list_amount": "120.01"},
        {"items": 4},
        {"invoice_id": "invoice-2"},
        {"due_at": "2026-04-01T00:00:00Z"},
        {"fee": "4.01"},
        {"seller_fault": False},
        {"category": "toys"},
        {"channel": "shop"},
        {"location": ABSENT},
    ],
)
def test_another_content_of_any_known_field_is_another_content(change: dict[str, Any]) -> None:
    full = FULL[Kind.PURCHASES]
    assert book(**(full | change)).content != book(**full).content


def test_a_policy_without_costs_of_returns_makes_returns_free() -> None:
    free = policy(('per_order = "8.00"\nper_item = "1.00"', ""))
    assert figures(book(free, type="return", items=100_000)) == (-10_000, -6_000, 0, 0)
