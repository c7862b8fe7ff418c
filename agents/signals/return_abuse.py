"""`return_abuse`: the customer sends back much of what it buys."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.margin import cost_of, margin_of
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import Count, CountOrNone, Rate, RateIfAny
from agents.signals.keys import Fault, Key, Values, not_above
from agents.signals.rule import NONE, SALES, WATCH, Signal
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.times import NO_DUE_US
from schemas.base.value_lines import ORDERS, RETURNED, RETURNS
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

    def __init__(self, values: Values, policy: Policy) -> None:
        self._orders = values.integer("orders")
        self._above, self._clear_below = values.ratio("above"), values.ratio("clear_below")
        self._returns = values.integer("returns")
        self._cost_share = values.ratio("cost_share") if values.given("cost_share") else None
        self._policy = policy

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return not_above(values, "clear_below", "above")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Sales and returns of the value window."""
        return Keeps(counts=True)

    def _counts(self, customer: Customer) -> tuple[int, int]:
        """(returns, sales) in the value window."""
        totals = customer.value.totals()
        return totals[RETURNED], totals[ORDERS]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At too large a part of enough sales."""
        returns, sales = self._counts(customer)
        numerator, denominator = self._above
        if sales < self._orders or returns < self._returns:
            return NONE
        abuses = returns * denominator > numerator * sales
        return WATCH if abuses and self._costs_much(customer) else NONE

    def _costs_much(self, customer: Customer) -> bool:
        """Whether handling returns takes too much of the margin."""
        if self._cost_share is None:
            return True
        cost, margin = self._cost_and_margin(customer)
        numerator, denominator = self._cost_share
        return cost > 0 and cost * denominator > numerator * margin

    def _cost_and_margin(self, customer: Customer) -> tuple[int, int]:
        """(what returns cost to handle, without what is excused; the margin), in minor units."""
        totals = customer.value.totals()
        # of what is the seller's fault nobody knows which part is of returns: all is left out
        return cost_of(totals, (RETURNS,), self._policy), margin_of(totals, self._policy)

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
        found = [
            self.finding("above", share, format_share(*self._above)),
            self.finding("orders", sales, self._orders),
        ]
        if self._returns:
            found.append(self.finding("returns", returns, self._returns))
        if self._cost_share is not None:
            cost, margin = self._cost_and_margin(customer)
            most = half_even(self._cost_share[0] * margin, self._cost_share[1])
            texts = [format_minor(amount, self._policy.digits) for amount in (cost, most)]
            found.append(self.finding("cost_share", *texts))
        return found
