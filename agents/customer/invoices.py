"""Open invoices: what is owed, what waiting for it costs by now, and when that changes.

A sale on credit opens an invoice; payments and returns that name it take from it, in parts too. As
long as it is open and past due its interest and its reminders count as they stand, in full. When it
is paid they do no more: the interest of what was paid is in the payment's own cost (contract,
section 4), so that an invoice paid late and whole has cost the same in the end.
"""

from operator import attrgetter
from typing import Final

from msgspec.structs import replace

from agents.customer.credits import Credit, Credits
from agents.customer.part import Part
from agents.customer.worth import Worth
from agents.events.booking import Booking, InvoiceEntry
from agents.events.cells import cells_of
from agents.events.payments import DAYS_A_YEAR, late_cost
from agents.policy.compiled import Policy
from agents.policy.rates import Costs
from schemas.base.money import half_even
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.base.value_lines import REMINDERS
from schemas.state.rows import LARGEST, InvoiceRow, InvoicesRow

_due: Final = attrgetter("due_us")
Closing = tuple[int, int]
"""Of an invoice that closed: the day, and what its reminders cost."""


class Invoices(Part):
    """The open invoices of one customer, and payments whose invoice is not known yet."""

    __slots__ = (
        "_worth",
        "closed",
        "interest",
        "next_us",
        "open",
        "reminders",
        "unmatched",
        "written_off",
    )

    def __init__(self, row: InvoicesRow, worth: Worth) -> None:
        """As a stored row has them; `weigh` has to follow. `worth` takes what a closing costs."""
        self.open = row.open
        self.unmatched = Credits(row.unmatched)
        self.written_off = 0
        """Invoices given up for want of room since somebody asked last."""
        self._worth = worth
        self.closed: Closing | None = None
        """What closed with the event that was booked last; None: nothing."""
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
        """A sale on credit or a payment: what is open changes, and what waiting costs."""
        if event.invoice is None:
            return
        closing = self.closed = self.take(event.invoice, event.at_us, policy)
        if closing is not None:
            self.book_reminders(closing, day, policy)
        self.weigh(as_of_us, policy)

    def book_reminders(self, closing: Closing, day: int, policy: Policy, sign: int = 1) -> None:
        """Books what reminding of a closed invoice cost on the day of its closing; -1: back."""
        closed_day, cost = closing
        if cost:
            self._worth.add(cells_of(closed_day, [REMINDERS, sign * cost]), day, policy)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Waiting costs more."""
        if self.next_us <= as_of_us:
            self.weigh(as_of_us, policy)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """There may be less room now, or nobody who asks."""
        rules = policy.invoices
        if rules is None:
            self.open.clear()
            self.unmatched.cap(0)
        else:
            self._write_off(rules.open_max)
            self.unmatched.cap(rules.unmatched_max)
        self.weigh(as_of_us, policy)

    def next_due_us(self, day: int, policy: Policy) -> int:
        """When waiting costs more."""
        return self.next_us

    def row(self, policy: Policy) -> InvoicesRow:
        """As they are."""
        return InvoicesRow(self.open, self.unmatched.entries)

    def take(self, entry: InvoiceEntry, at_us: int, policy: Policy) -> Closing | None:
        """What a sale or a payment does; the invoice that closed with it."""
        rules = policy.invoices
        assert rules is not None
        invoice = self._find(entry.key)
        if entry.due_us is None:
            credit = Credit(at_us, entry.amount, entry.key, entry.currency)
            if invoice is not None:
                return self._credit(invoice, credit, policy)
            self.unmatched.add(credit)
            self.unmatched.cap(rules.unmatched_max)
            return None
        if invoice is None:
            invoice = _opened(entry)
            self.open.append(invoice)
        else:
            _add(invoice, entry, at_us // DAY_US, policy)
        closing = self._match(invoice, policy)
        self.written_off += self._write_off(rules.open_max)
        return closing

    def state_of(self, key: bytes) -> tuple[InvoiceRow | None, bytearray]:
        """An invoice as it is, if it is open, and the payments that wait for it."""
        invoice = self._find(key)
        return None if invoice is None else replace(invoice), self.unmatched.of(key)

    def alone(self, invoice: InvoiceRow | None, unmatched: bytearray) -> "Invoices":
        """The invoices of a customer that has no other one."""
        row = InvoicesRow([] if invoice is None else [invoice], unmatched)
        return Invoices(row, self._worth)

    def put_back(self, key: bytes, other: "Invoices", policy: Policy) -> None:
        """An invoice becomes what it is among others, and so do the payments that wait for it."""
        rules = policy.invoices
        assert rules is not None
        self.open = [invoice for invoice in self.open if invoice.key != key] + other.open
        self.unmatched.take_all(key)
        for credit in other.unmatched.all():
            self.unmatched.add(credit)
        self.unmatched.cap(rules.unmatched_max)
        self.written_off += self._write_off(rules.open_max)

    def _find(self, key: bytes) -> InvoiceRow | None:
        for invoice in self.open:
            if invoice.key == key:
                return invoice
        return None

    def _match(self, invoice: InvoiceRow, policy: Policy) -> Closing | None:
        """Takes from an invoice what was paid before it was known."""
        closing = None
        while closing is None and (credit := self.unmatched.take_next(invoice.key)) is not None:
            closing = self._credit(invoice, credit, policy)
        return closing

    def _credit(self, invoice: InvoiceRow, credit: Credit, policy: Policy) -> Closing | None:
        day = credit.at_us // DAY_US
        invoice.remaining -= _converted(
            credit.amount, credit.currency, invoice.currency, day, policy
        )
        until = invoice.paid_until_us
        invoice.paid_until_us = credit.at_us if until is None else max(until, credit.at_us)
        if invoice.remaining > 0:
            return None
        self.open.remove(invoice)
        paid_us = invoice.paid_until_us
        costs = policy.cards.at(paid_us // DAY_US)
        return paid_us // DAY_US, _reminders((paid_us - invoice.due_us) // DAY_US, costs)

    def _write_off(self, open_max: int) -> int:
        """Gives up those that are too many, the longest due first, or too large to be kept."""
        kept = [
            invoice for invoice in self.open if invoice.base_amount <= LARGEST >= invoice.amount
        ]
        written_off = len(self.open) - len(kept)
        self.open = kept
        while len(self.open) > open_max:
            self.open.remove(min(self.open, key=_due))
            written_off += 1
        return written_off

    def weigh(self, at_us: int, policy: Policy) -> None:
        """Reckons what waiting costs at `at_us`, and when that changes next."""
        self.interest = self.reminders = 0
        self.next_us = NO_DUE_US
        if not self.open:
            return
        costs = policy.cards.at(at_us // DAY_US)
        for invoice in self.open:
            days = (at_us - invoice.due_us) // DAY_US
            if days > 0:
                self.interest += _interest(invoice, min(days, policy.window_days), costs)
                self.reminders += _reminders(days, costs)
        self.next_us = self._next_change(at_us, costs, policy)

    def _next_change(self, at_us: int, costs: Costs, policy: Policy) -> int:
        """When waiting costs more; or another card reckons it, where something is past due."""
        for card_day, next_costs in policy.cards.after(at_us // DAY_US):
            card_us = day_start(card_day)
            grows_us = self._growth_us(at_us, costs, policy)
            if grows_us < card_us:
                return grows_us
            if any(card_us - invoice.due_us >= DAY_US for invoice in self.open):
                return card_us
            at_us, costs = card_us, next_costs
        return self._growth_us(at_us, costs, policy)

    def _growth_us(self, at_us: int, costs: Costs, policy: Policy) -> int:
        """When waiting costs more by one card."""
        next_us = NO_DUE_US
        for invoice in self.open:
            days = max((at_us - invoice.due_us) // DAY_US, 0)
            grows = _next_growth(invoice, days, policy.window_days, costs)
            if grows is not None:
                next_us = min(next_us, invoice.due_us + grows * DAY_US)
        return next_us


def _opened(entry: InvoiceEntry) -> InvoiceRow:
    """The invoice of a first sale."""
    assert entry.due_us is not None
    amount = entry.amount
    return InvoiceRow(
        entry.key, entry.currency, amount, amount, entry.base_amount, entry.due_us, None
    )


def _add(invoice: InvoiceRow, entry: InvoiceEntry, day: int, policy: Policy) -> None:
    """Another sale on the same invoice."""
    assert entry.due_us is not None
    more = _converted(entry.amount, entry.currency, invoice.currency, day, policy)
    invoice.amount += more
    invoice.remaining += more
    invoice.base_amount += entry.base_amount
    invoice.due_us = max(invoice.due_us, entry.due_us)


def _converted(amount: int, currency: str, into: str, day: int, policy: Policy) -> int:
    """Minor units of one currency in those of another, at a day's rates; rounded once."""
    if currency == into:
        return amount
    here, there = policy.rates.ratio(currency, day), policy.rates.ratio(into, day)
    if here is None or there is None or there[0] == 0:
        # only where a changed policy took a currency's rates away
        return amount
    return half_even(amount * here[0] * there[1], here[1] * there[0])


def _owed(invoice: InvoiceRow) -> int:
    """What is left to be paid, in the base currency at the rate of its sale."""
    return half_even(invoice.base_amount * invoice.remaining, invoice.amount)


def _interest(invoice: InvoiceRow, days: int, costs: Costs) -> int:
    return late_cost(_owed(invoice), days, costs) - costs.late_fee


def _reminders(days: int, costs: Costs) -> int:
    return sum(cost for after_days, cost in costs.reminders if after_days <= days)


def _next_growth(invoice: InvoiceRow, days: int, window_days: int, costs: Costs) -> int | None:
    """The first number of days past due, above `days`, at which waiting costs more."""
    steps = [after_days for after_days, cost in costs.reminders if after_days > days and cost]
    rate, whole = costs.late_annual_rate
    slope, per_unit = _owed(invoice) * rate, whole * DAYS_A_YEAR
    if slope > 0 and days < window_days:
        charged = late_cost(_owed(invoice), days, costs)
        # half_even goes from n to n + 1 above n + 1/2, and already there where n is odd
        halves = (2 * charged + 1 - 2 * costs.late_fee) * per_unit
        at_days, rest = divmod(halves, 2 * slope)
        if rest or charged % 2 == 0:
            at_days += 1
        if at_days <= window_days:
            steps.append(max(at_days, days + 1))
    return min(steps, default=None)
