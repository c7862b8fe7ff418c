"""Purchases: what a sale, a return, a refund or a replacement adds to its customer."""

from agents.events.booking import (
    INVALID,
    UNKNOWN_CURRENCY,
    Booking,
    InvoiceEntry,
    OrderPart,
    Sale,
    Unbookable,
    id_key,
    text_key,
)
from agents.events.cells import NOTHING, cells_of
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import convert
from schemas.base.money import CURRENCY_DIGITS, MAX_DIGITS, half_even, parse_minor
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
from schemas.base.vocabulary import PurchaseType
from schemas.inputs.events import Kind, Purchase


def book_purchase(wire: Purchase, policy: Policy) -> Booking | Unbookable:  # noqa: C901, PLR0911, PLR0912 - a return for each fault
    """The booking of a purchase, converted at the rate of its day."""
    if wire.type == "cancel":
        return _cancel(wire, policy)
    if wire.amount is None or wire.currency is None:
        return INVALID
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
    its = "sale" if wire.type is None else wire.type
    if not _is_whole(wire, its, amount):
        return INVALID
    day, at_us = day_and_micros(wire.occurred_at)
    due_at, first_day = wire.due_at, policy.intake.earliest_day
    if not (first_day <= day <= LAST_DAY and (due_at is None or is_writable(due_at, first_day))):
        return INVALID
    ratio = policy.rates.ratio(wire.currency, day)
    if ratio is None:
        return UNKNOWN_CURRENCY
    items = 1 if wire.items is None else wire.items
    due_us = None if due_at is None else micros(due_at)
    at_fault = bool(wire.seller_fault)
    paid = convert(amount, ratio)
    listed_base = None if listed is None else convert(listed, ratio)
    cost_base = None if cost is None else convert(cost, ratio)
    handling = policy.cards.at(day).handling(items) if its == "return" else 0
    if its == "sale":
        amounts, brought = _sale(paid, cost_base, listed_base, policy)
    else:
        kept = 0 if fee is None else convert(fee, ratio)
        amounts, brought = _back(its, paid, cost_base or 0, listed_base, kept, handling)
    refunded = 0
    if at_fault:
        refunded = max(0, -brought - handling)
        amounts += [SELLER_FAULT, handling, SELLER_FAULT_REFUNDS, refunded]
    amounts += _counts(its, paid, at_fault=at_fault)
    is_met = its in {"sale", "return"}
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
        touches=is_met,
        meets=is_met and "purchase" in policy.contacts.touches,
        at_fault=at_fault,
        invoice=_entry(wire, wire.currency, amount, paid, due_us, policy),
        order=_part(wire, its, policy),
        sale=Sale(its == "sale", paid, brought + handling) if policy.keeps.sales_days else None,
    )


def _part(wire: Purchase, its: PurchaseType, policy: Policy) -> OrderPart | None:
    """Of which order it is, where orders are remembered."""
    if policy.orders is None:
        return None
    return OrderPart(text_key(wire.order_id), its == "sale", cancels=False)


def _cancel(wire: Purchase, policy: Policy) -> Booking | Unbookable:
    """The booking of an order's end: what it takes back its customer remembers."""
    digits = CURRENCY_DIGITS.get(wire.currency or "", MAX_DIGITS)
    amounts = (wire.amount, wire.cost, wire.list_amount)
    day, at_us = day_and_micros(wire.occurred_at)
    moments = (wire.occurred_at, wire.due_at, wire.ordered_at)
    first_day = policy.intake.earliest_day
    if (
        wire.items == 0
        or wire.fee is not None
        or wire.seller_fault is not None
        or any(text is not None and parse_minor(text, digits) is None for text in amounts)
        or any(at is not None and not is_writable(at, first_day) for at in moments)
    ):
        return INVALID
    placed_day = None if wire.ordered_at is None else day_and_micros(wire.ordered_at)[0]
    return Booking(
        Kind.PURCHASES,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.PURCHASES, wire.event_id),
        content_check(Kind.PURCHASES, wire),
        NOTHING,
        order=OrderPart(text_key(wire.order_id), sells=False, cancels=True, placed_day=placed_day),
    )


def _is_whole(wire: Purchase, its: PurchaseType, amount: int) -> bool:
    """Whether its type may carry what it does (`TYPES_WITH`)."""
    if wire.ordered_at is not None:
        return False
    if its == "refund":
        return wire.cost is None and wire.fee is None
    if wire.items == 0:
        return False
    if its == "sale":
        return wire.fee is None and wire.seller_fault is None
    return its == "return" or (amount == 0 and wire.fee is None)


def _sale(paid: int, cost: int | None, listed: int | None, policy: Policy) -> tuple[list[int], int]:
    """(line, amount, …), and what they bring."""
    discount = 0 if listed is None else max(0, listed - paid)
    if cost is not None:
        amounts = [REVENUE, paid, GOODS, cost]
        return ([*amounts, DISCOUNTS, discount] if discount else amounts), paid - cost
    share, whole = policy.default_cost_rate
    cost = half_even(paid * share, whole)
    return [REVENUE, paid, GOODS, cost, DISCOUNTS, discount, WITHOUT_COST, paid], paid - cost


def _back(
    its: PurchaseType, paid: int, cost: int, listed: int | None, kept: int, handling: int
) -> tuple[list[int], int]:
    """(line, amount, …) of what is no sale, and what they bring."""
    if its == "refund":
        return [REVENUE, -paid], -paid
    if its == "replacement":
        return [GOODS, cost], -cost
    amounts = [REVENUE, -paid, GOODS, -cost, FEES, kept, RETURNS, handling]
    if listed is not None:
        amounts += [DISCOUNTS, min(0, paid - listed)]
    return amounts, cost - paid + kept - handling


def _counts(its: PurchaseType, paid: int, *, at_fault: bool) -> list[int]:
    """What it counts for: a sale for something counts by its revenue."""
    if its == "return":
        return [RETURNED, int(not at_fault)]
    return [ORDERS, int(its == "sale" and not paid)]


def _entry(
    wire: Purchase, currency: str, amount: int, paid: int, due_us: int | None, policy: Policy
) -> InvoiceEntry | None:
    """What it does to an invoice: a sale needs to say when it is due."""
    if policy.invoices is None or wire.invoice_id is None or not amount:
        return None
    if wire.type not in {None, "sale"}:
        due_us = None
    elif due_us is None:
        return None
    return InvoiceEntry(text_key(wire.invoice_id), currency, amount, paid, due_us)
