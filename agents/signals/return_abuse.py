"""`return_abuse`: the customer sends back much of what it buys."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import Count, Rate
from agents.signals.keys import Fault, Key, Values, not_above
from agents.signals.rule import NONE, SALES, WATCH, Signal
from schemas.base.money import format_share
from schemas.base.times import NO_DUE_US
from schemas.base.value_lines import ORDERS, RETURNED
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class ReturnAbuse(Signal):
    """Sends back much of what it buys; what was our fault does not count."""

    name: ClassVar[str] = "return_abuse"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("orders", Count, "not below so many sales in the value window"),
        Key("above", Rate, "raised when more than this part of them came back", below_one=True),
        Key(
            "clear_below",
            Rate,
            "cleared when less than this part did; at most `above`",
            above_zero=True,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "above": ("sent back", ">"),
        "clear_below": ("sent back", "<"),
        "orders": ("of sales", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._orders = values.integer("orders")
        self._above, self._clear_below = values.ratio("above"), values.ratio("clear_below")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return not_above(values, "clear_below", "above")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Sales and returns of the value window."""
        return Keeps(orders=True)

    def _counts(self, customer: Customer) -> tuple[int, int]:
        """(returns, sales) in the value window."""
        totals = customer.value.totals()
        return totals[RETURNED], totals[ORDERS]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At too large a part of enough sales."""
        returns, sales = self._counts(customer)
        numerator, denominator = self._above
        abuses = sales >= self._orders and returns * denominator > numerator * sales
        return WATCH if abuses else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a small part."""
        returns, sales = self._counts(customer)
        numerator, denominator = self._clear_below
        return not sales or returns * denominator < numerator * sales

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """They leave the window on its own due days."""
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Which part of how many."""
        returns, sales = self._counts(customer)
        share = format_share(returns, sales) if sales else "0.0000"
        if severity == NONE:
            return [self.finding("clear_below", share, format_share(*self._clear_below))]
        return [
            self.finding("above", share, format_share(*self._above)),
            self.finding("orders", sales, self._orders),
        ]
