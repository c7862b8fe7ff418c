"""What one event books on its own day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from . import instants
from .fields import CHANNELS, Event
from .money import Card, Terms
from .records import PAYMENTS, PURCHASES, SUPPORT_CALLS

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
    if topic == PAYMENTS:
        return _payment(event, terms)
    if topic == PURCHASES:
        return _sale(event, terms) if event["type"] == "sale" else _return(event, terms)
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


def _discount(event: Event, terms: Terms) -> int:
    """Reckon how far what was paid lies below the list."""
    if event["list_amount"] is None:
        return 0
    return max(0, _in_base(event, "list_amount", terms) - _in_base(event, "amount", terms))


def _contact(event: Event, terms: Terms) -> Day:
    fixed, per_minute = _card(event, terms).contact[event["channel"]]
    cost = round(fixed + per_minute * event["duration_s"] / 60)
    excused = cost if event["seller_fault"] else 0
    return Day(Lines({event["channel"]: cost, FAULT: excused}))


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
