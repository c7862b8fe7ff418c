"""`no_second_purchase`: the customer bought once, and no more."""

from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import SALES_LEAST_DAYS, Keeps
from agents.policy.key_types import Days
from agents.signals.keys import Key, Values
from agents.signals.rule import NONE, SALES, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US, next_midnight_us
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class NoSecondPurchase(Signal):
    """Bought once, and no more."""

    name: ClassVar[str] = "no_second_purchase"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("after_days", Days, "raised so many UTC days after the only purchase day"),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    opens_by_itself: ClassVar[bool] = True
    leaves: ClassVar[bool] = True
    weight: ClassVar[int] = 10
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("purchase days", ">="),
        "after_days": ("days since the only purchase", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._after_days = values.integer("after_days")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Purchase days."""
        return Keeps(sales_days=SALES_LEAST_DAYS)

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Some days after the only purchase day."""
        sales = customer.signals.sales
        if sales is None or sales.days != 1:
            return NONE
        return WATCH if at_us // DAY_US >= sales.first_day + self._after_days else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """It came again, or had before."""
        sales = customer.signals.sales
        return sales is None or sales.days > 1

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When these days have passed."""
        sales = customer.signals.sales
        if is_open or sales is None or sales.days != 1:
            return NO_DUE_US
        return next_midnight_us((sales.first_day + self._after_days,), at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Days since, or purchase days."""
        sales = customer.signals.sales
        if severity == NONE or sales is None:
            return [Finding(f"risk.{self.name}", 0 if sales is None else sales.days, 2)]
        return [self.finding("after_days", customer.day - sales.first_day, self._after_days)]

    def raised_by(self, customer: Customer) -> list[Finding]:
        """Days since the only purchase day; nothing of one who came again, or never."""
        sales = customer.signals.sales
        return [] if sales is None or sales.days != 1 else self.evidence(customer, WATCH)
