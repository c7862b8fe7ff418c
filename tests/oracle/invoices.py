"""What a customer owes: open invoices, payments that met none, and what waiting costs."""

from bisect import insort
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from . import instants
from .currencies import DIGITS
from .fields import Event
from .invoice import Invoice, is_paid, minor, next_change, reminded
from .ledger import LATE, REMINDERS, Lines, by_invoice, days_late
from .money import Terms
from .orders import Happening
from .records import PAYMENTS, PURCHASES

Booked = tuple[int, str, int]
"""A day, a line, and what is booked there."""
ANY: Final = ("", "any")
"""The name under which credit waits for any invoice."""
SUM: Final = ("", "the rest")
"""The name of what many invoices were summed into."""
Name = str | tuple[str, str]


@dataclass(frozen=True)
class Credit:
    """A payment, or the worth of a return."""

    occurred_at: int
    order: int
    name: Name
    amount: Fraction
    currency: str
    late: bool = False
    back: bool = False

    def age(self) -> tuple[int, int]:
        """Say what comes first: by time, then by the order applied."""
        return self.occurred_at, self.order


@dataclass
class Invoices:
    """The open invoices, those paid not long ago, and the credits kept until theirs is opened."""

    open: dict[Name, Invoice] = field(default_factory=dict)
    paid: dict[Name, tuple[Invoice, int]] = field(default_factory=dict)
    """With what reminding of each has cost."""
    kept: list[Credit] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    """What the event at hand books."""

    def take(self, its: Happening, order: int, today: int, terms: Terms) -> list[Booked]:
        """Let an event open, raise or pay an invoice; list what that books."""
        self.booked = []
        if terms.invoices is None or its.topic not in {PURCHASES, PAYMENTS}:
            return []
        self._forget(today, terms)
        self._happen(its, order, terms)
        self._sum_up(terms)
        self._forget(today, terms)
        while len(self.paid) > terms.invoices["open_max"]:
            del self.paid[min(self.paid, key=self._paid_first)]
        while len(self.kept) > terms.invoices["unmatched_max"]:
            del self.kept[0]
        return self.booked

    def _happen(self, its: Happening, order: int, terms: Terms) -> None:
        topic, event = its.topic, its.event
        if event.get("type") == "cancel":
            return
        asked = _asked(event)
        if its.void:
            self._nullify(event, order, terms)
        elif topic == PAYMENTS and event["status"] == "reversed":
            if asked:
                self._reverse(event, order, terms)
        elif topic == PURCHASES and event["type"] == "sale":
            if event["invoice_id"] is not None and event["due_at"] is not None and asked:
                self._sell(event, order, terms)
        elif event.get("status") != "failed" and event["invoice_id"] is not None and asked:
            self._pay(topic, event, order, terms)

    def _nullify(self, event: Event, order: int, terms: Terms) -> None:
        """Know an invoice of a cancelled sale as one that asks for nothing: it is paid.

        What comes for it is credit. Where something else is on the invoice, that stays as it is.
        """
        name, when, on_credit = event["invoice_id"], event["occurred_at"], event["due_at"]
        if event["type"] != "sale" or name is None or on_credit is None or not _asked(event):
            return
        if not by_invoice(terms):
            return
        known = self.paid[name][0] if name in self.paid else self.open.get(name)
        if known is None:
            known = Invoice(event["currency"], max(on_credit, when), paid_until=when)
            self.paid[name] = known, 0
        elif not known.reversals:
            return
        known.reversals = []
        self._use_up(name, float("-inf"), order, terms)

    def _paid_first(self, name: Name) -> tuple[int, int]:
        invoice = self.paid[name][0]
        return invoice.paid_until or 0, invoice.due

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
        dues = [next_change(invoice, as_of, terms) for invoice in self.open.values()]
        dues += [
            instants.midnight(since)
            for since in terms.card_days
            if since > today
            and any(its.days_over(instants.midnight(since)) >= 1 for its in self.open.values())
        ]
        return [due for due in dues if due is not None]

    def _reopened(self, name: Name) -> Invoice | None:
        """Find an invoice; one that is paid opens, and its reminders count day by day again."""
        if name in self.paid:
            invoice, reminders = self.paid.pop(name)
            self.booked.append((instants.day_of(invoice.paid_until or 0), REMINDERS, -reminders))
            self.open[name] = invoice
            if not invoice.amount:
                invoice.paid_until = None
        return self.open.get(name)

    def _sell(self, event: Event, order: int, terms: Terms) -> None:
        """Open an invoice, or add to one, and pay it with what was kept for it."""
        name, when, currency = event["invoice_id"], event["occurred_at"], event["currency"]
        due = max(event["due_at"], when)
        invoice = self._reopened(name)
        if invoice is None:
            invoice = self.open.setdefault(name, Invoice(currency, due))
        elif invoice.reversals or not invoice.amount:
            # only reversals told of it, or sales that never were: this one knows better
            invoice.due, invoice.amount, invoice.base_amount = due, 0, 0
        invoice.reversals = []
        amount = minor(_asked(event), currency, invoice, when, terms)
        invoice.amount += amount
        invoice.remaining += amount
        invoice.base_amount += terms.in_base(_asked(event), currency, instants.day_of(when))
        invoice.due = max(invoice.due, due)
        self._close(name, terms)
        self._use_up(name, float("-inf"), order, terms)

    def _reverse(self, event: Event, order: int, terms: Terms) -> None:
        """Ask again for what a payment paid that was taken back."""
        name, when, currency = event["invoice_id"], event["occurred_at"], event["currency"]
        invoice = self._reopened(name)
        is_new = invoice is None
        if invoice is None:
            invoice = self.open.setdefault(name, Invoice(currency, event["due_at"]))
        amount = minor(event["amount"], currency, invoice, when, terms)
        invoice.remaining += amount
        if not is_new and not invoice.amount:
            invoice.due = event["due_at"]
            invoice.amount = amount
            invoice.base_amount = terms.in_base(event["amount"], currency, instants.day_of(when))
        elif is_new or invoice.reversals:
            invoice.reversals.append(when)
            invoice.amount += amount
            invoice.base_amount += terms.in_base(event["amount"], currency, instants.day_of(when))
            invoice.due = max(invoice.due, event["due_at"])
        self._close(name, terms)
        self._use_up(name, min(invoice.reversals, default=float("-inf")), order, terms)

    def _pay(self, topic: str, event: Event, order: int, terms: Terms) -> None:
        """Pay something on an invoice, or keep it."""
        name, when = event["invoice_id"], event["occurred_at"]
        late = topic == PAYMENTS and (days_late(event, terms) or 0) > 0 and by_invoice(terms)
        credit = Credit(
            when, order, name, event["amount"], event["currency"], late, topic == PURCHASES
        )
        if topic == PURCHASES:
            credit = replace(credit, amount=_asked(event))
        invoice = self.paid[name][0] if name in self.paid else self.open.get(name)
        if late:
            before = [its.occurred_at for its in self.kept if its.name == name and its.late]
            self._charge(when, before + (invoice.late if invoice else []), terms)
        if invoice is None and SUM in self.open:
            self._credit(SUM, credit, terms)
        elif invoice is None or (invoice.reversals and when <= min(invoice.reversals)):
            insort(self.kept, credit, key=Credit.age)
        else:
            self._credit(name, credit, terms)

    def _charge(self, when: int, before: list[int], terms: Terms) -> None:
        """Book the fee of an invoice on the day of its first late payment, and on no other."""
        fees = [min([when, *before])] if not before or when < min(before) else []
        gone = [min(before)] if before and fees else []
        for made, sign in [(made, -1) for made in gone] + [(made, 1) for made in fees]:
            day = instants.day_of(made)
            self.booked.append((day, LATE, sign * terms.card(day).late_fee))

    def _use_up(self, name: str, after: float, order: int, terms: Terms) -> None:
        """Pay an invoice with what was kept for it, then any with what was kept for any."""
        for credit in list(self.kept):
            if credit.name == name and credit.occurred_at > after:
                if name not in self.open and not by_invoice(terms):
                    break
                self.kept.remove(credit)
                self._credit(name, replace(credit, order=order), terms)
        for credit in list(self.kept):
            if credit.name == ANY and self.open:
                self.kept.remove(credit)
                self._credit(self._oldest(), replace(credit, order=order), terms)

    def _oldest(self) -> Name:
        return min(self.open, key=lambda name: self.open[name].due)

    def _credit(self, name: Name, credit: Credit, terms: Terms) -> None:
        """Pay something on an invoice; what it does not need goes to the oldest that is open."""
        when = credit.occurred_at
        invoice = self.paid[name][0] if name in self.paid else self.open[name]
        amount = minor(credit.amount, credit.currency, invoice, when, terms)
        over = max(0, amount - invoice.remaining)
        invoice.late += [when] * credit.late
        if name in self.paid:
            invoice.remaining -= amount - over
        else:
            invoice.remaining -= amount - over
            paid = when if invoice.paid_until is None else max(invoice.paid_until, when)
            invoice.paid_until = paid
            self._close(name, terms)
        if not over or credit.back or not by_invoice(terms):
            return
        unit: int = 10 ** DIGITS[invoice.currency]
        left = replace(
            credit, name=ANY, amount=Fraction(over, unit), currency=invoice.currency, late=False
        )
        if self.open:
            self._credit(self._oldest(), left, terms)
        else:
            insort(self.kept, left, key=Credit.age)

    def _close(self, name: Name, terms: Terms) -> None:
        """Close an invoice of which nothing is left, or too little to ask for."""
        invoice = self.open[name]
        if invoice.paid_until is None or not is_paid(invoice, terms):
            return
        del self.open[name]
        day = instants.day_of(invoice.paid_until)
        reminders = reminded(invoice.days_over(invoice.paid_until), terms.card(day))
        self.booked.append((day, REMINDERS, reminders))
        if by_invoice(terms) and name != SUM:
            self.paid[name] = invoice, reminders

    def _sum_up(self, terms: Terms) -> None:
        """Sum up those due last that there is no room for."""
        room = terms.invoices["open_max"] if terms.invoices is not None else 0
        if len(self.open) <= room:
            return
        apart = sorted(
            (name for name in self.open if name != SUM), key=lambda name: self.open[name].due
        )
        for name in apart[room:]:
            gone = self.open.pop(name)
            owed = round(Fraction(gone.base_amount * gone.remaining, gone.amount))
            if SUM not in self.open and owed <= 0:
                continue
            rest = self.open.setdefault(SUM, Invoice(terms.base, gone.due))
            rest.due = min(rest.due, gone.due)
            rest.amount, rest.remaining = rest.amount + owed, rest.remaining + owed
            rest.base_amount += owed

    def _forget(self, today: int, terms: Terms) -> None:
        """Forget what was paid too many days ago."""
        days = terms.invoices["paid_days"] if terms.invoices is not None else None
        for name, (invoice, _) in list(self.paid.items()):
            if days is None or today - instants.day_of(invoice.paid_until or 0) >= days:
                del self.paid[name]


def _asked(event: Event) -> Fraction:
    """Tell what an invoice asks for, or is given: with tax, where that is told."""
    gross = event.get("gross_amount")
    asked: Fraction = event["amount"] if gross is None else gross
    return asked
