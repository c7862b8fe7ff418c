"""`overdue`: the customer buys no more at its own pace."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

import msgspec

from agents.customer.sales import Sales
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import SALES_LEAST_DAYS, Keeps
from agents.policy.key_types import DaysOrNone, Rate, RateIfAny
from agents.signals.keys import Fault, Key, Values, not_below
from agents.signals.rule import HIGH, NONE, SALES, WATCH, Signal
from schemas.base.money import Ratio
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US, next_midnight_us
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding

GAPS_KEPT: Final = 16
"""So many of a customer's last gaps tell its habit."""


class Overdue(Signal):
    """Buys no more at its own pace."""

    name: ClassVar[str] = "overdue"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("watch", Rate, "raised after more than so many times its gap", above_zero=True),
        Key("high", Rate, "`high` after more than so many; at least `watch`"),
        Key(
            "min_purchase_days",
            Annotated[int, msgspec.Meta(ge=2, le=1_000_000)],
            "not before so many purchase days",
            3,
        ),
        Key(
            "quantile",
            RateIfAny,
            "by the gap that so large a share of its last 16 does not exceed, at most 1; "
            "absent: by the mean of all",
            None,
            above_zero=True,
            at_most_one=True,
        ),
        Key("min_days", DaysOrNone, "not before so many days without a purchase have passed", 0),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    opens_by_itself: ClassVar[bool] = True
    leaves: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "watch": ("days since a purchase", ">", "<="),
        "high": ("days since a purchase", ">"),
        "min_purchase_days": ("purchase days", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._watch, self._high = values.ratio("watch"), values.ratio("high")
        self._min_purchase_days = values.integer("min_purchase_days")
        self._quantile = values.ratio("quantile") if values.given("quantile") else None
        self._min_days = values.integer("min_days")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """High comes after watch."""
        return not_below(values, "high", "watch")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Purchase days, and the last of them for its gaps."""
        latest = GAPS_KEPT + 1 if values.given("quantile") else 0
        return Keeps(sales_days=SALES_LEAST_DAYS, purchase_days=latest)

    def _from_day(self, sales: Sales | None, factor: Ratio) -> int:
        """The first day on which more than so many gaps have passed."""
        if sales is None or sales.days < self._min_purchase_days:
            return NO_DAY
        return sales.last_day + self._pause(sales, factor) + 1

    def _pause(self, sales: Sales, factor: Ratio) -> int:
        """So many of its gaps between purchase days, in whole days, rounded down."""
        usual = None if self._quantile is None else sales.usual_gap(self._quantile)
        if usual is None:
            mean_of = factor[1] * (sales.days - 1)
            days = factor[0] * (sales.last_day - sales.first_day) // mean_of
        else:
            days = factor[0] * usual // factor[1]
        return max(days, self._min_days)

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """After so many of its gaps."""
        sales, day = customer.signals.sales, at_us // DAY_US
        if day < self._from_day(sales, self._watch):
            return NONE
        return HIGH if day >= self._from_day(sales, self._high) else WATCH

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """A purchase came."""
        sales = customer.signals.sales
        if sales is None or sales.days <= 1:
            return True
        return at_us // DAY_US - sales.last_day <= self._pause(sales, self._watch)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When as many gaps have passed."""
        sales = customer.signals.sales
        if sales is None or sales.days < self._min_purchase_days:
            return NO_DUE_US
        days = self._from_day(sales, self._watch), self._from_day(sales, self._high)
        return next_midnight_us(days, at_us)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Days since the last purchase beside its gaps."""
        sales = customer.signals.sales
        if sales is None or sales.days <= 1:
            return [self.finding("watch", 0, 0)]
        key, factor = ("high", self._high) if severity == HIGH else ("watch", self._watch)
        since = customer.day - sales.last_day
        findings = [self.finding(key, since, self._pause(sales, factor))]
        if severity != NONE:
            least = self._min_purchase_days
            findings.append(self.finding("min_purchase_days", sales.days, least))
        return findings
