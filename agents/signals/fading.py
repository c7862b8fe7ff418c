"""`fading`: a model of the customer's purchases finds it likely gone."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.sales import Sales
from agents.customer.state import Customer
from agents.models.bgnbd import alive_on, alive_until_day
from agents.policy.compiled import Policy
from agents.policy.keeps import SALES_LEAST_DAYS, Keeps
from agents.policy.key_types import Rate
from agents.signals.keys import Fault, Key, Values, not_above, not_below
from agents.signals.rule import HIGH, NONE, SALES, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US, next_midnight_us
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class Fading(Signal):
    """A model finds it likely gone; needs `[lifetime]`."""

    name: ClassVar[str] = "fading"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("below", Rate, "raised when P(alive) is below; less than 1", below_one=True),
        Key("high_below", Rate, "`high` when it is below; at most `below`", above_zero=True),
        Key(
            "clear_at",
            Rate,
            "cleared when it is this or more; at least `below`",
            at_most_one=True,
        ),
    )
    needs: ClassVar[tuple[str, str]] = (
        "lifetime",
        "a section [lifetime], by which it is reckoned",
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    opens_by_itself: ClassVar[bool] = True
    leaves: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "below": ("chance that it is alive", "<"),
        "clear_at": ("chance that it is alive", ">="),
        "high_below": ("chance that it is alive", "<"),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        assert policy.future is not None
        self._params = policy.future.params
        self._below, self._high_below = values.real("below"), values.real("high_below")
        self._clear_at = values.real("clear_at")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """High is darker than watch, and it is not cleared where it is raised."""
        yield from not_above(values, "high_below", "below")
        yield from not_below(values, "clear_at", "below")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Purchase days."""
        return Keeps(sales_days=SALES_LEAST_DAYS)

    def _from_day(self, sales: Sales, threshold: float) -> int:
        """The first day on which P(alive) is below."""
        day = sales.fades.get(threshold)
        if day is None:
            day = sales.fades[threshold] = alive_until_day(
                self._params, sales.repeats, sales.first_day, sales.last_day, threshold
            )
        return day

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Below the one bound or the other."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if sales is None or day < self._from_day(sales, self._below):
            return NONE
        return HIGH if day >= self._from_day(sales, self._high_below) else WATCH

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """A purchase made it likely alive."""
        sales = customer.signals.sales
        return sales is None or at_us // DAY_US < self._from_day(sales, self._clear_at)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When P(alive) falls below a bound."""
        sales = customer.signals.sales
        if sales is None:
            return NO_DUE_US
        days = self._from_day(sales, self._below), self._from_day(sales, self._high_below)
        return next_midnight_us(days, at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """P(alive) beside the bound."""
        key, bound = ("clear_at", self._clear_at)
        if severity != NONE:
            is_high = severity == HIGH
            key, bound = ("high_below", self._high_below) if is_high else ("below", self._below)
        alive = 1.0
        sales = customer.signals.sales
        if sales is not None:
            alive = alive_on(self._params, sales.history, customer.day)
        return [self.finding(key, *_told_apart(alive, bound))]


def _told_apart(chance: float, bound: float) -> tuple[str, str]:
    """Both with four digits, or with as many more as show on which side of the bound it is."""
    for digits in range(4, 10):
        texts = f"{chance:.{digits}f}", f"{bound:.{digits}f}"
        if (float(texts[0]) < float(texts[1])) is (chance < bound):
            break
    return texts
