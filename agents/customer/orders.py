"""The orders of one customer that may still be cancelled, and those that were.

Sums are taken back by what was booked. What no sum can give back (the first and the last purchase
day, the latest touch) is kept twice: with the remembered orders, and without them.
"""

from typing import Final

from msgspec.structs import replace

from agents.customer.invoices import Invoices
from agents.customer.master_data import MasterData
from agents.customer.order_pasts import InvoicePasts
from agents.customer.part import Part
from agents.customer.signal_state import SignalState
from agents.customer.touches import Touches
from agents.customer.worth import Worth
from agents.events.booking import Booking, Sale
from agents.events.cells import CELL, NOTHING, Cells, moved, narrowed
from agents.policy.compiled import OrderRules, Policy
from schemas.base.times import DAY_US, NO_DAY
from schemas.base.value_lines import FEES, GOODS, LINE_MASK, ORDERS, REVENUE
from schemas.state.rows import EntryRow, OrderRow, OrdersRow

ENTRIES_MAX: Final = 64
"""Of one order; with more of them it is remembered no longer."""
SELLS: Final = 1
TOUCHES: Final = 2
MEETS: Final = 4
KEPT: Final = 8
"""Flags of an entry: a sale; a touch; one that counts for contacts due; kept among the sales."""


class Orders(Part):
    """As many as the policy remembers; all others are settled for good."""

    __slots__ = (
        "_is_stale",
        "_remembered",
        "evicted_day",
        "has_bought",
        "kept",
        "last_us",
        "master",
        "met_us",
        "oldest_day",
        "pasts",
        "signals",
        "touches",
        "worth",
    )

    def __init__(
        self,
        row: OrdersRow | None,
        parts: tuple[Worth, SignalState, MasterData, Touches, Invoices],
        policy: Policy,
    ) -> None:
        """As a stored row has them; `parts` are those of the customer that book orders."""
        self.worth, self.signals, self.master, self.touches, invoices = parts
        self.kept: list[OrderRow] = []
        self.last_us: int | None = None
        self.met_us: int | None = None
        self.has_bought = False
        """These three as they are without the remembered orders, while there are some."""
        self.evicted_day: int | None = None
        """The latest day of an order that had to go early."""
        self.pasts = InvoicePasts([] if row is None else row.pasts, invoices)
        self._remembered = b""
        """The order by which the event at hand is remembered; empty: it is settled."""
        self._is_stale = False
        """Whether sales and touches have to be made anew once the event is booked."""
        if row is not None:
            self.kept = row.orders
            self.last_us, self.met_us, self.has_bought = row.last_us, row.met_us, row.has_bought
            self.evicted_day = row.evicted_day
            if self.kept:
                self.signals.settle()
                self._make_sales(policy)
        self._look_again()

    def row(self, policy: Policy) -> OrdersRow | None:
        """As they are; None where there are none."""
        if not self.kept and self.evicted_day is None:
            return None
        return OrdersRow(
            self.kept,
            self.last_us,
            self.met_us,
            self.has_bought,
            self.evicted_day,
            self.pasts.rows,
        )

    def find(self, key: bytes) -> OrderRow | None:
        """The order of an id; None: it is not remembered."""
        for order in self.kept:
            if order.key == key:
                return order
        return None

    # what an event brings

    def take(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> Booking:
        """What the other parts are to book of an event; they do that next, and `book` ends it."""
        part, rules = event.order, policy.orders
        if part is None or rules is None:
            return event
        order = self.find(part.key)
        if part.cancels:
            self._cancel(event, order, as_of_us, day, policy)
            return _nothing_of(event)
        if order is None:
            order = self._begun(event, part.key, day, policy)
            if order is None:
                return event
        elif order.is_cancelled:
            return _nothing_of(event)
        if part.sells and (not order.is_sold or event.day < order.day):
            if day - event.day < rules.remember_days:
                self._move(order, event.day, day, policy)
            order.day, order.is_sold = event.day, True
            self._look_again()
        elif order.is_sold and not part.sells and event.cells:
            event = replace(event, cells=moved(event.cells, order.day))
        self._remembered = order.key
        order.entries.append(_entry(event, sells=part.sells))
        if event.invoice is not None:
            self.pasts.begin(event.invoice.key)
        return event

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """Ends what `take` began, after all other parts have booked the event."""
        if self.kept:
            if event.invoice is not None:
                self.pasts.note(event.invoice, event.at_us, self._remembered)
            if not self._remembered:
                self._settle_event(event, day, policy)
            if self._is_stale:
                self._make_anew(day, policy)
            self._settle_crowded(policy)
            self._expire(day, policy)
        self._remembered, self._is_stale = b"", False

    def _settle_crowded(self, policy: Policy) -> None:
        """Of one order no more is kept than has room."""
        crowded = self.pasts.crowded()
        crowded += [order.key for order in self.kept if len(order.entries) > ENTRIES_MAX]
        for key in crowded:
            order = self.find(key)
            if order is not None:
                self._evict(order, policy)

    def _begun(self, event: Booking, key: bytes, day: int, policy: Policy) -> OrderRow | None:
        """An order of which this is the first event; None: it is not to be remembered."""
        rules = policy.orders
        assert rules is not None
        if day - event.day >= rules.remember_days or not self._makes_room(event.day, rules, policy):
            return None
        order = OrderRow(key, event.day)
        self._keep(order)
        return order

    def _keep(self, order: OrderRow) -> None:
        """Remembers one more."""
        if not self.kept:
            self.signals.settle()
            self.last_us, self.met_us = self.touches.latest()
            self.has_bought = self.touches.touch.has_bought
        self.kept.append(order)
        self._look_again()

    def _makes_room(self, day: int, rules: OrderRules, policy: Policy) -> bool:
        """Whether one more order may be kept; the oldest goes, and one that was cancelled last."""
        if len(self.kept) < rules.orders_max:
            return True
        oldest = min(self.kept, key=_leaves)
        if oldest.is_cancelled or oldest.day > day:
            self._note_eviction(day)
            return False
        self._evict(oldest, policy)
        return True

    def _evict(self, order: OrderRow, policy: Policy) -> None:
        """An order has to go early."""
        self._note_eviction(order.day)
        self._settle(order, policy)

    def _note_eviction(self, day: int) -> None:
        self.evicted_day = day if self.evicted_day is None else max(day, self.evicted_day)

    def _settle_event(self, event: Booking, day: int, policy: Policy) -> None:
        """An event that is none of a remembered order's: it counts without them, too."""
        settled = self.signals.settled
        if event.sale is not None and settled is not None:
            settled.sell(event.day, event.sale, day, policy.keeps)
            self._is_stale = True
        if event.touches:
            self._touch(event.at_us, meets=event.meets, buys=event.order is not None)

    def _touch(self, at_us: int, *, meets: bool, buys: bool) -> None:
        self.has_bought = self.has_bought or buys
        self.last_us = at_us if self.last_us is None else max(at_us, self.last_us)
        if meets:
            self.met_us = at_us if self.met_us is None else max(at_us, self.met_us)

    # what is taken back

    def _cancel(
        self, event: Booking, order: OrderRow | None, as_of_us: int, day: int, policy: Policy
    ) -> None:
        """The order never was; one that is not known yet will not have been."""
        part, rules = event.order, policy.orders
        assert part is not None
        assert rules is not None
        placed_day = event.day if part.placed_day is None else part.placed_day
        if order is None:
            if len(self.kept) >= rules.orders_max:
                self._evict(min(self.kept, key=_leaves), policy)
            order = OrderRow(part.key, placed_day)
            self._keep(order)
        for entry in order.entries:
            self._take_back(entry, day, policy)
        self.pasts.undo(order.key, as_of_us, day, policy)
        order.entries, order.is_cancelled = [], True
        if not order.is_sold:
            order.day = placed_day
        self._look_again()
        self._make_anew(day, policy)

    def _move(self, order: OrderRow, to_day: int, day: int, policy: Policy) -> None:
        """What belongs to a sale is booked on its day, though it was known before."""
        for entry in order.entries:
            if not entry.flags & SELLS and entry.cells:
                self._take_back(entry, day, policy)
                cells = moved(narrowed(entry.cells), to_day)
                self._book(cells, day, policy)
                entry.cells = list(cells)

    def _book(self, cells: Cells, day: int, policy: Policy) -> None:
        """Books cells once more."""
        self.worth.add(cells, day, policy)
        self.master.count(cells)

    def _take_back(self, entry: EntryRow, day: int, policy: Policy) -> None:
        if entry.cells:
            self._book(_taken_back(narrowed(entry.cells)), day, policy)

    def _make_anew(self, day: int, policy: Policy) -> None:
        """Sales and touches as they are with the remembered orders, and no others."""
        self._make_sales(policy)
        touched = [
            (entry.at_us, entry.flags)
            for order in self.kept
            for entry in order.entries
            if entry.flags & TOUCHES
        ]
        last = [at_us for at_us, _ in touched]
        met = [at_us for at_us, flags in touched if flags & MEETS]
        self.touches.set_latest(
            max([*last, *_if_any(self.last_us)], default=None),
            max([*met, *_if_any(self.met_us)], default=None),
            has_bought=self.has_bought or bool(touched),
        )

    def _make_sales(self, policy: Policy) -> None:
        if self.signals.settled is None:
            return
        self.signals.begin_anew()
        for order in self.kept:
            for entry in order.entries:
                if entry.flags & KEPT:
                    day = entry.at_us // DAY_US
                    self.signals.sell(day, _sale(entry), day, policy.keeps)

    # what is remembered no more

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Orders are settled for good."""
        if self.kept or self.evicted_day is not None:
            self._expire(day, policy)
            if self.signals.settled is not None:
                self.signals.settled.expire_sales(day, policy.keeps)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Fewer may be remembered now, or what is kept of sales is another."""
        if policy.invoices is None:
            self.pasts.rows = []
        self._expire(day, policy)
        many = 0 if policy.orders is None else policy.orders.orders_max
        while len(self.kept) > many:
            self._settle(min(self.kept, key=_leaves), policy)
        if not policy.keeps.sales_days:
            for order in self.kept:
                for entry in order.entries:
                    entry.flags &= ~KEPT
        if self.kept:
            self.signals.settle()
            if self.signals.settled is not None:
                self.signals.settled.fit_sales(day, policy.keeps)
            self._make_sales(policy)

    def _expire(self, day: int, policy: Policy) -> None:
        """Settles the orders of days that are too long ago."""
        last_expired = NO_DAY if policy.orders is None else day - policy.orders.remember_days
        if self.oldest_day <= last_expired:
            for order in [order for order in self.kept if order.day <= last_expired]:
                self._settle(order, policy)
        if self.evicted_day is not None and self.evicted_day <= last_expired:
            self.evicted_day = None

    def _settle(self, order: OrderRow, policy: Policy) -> None:
        """An order counts for good: it is remembered no more."""
        settled = self.signals.settled
        for entry in order.entries:
            if entry.flags & KEPT and settled is not None:
                # as of its own day: what is told apart by days is so until the day is expired
                day = entry.at_us // DAY_US
                settled.sell(day, _sale(entry), day, policy.keeps)
            if entry.flags & TOUCHES:
                self._touch(entry.at_us, meets=bool(entry.flags & MEETS), buys=True)
        self.pasts.settle(order.key)
        self.kept.remove(order)
        if not self.kept:
            self.signals.settled = None
        self._look_again()

    def _look_again(self) -> None:
        self.oldest_day = min([order.day for order in self.kept], default=NO_DAY)


def _leaves(order: OrderRow) -> tuple[bool, int]:
    """Where there is no room the lowest goes first: what is cancelled may have its sale to come."""
    return order.is_cancelled, order.day


def _entry(event: Booking, *, sells: bool) -> EntryRow:
    flags = (SELLS if sells else 0) | (TOUCHES if event.touches else 0)
    flags |= (MEETS if event.meets else 0) | (KEPT if event.sale is not None else 0)
    return EntryRow(event.at_us, list(event.cells), flags)


def _taken_back(cells: Cells) -> Cells:
    """What takes cells back: a window counts one sale with revenue above 0, and none without."""
    pairs = [(cells[at], -cells[at + 1]) for at in range(0, len(cells), CELL)]
    if cells[0] & LINE_MASK == REVENUE:
        pairs = sorted([*pairs, (cells[0] | ORDERS, -1)])
    return narrowed([number for pair in pairs for number in pair])


def _sale(entry: EntryRow) -> Sale:
    """What an entry counts for among the sales."""
    paid = margin = 0
    for at in range(0, len(entry.cells), CELL):
        line, amount = entry.cells[at] & LINE_MASK, entry.cells[at + 1]
        if line == REVENUE:
            paid = amount
        if line in {REVENUE, FEES}:
            margin += amount
        elif line == GOODS:
            margin -= amount
    return Sale(bool(entry.flags & SELLS), paid, margin)


def _nothing_of(event: Booking) -> Booking:
    """The event, of which nothing counts but that it came."""
    return Booking(
        event.kind,
        event.customer_id,
        event.event_id,
        event.at_us,
        event.day,
        event.id_key,
        event.content,
        NOTHING,
    )


def _if_any(at_us: int | None) -> list[int]:
    return [] if at_us is None else [at_us]
