"""`return_abuse`: the customer sends back much of what it buys."""

from typing import ClassVar

from agents.customer.margin import cost_of
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.key_types import Count, CountOrNone, Rate, RateIfAny
from agents.signals.keys import Key, Values
from agents.signals.rule import NONE, SALES, WATCH
from agents.signals.share_of_sales import ShareOfSales
from schemas.base.times import NO_DUE_US
from schemas.base.value_lines import RETURNED, RETURNS
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class ReturnAbuse(ShareOfSales):
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
        Key("returns", CountOrNone, "not below so many returns", 0),
        Key(
            "cost_share",
            RateIfAny,
            "raised only where handling returns costs more than this of the margin; absent: "
            "whatever it costs",
            None,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "above": ("sent back", ">"),
        "clear_below": ("sent back", "<"),
        "orders": ("of sales", ">="),
        "returns": ("returns", ">="),
        "cost_share": ("returns cost", ">"),
    }

    counted: ClassVar[int] = RETURNED

    def __init__(self, values: Values, policy: Policy) -> None:
        super().__init__(values, policy)
        self._orders, self._returns = values.integer("orders"), values.integer("returns")

    def _cost(self, totals: list[int]) -> int:
        """What handling costs; what is the seller's fault is left out, of returns or not."""
        return cost_of(totals, (RETURNS,), self._policy)

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At too large a part of enough sales."""
        returns, sales = self._counts(customer)
        if sales < self._orders or returns < self._returns:
            return NONE
        return WATCH if self._is_large(customer) else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a small part."""
        return self._is_small(customer)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """They leave the window on its own due days."""
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Which part of how many."""
        if severity == NONE:
            return self._found_small(customer)
        returns, sales = self._counts(customer)
        found = [self._found_large(customer), self.finding("orders", sales, self._orders)]
        if self._returns:
            found.append(self.finding("returns", returns, self._returns))
        return found + self._found_cost(customer)
