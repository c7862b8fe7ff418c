"""Open invoices: what is owed, what waiting for it costs by now, and when that changes.

A sale on credit opens an invoice; payments and returns that name it take from it, in parts too, and
a payment that is taken back opens it again. As long as it is open and past due its interest and its
reminders count as they stand, in full. When it is paid they do no more: the interest of what was
paid is in the payment's own cost (contract, section 4), so that an invoice paid late and whole has
cost the same in the end. What its reminders cost is booked on the day of that payment.

With `invoices.paid_days` one that is paid is remembered for so long: what comes of it later finds
it as it was, its late payments cost one fee, and what was paid too much is credit for the next one.
The invoice of a sale that was cancelled asks for nothing: what was paid for it is such credit.
"""

from typing import Final

from msgspec.structs import replace

from agents.customer.account import (
    add_reversal,
    add_sale,
    by_due,
    converted,
    is_paid,
    is_void,
    opened,
    stated,
    void,
)
from agents.customer.credits import ANY_INVOICE, BEFORE_ALL_US, Credit, Credits
from agents.customer.part import Part
from agents.customer.room import REST, remembered, sum_up
from agents.customer.waiting import next_change_us, reminder_cost, waiting_cost
from agents.customer.worth import Worth
from agents.events.booking import Booking, InvoiceEntry
from agents.events.cells import cells_of
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, NO_DUE_US
from schemas.base.value_lines import LATE_PAYMENT, REMINDERS
from schemas.state.rows import LARGEST, InvoiceRow, InvoicesRow

BOOKED: Final = 3
"""A day, a line and a cost are so many numbers."""


class Invoices(Part):
    """The invoices of one customer, and payments whose invoice is not known yet."""

    __slots__ = (
        "_worth",
        "booked",
        "interest",
        "next_us",
        "open",
        "paid",
        "reminders",
        "summed_up",
        "unmatched",
    )

    def __init__(self, row: InvoicesRow, worth: Worth) -> None:
        """As a stored row has them; `weigh` has to follow. `worth` takes what is booked on days."""
        self.open = [its for its in row.known if its.closing_cost is None]
        self.paid = [its for its in row.known if its.closing_cost is not None]
        """Those that are remembered."""
        self.unmatched = Credits(row.unmatched)
        self.summed_up = 0
        """Invoices that went into the rest for want of room since somebody asked last."""
        self._worth = worth
        self.booked: list[int] = []
        """What the event booked that was taken last: a day, a line, a cost, and so on."""
        self.interest = 0
        """Interest of what is past due, as it stands."""
        self.reminders = 0
        """Reminders of what is past due and not paid, as they stand."""
        self.next_us = NO_DUE_US
        """When either changes with no event."""

    @property
    def cost(self) -> int:
        """What waiting for them costs, as it stands."""
        return self.interest + self.reminders

    def is_late(self, at_us: int) -> bool:
        """Whether one is open a whole day or more after it was due."""
        return any(at_us - invoice.due_us >= DAY_US for invoice in self.open)

    def next_late_us(self, at_us: int) -> int:
        """When the next one will have been due for a whole day; NO_DUE_US: none is on time."""
        late = [invoice.due_us + DAY_US for invoice in self.open]
        return min([late_us for late_us in late if late_us > at_us], default=NO_DUE_US)

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A sale on credit, a payment or a reversal: what is open changes, and what waiting costs.

        A payment before its sale, or a reversal before its payment, leads to the same.
        """
        if event.invoice is None:
            return
        self.take(event.invoice, event.at_us, day, policy)
        self.book_costs(self.booked, day, policy)
        self.weigh(as_of_us, policy)

    def book_costs(self, booked: list[int], day: int, policy: Policy, sign: int = 1) -> None:
        """Books what taking an event booked, as `booked` has it; -1: takes it back."""
        for at in range(0, len(booked), BOOKED):
            on, line, cost = booked[at : at + BOOKED]
            self._worth.add(cells_of(on, [line, sign * cost]), day, policy)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Waiting costs more, and what was paid long ago is forgotten."""
        if self.paid:
            self.paid = remembered(self.paid, day, policy.invoices)
        if self.next_us <= as_of_us:
            self.weigh(as_of_us, policy)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """There may be less room now, or nobody who asks."""
        if policy.invoices is None:
            self.open.clear()
            self.paid.clear()
            self.unmatched.cap(0)
        else:
            self._keep_in_bounds(day, policy)
        self.weigh(as_of_us, policy)

    def next_due_us(self, day: int, policy: Policy) -> int:
        """When waiting costs more."""
        return self.next_us

    def row(self, policy: Policy) -> InvoicesRow:
        """As they are."""
        return InvoicesRow(self.open + self.paid, self.unmatched.entries)

    def weigh(self, at_us: int, policy: Policy) -> None:
        """Reckons what waiting costs at `at_us`, and when that changes next."""
        self.interest = self.reminders = 0
        self.next_us = NO_DUE_US
        if self.open:
            self.interest, self.reminders = waiting_cost(self.open, at_us, policy)
            self.next_us = next_change_us(self.open, at_us, policy)

    # what comes

    def take(self, entry: InvoiceEntry, at_us: int, day: int, policy: Policy) -> None:
        """What an event does that comes on a customer's day; its costs are in `booked` then."""
        self.booked = []
        self.paid = remembered(self.paid, day, policy.invoices)
        if entry.reverses:
            self._reverse(entry, at_us, policy)
        elif entry.due_us is None:
            self._pay(entry, at_us, policy)
        elif entry.amount:
            self._sell(entry, at_us, policy)
        else:
            self._void(entry, at_us, policy)
        self._keep_in_bounds(day, policy)

    def copied(self) -> InvoicesRow:
        """As they are, whatever happens to them later."""
        known = [replace(its) for its in self.open + self.paid]
        return InvoicesRow(known, bytearray(self.unmatched.entries))

    def alone(self, row: InvoicesRow) -> "Invoices":
        """Those of a row, to which something may happen with no trace here; it takes the row."""
        return Invoices(row, self._worth)

    def become(self, other: "Invoices") -> None:
        """Takes what another has."""
        self.open, self.paid, self.unmatched = other.open, other.paid, other.unmatched

    def _void(self, entry: InvoiceEntry, at_us: int, policy: Policy) -> None:
        """The sale was cancelled: its invoice asks for nothing, unless something else is on it."""
        rules = policy.invoices
        assert rules is not None
        if rules.paid_days is None:
            return
        invoice = self._find(entry.key)
        if invoice is None:
            invoice = void(entry, at_us)
            self.paid.append(invoice)
        elif invoice.reversed_us is None:
            return
        invoice.reversed_us = None
        self._match(invoice, BEFORE_ALL_US, policy)

    def _sell(self, entry: InvoiceEntry, at_us: int, policy: Policy) -> None:
        invoice = self._find(entry.key)
        if invoice is None:
            invoice = opened(entry)
            self.open.append(invoice)
        else:
            self._open_again(invoice, policy)
            add_sale(invoice, entry, at_us // DAY_US, policy)
        self._match(invoice, BEFORE_ALL_US, policy)

    def _reverse(self, entry: InvoiceEntry, at_us: int, policy: Policy) -> None:
        """What was paid is owed again; of an invoice that is not known, what the event says."""
        invoice = self._find(entry.key)
        if invoice is None:
            invoice = stated(entry, at_us)
            self.open.append(invoice)
        else:
            self._open_again(invoice, policy)
            add_reversal(invoice, entry, at_us, policy)
        # until its sale is known, what was paid before is taken for what paid for it
        after_us = BEFORE_ALL_US if invoice.reversed_us is None else invoice.reversed_us
        self._match(invoice, after_us, policy)

    def _pay(self, entry: InvoiceEntry, at_us: int, policy: Policy) -> None:
        """A payment, or goods that came back."""
        invoice = self._find(entry.key)
        if entry.is_late:
            self._charge(entry.key, invoice, at_us, policy)
        credit = Credit(
            at_us, entry.amount, entry.key, entry.currency, entry.is_late, entry.is_back
        )
        if invoice is None:
            # it may be one of those that are summed up
            invoice = self._find(REST)
        if invoice is None or (invoice.reversed_us is not None and at_us <= invoice.reversed_us):
            self.unmatched.add(credit)
        else:
            self._credit(invoice, credit, policy)

    def _find(self, key: bytes) -> InvoiceRow | None:
        for invoice in self.open:
            if invoice.key == key:
                return invoice
        for invoice in self.paid:
            if invoice.key == key:
                return invoice
        return None

    def _match(self, invoice: InvoiceRow, after_us: int, policy: Policy) -> None:
        """Takes from an invoice what was paid before it was known, and what is anybody's."""
        assert policy.invoices is not None
        if invoice.closing_cost is None:
            self._close_if_paid(invoice, policy)
        while invoice.closing_cost is None or policy.invoices.paid_days is not None:
            credit = self.unmatched.take_next(invoice.key, after_us)
            if credit is None:
                break
            self._credit(invoice, credit, policy)
        while self.open:
            credit = self.unmatched.take_next(ANY_INVOICE)
            if credit is None:
                break
            self._credit(min(self.open, key=by_due), credit, policy)

    def _credit(self, invoice: InvoiceRow, credit: Credit, policy: Policy) -> None:
        """Pays something on an invoice; what is too much pays the one that is due the longest."""
        rest = self._take_off(invoice, credit, policy)
        while rest is not None and self.open:
            rest = self._take_off(min(self.open, key=by_due), rest, policy)
        if rest is not None:
            self.unmatched.add(rest)

    def _take_off(self, invoice: InvoiceRow, credit: Credit, policy: Policy) -> Credit | None:
        """Takes a credit from one invoice; what is left of it, where that is anybody's."""
        rules, day = policy.invoices, credit.at_us // DAY_US
        assert rules is not None
        amount = converted(credit.amount, credit.currency, invoice.currency, day, policy)
        if credit.is_late:
            fee_us = invoice.fee_us
            invoice.fee_us = credit.at_us if fee_us is None else min(fee_us, credit.at_us)
        invoice.remaining -= amount
        if invoice.closing_cost is None:
            until = invoice.paid_until_us
            invoice.paid_until_us = credit.at_us if until is None else max(until, credit.at_us)
            self._close_if_paid(invoice, policy)
        too_much = -invoice.remaining
        if too_much <= 0:
            return None
        invoice.remaining = 0
        if rules.paid_days is None or credit.is_back:
            return None
        return Credit(credit.at_us, min(too_much, LARGEST), ANY_INVOICE, invoice.currency)

    # closing

    def _close_if_paid(self, invoice: InvoiceRow, policy: Policy) -> None:
        """An invoice that is paid costs no more; its reminders are booked as of its payment."""
        rules = policy.invoices
        assert rules is not None
        paid_us = invoice.paid_until_us
        if paid_us is None or not is_paid(invoice, rules.tolerance):
            return
        self.open.remove(invoice)
        days_late = (paid_us - invoice.due_us) // DAY_US
        invoice.closing_cost = reminder_cost(days_late, policy.cards.at(paid_us // DAY_US))
        self._book(paid_us, REMINDERS, invoice.closing_cost)
        if invoice.key != REST:
            self.paid.append(invoice)

    def _open_again(self, invoice: InvoiceRow, policy: Policy) -> None:
        """Takes back what was booked when an invoice was paid, if it was."""
        if invoice.closing_cost is None:
            return
        assert invoice.paid_until_us is not None
        self.paid.remove(invoice)
        self._book(invoice.paid_until_us, REMINDERS, -invoice.closing_cost)
        invoice.closing_cost = None
        if is_void(invoice):
            invoice.paid_until_us = None
        self.open.append(invoice)

    def _charge(self, key: bytes, invoice: InvoiceRow | None, at_us: int, policy: Policy) -> None:
        """The fee of an invoice that is paid late: one, on the day of its earliest late payment."""
        first_us = self.unmatched.first_late_us(key)
        if invoice is not None and invoice.fee_us is not None:
            first_us = invoice.fee_us if first_us is None else min(first_us, invoice.fee_us)
        if first_us is not None:
            if first_us <= at_us:
                return
            self._book(first_us, LATE_PAYMENT, -_fee_at(first_us, policy))
        self._book(at_us, LATE_PAYMENT, _fee_at(at_us, policy))

    def _book(self, at_us: int, line: int, cost: int) -> None:
        if cost:
            self.booked += [at_us // DAY_US, line, cost]

    def _keep_in_bounds(self, day: int, policy: Policy) -> None:
        rules = policy.invoices
        assert rules is not None
        self.summed_up += sum_up(self.open, rules.open_max, policy.base_currency)
        self.paid = remembered(self.paid, day, rules)
        self.unmatched.cap(rules.unmatched_max)


def _fee_at(at_us: int, policy: Policy) -> int:
    return policy.cards.at(at_us // DAY_US).late_fee
