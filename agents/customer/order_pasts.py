"""What became of the invoices since a remembered order was on one, so that it can be cancelled.

A surplus pays other invoices, so they are kept together: how they were before, and what came since.
Without an order all of that happens once more, as it came, as if there had been room for all of it.
"""

from typing import Final

from agents.customer.invoices import Invoices
from agents.events.booking import InvoiceEntry
from agents.policy.compiled import Policy
from schemas.state.rows import InvoiceEventRow, InvoicePastRow

EVENTS_MAX: Final = 256
"""Of one customer; with more of them, the order of the first is remembered no longer."""
IS_BACK: Final = 1
IS_LATE: Final = 2
REVERSES: Final = 4
"""Flags of an event, as its entry has them."""


class InvoicePasts:
    """That of one customer."""

    __slots__ = ("_invoices", "row")

    def __init__(self, row: InvoicePastRow | None, invoices: Invoices) -> None:
        self.row, self._invoices = row, invoices

    def begin(self) -> None:
        """An order that is to be remembered is about to do something to an invoice."""
        if self.row is None:
            self.row = InvoicePastRow(self._invoices.copied(), [])

    def note(
        self, entry: InvoiceEntry, at_us: int, as_of_us: int, day: int, order: bytes, policy: Policy
    ) -> None:
        """An event did something to an invoice just now."""
        past = self.row
        if past is None:
            return
        event = _row(entry, at_us, day, order, self._invoices.booked)
        past.events.append(event)
        left = _without_resold(past.events)
        if len(left) < len(past.events):
            self._happen_again(past, left, as_of_us, day, policy)

    def crowded(self) -> bytes | None:
        """The order that is to be settled, as too much would have to be kept; None: none is."""
        if self.row is None or len(self.row.events) <= EVENTS_MAX:
            return None
        return self.row.events[0].order

    def settle(self, order: bytes, policy: Policy) -> None:
        """An order is remembered no more; what came before all others has happened for good."""
        past = self.row
        if past is None:
            return
        for event in past.events:
            if event.order == order:
                event.order = b""
        ours = [at for at, event in enumerate(past.events) if event.order]
        if not ours:
            self.row = None
        elif ours[0]:
            before = self._invoices.alone(past.before)
            for event in past.events[: ours[0]]:
                before.take(_entry(event), event.at_us, event.day, policy)
            past.before, past.events = before.copied(), past.events[ours[0] :]

    def undo(self, order: bytes, as_of_us: int, day: int, policy: Policy) -> None:
        """An order never was: of its sales it is known that their invoices ask for nothing."""
        past = self.row
        if past is None or all(event.order != order for event in past.events):
            return
        left = [event for event in past.events if event.order != order or _sells(event)]
        for event in left:
            if event.order == order:
                event.amount = event.base_amount = 0
        self._happen_again(past, _without_resold(left), as_of_us, day, policy)
        self.settle(b"", policy)

    def _happen_again(
        self,
        past: InvoicePastRow,
        left: list[InvoiceEventRow],
        as_of_us: int,
        day: int,
        policy: Policy,
    ) -> None:
        """Lets some of the events happen instead of all."""
        for event in past.events:
            self._invoices.book_costs(event.booked, day, policy, -1)
        again = self._invoices.alone(past.before)
        past.before, past.events = again.copied(), left
        for event in left:
            again.take(_entry(event), event.at_us, event.day, policy)
            event.booked = again.booked
            self._invoices.book_costs(event.booked, day, policy)
        self._invoices.become(again)
        self._invoices.weigh(as_of_us, policy)


def _without_resold(events: list[InvoiceEventRow]) -> list[InvoiceEventRow]:
    """Events but for cancelled sales whose invoice is asked for by a later one."""
    last = {event.key: at for at, event in enumerate(events) if _sells(event) and event.amount}
    return [
        event for at, event in enumerate(events) if event.amount or at > last.get(event.key, -1)
    ]


def _sells(event: InvoiceEventRow) -> bool:
    return event.due_us is not None and not event.flags & REVERSES


def _row(
    entry: InvoiceEntry, at_us: int, day: int, order: bytes, booked: list[int]
) -> InvoiceEventRow:
    flags = IS_BACK * entry.is_back + IS_LATE * entry.is_late + REVERSES * entry.reverses
    return InvoiceEventRow(
        entry.key,
        at_us,
        day,
        entry.currency,
        entry.amount,
        entry.base_amount,
        entry.due_us,
        flags,
        order,
        booked,
    )


def _entry(event: InvoiceEventRow) -> InvoiceEntry:
    return InvoiceEntry(
        event.key,
        event.currency,
        event.amount,
        event.base_amount,
        event.due_us,
        bool(event.flags & IS_BACK),
        bool(event.flags & IS_LATE),
        bool(event.flags & REVERSES),
    )
