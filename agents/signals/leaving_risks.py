"""Signals that a customer leaves: it buys no more at its pace, spends less, or never came again."""

from typing import ClassVar, Final

from agents.customer.sales import NO_PACE, SALE_CELL, Pace, Sales
from agents.customer.state import Customer
from agents.events.cells import cells_below
from agents.models.bgnbd import LifetimeParams, alive_until_day, p_alive
from agents.policy.signal_rules import FadingRule, OverdueRule, SpendDropRule
from agents.signals.rule import HIGH, NONE, WATCH
from schemas.base.money import Ratio, format_minor, half_even
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US, WEEK_DAYS, day_start
from schemas.inputs.events import Kind
from schemas.outputs.records import Finding

SOLD: Final = frozenset({Kind.PURCHASES})


def _after(days: tuple[int, ...], at_us: int) -> int:
    """The first midnight after a time, of those of some days."""
    found = NO_DUE_US
    for day in days:
        if day != NO_DAY and at_us < day_start(day) < found:
            found = day_start(day)
    return found


class OverdueSignal:
    """Buys no more at its own pace."""

    name: ClassVar = "overdue"
    fed_by: ClassVar = SOLD
    opens_by_itself: ClassVar = True

    def __init__(self, rule: OverdueRule) -> None:
        self._rule = rule

    def _from_day(self, sales: Sales | None, factor: Ratio) -> int:
        """The first day on which more than so many mean gaps have passed."""
        if sales is None or sales.days < self._rule.min_purchase_days:
            return NO_DAY
        return sales.last_day + _gaps(sales, factor) + 1

    def severity(self, customer: Customer, at_us: int) -> int:
        """After so many mean gaps."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if day < self._from_day(sales, self._rule.watch):
            return NONE
        return HIGH if day >= self._from_day(sales, self._rule.high) else WATCH

    def clears(self, customer: Customer, at_us: int) -> bool:
        """A purchase came."""
        sales = customer.signals.sales
        if sales is None or sales.days <= 1:
            return True
        return at_us // DAY_US - sales.last_day <= _gaps(sales, self._rule.watch)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When as many gaps have passed."""
        del is_open
        sales, rule = customer.signals.sales, self._rule
        if sales is None or sales.days < rule.min_purchase_days:
            return NO_DUE_US
        return _after((self._from_day(sales, rule.watch), self._from_day(sales, rule.high)), at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Days since the last purchase beside its mean gap."""
        sales, rule = customer.signals.sales, self._rule
        if sales is None or sales.days <= 1:
            return [Finding("risk.overdue.watch", 0, 0)]
        key, factor = ("high", rule.high) if severity == HIGH else ("watch", rule.watch)
        since = customer.day - sales.last_day
        found = [Finding(f"risk.overdue.{key}", since, _gaps(sales, factor))]
        if severity != NONE:
            least = rule.min_purchase_days
            found.append(Finding("risk.overdue.min_purchase_days", sales.days, least))
        return found


def _gaps(sales: Sales, factor: Ratio) -> int:
    """So many mean gaps between purchase days, in whole days, rounded down."""
    return factor[0] * (sales.last_day - sales.first_day) // (factor[1] * (sales.days - 1))


class NoSecondPurchaseSignal:
    """Bought once, and no more."""

    name: ClassVar = "no_second_purchase"
    fed_by: ClassVar = SOLD
    opens_by_itself: ClassVar = True

    def __init__(self, after_days: int) -> None:
        self._after_days = after_days

    def severity(self, customer: Customer, at_us: int) -> int:
        """Some days after the only purchase day."""
        sales = customer.signals.sales
        if sales is None or sales.days != 1:
            return NONE
        return WATCH if at_us // DAY_US >= sales.first_day + self._after_days else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """It came again, or had before."""
        del at_us
        sales = customer.signals.sales
        return sales is None or sales.days > 1

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When these days have passed."""
        sales = customer.signals.sales
        if is_open or sales is None or sales.days != 1:
            return NO_DUE_US
        return _after((sales.first_day + self._after_days,), at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Days since, or purchase days."""
        sales = customer.signals.sales
        if severity == NONE or sales is None:
            return [Finding("risk.no_second_purchase", 0 if sales is None else sales.days, 2)]
        since = customer.day - sales.first_day
        return [Finding("risk.no_second_purchase.after_days", since, self._after_days)]


class SpendDropSignal:
    """Spends much less than it did."""

    name: ClassVar = "spend_drop"
    fed_by: ClassVar = SOLD
    opens_by_itself: ClassVar = True

    def __init__(self, rule: SpendDropRule, digits: int) -> None:
        self._rule, self._digits = rule, digits

    def _spent(self, customer: Customer, day: int) -> tuple[int, int, int]:
        """(paid in the last days, paid before them, sales before them)."""
        sales, rule = customer.signals.sales, self._rule
        if sales is None:
            return 0, 0, 0
        first = day - rule.recent_days
        _, recent = sales.sum_of(first + 1, day)
        count, before = sales.sum_of(first - rule.before_days + 1, first)
        return recent, before, count

    def _pace(self, customer: Customer, at_us: int) -> Pace:
        """How it stands, and until when; looked up anew only after a sale, or then."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if sales is None:
            return NO_PACE
        found = sales.pace
        if found is None or not found[0] <= day < found[1]:
            found = sales.pace = self._look(sales, day)
        return found

    def _look(self, sales: Sales, day: int) -> Pace:
        """Lets days pass until its state turns: each sale leaves the last days, then those before.

        Both happen in the order of the sales.
        """
        rule, cells = self._rule, sales.cells
        end, whole_days = len(cells), rule.recent_days + rule.before_days
        leaving = cells_below(cells, SALE_CELL, day - whole_days + 1)
        ageing = cells_below(cells, SALE_CELL, day - rule.recent_days + 1)
        recent = sum(cells[ageing + 2 :: SALE_CELL])
        before = sum(cells[leaving + 2 : ageing : SALE_CELL])
        count = sum(cells[leaving + 1 : ageing : SALE_CELL])
        now = self._state(recent, before, count)
        while leaving < end:
            turns = cells[leaving] + whole_days
            if ageing < end and cells[ageing] + rule.recent_days < turns:
                turns = cells[ageing] + rule.recent_days
            while ageing < end and cells[ageing] + rule.recent_days == turns:
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
        rule = self._rule
        paid, pace = recent * rule.before_days, before * rule.recent_days
        raised = count >= rule.min_purchases and paid * rule.below[1] < rule.below[0] * pace
        clears = paid * rule.clear_at[1] >= rule.clear_at[0] * pace
        return (WATCH if raised else NONE), clears

    def severity(self, customer: Customer, at_us: int) -> int:
        """Below a part of its pace."""
        return self._pace(customer, at_us)[2]

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At enough of its pace."""
        return self._pace(customer, at_us)[3]

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When enough purchase days have left the last days, or those before them."""
        del is_open
        day = self._pace(customer, at_us)[1]
        return NO_DUE_US if day == NO_DAY else day_start(day)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What was paid beside what its pace was."""
        rule = self._rule
        recent, before, count = self._spent(customer, customer.day)
        key, (numerator, denominator) = "clear_at", rule.clear_at
        if severity != NONE:
            key, (numerator, denominator) = "below", rule.below
        pace = half_even(numerator * before * rule.recent_days, denominator * rule.before_days)
        paid = format_minor(recent, self._digits)
        found = [Finding(f"risk.spend_drop.{key}", paid, format_minor(pace, self._digits))]
        if severity != NONE:
            found.append(Finding("risk.spend_drop.min_purchases", count, rule.min_purchases))
        return found


class FadingSignal:
    """A model of its purchases finds it likely gone."""

    name: ClassVar = "fading"
    fed_by: ClassVar = SOLD
    opens_by_itself: ClassVar = True

    def __init__(self, rule: FadingRule, params: LifetimeParams) -> None:
        self._rule, self._params = rule, params

    def _from_day(self, sales: Sales, threshold: float) -> int:
        """The first day on which P(alive) is below."""
        found = sales.fades.get(threshold)
        if found is None:
            found = sales.fades[threshold] = alive_until_day(
                self._params, sales.repeats, sales.first_day, sales.last_day, threshold
            )
        return found

    def severity(self, customer: Customer, at_us: int) -> int:
        """Below the one bound or the other."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if sales is None or day < self._from_day(sales, self._rule.below):
            return NONE
        return HIGH if day >= self._from_day(sales, self._rule.high_below) else WATCH

    def clears(self, customer: Customer, at_us: int) -> bool:
        """A purchase made it likely alive."""
        sales = customer.signals.sales
        return sales is None or at_us // DAY_US < self._from_day(sales, self._rule.clear_at)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When P(alive) falls below a bound."""
        del is_open
        sales, rule = customer.signals.sales, self._rule
        if sales is None:
            return NO_DUE_US
        days = self._from_day(sales, rule.below), self._from_day(sales, rule.high_below)
        return _after(days, at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """P(alive) beside the bound."""
        sales, rule = customer.signals.sales, self._rule
        key, bound = ("clear_at", rule.clear_at)
        if severity != NONE:
            is_high = severity == HIGH
            key, bound = ("high_below", rule.high_below) if is_high else ("below", rule.below)
        alive = 1.0
        if sales is not None:
            alive = alive_on(self._params, sales, customer.day)
        return [Finding(f"risk.fading.{key}", f"{alive:.4f}", f"{bound:.4f}")]


def alive_on(params: LifetimeParams, sales: Sales, day: int) -> float:
    """P(alive) as of a day."""
    bought_weeks = (sales.last_day - sales.first_day) / WEEK_DAYS
    return p_alive(params, sales.repeats, bought_weeks, (day - sales.first_day) / WEEK_DAYS)
