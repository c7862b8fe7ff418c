"""`spend_drop`: the customer spends much less than it did."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.sales import NO_PACE, SALE_CELL, Pace, Sales
from agents.customer.state import Customer
from agents.events.cells import cells_below
from agents.policy.compiled import Policy
from agents.policy.keeps import SALES_LEAST_DAYS, Keeps
from agents.policy.key_types import MAX_WINDOW_DAYS, Count, Days, Rate
from agents.signals.keys import Fault, Key, Values, not_below
from agents.signals.rule import NONE, SALES, WATCH, Signal
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class SpendDrop(Signal):
    """Spends much less than it did."""

    name: ClassVar[str] = "spend_drop"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("recent_days", Days, "what was spent in the last so many UTC days"),
        Key("before_days", Days, "is compared with the pace of so many before them"),
        Key("min_purchases", Count, "where there were at least so many sales"),
        Key(
            "below",
            Rate,
            "raised when it is below this part of it; less than 1",
            above_zero=True,
            below_one=True,
        ),
        Key("clear_at", Rate, "cleared when it is this part or more; at least `below`"),
        Key(
            "min_gaps",
            Rate,
            "not of one for whom `recent_days` are fewer than so many of its "
            "mean gaps between purchase days",
            "0",
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    opens_by_itself: ClassVar[bool] = True
    leaves: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "below": ("spent", "<"),
        "min_gaps": ("of its gaps within the last days", ">="),
        "clear_at": ("spent", ">="),
        "min_purchases": ("sales before", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._recent_days = values.integer("recent_days")
        self._before_days = values.integer("before_days")
        self._min_purchases = values.integer("min_purchases")
        self._below, self._clear_at = values.ratio("below"), values.ratio("clear_at")
        self._min_gaps = values.ratio("min_gaps")
        self._digits = policy.digits

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised, and looks no farther back than any window."""
        yield from not_below(values, "clear_at", "below")
        recent_days, before_days = values.integer("recent_days"), values.integer("before_days")
        if recent_days + before_days > MAX_WINDOW_DAYS:
            expected = f"at most {MAX_WINDOW_DAYS} with recent_days ({recent_days})"
            yield "before_days", expected, before_days

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Purchase days, as far back as it looks."""
        days = values.integer("recent_days") + values.integer("before_days")
        return Keeps(sales_days=max(SALES_LEAST_DAYS, days))

    def _spent(self, customer: Customer, day: int) -> tuple[int, int, int]:
        """(paid in the last days, paid before them, sales before them)."""
        sales = customer.signals.sales
        if sales is None:
            return 0, 0, 0
        first = day - self._recent_days
        _, recent = sales.sum_of(first + 1, day)
        count, before = sales.sum_of(first - self._before_days + 1, first)
        return recent, before, count

    def _pace(self, customer: Customer, at_us: int) -> Pace:
        """How it stands, and until when; looked up anew only after a sale, or then."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if sales is None:
            return NO_PACE
        pace = sales.pace
        if pace is None or not pace[0] <= day < pace[1]:
            pace = sales.pace = self._look(sales, day)
        return pace

    def _look(self, sales: Sales, day: int) -> Pace:
        """Lets days pass until its state turns: each sale leaves the last days, then those before.

        Both happen in the order of the sales.
        """
        cells, recent_days = sales.cells, self._recent_days
        end, whole_days = len(cells), recent_days + self._before_days
        leaving = cells_below(cells, SALE_CELL, day - whole_days + 1)
        ageing = cells_below(cells, SALE_CELL, day - recent_days + 1)
        recent = sum(cells[ageing + 2 :: SALE_CELL])
        before = sum(cells[leaving + 2 : ageing : SALE_CELL])
        count = sum(cells[leaving + 1 : ageing : SALE_CELL])
        now = self._state(recent, before, count)
        while leaving < end:
            turns = cells[leaving] + whole_days
            if ageing < end and cells[ageing] + recent_days < turns:
                turns = cells[ageing] + recent_days
            while ageing < end and cells[ageing] + recent_days == turns:
                recent -= cells[ageing + 2]
                before += cells[ageing + 2]
                count += cells[ageing + 1]
                ageing += SALE_CELL
            while leaving < ageing and cells[leaving] + whole_days == turns:
                before -= cells[leaving + 2]
                count -= cells[leaving + 1]
                leaving += SALE_CELL
            if self._state(recent, before, count) != now:
                return day, turns, *now
        return day, NO_DAY, *now

    def _state(self, recent: int, before: int, count: int) -> tuple[int, bool]:
        """(severity, whether it clears)."""
        paid, pace = recent * self._before_days, before * self._recent_days
        below, clear_at = self._below, self._clear_at
        raised = count >= self._min_purchases and paid * below[1] < below[0] * pace
        clears = paid * clear_at[1] >= clear_at[0] * pace
        return (WATCH if raised else NONE), clears

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Below a part of its pace, if it buys often enough to tell."""
        return NONE if self._is_seldom(customer) else self._pace(customer, at_us)[2]

    def _is_seldom(self, customer: Customer) -> bool:
        """Whether the last days hold too few of its gaps."""
        sales, (numerator, denominator) = customer.signals.sales, self._min_gaps
        if sales is None or sales.days <= 1:
            return numerator > 0
        span = sales.last_day - sales.first_day
        return self._recent_days * denominator * (sales.days - 1) < numerator * span

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At enough of its pace."""
        return self._pace(customer, at_us)[3]

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When enough purchase days have left the last days, or those before them."""
        day = self._pace(customer, at_us)[1]
        return NO_DUE_US if day == NO_DAY else day_start(day)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What was paid beside what its pace was."""
        recent, before, count = self._spent(customer, customer.day)
        key, (numerator, denominator) = "clear_at", self._clear_at
        if severity != NONE:
            key, (numerator, denominator) = "below", self._below
        pace = half_even(numerator * before * self._recent_days, denominator * self._before_days)
        paid = format_minor(recent, self._digits)
        findings = [self.finding(key, paid, format_minor(pace, self._digits))]
        if severity != NONE:
            findings.append(self.finding("min_purchases", count, self._min_purchases))
        return findings

    def raised_by(self, customer: Customer) -> list[Finding]:
        """What was paid, how often before, and how many of its gaps the last days hold."""
        found, (numerator, denominator) = self.evidence(customer, WATCH), self._min_gaps
        sales = customer.signals.sales
        if not numerator or sales is None:
            return found
        span = sales.last_day - sales.first_day
        gaps = self._recent_days * (sales.days - 1)
        held = format_share(gaps, span) if span else format_share(0, 1)
        return [*found, self.finding("min_gaps", held, format_share(numerator, denominator))]
