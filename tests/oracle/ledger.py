"""What one event books on its own day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from . import instants
from .fields import CHANNELS, Event
from .money import Card, Terms
from .records import ACTIONS, PAYMENTS, PURCHASES, SUPPORT_CALLS

REVENUE = "revenue"
DISCOUNTS = "discounts_given"
GOODS = "goods"
FEES = "restocking_fees"
RETURNS = "returns"
LATE = "late_payment"
REMINDERS = "reminders"
LEAKAGE = "discount_leakage"
FAULT = "seller_fault"
REFUNDS = "seller_fault_refunds"
WITHOUT_COST = "revenue_without_cost"
CHEAPER = "cheaper_channel"
"""The lines that are no contact's; contacts have their channel's name."""

SERVICE = (*CHANNELS, RETURNS, LATE, REMINDERS)
"""The lines that a service cost is the sum of."""

Lines = Counter[str]
"""Base minor units by line; a line that is not there is zero."""


@dataclass
class Day:
    """The sums of one UTC day of one customer, in base minor units."""

    lines: Lines = field(default_factory=Lines)
    left: int = 0
    """What is left after all costs of what was booked on it."""
    excused: int = 0
    """What of those costs and refunds is the seller's fault."""

    def add(self, other: "Day") -> None:
        """Book another event on the same day."""
        self.lines.update(other.lines)
        self.left += net(other.lines)
        self.excused += fault(other.lines)

    def counts(self) -> bool:
        """Tell whether some figure changes when the day leaves the value window."""
        return any(self.lines.values())


def total(days: Iterable[Day]) -> Lines:
    """Sum the lines of some days."""
    lines = Lines()
    for day in days:
        lines.update(day.lines)
    return lines


def margin(lines: Lines) -> int:
    """Reckon what is left of the revenue after the goods, with the fees kept."""
    return lines[REVENUE] - lines[GOODS] + lines[FEES]


def service_cost(lines: Lines) -> int:
    """Reckon what serving cost."""
    return sum(lines[line] for line in SERVICE)


def net(lines: Lines) -> int:
    """Reckon what is left after all costs."""
    return margin(lines) - service_cost(lines)


def fault(lines: Lines) -> int:
    """Reckon what is the seller's fault."""
    return lines[FAULT] + lines[REFUNDS]


def booked(topic: str, event: Event, terms: Terms) -> Day:
    """Reckon what an event books."""
    if topic == SUPPORT_CALLS:
        return _contact(event, terms)
    if topic == ACTIONS and event["type"] == "contact":
        plain = {"kind": "contact", "direction": "outbound", "seller_fault": False}
        return _contact(event | plain, terms)
    if topic == PAYMENTS:
        return _payment(event, terms)
    if topic == PURCHASES:
        return _PURCHASE[event["type"]](event, terms)
    return Day()


def days_late(payment: Event, terms: Terms) -> int | None:
    """Count the whole days from when a payment was due to when it was made; None: it was not."""
    late: int = (payment["occurred_at"] - payment["due_at"]) // instants.DAY
    if payment["status"] == "failed":
        return None
    if not by_invoice(terms):
        return late if payment["status"] == "paid" else None
    if payment["status"] == "reversed":
        return max(late, 1) if payment["amount"] else None
    return late if payment["amount"] else min(late, 0)


def by_invoice(terms: Terms) -> bool:
    """Tell whether it is invoices that are late, and no longer payments."""
    return terms.invoices is not None and terms.invoices["paid_days"] is not None


def _sale(event: Event, terms: Terms) -> Day:
    amount = _in_base(event, "amount", terms)
    lines = Lines({REVENUE: amount, DISCOUNTS: _discount(event, terms)})
    if event["cost"] is None:
        lines[GOODS] = round(amount * (1 - terms.default_margin_rate))
        lines[WITHOUT_COST] = amount
    else:
        lines[GOODS] = _in_base(event, "cost", terms)
    return Day(lines)


def _return(event: Event, terms: Terms) -> Day:
    card = _card(event, terms)
    handling = card.return_order + card.return_item * event["items"]
    lost = _in_base(event, "amount", terms)
    lost -= _in_base(event, "cost", terms) + _in_base(event, "fee", terms)
    lines = Lines(
        {
            REVENUE: -_in_base(event, "amount", terms),
            DISCOUNTS: -_discount(event, terms),
            GOODS: -_in_base(event, "cost", terms),
            FEES: _in_base(event, "fee", terms),
            RETURNS: handling,
            FAULT: handling if event["seller_fault"] else 0,
            REFUNDS: max(0, lost) if event["seller_fault"] else 0,
        }
    )
    return Day(lines)


def _refund(event: Event, terms: Terms) -> Day:
    """Give money back, and nothing else."""
    amount = _in_base(event, "amount", terms)
    return Day(Lines({REVENUE: -amount, REFUNDS: amount if event["seller_fault"] else 0}))


def _replacement(event: Event, terms: Terms) -> Day:
    """Send goods that nobody pays."""
    cost = _in_base(event, "cost", terms)
    return Day(Lines({GOODS: cost, REFUNDS: cost if event["seller_fault"] else 0}))


_PURCHASE = {"sale": _sale, "return": _return, "refund": _refund, "replacement": _replacement}


def _discount(event: Event, terms: Terms) -> int:
    """Reckon how far what was paid lies below the list."""
    if event["list_amount"] is None:
        return 0
    return max(0, _in_base(event, "list_amount", terms) - _in_base(event, "amount", terms))


def time_spent(event: Event, terms: Terms) -> Day:
    """Reckon what a record books of a contact that another record is."""
    return _contact(event | {"kind": "another's"}, terms)


def less(whole: Day, part: Day) -> Day:
    """Reckon what takes a booking down to a part of it."""
    return Day(Lines({line: part.lines[line] - whole.lines[line] for line in whole.lines}))


def _contact(event: Event, terms: Terms) -> Day:
    cost = _contact_cost(event, event["direction"], event["channel"], terms)
    excused = cost if event["seller_fault"] else 0
    lines = Lines({event["channel"]: cost, FAULT: excused})
    cheaper = terms.risk.cheaper_channel
    if cheaper is not None and is_own(event) and not event["seller_fault"]:
        lines[CHEAPER] = max(0, cost - _contact_cost(event, "inbound", cheaper, terms))
    return Day(lines)


def is_own(event: Event) -> bool:
    """Tell whether it is a contact, and the customer's."""
    return bool(event["kind"] == "contact" and event["direction"] == "inbound")


def complains(event: Event) -> bool:
    """Tell whether it is a complaint of something that is not the seller's fault."""
    return is_own(event) and bool(event["complaint"]) and not event["seller_fault"]


def _contact_cost(event: Event, direction: str, channel: str, terms: Terms) -> int:
    costs = _card(event, terms).contact
    fixed, per_minute = costs.get((direction, channel), (0, Fraction(0)))
    seconds: int = event["duration_s"]
    if terms.minutes_billed is not None:
        seconds = min(seconds, terms.minutes_billed * 60)
    once = fixed if event["kind"] == "contact" else 0
    cost: int = round(once + per_minute * seconds / 60)
    return cost


def _payment(event: Event, terms: Terms) -> Day:
    late = days_late(event, terms)
    if event["status"] != "paid" or late is None or late <= 0:
        return Day()
    amount = _in_base(event, "amount", terms)
    card = _card(event, terms)
    days = min(late, terms.window_days) if by_invoice(terms) else late
    cost = round(card.late_fee + amount * card.annual_rate * Fraction(days, 365))
    # the fee of an invoice is booked once, by the invoices
    return Day(Lines({LATE: cost - card.late_fee * by_invoice(terms)}))


def _card(event: Event, terms: Terms) -> Card:
    """Find the rate card of the event's own day."""
    return terms.card(instants.day_of(event["occurred_at"]))


def _in_base(event: Event, name: str, terms: Terms) -> int:
    """Convert one money field at the event's day; an absent one is nothing."""
    if event[name] is None:
        return 0
    return terms.in_base(event[name], event["currency"], instants.day_of(event["occurred_at"]))
