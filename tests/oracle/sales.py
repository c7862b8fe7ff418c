"""On which days a customer bought, how often and for how much of late, and what that brought."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from .alive import p_alive
from .ledger import REVENUE, Lines, margin
from .risk_terms import Lifetime, RiskTerms

MOST = 2**62
"""No amount paid counts for more, nor does what was paid on one day."""


@dataclass
class Bought:
    """The sales of a day, and what was paid, in base minor units."""

    sales: int = 0
    paid: int = 0


@dataclass
class Sales:
    """The purchase days: UTC days with a sale. Margins are kept for the lifetime alone."""

    first: int | None = None
    last: int | None = None
    purchase_days: int = 0
    days: dict[int, Bought] = field(default_factory=dict)
    """The days that are known one by one."""
    latest: set[int] = field(default_factory=set)
    """The last seventeen purchase days, however long ago."""
    margins: int = 0
    """Of all sales, less those of all returns."""
    first_margins: int = 0
    """Of the sales of the first purchase day."""

    def pass_time(self, today: int, terms: RiskTerms) -> None:
        """Forget the days that are too long ago, and the margins where nobody asks for them."""
        begin = today - terms.sales_kept_days() + 1
        self.days = {on: bought for on, bought in self.days.items() if on >= begin}
        if terms.lifetime is None:
            self.margins = self.first_margins = 0

    def sell(self, day: int, lines: Lines, today: int, terms: RiskTerms) -> None:
        """Count a sale."""
        if day not in self.days and day not in {self.first, self.last}:
            self.purchase_days += 1
        if terms.lifetime is not None:
            self.margins += margin(lines)
            if self.first is None or day < self.first:
                self.first_margins = margin(lines)
            elif day == self.first:
                self.first_margins += margin(lines)
        self.latest = set(sorted({*self.latest, day})[-17:])
        self.first = day if self.first is None else min(day, self.first)
        self.last = day if self.last is None else max(day, self.last)
        if day > today - terms.sales_kept_days():
            bought = self.days.setdefault(day, Bought())
            bought.sales += 1
            bought.paid = min(MOST, bought.paid + min(MOST, lines[REVENUE]))

    def give_back(self, lines: Lines, terms: RiskTerms) -> None:
        """Count what is no purchase: a return, a refund or a replacement."""
        if terms.lifetime is not None:
            self.margins += margin(lines)

    def within(self, first: int, last: int) -> Bought:
        """Sum what was bought on some days, of those that are known one by one."""
        inside = [bought for on, bought in self.days.items() if first <= on <= last]
        return Bought(sum(its.sales for its in inside), sum(its.paid for its in inside))

    def alive(self, day: int, lifetime: Lifetime) -> Decimal:
        """Reckon P(alive) as of a day; there is a purchase day."""
        assert self.first is not None
        assert self.last is not None
        spans = self.last - self.first, day - self.first
        return p_alive(self.purchase_days - 1, *spans, lifetime)

    def mean_margin(self) -> int | None:
        """Reckon what a repeat purchase day brought; None where there is none."""
        if self.purchase_days < 2:
            return None
        return round(Fraction(self.margins - self.first_margins, self.purchase_days - 1))
