"""Payments: whole days late, and what the waiting cost, rounded once."""

from typing import Any

from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Reason, Rejection
from tests.support.making import POLICY, admit, amounts, booked, payment
from tests.support.policies import policy
from tests.support.tables import table

NOON = "2026-03-01T12:00:00Z"
A_YEAR_AGO = "2025-03-01T12:00:00Z"


def book(its_policy: Policy = POLICY, **fields: Any) -> Booking:
    return booked(Kind.PAYMENTS, payment(**fields), its_policy)


def costing(**rates: str | None) -> Policy:
    return policy({"service.late_payment": rates})


@table(
    "due_at days cost",
    (NOON, 0, 0),
    ("2026-03-01T11:59:59.999999Z", 0, 0),
    ("2026-02-28T12:00:00.000001Z", 0, 0),
    ("2026-02-28T12:00:00Z", 1, 503),  # 500 + 3.29
    ("2026-02-28T11:59:59Z", 1, 503),
    ("2026-02-27T12:00:00.000001Z", 1, 503),
    ("2026-02-27T13:00:00+01:00", 2, 507),  # 500 + 6.58
    ("2026-02-19T12:00:00Z", 10, 533),  # 500 + 32.88
    (A_YEAR_AGO, 365, 1_700),  # 500 + a year's 12% of 10,000
    ("2024-03-01T12:00:00Z", 730, 2_900),  # two years, and no leap year among them
    ("2024-02-29T12:00:00Z", 731, 2_903),
    ("2026-03-01T12:00:00.000001Z", -1, 0),
    ("2026-03-02T12:00:00Z", -1, 0),
    ("2026-03-02T12:00:00.000001Z", -2, 0),
    ("2026-04-01T00:00:00Z", -31, 0),
)
def test_whole_days_late_cost_a_fee_and_interest(due_at: str, days: int, cost: int) -> None:
    found = book(due_at=due_at)
    assert (found.days_late, found.contacts) == (days, 0)
    assert amounts(found) == ({"late_payment": cost} if cost else {})


@table("amount cost", ("5.00", 500), ("15.00", 502), ("25.00", 502), ("25.01", 503), ("24.99", 502))
def test_half_a_cent_goes_to_the_even_one(amount: str, cost: int) -> None:
    a_thousandth_a_day = costing(annual_rate="0.365")
    found = book(a_thousandth_a_day, amount=amount, due_at="2026-02-28T12:00:00Z")
    assert amounts(found) == {"late_payment": cost}


@table(
    "amount currency cost",
    ("1", "JPY", 501),  # 0.65 cents, rounded to 1: a year at 100% costs 1 cent and not 0.65
    ("10", "JPY", 506),  # 6.5 cents, rounded to 6
    ("0.060", "KWD", 520),
)
def test_interest_runs_on_the_rounded_amount(amount: str, currency: str, cost: int) -> None:
    found = book(costing(annual_rate="1"), amount=amount, currency=currency, due_at=A_YEAR_AGO)
    assert amounts(found) == {"late_payment": cost}


def test_a_payment_is_no_touch_and_none_at_all_where_it_failed() -> None:
    assert not book().touches
    failed = book(status="failed", due_at=A_YEAR_AGO)
    assert (failed.days_late, list(failed.cells)) == (None, [])


def test_a_failed_payment_without_a_rate_is_rejected_all_the_same() -> None:
    found = admit(Kind.PAYMENTS, payment(status="failed", currency="GBP"))
    assert isinstance(found, Rejection)
    assert found.reason is Reason.UNKNOWN_CURRENCY


def test_a_policy_without_costs_of_lateness_makes_waiting_free() -> None:
    found = book(costing(late_fee=None, annual_rate=None), due_at=A_YEAR_AGO)
    assert (list(found.cells), found.days_late) == ([], 365)
