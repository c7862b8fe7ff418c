"""One invoice: what is left of it, what waiting for it costs, and when that changes."""

from dataclasses import dataclass, field
from fractions import Fraction

from . import instants
from .currencies import DIGITS
from .ledger import LATE, REMINDERS, Lines
from .money import Card, Terms


@dataclass
class Invoice:
    """An invoice; amounts in minor units of its own currency."""

    currency: str
    due: int
    amount: int = 0
    remaining: int = 0
    base_amount: int = 0
    """What it was in base minor units."""
    paid_until: int | None = None
    """When the latest of what was paid on it was paid."""
    late: list[int] = field(default_factory=list)
    """When late payments were made, of those that it took."""
    reversals: list[int] = field(default_factory=list)
    """When payments were taken back, while nobody knows of a sale."""

    def days_over(self, instant: int) -> int:
        """Count the whole days from when it was due; negative while it is not."""
        return (instant - self.due) // instants.DAY

    def cost(self, days: int, card: Card, terms: Terms) -> Lines:
        """Reckon what it costs to have waited for it so many days after it was due."""
        if days < 1:
            return Lines()
        open_part = round(Fraction(self.base_amount * self.remaining, self.amount))
        year_share = Fraction(min(days, terms.window_days), 365)
        interest = round(card.late_fee + open_part * card.annual_rate * year_share) - card.late_fee
        return Lines({LATE: interest, REMINDERS: reminded(days, card)})


def reminded(days: int, card: Card) -> int:
    """Reckon what the reminders sent within so many days after the due time cost."""
    return sum(cost for after, cost in card.reminders if after <= days)


def is_paid(invoice: Invoice, terms: Terms) -> bool:
    """Tell whether nothing is left, or too little to ask for."""
    if invoice.remaining <= 0 or terms.tolerance is None:
        return invoice.remaining <= 0
    amount, share = terms.tolerance
    left = Fraction(invoice.remaining, invoice.amount)
    return left <= share or round(invoice.base_amount * left) <= amount


def minor(amount: Fraction, currency: str, invoice: Invoice, when: int, terms: Terms) -> int:
    """Convert an amount to the invoice's currency at its own day's rates."""
    day, rate = instants.day_of(when), Fraction(1)
    if currency != invoice.currency:
        rate = terms.any_rate(currency, day) / terms.any_rate(invoice.currency, day)
    unit: int = 10 ** DIGITS[invoice.currency]
    return round(amount * unit * rate)


def next_change(invoice: Invoice, as_of: int, terms: Terms) -> int | None:
    """Find when an invoice, if it stays as it is, costs something else, by the card of that day."""
    days = invoice.days_over(as_of)
    now = invoice.cost(days, terms.card(instants.day_of(as_of)), terms)
    sent = [after for _, card in terms.cards for after, _ in card.reminders]
    for later in range(max(days, 0) + 1, max([terms.window_days, *sent]) + 1):
        due = invoice.due + later * instants.DAY
        if invoice.cost(later, terms.card(instants.day_of(due)), terms) != now:
            return due
    return None
