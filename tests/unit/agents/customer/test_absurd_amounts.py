"""Amounts beyond 64 bits, as absurd rates of exchange make them: nothing stops, nothing is lost."""

import tomllib
from fractions import Fraction
from typing import Any

from agents.customer.credits import Credits
from agents.policy.compiled import Policy
from schemas.base.value_lines import LINE_MASK, ORDERS, RETURNED
from schemas.state.rows import LARGEST
from tests.support.customers import at
from tests.support.feeding import clock, erasure, on, record, sale
from tests.support.happening import Story, fields_of, happened
from tests.support.making import COMMITMENT, payment
from tests.support.policies import policy, section
from tests.support.signalling import ALL_SIGNALS
from tests.support.tables import table

MOST = "9" * 15
ABSURD = {"rates.JPY": {"2026-01-01": MOST}}
"""One yen is so many dollars."""
WORTH = [section(name) for name in ("invoices", "discount", "segments", "contacts_due")]
FADES = {"value": {"measure": "decayed", "half_life_days": 7}}
ROLLING, FADING = policy(ABSURD, *WORTH), policy(ABSURD, FADES, *WORTH)
TINY = policy({"rates.JPY": {"2026-01-01": "0.00000000000001"}}, *WORTH)
LARGE = int(MOST) ** 2 * 100
"""The largest amount of yen, in cents."""
ON_CREDIT: dict[str, Any] = {"invoice_id": "i", "due_at": on(2)}


def yen(day: int, number: int = 0, amount: str = MOST, **fields: Any) -> dict[str, Any]:
    """A sale of an amount in yen that cost nothing."""
    return sale(day, number, amount=amount, currency="JPY", **fields)


def absurd(*events: Any, by: Policy = ROLLING) -> Story:
    return happened(*events, by=by)


@table("by", ("rolling", ROLLING), ("fading", FADING))
def test_sums_are_exact_and_survive_restarts(by: Policy) -> None:
    desk = absurd(sale(1, amount="5.00"), yen(1, 1), yen(2), by=by)
    assert desk.worth("contribution") == [500 + 2 * LARGE]
    desk = desk.again(sale(3, amount="0.01"), yen(3, 1, type="return", cost="0"))
    # a return costs 9.00
    assert desk.worth("contribution", "returns") == [500 + LARGE + 1 - 900, 900]
    assert desk.customer_rows.keys() == {"ada"}


def test_what_has_left_the_window_leaves_nothing_behind() -> None:
    desk = absurd(yen(1), sale(5, amount="7.00"))
    assert isinstance(desk.row().worth.cells, list)
    assert desk.then(clock(11)).contribution() == "7.00"
    assert isinstance(desk.row().worth.cells, bytes)
    # the window before holds it
    assert desk.row().worth.days_before == [at(1) // 86_400_000_000, LARGE]
    desk = desk.again(clock(24))
    assert (desk.contribution(), desk.row().worth.days_before[1::2]) == ("0.00", [700])


def test_what_cancels_out_leaves_nothing_behind_but_that_it_was_bought_and_returned() -> None:
    free = policy(ABSURD, {"service.returns": None}, *WORTH)
    desk = absurd(yen(1), yen(1, 1, type="return", cost="0"), by=free)
    assert desk.contribution() == "0.00"
    keys = desk.row().worth.cells[::2]
    assert [int(key) & LINE_MASK for key in keys] == [ORDERS, RETURNED]


def test_a_late_payment_costs_what_it_costs() -> None:
    desk = absurd(payment(currency="JPY", amount=MOST, due_at="2025-03-01T12:00:00Z"))
    # 5.00 and a year's 12 %
    assert desk.worth("contribution") == [-(500 + LARGE * 12 // 100)]
    assert desk.newest()["tier"] == "maintenance"


def test_an_invoice_that_is_or_grows_too_large_to_be_kept_is_written_off_and_counted() -> None:
    desk = absurd(yen(1, **ON_CREDIT), clock(9))
    assert desk.outcome("written_off") == [1]
    assert (desk.worth("contribution"), desk.row().invoices.open) == ([LARGE], [])
    desk = absurd(sale(1, amount="100.00", **ON_CREDIT), yen(1, 1, **ON_CREDIT))
    assert desk.outcome("written_off") == [1]
    (invoice,) = desk.then(sale(1, 2, amount="100.00", **ON_CREDIT)).row().invoices.open
    assert (invoice.amount, invoice.base_amount) == (10_000, 10_000)


def test_the_largest_that_is_kept_survives_a_restart_and_costs_what_it_costs() -> None:
    # 46116860184273879.04 dollars are 2^62 cents
    amount = f"{LARGEST // 100 // int(MOST)}"
    desk = absurd(yen(1, amount=amount, **ON_CREDIT)).again(clock(3, "12:00:00"))
    base = int(amount) * int(MOST) * 100
    assert LARGEST * 99 // 100 < base <= LARGEST
    interest = round(500 + Fraction(base * 12, 100 * 365)) - 500
    assert desk.worth("late_payment") == [interest]


YEN = {"currency": "JPY"}


@table(
    "by sold paid",
    ("worth far more", ROLLING, {}, YEN | {"amount": MOST}),
    ("dollars for next to nothing", TINY, YEN, {"amount": MOST}),
    ("a cent is more than that", TINY, YEN, {"amount": "0.01"}),
)
def test_a_payment_of_another_magnitude_closes_an_invoice(by: Policy, sold: Any, paid: Any) -> None:
    desk = absurd(sale(1, amount="1000", **ON_CREDIT, **sold), by=by)
    row = desk.then(payment(**ON_CREDIT, **paid)).row()
    assert (row.invoices.open, row.invoices.unmatched) == ([], bytearray())


def test_the_largest_payment_in_a_currency_of_four_digits_is_kept() -> None:
    four_digits = policy({"rates.CLF": {"2026-01-01": "3.25"}}, *WORTH)
    desk = absurd(payment(currency="CLF", amount=MOST, invoice_id="i"), by=four_digits)
    (credit,) = Credits(bytearray(desk.row().invoices.unmatched)).all()
    assert credit.amount == int(MOST) * 10**4 > 2**63
    desk = desk.again(sale(2, amount="100.00", invoice_id="i", due_at=on(9)))
    assert desk.row().invoices.unmatched == b""


def test_what_was_bought_in_a_term_may_be_beyond_all_reason() -> None:
    promised = COMMITMENT | {"starts_on": "2026-03-01", "ends_on": "2026-03-20"}
    desk = absurd(record(1, commitment=promised), yen(5)).again(sale(6, amount="100.00"))
    master = desk.row().master
    assert master is not None
    assert master.commitment is not None
    assert master.commitment.revenue == LARGE + 10_000
    # 10 % granted and 5 % earned: half of a tenth of it
    assert desk.worth("discount_leakage") == [round(Fraction((LARGE + 10_000) * 5, 100))]
    assert desk.newest()["wallet_share"] is None


# 365 days for ten, of a cent
OF_A_CENT = f"{LARGE * 73 // 2}.{LARGE * 365 % 10}000"


@table(
    "bought wallet share",
    ("of next to nothing", yen(1), {"amount": "0.01", "currency": "USD"}, OF_A_CENT),
    ("of the largest", sale(1, amount="100.00"), YEN | {"amount": MOST}, "0.0000"),
)
def test_a_share_of_a_wallet_may_be_beyond_all_reason(bought: Any, wallet: Any, share: str) -> None:
    assert absurd(bought, record(1, wallet=wallet)).newest()["wallet_share"] == share


def test_a_fading_value_fades_from_there() -> None:
    bought = yen(1), clock(8), sale(8, amount="0.00", occurred_at=on(8, "00:00:00"))
    desk = absurd(*bought, by=FADING)
    assert desk.worth("index") == [LARGE // 2]
    desk = desk.again()
    desk.shard.fire_due(at(1) + 7 * 86_400_000_000 * 200, 1_000, 0)
    # it is key until less than 2000.00 are left of it, and important until less than 500.00
    days = next(days for days in range(2_000) if round(LARGE / 2 ** (days / 7)) < 50_000)
    assert desk.tiers("to_tier") == ["key", "important", "ordinary"]
    assert desk.worth("index") == [round(LARGE / 2 ** (days / 7))]
    assert desk.newest()["tenure_days"] == days


def test_it_can_be_erased() -> None:
    desk = absurd(yen(1)).again(erasure(2)).stopped()
    assert (desk.customer_rows, fields_of(desk.receipts, "held")) == ({}, [True])


def test_signals_and_lifetime_value_of_sums_beyond_64_bits_survive_restarts() -> None:
    foreseen = {"value.index": {"history": "0.99999999999999", "future": "1"}}
    by = policy(ABSURD, *WORTH, tomllib.loads(ALL_SIGNALS), foreseen)
    promised = COMMITMENT | YEN | {"amount": MOST}
    desk = absurd(record(1, "00:00:00", commitment=promised), yen(1), by=by)
    desk.then(yen(3, invoice_id="i", due_at=on(4)), yen(5, cost=MOST, amount="1"))
    desk.then(yen(6, type="return"), yen(7))
    # of three repeat purchase days: two of yen that cost nothing, one that cost as much, one back
    margin = 2 * LARGE - int(MOST) * (int(MOST) - 1) * 100 - LARGE
    mean = Fraction(desk.newest()["lifetime"]["mean_margin"])
    assert mean * 100 == round(Fraction(margin, 3))
    after = desk.again().then(clock(12), clock(20), clock(31))
    assert after.newest() == desk.then(clock(12), clock(20), clock(31)).newest()
    assert after.rows == desk.rows
    # the invoice was too large to be followed
    assert "overdue" in fields_of(after.newest()["risks"], "signal")
