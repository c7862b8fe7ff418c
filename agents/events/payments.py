"""Payments: how late an invoice was paid, and what the waiting cost."""

from agents.events.booking import (
    INVALID,
    UNKNOWN_CURRENCY,
    Booking,
    InvoiceEntry,
    Unbookable,
    id_key,
    text_key,
    twin_key,
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
    paid = convert(amount, ratio)
    days_late = _days_late(wire, amount, at_us - due_us, policy)
    cost = 0
    if wire.status != "reversed" and days_late is not None and days_late > 0:
        costs = policy.cards.at(day)
        if _is_followed(policy):
            # the fee is the invoice's, once: agents.customer.invoices
            cost = late_cost(paid, min(days_late, policy.window_days), costs) - costs.late_fee
        else:
            cost = late_cost(paid, days_late, costs)
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
        days_late=days_late,
        twin_key=_twin_key(wire),
        invoice=_entry(wire, amount, paid, days_late, due_us, policy),
    )


def _is_followed(policy: Policy) -> bool:
    """Whether lateness is an invoice's, however many payments it took."""
    return policy.invoices is not None and policy.invoices.paid_days is not None


def _days_late(wire: Payment, amount: int, after_us: int, policy: Policy) -> int | None:
    """Whole days late; None: nothing was paid, or taken back where nobody asks for that."""
    if wire.status == "failed":
        return None
    days_late = after_us // DAY_US
    if not _is_followed(policy):
        return None if wire.status == "reversed" else days_late
    if wire.status == "reversed":
        # what came back was not paid on time
        return max(1, days_late) if amount else None
    return days_late if amount else min(0, days_late)


def _twin_key(wire: Payment) -> bytes | None:
    # several attempts may fail under one id before one succeeds
    if wire.payment_id is None or wire.status == "failed":
        return None
    return twin_key(wire.status or "paid", wire.invoice_id, wire.payment_id)


def _entry(
    wire: Payment, amount: int, paid: int, days_late: int | None, due_us: int, policy: Policy
) -> InvoiceEntry | None:
    """What it does to its invoice; None: nothing."""
    if policy.invoices is None or not amount or wire.status == "failed":
        return None
    key = text_key(wire.invoice_id)
    if wire.status == "reversed":
        return InvoiceEntry(key, wire.currency, amount, paid, due_us, reverses=True)
    is_late = days_late is not None and days_late > 0 and _is_followed(policy)
    return InvoiceEntry(key, wire.currency, amount, paid, None, is_late=is_late)


def late_cost(amount: int, days_late: int, costs: Costs) -> int:
    """late_fee + amount x annual_rate x days_late / 365, rounded once (contract, section 4)."""
    rate, whole = costs.late_annual_rate
    denominator = whole * DAYS_A_YEAR
    return half_even(costs.late_fee * denominator + amount * rate * days_late, denominator)
