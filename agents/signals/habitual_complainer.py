"""`habitual_complainer`: the customer complains of much of what it buys, and goes on doing so."""

from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.key_types import Count, DaysIfAny, Rate, RateIfAny
from agents.signals.keys import Key, Values
from agents.signals.rule import NONE, WATCH
from agents.signals.share_of_sales import ShareOfSales
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US, day_start
from schemas.base.value_lines import COMPLAINT_COSTS, COMPLAINTS
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class HabitualComplainer(ShareOfSales):
    """Complains of much of what it buys; what was our fault is no habit, and does not count."""

    name: ClassVar[str] = "habitual_complainer"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("complaints", Count, "not below so many complaints in the value window"),
        Key("above", Rate, "raised when they are more than this part of the sales"),
        Key(
            "clear_below",
            Rate,
            "cleared when they are less than this part; at most `above`",
            above_zero=True,
        ),
        Key(
            "cost_share",
            RateIfAny,
            "raised only where the contacts that complain cost more than this of the margin; "
            "absent: whatever they cost",
            None,
        ),
        Key(
            "age_days",
            DaysIfAny,
            "only while the last complaint is fewer than so many UTC days old; absent: as long as "
            "it is in the value window",
            None,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = frozenset({Kind.PURCHASES, Kind.SUPPORT_CALLS})
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "above": ("complained of", ">"),
        "age_days": ("days since a complaint", ">="),
        "clear_below": ("complained of", "<"),
        "complaints": ("complaints", ">="),
        "cost_share": ("complaints cost", ">"),
    }

    counted: ClassVar[int] = COMPLAINTS

    def __init__(self, values: Values, policy: Policy) -> None:
        super().__init__(values, policy)
        self._complaints = values.integer("complaints")
        self._age_days = values.integer("age_days") if values.given("age_days") else None

    def _cost(self, totals: list[int]) -> int:
        """What contacts that complain cost."""
        return totals[COMPLAINT_COSTS]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At too large a part of its sales, while it goes on; not of who bought nothing."""
        complaints, sales = self._counts(customer)
        if complaints < self._complaints or not sales or not self._is_large(customer):
            return NONE
        return WATCH if at_us // DAY_US < self._ages_on(customer) else NONE

    def _ages_on(self, customer: Customer) -> int:
        """The day from which the last complaint is too old; NO_DAY: none before it leaves."""
        if self._age_days is None:
            return NO_DAY
        return customer.value.last_day_of(COMPLAINTS) + self._age_days

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a small part, or when it has ceased."""
        return self._is_small(customer) or at_us // DAY_US >= self._ages_on(customer)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When the last complaint is too old; they leave the window on its own due days."""
        if not is_open or not self._counts(customer)[0]:
            return NO_DUE_US
        ages_on = self._ages_on(customer)
        if ages_on == NO_DAY or (due_us := day_start(ages_on)) <= at_us:
            return NO_DUE_US
        return due_us

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Which part of its sales, how many, at what cost; or since when it has ceased."""
        complaints, _ = self._counts(customer)
        if severity != NONE:
            counted = self.finding("complaints", complaints, self._complaints)
            return [self._found_large(customer), counted, *self._found_cost(customer)]
        if self._age_days is not None and complaints and customer.day >= self._ages_on(customer):
            passed = customer.day - customer.value.last_day_of(COMPLAINTS)
            return [self.finding("age_days", passed, self._age_days)]
        return self._found_small(customer)
