"""What a customer owes: open invoices, payments that met none, and what waiting costs."""

from bisect import insort
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from . import instants
from .currencies import DIGITS
from .fields import Event
from .ledger import LATE, REMINDERS, Lines
from .money import Card, Terms
from .records import PAYMENTS, PURCHASES


@dataclass
class Invoice:
    """An invoice that is not paid yet; amounts in minor units of its own currency."""

    currency: str
    due: int
    amount: int = 0
    remaining: int = 0
    base_amount: int = 0
    """The revenue it was booked as, in base minor units."""
    paid_until: int | None = None
    """When the latest of what was paid on it was paid."""

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


class Credit(NamedTuple):
    """A payment, or the worth of a return; they come by time, then by the order applied."""

    occurred_at: int
    order: int
    invoice_id: str
    amount: Fraction
    currency: str


class Closing(NamedTuple):
    """The reminders of an invoice that is paid, to be booked on a day."""

    day: int
    reminders: int


@dataclass
class Invoices:
    """The open invoices in the order opened, and the credits kept until theirs is opened."""

    open: dict[str, Invoice] = field(default_factory=dict)
    kept: list[Credit] = field(default_factory=list)

    def take(
        self, topic: str, event: Event, base_amount: int, order: int, terms: Terms
    ) -> list[Closing]:
        """Let an event open, raise or pay an invoice; name what closed by it."""
        if terms.invoices is None or topic not in {PURCHASES, PAYMENTS}:
            return []
        closings: list[Closing] = []
        if topic == PURCHASES and event["type"] == "sale":
            if _on_credit(event):
                closings = self._sell(event, base_amount, terms)
        elif _pays(topic, event):
            closings = self._credit(_credit_of(event, order), terms)
        while len(self.kept) > terms.invoices["unmatched_max"]:
            del self.kept[0]
        while len(self.open) > terms.invoices["open_max"]:
            del self.open[min(self.open, key=lambda name: self.open[name].due)]
        return closings

    def cost(self, as_of: int, terms: Terms) -> Lines:
        """Reckon what all that is overdue costs by now."""
        card = terms.card(instants.day_of(as_of))
        lines = Lines()
        for invoice in self.open.values():
            lines.update(invoice.cost(invoice.days_over(as_of), card, terms))
        return lines

    def is_late(self, as_of: int) -> bool:
        """Tell whether one is open a whole day or more after it was due."""
        return any(invoice.days_over(as_of) >= 1 for invoice in self.open.values())

    def lateness_begins(self, as_of: int) -> list[int]:
        """List the instants to come at which one will have been due for a whole day."""
        late = [invoice.due + instants.DAY for invoice in self.open.values()]
        return [instant for instant in late if instant > as_of]

    def dues(self, as_of: int, terms: Terms) -> list[int]:
        """List the instants at which waiting will cost something else than now."""
        today = instants.day_of(as_of)
        dues = [_next_change(invoice, as_of, terms) for invoice in self.open.values()]
        dues += [
            instants.midnight(since)
            for since in terms.card_days
            if since > today
            and any(its.days_over(instants.midnight(since)) >= 1 for its in self.open.values())
        ]
        return [due for due in dues if due is not None]

    def _sell(self, event: Event, base_amount: int, terms: Terms) -> list[Closing]:
        """Open an invoice, or add to one, and pay it with what was kept for it."""
        name, due = event["invoice_id"], event["due_at"]
        invoice = self.open.setdefault(name, Invoice(event["currency"], due))
        amount = _minor(event["amount"], event["currency"], invoice, event["occurred_at"], terms)
        invoice.amount += amount
        invoice.remaining += amount
        invoice.base_amount += base_amount
        invoice.due = max(invoice.due, due)
        for credit in [credit for credit in self.kept if credit.invoice_id == name]:
            self.kept.remove(credit)
            closings = self._credit(credit, terms)
            if closings:
                return closings
        return []

    def _credit(self, credit: Credit, terms: Terms) -> list[Closing]:
        """Pay something on an invoice, or keep it."""
        invoice = self.open.get(credit.invoice_id)
        if invoice is None:
            insort(self.kept, credit)
            return []
        when = credit.occurred_at
        invoice.remaining -= _minor(credit.amount, credit.currency, invoice, when, terms)
        paid = when if invoice.paid_until is None else max(invoice.paid_until, when)
        invoice.paid_until = paid
        if invoice.remaining > 0:
            return []
        del self.open[credit.invoice_id]
        day = instants.day_of(paid)
        return [Closing(day, reminded(invoice.days_over(paid), terms.card(day)))]


def reminded(days: int, card: Card) -> int:
    """Reckon what the reminders sent within so many days after the due time cost."""
    return sum(cost for after, cost in card.reminders if after <= days)


def _on_credit(sale: Event) -> bool:
    """Tell whether a sale leaves something to be paid."""
    named = sale["invoice_id"] is not None and sale["due_at"] is not None
    return named and sale["amount"] > 0


def _pays(topic: str, event: Event) -> bool:
    """Tell whether a payment or a return takes something off an invoice."""
    if topic == PAYMENTS and event["status"] == "failed":
        return False
    return event["invoice_id"] is not None and event["amount"] > 0


def _credit_of(event: Event, order: int) -> Credit:
    names = ("invoice_id", "amount", "currency")
    return Credit(event["occurred_at"], order, *(event[name] for name in names))


def _minor(amount: Fraction, currency: str, invoice: Invoice, when: int, terms: Terms) -> int:
    """Convert an amount to the invoice's currency at its own day's rates."""
    day, rate = instants.day_of(when), Fraction(1)
    if currency != invoice.currency:
        rate = terms.any_rate(currency, day) / terms.any_rate(invoice.currency, day)
    unit: int = 10 ** DIGITS[invoice.currency]
    return round(amount * unit * rate)


def _next_change(invoice: Invoice, as_of: int, terms: Terms) -> int | None:
    """Find when an invoice, if it stays as it is, costs something else, by the card of that day."""
    days = invoice.days_over(as_of)
    now = invoice.cost(days, terms.card(instants.day_of(as_of)), terms)
    sent = [after for _, card in terms.cards for after, _ in card.reminders]
    for later in range(max(days, 0) + 1, max([terms.window_days, *sent]) + 1):
        due = invoice.due + later * instants.DAY
        if invoice.cost(later, terms.card(instants.day_of(due)), terms) != now:
            return due
    return None
