"""Payments: how late an invoice was paid, and what the waiting cost."""

from agents.events.booking import (
    INVALID,
    UNKNOWN_CURRENCY,
    Booking,
    InvoiceEntry,
    Unbookable,
    id_key,
    text_key,
)
from agents.events.cells import NOTHING, cells_of
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import Costs, convert
from schemas.base.money import CURRENCY_DIGITS, half_even, parse_minor
from schemas.base.times import DAY_US, LAST_DAY, day_and_micros
from schemas.base.value_lines import LATE_PAYMENT
from schemas.inputs.events import Kind, Payment

DAYS_A_YEAR = 365
"""Interest runs on a year of 365 days, leap year or not (contract, section 4)."""


def book_payment(wire: Payment, policy: Policy) -> Booking | Unbookable:
    """The booking of a payment; one that failed is remembered and adds nothing."""
    digits = CURRENCY_DIGITS.get(wire.currency)
    if digits is None:
        return UNKNOWN_CURRENCY
    amount = parse_minor(wire.amount, digits)
    if amount is None:
        return INVALID
    day, at_us = day_and_micros(wire.occurred_at)
    due_day, due_us = day_and_micros(wire.due_at)
    first_day = policy.intake.earliest_day
    if not (first_day <= day <= LAST_DAY and first_day <= due_day <= LAST_DAY):
        return INVALID
    ratio = policy.rates.ratio(wire.currency, day)
    if ratio is None:
        return UNKNOWN_CURRENCY
    failed = wire.status == "failed"
    days_late = (at_us - due_us) // DAY_US
    cost = 0
    entry = None
    if not failed:
        paid = convert(amount, ratio)
        cost = late_cost(paid, days_late, policy.cards.at(day)) if days_late > 0 else 0
        if amount and policy.invoices is not None:
            entry = InvoiceEntry(text_key(wire.invoice_id), wire.currency, amount, paid, None)
    return Booking(
        Kind.PAYMENTS,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.PAYMENTS, wire.event_id),
        content_check(Kind.PAYMENTS, wire),
        cells_of(day, [LATE_PAYMENT, cost]) if cost else NOTHING,
        -cost,
        days_late=None if failed else days_late,
        invoice=entry,
    )


def late_cost(amount: int, days_late: int, costs: Costs) -> int:
    """late_fee + amount x annual_rate x days_late / 365, rounded once (contract, section 4)."""
    rate, whole = costs.late_annual_rate
    denominator = whole * DAYS_A_YEAR
    return half_even(costs.late_fee * denominator + amount * rate * days_late, denominator)
