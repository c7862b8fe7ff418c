"""Purchases: what a sale or a return adds to its customer."""

from agents.events.booking import (
    INVALID,
    UNKNOWN_CURRENCY,
    Booking,
    InvoiceEntry,
    Sale,
    Unbookable,
    id_key,
    text_key,
)
from agents.events.cells import cells_of
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import convert
from schemas.base.money import CURRENCY_DIGITS, Ratio, half_even, parse_minor
from schemas.base.times import LAST_DAY, day_and_micros, is_writable, micros
from schemas.base.value_lines import (
    DISCOUNTS,
    FEES,
    GOODS,
    ORDERS,
    RETURNED,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    WITHOUT_COST,
)
from schemas.inputs.events import Kind, Purchase


def book_purchase(wire: Purchase, policy: Policy) -> Booking | Unbookable:  # noqa: C901, PLR0911 - a return for each fault
    """The booking of a sale or return, converted at the rate of its day."""
    digits = CURRENCY_DIGITS.get(wire.currency)
    if digits is None:
        return UNKNOWN_CURRENCY
    amount = parse_minor(wire.amount, digits)
    owed = amount if wire.gross_amount is None else parse_minor(wire.gross_amount, digits)
    cost = listed = fee = None
    if amount is None or owed is None:
        return INVALID
    if wire.cost is not None and (cost := parse_minor(wire.cost, digits)) is None:
        return INVALID
    if wire.list_amount is not None and (listed := parse_minor(wire.list_amount, digits)) is None:
        return INVALID
    if wire.fee is not None and (fee := parse_minor(wire.fee, digits)) is None:
        return INVALID
    returned = wire.type == "return"
    if not returned and (wire.fee is not None or wire.seller_fault is not None):
        return INVALID
    day, at_us = day_and_micros(wire.occurred_at)
    due_at = wire.due_at
    first_day = policy.intake.earliest_day
    if not (first_day <= day <= LAST_DAY and (due_at is None or is_writable(due_at, first_day))):
        return INVALID
    ratio = policy.rates.ratio(wire.currency, day)
    if ratio is None:
        return UNKNOWN_CURRENCY
    items = 1 if wire.items is None else wire.items
    at_fault = bool(wire.seller_fault)
    paid = convert(amount, ratio)
    listed_base = None if listed is None else convert(listed, ratio)
    cost_base = None if cost is None else convert(cost, ratio)
    if returned:
        kept = 0 if fee is None else convert(fee, ratio)
        handling = policy.cards.at(day).handling(items)
        amounts, brought = _return(paid, cost_base or 0, kept, handling)
        if listed_base is not None:
            amounts += [DISCOUNTS, min(0, paid - listed_base)]
    else:
        handling = 0
        amounts, brought = _sale(paid, cost_base, listed_base, policy)
    refunded = 0
    if at_fault:
        refunded = max(0, -brought - handling)
        amounts += [SELLER_FAULT, handling, SELLER_FAULT_REFUNDS, refunded]
    amounts += _counts(policy, returned=returned, at_fault=at_fault)
    return Booking(
        Kind.PURCHASES,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.PURCHASES, wire.event_id),
        content_check(Kind.PURCHASES, wire),
        cells_of(day, amounts),
        brought,
        handling if at_fault else 0,
        refunded,
        touches=True,
        meets="purchase" in policy.contacts.touches,
        at_fault=at_fault,
        invoice=_entry(wire, owed, ratio, at_us, policy),
        sale=Sale(returned, paid, brought + handling) if policy.keeps.sales_days else None,
    )


def _sale(paid: int, cost: int | None, listed: int | None, policy: Policy) -> tuple[list[int], int]:
    """(line, amount, …), and what they bring."""
    discount = 0 if listed is None else max(0, listed - paid)
    if cost is not None:
        amounts = [REVENUE, paid, GOODS, cost]
        return ([*amounts, DISCOUNTS, discount] if discount else amounts), paid - cost
    share, whole = policy.default_cost_rate
    cost = half_even(paid * share, whole)
    return [REVENUE, paid, GOODS, cost, DISCOUNTS, discount, WITHOUT_COST, paid], paid - cost


def _return(paid: int, got_back: int, kept: int, handling: int) -> tuple[list[int], int]:
    """(line, amount, …), and what they bring."""
    amounts = [REVENUE, -paid, GOODS, -got_back, FEES, kept, RETURNS, handling]
    return amounts, got_back - paid + kept - handling


def _counts(policy: Policy, *, returned: bool, at_fault: bool) -> list[int]:
    """What it counts for, where a signal asks for that."""
    if not policy.keeps.orders:
        return []
    return [ORDERS, int(not returned), RETURNED, int(returned and not at_fault)]


def _entry(
    wire: Purchase, owed: int, ratio: Ratio, at_us: int, policy: Policy
) -> InvoiceEntry | None:
    """What it does to an invoice: a sale needs to say when it is due, and is not before it."""
    if policy.invoices is None or wire.invoice_id is None or not owed:
        return None
    is_back, due_us = wire.type == "return", None
    if not is_back:
        if wire.due_at is None:
            return None
        due_us = max(micros(wire.due_at), at_us)
    key = text_key(wire.invoice_id)
    return InvoiceEntry(key, wire.currency, owed, convert(owed, ratio), due_us, is_back)
