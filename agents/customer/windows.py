"""Rolling windows over UTC days: buckets by event time, with their sums kept as they change.

A window of W days at day d holds the days d - W + 1 to d. Days are kept oldest first; a late
event opens its own day where it belongs. Nothing here knows the time: whoever advances a window
says to which day.
"""

from __future__ import annotations

from array import array
from operator import itemgetter
from typing import TypeVar

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.events.cells import CELL, Cells, cells_below, find_cell, narrowed, take_from
from agents.policy.compiled import Policy
from schemas.base.times import BEFORE_ALL_DAYS, NO_DAY
from schemas.base.value_lines import (
    CHEAPER_CHANNEL,
    COUNTS,
    EXCUSING_SIGNS,
    LINE_BITS,
    LINE_MASK,
    LINES,
    ORDERS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SIGNS,
)

K = TypeVar("K", int, str)
T = TypeVar("T")


def insert_sorted(entries: dict[K, T], key: K, entry: T) -> None:
    """Adds a new key, keeping the dict's order that of its keys."""
    late = bool(entries) and key < next(reversed(entries))
    entries[key] = entry
    if late:
        ordered = sorted(entries.items(), key=itemgetter(0))
        entries.clear()
        entries.update(ordered)


class ValueWindow:
    """What was booked on the last days, line by line.

    `cells` holds, oldest day first, the day with the line and the amount of each line of each day
    that is not zero, side by side in memory: a customer is a few cache lines, not a tree of
    objects. `counts_from` is the oldest day, the first to change a figure by leaving. A day with
    revenue above 0 is an order by itself: its cell of orders holds those beyond. Amounts beyond 64
    bits are no reason to stop: a window that has one keeps its cells in a list.
    """

    __slots__ = ("_totals", "cells", "contribution", "counts_from")

    def __init__(self, cells: Cells) -> None:
        """`cells` as a stored row has them; the sums are added up anew."""
        self.cells = cells
        totals = self._totals = [0] * LINES
        self._count(cells)
        self.contribution = contribution_of(totals)
        self.counts_from = cells[0] >> LINE_BITS if cells else NO_DAY

    @property
    def seller_fault(self) -> int:
        """The part of the service cost that is the seller's fault."""
        return self._totals[SELLER_FAULT]

    @property
    def refunds(self) -> int:
        """What refunds that are the seller's fault took from the margin."""
        return self._totals[SELLER_FAULT_REFUNDS]

    @property
    def by_cheaper_channel(self) -> int:
        """What contacts would have cost less by the channel that the policy named."""
        return self._totals[CHEAPER_CHANNEL]

    def book(self, more: Cells, brought: int) -> None:
        """Books cells of a day inside the window, and what they bring."""
        self.contribution += brought
        self._count(more)
        cells = self.cells
        if (
            isinstance(cells, array)
            and isinstance(more, array)
            and (not cells or cells[-CELL] < more[0])
        ):
            cells.extend(more)
        else:
            self._merge(more)
        self.counts_from = self.cells[0] >> LINE_BITS if self.cells else NO_DAY

    def _count(self, more: Cells) -> None:
        """Adds cells to the totals."""
        totals = self._totals
        for at in range(0, len(more), CELL):
            line, amount = more[at] & LINE_MASK, more[at + 1]
            totals[line] += amount
            if line == REVENUE and amount > 0:
                totals[ORDERS] += 1

    def _merge(self, more: Cells) -> None:
        """Adds cells to those of their day; its orders stay as many as both have together."""
        # revenue is the first line
        key = more[0]
        sells = key & LINE_MASK == REVENUE
        orders = int(more[1] > 0) + self._is_sold(key) if sells else 0
        for at in range(0, len(more), CELL):
            self._add(more[at], more[at + 1])
        if sells and (beyond := orders - self._is_sold(key)):
            self._add(key | ORDERS, beyond)

    def _is_sold(self, key: int) -> int:
        """1 where the cell of a day's revenue is above 0."""
        at = find_cell(self.cells, CELL, key)
        return int(at >= 0 and self.cells[at + 1] > 0)

    def _add(self, key: int, amount: int) -> None:
        cells = self.cells
        at = find_cell(cells, CELL, key)
        if at < 0:
            self._open(~at, [key, amount])
            return
        try:
            cells[at + 1] += amount
        except OverflowError:
            wide = self.cells = list(cells)
            wide[at + 1] += amount
        else:
            if not cells[at + 1]:
                del cells[at : at + CELL]

    def _open(self, at: int, cell: list[int]) -> None:
        """Begins a cell where it belongs: mostly behind all others."""
        cells = self.cells
        if isinstance(cells, array):
            try:
                if at == len(cells):
                    cells.fromlist(cell)
                else:
                    cells[at:at] = array("q", cell)
            except OverflowError:
                self.cells = cells = list(cells)
        if isinstance(cells, list):
            cells[at:at] = cell

    def expire(self, last_expired: int) -> list[int]:
        """Forgets the days up to `last_expired`; returns their cells."""
        cells = self.cells
        end = cells_below(cells, CELL, (last_expired + 1) << LINE_BITS)
        expired = list(cells[:end])
        del cells[:end]
        for at in range(0, end, CELL):
            line, amount = expired[at] & LINE_MASK, expired[at + 1]
            self._totals[line] -= amount
            self.contribution -= SIGNS[line] * amount
            if line == REVENUE and amount > 0:
                self._totals[ORDERS] -= 1
        self.counts_from = cells[0] >> LINE_BITS if cells else NO_DAY
        if isinstance(cells, list):
            self.cells = narrowed(cells)
        return expired

    def last_day_of(self, line: int) -> int:
        """The last day that has such a line; long ago where none does."""
        cells = self.cells
        for at in range(len(cells) - CELL, -1, -CELL):
            if cells[at] & LINE_MASK == line:
                return cells[at] >> LINE_BITS
        return BEFORE_ALL_DAYS

    def amounts_from(self) -> int:
        """The oldest day that has more than counts; NO_DAY: none."""
        cells = self.cells
        for at in range(0, len(cells), CELL):
            if cells[at] & LINE_MASK not in COUNTS:
                return cells[at] >> LINE_BITS
        return NO_DAY

    def totals(self) -> list[int]:
        """The sum of each line over the window; of what counts only how many there were."""
        return list(self._totals)

    def sum_of(self, line: int, first_day: int, last_day: int) -> int:
        """One line's sum over the days from `first_day` to `last_day` that are kept."""
        cells, total = self.cells, 0
        for at in range(0, len(cells), CELL):
            if cells[at] & LINE_MASK == line and first_day <= cells[at] >> LINE_BITS <= last_day:
                total += cells[at + 1]
        return total


def contribution_of(totals: list[int]) -> int:
    """What the lines bring together."""
    return sum(SIGNS[line] * totals[line] for line in range(LINES))


def contributions(cells: Cells, *, excuses: bool) -> list[tuple[int, int]]:
    """(day, amount) of every cell that counts in the contribution, or in what is judged by."""
    signs = EXCUSING_SIGNS if excuses else SIGNS
    return [
        (cells[at] >> LINE_BITS, sign * cells[at + 1])
        for at in range(0, len(cells), CELL)
        if (sign := signs[cells[at] & LINE_MASK])
    ]


class WindowBefore:
    """The contribution booked on the days of the window before this one.

    `cells` holds day and contribution of each day that has one, the oldest first.
    """

    __slots__ = ("cells", "counts_from", "total")

    def __init__(self, cells: list[int]) -> None:
        """`cells` as a stored row has them."""
        self.cells = cells
        self.total = sum(cells[1::2])
        self.counts_from = cells[0] if cells else NO_DAY

    def add(self, day: int, brought: int) -> None:
        """Books on a day that lies inside."""
        cells = self.cells
        self.total += brought
        at = find_cell(cells, 2, day)
        if at < 0:
            if brought:
                cells[~at:~at] = [day, brought]
        else:
            cells[at + 1] += brought
            if not cells[at + 1]:
                del cells[at : at + 2]
        self.counts_from = cells[0] if cells else NO_DAY

    def expire(self, last_expired: int) -> None:
        """Forgets the days up to `last_expired`."""
        cells = self.cells
        end = cells_below(cells, 2, last_expired + 1)
        self.total -= sum(cells[1:end:2])
        del cells[:end]
        self.counts_from = cells[0] if cells else NO_DAY


class ContactWindow(Part):
    """The number of contacts in the last days; `cells` holds day and number of each day."""

    __slots__ = ("_leaving", "cells", "oldest", "total")

    def __init__(self, cells: array[int]) -> None:
        """`cells` as a stored row has them."""
        self.cells = cells
        self.total = sum(cells[1::2])
        self._changed()

    def _changed(self) -> None:
        self.oldest = self.cells[0] if self.cells else NO_DAY
        self._leaving: tuple[int, int | None] | None = None

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A contact, where its day lies inside the window."""
        if event.contacts and day - event.day < policy.keeps.contact_days:
            self.add(event.day, event.contacts)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Days leave the window."""
        last_expired = day - policy.keeps.contact_days
        if self.oldest <= last_expired:
            self.expire(last_expired)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """The window may be shorter now."""
        self.advance(as_of_us, day, policy)

    def row(self, policy: Policy) -> bytes:
        """The cells as they lie in memory."""
        return self.cells.tobytes()

    def add(self, day: int, contacts: int) -> None:
        """Counts contacts of a day that lies inside the window."""
        self.total += contacts
        at = find_cell(self.cells, 2, day)
        if ~at == len(self.cells):
            self.cells.fromlist([day, contacts])
        elif at < 0:
            self.cells[~at:~at] = array("q", (day, contacts))
        else:
            self.cells[at + 1] += contacts
        self._changed()

    def take_back(self, day: int, contacts: int) -> None:
        """So many contacts fewer than were counted on a day, where they still are."""
        if take_from(self.cells, day, contacts):
            self.total -= contacts
            self._changed()

    def expire(self, last_expired: int) -> None:
        """Forgets the days up to `last_expired`."""
        cells = self.cells
        end = cells_below(cells, 2, last_expired + 1)
        self.total -= sum(cells[1:end:2])
        del cells[:end]
        self._changed()

    def after(self, day: int) -> int:
        """The contacts of later days."""
        cells = self.cells
        return sum([cells[at + 1] for at in range(0, len(cells), 2) if cells[at] > day])

    def day_leaving_at_most(self, contacts: int) -> int | None:
        """The day after whose leaving at most so many contacts remain."""
        if self._leaving is None or self._leaving[0] != contacts:
            self._leaving = contacts, self._find_leaving(contacts)
        return self._leaving[1]

    def _find_leaving(self, contacts: int) -> int | None:
        left, cells = self.total, self.cells
        for at in range(0, len(cells), 2):
            left -= cells[at + 1]
            if left <= contacts:
                return cells[at]
        return None
