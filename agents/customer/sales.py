"""What was sold to one customer: its purchase days, their pace, and what it paid of late."""

from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import Final

from agents.customer.part import Part
from agents.events.booking import Sale
from agents.events.cells import cells_below, find_cell
from agents.models.bgnbd import PurchaseHistory
from agents.policy.keeps import Keeps
from schemas.base.money import Ratio
from schemas.base.times import NO_DAY
from schemas.state.rows import LARGEST
from schemas.state.signal_rows import SalesRow

SALE_CELL: Final = 3
"""Numbers of a purchase day: the day, the number of sales, what was paid."""

Pace = tuple[int, int, int, bool]
"""From which day until before which one, a signal's severity, and whether it clears."""
NO_PACE: Final[Pace] = (0, NO_DAY, 0, True)


class Sales:
    """A customer's sales. A purchase day is a UTC day with a sale; all else is none."""

    __slots__ = (
        "cells",
        "days",
        "fades",
        "first_day",
        "first_margin",
        "last_day",
        "latest",
        "margin",
        "pace",
        "usual_gap_days",
    )

    def __init__(self, row: SalesRow) -> None:
        """As a stored row has them."""
        self.first_day, self.last_day, self.days = row.first_day, row.last_day, row.days
        self.margin = row.margin
        """Of all sales, less returns."""
        self.first_margin = row.first_margin
        """Of the sales of the first purchase day."""
        self.fades: dict[float, int] = {}
        """By threshold the day on which P(alive) falls below it, as far as somebody asked."""
        self.pace: Pace | None = None
        """What `spend_drop` found last, until the next sale."""
        self.latest = row.latest
        """The last purchase days, oldest first, as many as a signal asks for."""
        self.usual_gap_days: int | None = None
        """As somebody found it last, until the next purchase day."""
        self.cells = array("q", bytes(row.cells))
        """Of each purchase day of late, oldest first: day, number of sales, what was paid."""

    @staticmethod
    def beginning(day: int, sale: Sale, early_returns: int, keeps: Keeps) -> "Sales":
        """Of a customer that bought for the first time, after returns of such a margin."""
        cells = bytearray(array("q", (day, 1, min(sale.paid, LARGEST))).tobytes())
        margin = sale.margin + early_returns
        latest = [day] if keeps.purchase_days else []
        return Sales(SalesRow(day, day, 1, margin, sale.margin, cells, latest))

    def row(self) -> SalesRow:
        """As a row stores them."""
        return SalesRow(
            self.first_day,
            self.last_day,
            self.days,
            self.margin,
            self.first_margin,
            bytearray(self.cells.tobytes()),
            self.latest,
        )

    def copy(self) -> "Sales":
        """The same, to go its own way."""
        row = self.row()
        row.latest = list(row.latest)
        return Sales(row)

    def book(self, day: int, sale: Sale, today: int, keeps: Keeps) -> None:
        """A sale; or what is no purchase and counts for the margin alone."""
        self.margin += sale.margin
        if not sale.is_purchase:
            return
        self.fades.clear()
        self.pace = None
        if keeps.purchase_days:
            self._remember(day, keeps.purchase_days)
        if day > today - keeps.sales_days:
            is_new = self._add(day, min(sale.paid, LARGEST))
        else:
            is_new = day not in (self.first_day, self.last_day)
        if day == self.first_day:
            self.first_margin += sale.margin
        elif day < self.first_day:
            self.first_day, self.first_margin = day, sale.margin
        if day > self.last_day:
            self.last_day = day
        self.days += is_new

    def _add(self, day: int, paid: int) -> bool:
        """Counts a sale on its day; whether that is a new purchase day."""
        cells = self.cells
        at = find_cell(cells, SALE_CELL, day)
        if at >= 0:
            cells[at + 1] += 1
            cells[at + 2] = min(cells[at + 2] + paid, LARGEST)
            return False
        cells[~at:~at] = array("q", (day, 1, paid))
        return day not in (self.first_day, self.last_day)

    def _remember(self, day: int, most: int) -> None:
        """Counts a day among the last purchase days."""
        latest = self.latest
        at = bisect_left(latest, day)
        if at < len(latest) and latest[at] == day:
            return
        self.usual_gap_days = None
        latest.insert(at, day)
        del latest[:-most]

    def fit(self, keeps: Keeps) -> None:
        """Another number of purchase days is asked for: those told apart are known at least."""
        known = sorted({*self.latest, *self.cells[::SALE_CELL]})
        self.latest = known[-keeps.purchase_days :] if keeps.purchase_days else []
        self.usual_gap_days = None

    def usual_gap(self, share: Ratio) -> int | None:
        """The days that so large a share of its last gaps does not exceed; None without a gap."""
        latest = self.latest
        if self.usual_gap_days is None and len(latest) > 1:
            gaps = sorted(day - before for before, day in pairwise(latest))
            self.usual_gap_days = gaps[-(-share[0] * len(gaps) // share[1]) - 1]
        return self.usual_gap_days

    def expire(self, last_expired: int) -> None:
        """Forgets the single days up to `last_expired`."""
        if self.cells and self.cells[0] <= last_expired:
            del self.cells[: cells_below(self.cells, SALE_CELL, last_expired + 1)]

    @property
    def repeats(self) -> int:
        """Purchase days after the first."""
        return self.days - 1

    @property
    def repeat_margin(self) -> int:
        """What all purchase days after the first brought together, less returns."""
        return self.margin - self.first_margin

    @property
    def history(self) -> PurchaseHistory:
        """What a model of purchases asks for."""
        return PurchaseHistory(self.first_day, self.last_day, self.repeats, self.repeat_margin)

    def sum_of(self, first_day: int, last_day: int) -> tuple[int, int]:
        """(sales, what was paid) of the days from one to another."""
        cells, sales, paid = self.cells, 0, 0
        for at in range(0, len(cells), SALE_CELL):
            if first_day <= cells[at] <= last_day:
                sales += cells[at + 1]
                paid += cells[at + 2]
        return sales, paid


class SalesSoFar(Part):
    """The sales of one who may have bought nothing yet, and what came back before."""

    __slots__ = ("early_returns", "sales")

    def __init__(self) -> None:
        self.sales: Sales | None = None
        """None: nothing was sold yet."""
        self.early_returns = 0
        """The margin of what was no sale and came before the first one was known."""

    def sell(self, day: int, sale: Sale, today: int, keeps: Keeps) -> None:
        """A sale, or what is no purchase, of a day."""
        if self.sales is not None:
            self.sales.book(day, sale, today, keeps)
        elif not sale.is_purchase:
            self.early_returns += sale.margin
        else:
            self.sales = Sales.beginning(day, sale, self.early_returns, keeps)
            self.early_returns = 0

    def take_sales_of(self, other: "SalesSoFar") -> None:
        """The same sales from now on, to go their own way."""
        self.sales = None if other.sales is None else other.sales.copy()
        self.early_returns = other.early_returns

    def expire_sales(self, day: int, keeps: Keeps) -> None:
        """Days are told apart no more."""
        if self.sales is not None:
            self.sales.expire(day - keeps.sales_days)

    def fit_sales(self, day: int, keeps: Keeps) -> None:
        """Less may be asked for now."""
        if not keeps.sales_days:
            self.sales, self.early_returns = None, 0
        elif self.sales is not None:
            self.sales.fit(keeps)
        self.expire_sales(day, keeps)
