"""Rolling windows over UTC days: buckets by event time, with their sums kept as they change.

A window of W days at day d holds the days d - W + 1 to d. Days are kept oldest first; a late
event opens its own day where it belongs. Nothing here knows the time: whoever advances a window
says to which day.
"""

from __future__ import annotations

from array import array
from operator import itemgetter
from typing import Final, TypeAlias, TypeVar

from schemas.outputs import Figures

K = TypeVar("K", int, str)
T = TypeVar("T")
Cells: TypeAlias = "array[int] | list[int]"


def insert_sorted(entries: dict[K, T], key: K, entry: T) -> None:
    """Adds a new key, keeping the dict's order that of its keys."""
    late = bool(entries) and key < next(reversed(entries))
    entries[key] = entry
    if late:
        ordered = sorted(entries.items(), key=itemgetter(0))
        entries.clear()
        entries.update(ordered)


NO_DAY: Final = 0x7FFFFFFF
"""Later than any day: nothing is there."""
CELL: Final = 5
"""Numbers of a day in the value window: the day itself and four amounts."""


class ValueWindow:
    """Revenue, goods cost, fees and service cost of the last days.

    `cells` holds day, revenue, goods cost, fees and service cost of each day that has any, the
    oldest first, side by side in memory: a customer is a few cache lines, not a tree of objects.
    `counts_from` is the oldest day, the first to change a figure by leaving. Amounts beyond 64 bits
    are no reason to stop: a window that has one keeps its cells in a list.
    """

    __slots__ = ("cells", "contribution", "counts_from")

    def __init__(self, cells: Cells) -> None:
        """`cells` as a stored row has them; the contribution is added up anew."""
        self.cells = cells
        self.contribution = self.figures().contribution
        self.counts_from = cells[0] if cells else NO_DAY

    def add(self, day: int, revenue: int, goods_cost: int, fees: int, service_cost: int) -> None:
        """Books amounts on a day that lies inside the window."""
        self.contribution += revenue - goods_cost + fees - service_cost
        cells = self.cells
        at = find_cell(cells, CELL, day)
        if at < 0:
            self._open(~at, [day, revenue, goods_cost, fees, service_cost])
            return
        before = cells[at : at + CELL]
        try:
            cells[at + 1] += revenue
            cells[at + 2] += goods_cost
            cells[at + 3] += fees
            cells[at + 4] += service_cost
        except OverflowError:
            _, *amounts = before
            wide = self.cells = list(cells)
            more = (revenue, goods_cost, fees, service_cost)
            wide[at + 1 : at + CELL] = [had + add for had, add in zip(amounts, more, strict=True)]
        else:
            if not (cells[at + 1] or cells[at + 4] or cells[at + 2] or cells[at + 3]):
                del cells[at : at + CELL]
                self.counts_from = cells[0] if cells else NO_DAY

    def _open(self, at: int, cell: list[int]) -> None:
        """Begins a day's cell where it belongs: mostly behind all others."""
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
        self.counts_from = cells[0]

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        cells, gone = self.cells, 0
        while gone < len(cells) and cells[gone] <= last_gone:
            self.contribution -= (
                cells[gone + 1] - cells[gone + 2] + cells[gone + 3] - cells[gone + 4]
            )
            gone += CELL
        del cells[:gone]
        self.counts_from = cells[0] if cells else NO_DAY
        if isinstance(cells, list):
            self.cells = narrowed(cells)

    def figures(self) -> Figures:
        """All the figures of the window."""
        cells = self.cells
        return Figures(
            sum(cells[1::CELL]), sum(cells[2::CELL]), sum(cells[3::CELL]), sum(cells[4::CELL])
        )


class ContactWindow:
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

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        cells, gone = self.cells, 0
        while gone < len(cells) and cells[gone] <= last_gone:
            self.total -= cells[gone + 1]
            gone += 2
        del cells[:gone]
        self._changed()

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


def narrowed(cells: list[int]) -> Cells:
    """The cells side by side in memory again, where they fit."""
    try:
        return array("q", cells)
    except OverflowError:
        return cells


def find_cell(cells: Cells, size: int, day: int) -> int:
    """Where a day's cell begins; where it would have to, inverted (~), if there is none.

    Looks from the newest day back: events come mostly in order.
    """
    at = len(cells) - size
    while at >= 0:
        found = cells[at]
        if found == day:
            return at
        if found < day:
            break
        at -= size
    return ~(at + size)
