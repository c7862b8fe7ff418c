"""`habitual_complainer`: the customer complains of much of what it buys, and goes on doing so."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.margin import margin_of
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import Count, DaysIfAny, Rate, RateIfAny
from agents.signals.keys import Fault, Key, Values, not_above
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US, day_start
from schemas.base.value_lines import COMPLAINT_COSTS, COMPLAINTS, ORDERS
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class HabitualComplainer(Signal):
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

    def __init__(self, values: Values, policy: Policy) -> None:
        self._complaints = values.integer("complaints")
        self._above, self._clear_below = values.ratio("above"), values.ratio("clear_below")
        self._cost_share = values.ratio("cost_share") if values.given("cost_share") else None
        self._age_days = values.integer("age_days") if values.given("age_days") else None
        self._policy = policy

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return not_above(values, "clear_below", "above")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Sales and complaints of the value window."""
        return Keeps(counts=True)

    def _counts(self, customer: Customer) -> tuple[int, int]:
        """(complaints, sales) in the value window."""
        totals = customer.value.totals()
        return totals[COMPLAINTS], totals[ORDERS]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At too large a part of its sales, while it goes on; not of who bought nothing."""
        complaints, sales = self._counts(customer)
        numerator, denominator = self._above
        if complaints < self._complaints or not sales:
            return NONE
        if complaints * denominator <= numerator * sales or not self._costs_much(customer):
            return NONE
        return WATCH if at_us // DAY_US < self._ages_on(customer) else NONE

    def _ages_on(self, customer: Customer) -> int:
        """The day from which the last complaint is too old; NO_DAY: none before it leaves."""
        if self._age_days is None:
            return NO_DAY
        return customer.value.last_day_of(COMPLAINTS) + self._age_days

    def _costs_much(self, customer: Customer) -> bool:
        """Whether listening to complaints takes too much of the margin."""
        if self._cost_share is None:
            return True
        cost, margin = self._cost_and_margin(customer)
        numerator, denominator = self._cost_share
        return cost > 0 and cost * denominator > numerator * margin

    def _cost_and_margin(self, customer: Customer) -> tuple[int, int]:
        """(what contacts that complain cost, the margin), in minor units."""
        totals = customer.value.totals()
        return totals[COMPLAINT_COSTS], margin_of(totals, self._policy)

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a small part, or when it has ceased."""
        complaints, sales = self._counts(customer)
        numerator, denominator = self._clear_below
        if not complaints or not sales or complaints * denominator < numerator * sales:
            return True
        return at_us // DAY_US >= self._ages_on(customer)

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
        complaints, sales = self._counts(customer)
        share = format_share(complaints, sales) if sales else "0.0000"
        if severity == NONE:
            if (
                self._age_days is not None
                and complaints
                and customer.day >= self._ages_on(customer)
            ):
                passed = customer.day - customer.value.last_day_of(COMPLAINTS)
                return [self.finding("age_days", passed, self._age_days)]
            return [self.finding("clear_below", share, format_share(*self._clear_below))]
        found = [
            self.finding("above", share, format_share(*self._above)),
            self.finding("complaints", complaints, self._complaints),
        ]
        if self._cost_share is not None:
            cost, margin = self._cost_and_margin(customer)
            most = half_even(self._cost_share[0] * margin, self._cost_share[1])
            texts = [format_minor(amount, self._policy.digits) for amount in (cost, most)]
            found.append(self.finding("cost_share", *texts))
        return found
