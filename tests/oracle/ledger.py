"""What one event books on its own day."""

from dataclasses import dataclass
from fractions import Fraction

from . import instants
from .judge import Event
from .money import Card, Terms
from .records import PAYMENTS, PURCHASES, SUPPORT_CALLS


@dataclass
class Day:
    """The sums of one UTC day of one customer, in base minor units, and its contacts."""

    revenue: int = 0
    goods: int = 0
    fees: int = 0
    service: int = 0
    contacts: int = 0

    def add(self, other: "Day") -> None:
        """Book another event on the same day."""
        self.revenue += other.revenue
        self.goods += other.goods
        self.fees += other.fees
        self.service += other.service
        self.contacts += other.contacts

    def counts(self) -> bool:
        """Tell whether some figure changes when the day leaves the value window."""
        return (self.revenue, self.goods, self.fees, self.service) != (0, 0, 0, 0)


def booked(topic: str, event: Event, terms: Terms) -> Day:
    """Reckon what an event books."""
    if topic == SUPPORT_CALLS:
        return _contact(event, terms)
    if topic == PAYMENTS:
        return _payment(event, terms)
    if topic == PURCHASES and event["type"] == "sale":
        return _sale(event, terms)
    return _return(event, terms)


def days_late(payment: Event) -> int:
    """Count the whole days from when a payment was due to when it was made."""
    late: int = (payment["occurred_at"] - payment["due_at"]) // instants.DAY
    return late


def _sale(event: Event, terms: Terms) -> Day:
    amount = _in_base(event, "amount", terms)
    if event["cost"] is None:
        cost = round(amount * (1 - terms.default_margin_rate))
    else:
        cost = _in_base(event, "cost", terms)
    return Day(revenue=amount, goods=cost)


def _return(event: Event, terms: Terms) -> Day:
    card = _card(event, terms)
    return Day(
        revenue=-_in_base(event, "amount", terms),
        goods=-_in_base(event, "cost", terms),
        fees=_in_base(event, "fee", terms),
        service=card.return_order + card.return_item * event["items"],
    )


def _contact(event: Event, terms: Terms) -> Day:
    fixed, per_minute = _card(event, terms).contact[event["channel"]]
    return Day(service=round(fixed + per_minute * event["duration_s"] / 60), contacts=1)


def _payment(event: Event, terms: Terms) -> Day:
    late = days_late(event)
    if event["status"] == "failed" or late <= 0:
        return Day()
    amount = _in_base(event, "amount", terms)
    card = _card(event, terms)
    interest = amount * card.annual_rate * Fraction(late, 365)
    return Day(service=round(card.late_fee + interest))


def _card(event: Event, terms: Terms) -> Card:
    """Find the rate card of the event's own day."""
    return terms.card(instants.day_of(event["occurred_at"]))


def _in_base(event: Event, name: str, terms: Terms) -> int:
    """Convert one money field at the event's day; an absent one is nothing."""
    if event[name] is None:
        return 0
    return terms.in_base(event[name], event["currency"], instants.day_of(event["occurred_at"]))
