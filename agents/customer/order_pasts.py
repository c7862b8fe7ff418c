"""What became of invoices with a remembered order on them, so that the order can leave no trace.

Of such an invoice it is kept how it was before and what came since. Without an order the rest of
that happens once more, as if there had been room for all of it.
"""

from typing import Final

from msgspec.structs import replace

from agents.customer.invoices import Closing, Invoices
from agents.events.booking import InvoiceEntry
from agents.policy.compiled import Policy
from schemas.state.rows import InvoiceEventRow, InvoicePastRow

EVENTS_MAX: Final = 64
"""Of one invoice; with more of them, its orders are remembered no longer."""
INVOICES_MAX: Final = 64
"""Of one customer; with more, the orders on the one that was met first are not."""


class InvoicePasts:
    """Those of one customer."""

    __slots__ = ("_invoices", "rows")

    def __init__(self, rows: list[InvoicePastRow], invoices: Invoices) -> None:
        self.rows, self._invoices = rows, invoices

    def find(self, key: bytes) -> InvoicePastRow | None:
        """That of an invoice; None: no remembered order is on it."""
        for past in self.rows:
            if past.key == key:
                return past
        return None

    def begin(self, key: bytes) -> None:
        """An order that is to be remembered is about to do something to an invoice."""
        if self.find(key) is None:
            invoice, unmatched = self._invoices.state_of(key)
            self.rows.append(InvoicePastRow(key, invoice, unmatched, [], []))

    def note(self, entry: InvoiceEntry, at_us: int, order: bytes) -> None:
        """An event did something to an invoice just now."""
        past = self.find(entry.key)
        if past is None:
            return
        past.events.append(
            InvoiceEventRow(
                at_us, entry.currency, entry.amount, entry.base_amount, entry.due_us, order
            )
        )
        if self._invoices.closed is not None:
            past.closings.append(self._invoices.closed)

    def crowded(self) -> list[bytes]:
        """The orders on invoices of which too much would have to be kept."""
        many = [past for past in self.rows if len(past.events) > EVENTS_MAX]
        if len(self.rows) > INVOICES_MAX:
            many.append(self.rows[0])
        return [event.order for past in many for event in past.events if event.order]

    def settle(self, order: bytes) -> None:
        """An order is remembered no more."""
        for past in self.rows:
            for event in past.events:
                if event.order == order:
                    event.order = b""
        self.rows = [past for past in self.rows if any(event.order for event in past.events)]

    def undo(self, order: bytes, as_of_us: int, day: int, policy: Policy) -> None:
        """An order never was."""
        for past in self.rows:
            left = [event for event in past.events if event.order != order]
            if len(left) == len(past.events):
                continue
            for closing in past.closings:
                self._invoices.book_reminders(closing, day, policy, -1)
            past.events = left
            past.closings = self._again(past, policy)
            for closing in past.closings:
                self._invoices.book_reminders(closing, day, policy)
        self.rows = [past for past in self.rows if any(event.order for event in past.events)]
        self._invoices.weigh(as_of_us, policy)

    def _again(self, past: InvoicePastRow, policy: Policy) -> list[Closing]:
        """Lets the events of an invoice happen to it once more; what closed, and with what cost."""
        invoice = None if past.invoice is None else replace(past.invoice)
        alone = self._invoices.alone(invoice, bytearray(past.unmatched))
        closings: list[Closing] = []
        for event in past.events:
            entry = InvoiceEntry(
                past.key, event.currency, event.amount, event.base_amount, event.due_us
            )
            closing = alone.take(entry, event.at_us, policy)
            if closing is not None:
                closings.append(closing)
        self._invoices.put_back(past.key, alone, policy)
        return closings
