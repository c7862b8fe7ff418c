"""Purchases: what a sale or a return adds to its customer."""

from agents.booking import (
    INVALID,
    UNKNOWN_CURRENCY,
    Booking,
    InvoiceEntry,
    Unbookable,
    content_check,
    id_key,
    invoice_key,
    without_zeros,
)
from agents.policy import Policy, Ratio
from agents.ports import Agent, Batches, Takes
from agents.window import Lines
from schemas.events import Kind, Purchase
from schemas.lines import (
    DISCOUNTS,
    FEES,
    GOODS,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    WITHOUT_COST,
)
from schemas.money import CURRENCY_DIGITS, half_even, parse_minor
from schemas.times import FIRST_DAY, LAST_DAY, day_and_micros, is_writable, micros


def purchases_agent(shards: Takes) -> Agent:
    """The agent of `purchases`: it hands every batch to its shard and waits for nothing else."""

    async def purchases(batches: Batches) -> None:
        async for batch in batches:
            await shards.take(batch)

    return purchases


def book_purchase(wire: Purchase, policy: Policy) -> Booking | Unbookable:  # noqa: C901, PLR0911 - a return for each fault
    """The booking of a sale or return, converted at the rate of its day."""
    digits = CURRENCY_DIGITS.get(wire.currency)
    if digits is None:
        return UNKNOWN_CURRENCY
    amount = parse_minor(wire.amount, digits)
    cost = listed = fee = None
    if amount is None:
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
    if not FIRST_DAY <= day <= LAST_DAY or (due_at is not None and not is_writable(due_at)):
        return INVALID
    ratio = policy.rates.ratio(wire.currency, day)
    if ratio is None:
        return UNKNOWN_CURRENCY
    items = 1 if wire.items is None else wire.items
    due_us = None if due_at is None else micros(due_at)
    sold = (at_us, wire.order_id, amount, wire.currency, returned, cost, listed, items)
    at_fault = bool(wire.seller_fault)
    credit = (wire.invoice_id, due_us, fee, at_fault)
    content = content_check((*sold, *credit, wire.category, wire.channel, wire.location))
    paid = _convert(amount, ratio)
    discount = 0 if listed is None else max(0, _convert(listed, ratio) - paid)
    if returned:
        got_back = 0 if cost is None else _convert(cost, ratio)
        kept = 0 if fee is None else _convert(fee, ratio)
        costs = policy.cards.at(day)
        handling = costs.return_per_order + costs.return_per_item * items
        lines = _return_lines(paid, got_back, kept, handling, discount, at_fault=at_fault)
    else:
        lines = _sale_lines(paid, None if cost is None else _convert(cost, ratio), discount, policy)
    entry = None
    if policy.invoices is not None and wire.invoice_id is not None and amount:
        due_us = None if returned else due_us
        if returned or due_us is not None:
            entry = InvoiceEntry(invoice_key(wire.invoice_id), wire.currency, amount, paid, due_us)
    return Booking(
        Kind.PURCHASES,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.PURCHASES, wire.event_id),
        content,
        lines,
        invoice=entry,
    )


def _sale_lines(paid: int, cost: int | None, discount: int, policy: Policy) -> Lines:
    if cost is None:
        share, whole = policy.default_cost_rate
        found = [REVENUE, paid, GOODS, half_even(paid * share, whole), WITHOUT_COST, paid]
    else:
        found = [REVENUE, paid, GOODS, cost]
    if discount:
        found += [DISCOUNTS, discount]
    return without_zeros(found)


def _return_lines(
    paid: int, got_back: int, kept: int, handling: int, discount: int, *, at_fault: bool
) -> Lines:
    found = [REVENUE, -paid, GOODS, -got_back, FEES, kept, RETURNS, handling, DISCOUNTS, -discount]
    if at_fault:
        found += [SELLER_FAULT, handling]
    return without_zeros(found)


def _convert(minor: int, ratio: Ratio) -> int:
    numerator, denominator = ratio
    return minor if numerator == denominator else half_even(minor * numerator, denominator)
