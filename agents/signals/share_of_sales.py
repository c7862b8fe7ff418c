"""What `habitual_complainer` and `return_abuse` share: a large part of the sales, at a cost."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.margin import margin_of
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.signals.keys import Fault, Values, not_above
from agents.signals.rule import Signal
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.value_lines import ORDERS
from schemas.outputs.parts import Finding


class ShareOfSales(Signal):
    """Raised above a part of the sales, where it costs enough; cleared below another part."""

    counted: ClassVar[int]
    """The value line that counts what is held against the sales."""

    def __init__(self, values: Values, policy: Policy) -> None:
        self._above, self._clear_below = values.ratio("above"), values.ratio("clear_below")
        self._cost_share = values.ratio("cost_share") if values.given("cost_share") else None
        self._policy = policy

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return not_above(values, "clear_below", "above")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """What counts in the value window."""
        return Keeps(counts=True)

    def _cost(self, totals: list[int]) -> int:
        """What it costs, in minor units."""
        raise NotImplementedError

    def _counts(self, customer: Customer) -> tuple[int, int]:
        """(what is counted, sales) in the value window."""
        totals = customer.value.totals()
        return totals[self.counted], totals[ORDERS]

    def _is_large(self, customer: Customer) -> bool:
        """Whether it is too large a part, and takes too much of the margin."""
        count, sales = self._counts(customer)
        numerator, denominator = self._above
        return count * denominator > numerator * sales and self._costs_much(customer)

    def _is_small(self, customer: Customer) -> bool:
        """Whether it is a part at which it is cleared."""
        count, sales = self._counts(customer)
        numerator, denominator = self._clear_below
        return not count or not sales or count * denominator < numerator * sales

    def _costs_much(self, customer: Customer) -> bool:
        if self._cost_share is None:
            return True
        cost, margin = self._cost_and_margin(customer)
        numerator, denominator = self._cost_share
        return cost > 0 and cost * denominator > numerator * margin

    def _cost_and_margin(self, customer: Customer) -> tuple[int, int]:
        totals = customer.value.totals()
        return self._cost(totals), margin_of(totals, self._policy)

    def _part(self, customer: Customer) -> str:
        """The part of the sales, as text."""
        count, sales = self._counts(customer)
        return format_share(count, sales) if sales else "0.0000"

    def _found_small(self, customer: Customer) -> list[Finding]:
        bound = format_share(*self._clear_below)
        return [self.finding("clear_below", self._part(customer), bound)]

    def _found_large(self, customer: Customer) -> Finding:
        return self.finding("above", self._part(customer), format_share(*self._above))

    def _found_cost(self, customer: Customer) -> list[Finding]:
        """What it costs, where the policy asks for that."""
        if self._cost_share is None:
            return []
        cost, margin = self._cost_and_margin(customer)
        most = half_even(self._cost_share[0] * margin, self._cost_share[1])
        texts = [format_minor(amount, self._policy.digits) for amount in (cost, most)]
        return [self.finding("cost_share", *texts)]
