"""`unprofitable`: the customer costs more than it brings over the window, and is no newcomer."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.key_types import Amount, DaysIfAny, DaysOrNone
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.money import format_minor
from schemas.base.times import BEFORE_ALL_DAYS, DAY_US, NO_DAY, NO_DUE_US, day_of, day_start
from schemas.outputs.parts import Finding


class Unprofitable(Signal):
    """Costs more than it brings, and not only at the start."""

    name: ClassVar[str] = "unprofitable"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("below", Amount, "raised when the contribution is below; may be negative"),
        Key("clear_at", Amount, "cleared when it is this or more; at least `below`"),
        Key("min_tenure_days", DaysOrNone, "not before so many UTC days since the first event", 0),
        Key(
            "excuse_seller_fault",
            bool,
            "leave out the cost of contacts and returns that are the seller's fault",
            False,
        ),
        Key(
            "active_days",
            DaysIfAny,
            "only while a purchase, a return or a contact is fewer than so many UTC days old; "
            "absent: for ever",
            None,
        ),
    )
    opens_by_itself: ClassVar[bool] = True
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 30
    ends: ClassVar[frozenset[str]] = frozenset({"active_days"})
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "active_days": ("days at rest", ">="),
        "below": ("contribution", "<"),
        "clear_at": ("contribution", ">="),
        "excuse_seller_fault": ("the seller's fault", "is"),
        "min_tenure_days": ("days a customer", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._below, self._clear_at = values.minor("below"), values.minor("clear_at")
        self._min_tenure_days = values.integer("min_tenure_days")
        self._excuses = values.flag("excuse_seller_fault")
        self._active_days = values.integer("active_days") if values.given("active_days") else None
        self._digits, self._policy = policy.digits, policy

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        if values.minor("clear_at") < values.minor("below"):
            yield "clear_at", f"at least below ({values.text('below')})", values.text("clear_at")

    def _brought(self, customer: Customer) -> int:
        """The contribution, without what was the seller's fault where that is excused."""
        return customer.contribution + self._excused(customer)

    def _excused(self, customer: Customer) -> int:
        value = customer.value
        if self._policy.excuses:
            return value.seller_fault + value.refunds
        return value.seller_fault if self._excuses else 0

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Below `below`, once tenure is reached."""
        if self._brought(customer) >= self._below or customer.is_prospect(self._policy):
            return NONE
        day = at_us // DAY_US
        is_no_newcomer = day - customer.first_day >= self._min_tenure_days
        return WATCH if is_no_newcomer and day < self._rests_from_day(customer) else NONE

    def _rests_from_day(self, customer: Customer) -> int:
        """The day from which the customer is at rest if nothing happens; NO_DAY: never."""
        if self._active_days is None:
            return NO_DAY
        last_us = customer.touch.last_us
        return BEFORE_ALL_DAYS if last_us is None else day_of(last_us) + self._active_days

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At `clear_at`, or at rest."""
        if at_us // DAY_US >= self._rests_from_day(customer):
            return True
        return self._brought(customer) >= self._clear_at

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When a customer that makes a loss has been here long enough, or comes to rest."""
        if is_open:
            rests_day = self._rests_from_day(customer)
            if rests_day == NO_DAY or (rests_us := day_start(rests_day)) <= at_us:
                return NO_DUE_US
            return rests_us
        if self._brought(customer) >= self._below:
            return NO_DUE_US
        due_us = day_start(customer.first_day + self._min_tenure_days)
        return due_us if due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What it brings, and since when it is here."""
        brought = self._brought(customer)
        if severity == NONE and (rests_day := self._rests_from_day(customer)) <= customer.day:
            findings = [self._rest(customer, rests_day)]
        elif severity == NONE:
            findings = [self._money("clear_at", brought, self._clear_at)]
        else:
            findings = [
                self._money("below", brought, self._below),
                self.finding("min_tenure_days", customer.tenure_days, self._min_tenure_days),
            ]
        if excused := self._excused(customer):
            text = format_minor(excused, self._digits)
            findings.append(self.finding("excuse_seller_fault", text, "excused"))
        return findings

    def raised_by(self, customer: Customer) -> list[Finding]:
        """What it brings, since when it is here, how long at rest; nothing of a prospect."""
        if customer.is_prospect(self._policy):
            return []
        found, rests_day = self.evidence(customer, WATCH), self._rests_from_day(customer)
        return found if rests_day == NO_DAY else [*found, self._rest(customer, rests_day)]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """What it brings, and for how long it has been at rest where that counts."""
        found = [self._money("clear_at", self._brought(customer), self._clear_at)]
        rests_day = self._rests_from_day(customer)
        return found if rests_day == NO_DAY else [*found, self._rest(customer, rests_day)]

    def _rest(self, customer: Customer, rests_day: int) -> Finding:
        assert self._active_days is not None
        last_day = rests_day - self._active_days
        if rests_day == BEFORE_ALL_DAYS:
            last_day = customer.first_day
        return self.finding("active_days", customer.day - last_day, self._active_days)

    def _money(self, key: str, observed: int, threshold: int) -> Finding:
        return self.finding(
            key, format_minor(observed, self._digits), format_minor(threshold, self._digits)
        )
