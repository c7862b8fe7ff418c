"""`big_order`: a toy: the customer bought for much at once."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import SALES_LEAST_DAYS, Keeps
from agents.policy.key_types import Amount, Days
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import NONE, SALES, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class BigOrder(Signal):
    """Bought for much on its last purchase day."""

    name: ClassVar[str] = "big_order"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("above", Amount, "raised when a purchase day brought in more"),
        Key("days", Days, "cleared after so many UTC days"),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 7
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "above": ("bought at once", ">"),
        "days": ("days since", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._above, self._days = values.minor("above"), values.integer("days")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        if values.minor("above") < 0:
            yield "above", "an amount that is not negative", values.text("above")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        return Keeps(sales_days=SALES_LEAST_DAYS)

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        sales = customer.signals.sales
        if sales is None or at_us // DAY_US >= sales.last_day + self._days:
            return NONE
        return WATCH if sales.cells[-1] > self._above else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        return self.severity(customer, tier, at_us) == NONE

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        sales = customer.signals.sales
        if not is_open or sales is None:
            return NO_DUE_US
        due_us = day_start(sales.last_day + self._days)
        return due_us if due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        sales = customer.signals.sales
        assert sales is not None
        if severity == NONE:
            return [self.finding("days", customer.day - sales.last_day, self._days)]
        return [self.finding("above", sales.cells[-1], self._above)]
