"""Payments: whole days late, and what the waiting cost, rounded once."""

from typing import Any

import pytest

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from tests.support.making import FULL, POLICY, admit, amounts, booked, payment, policy

NOON = "2026-03-01T12:00:00Z"


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.PAYMENTS, payment(**fields), its_policy)


@pytest.mark.parametrize(
    ("due_at", "days_late"),
    [
        (NOON, 0),
        ("2026-03-01T11:59:59.999999Z", 0),
        ("2026-02-28T12:00:00.000001Z", 0),
        ("2026-02-28T12:00:00Z", 1),
        ("2026-02-28T11:59:59Z", 1),
        ("2026-02-27T12:00:00.000001Z", 1),
        ("2026-02-27T13:00:00+01:00", 2),
        ("2026-03-01T12:00:00.000001Z", -1),
        ("2026-03-02T12:00:00Z", -1),
        ("2026-03-02T12:00:00.000001Z", -2),
        ("2025-03-01T12:00:00Z", 365),
    ],
)
def test_days_late_are_whole_days_rounded_down(due_at: str, days_late: int) -> None:
    assert book(due_at=due_at).days_late == days_late


@pytest.mark.parametrize(
    ("due_at", "cost"),
    [
        (NOON, 0),
        ("2026-04-01T00:00:00Z", 0),
        ("2026-02-28T12:00:00.000001Z", 0),
        ("2026-02-28T12:00:00Z", 503),  # 500 + 3.29
        ("2026-02-19T12:00:00Z", 533),  # 500 + 32.88
        ("2025-03-01T12:00:00Z", 1_700),  # 500 + a year's 12% of 10,000
        ("2024-03-01T12:00:00Z", 2_900),  # two years, and no leap year among them
        ("2024-02-29T12:00:00Z", 2_903),  # 731 days
    ],
)
def test_a_late_payment_costs_a_fee_and_interest(due_at: str, cost: int) -> None:
    found = book(due_at=due_at)
    assert amounts(found) == ({"late_payment": cost} if cost else {})
    assert found.contacts == 0


@pytest.mark.parametrize(
    ("amount", "cost"),
    [("5.00", 500), ("15.00", 502), ("25.00", 502), ("25.01", 503), ("24.99", 502)],
)
def test_half_a_cent_goes_to_the_even_one(amount: str, cost: int) -> None:
    a_thousandth_a_day = policy(('annual_rate = "0.12"', 'annual_rate = "0.365"'))
    found = book(a_thousandth_a_day, amount=amount, due_at="2026-02-28T12:00:00Z")
    assert amounts(found) == {"late_payment": cost}


def test_interest_runs_on_the_converted_and_rounded_amount() -> None:
    a_year_late = "2025-03-01T12:00:00Z"
    whole = policy(('annual_rate = "0.12"', 'annual_rate = "1"'))

    def cost(amount: str, currency: str) -> int:
        found = book(whole, amount=amount, currency=currency, due_at=a_year_late)
        return amounts(found)["late_payment"]

    # 1 JPY is 0.65 cents, rounded to 1: a year at 100% costs 1 cent and not 0.65
    assert cost("1", "JPY") == 501
    # 10 JPY are 6.5 cents, rounded to 6
    assert cost("10", "JPY") == 506
    assert cost("0.060", "KWD") == 520


def test_a_payment_that_failed_is_none() -> None:
    found = book(status="failed", due_at="2025-03-01T12:00:00Z")
    assert found.days_late is None
    assert not found.cells


def test_a_payment_is_no_touch() -> None:
    assert not book().touches


def test_a_failed_payment_without_a_rate_is_rejected_all_the_same() -> None:
    found = admit(Kind.PAYMENTS, payment(status="failed", currency="GBP"))
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNKNOWN_CURRENCY


def test_a_policy_without_costs_of_lateness_makes_waiting_free() -> None:
    free = policy(('late_fee = "5.00"\nannual_rate = "0.12"', ""))
    found = book(free, due_at="2025-03-01T12:00:00Z")
    assert (list(found.cells), found.days_late) == ([], 365)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"status": "paid"}),
        ({}, {"status": None}),
        ({"amount": "5"}, {"amount": "5.00"}),
        ({}, {"due_at": "2026-03-01T10:00:00-02:00"}),
    ],
)
def test_two_ways_to_say_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert book(**one) == book(**other)


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-01T12:00:01Z"},
        {"invoice_id": "invoice-2"},
        {"amount": "100.01"},
        {"currency": "EUR"},
        {"due_at": "2026-03-01T12:00:01Z"},
        {"status": "paid"},
    ],
)
def test_another_content_of_any_known_field_is_another_content(change: dict[str, Any]) -> None:
    full = FULL[Kind.PAYMENTS]
    assert book(**(full | change)).content != book(**full).content
