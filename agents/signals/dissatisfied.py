"""`dissatisfied`: the customer is not content with the service."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

import msgspec

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import DaysIfAny, Rate
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import CALLS, NONE, WATCH, Signal
from schemas.base.money import format_minor, half_even
from schemas.base.times import DAY_US, NO_DUE_US, day_of, day_start
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding

ANSWERS_MAX: Final = 20


class Dissatisfied(Signal):
    """Is not content with the service."""

    name: ClassVar[str] = "dissatisfied"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("at_most", Rate, "raised when the mean of the last `answers` is this or less"),
        Key("clear_at", Rate, "cleared when it is this or more; more than `at_most`"),
        Key(
            "answers",
            Annotated[int, msgspec.Meta(ge=1, le=ANSWERS_MAX)],
            "so many answers are looked at",
            3,
        ),
        Key(
            "age_days",
            DaysIfAny,
            "an answer counts for so many UTC days, its own among them; absent: for ever",
            None,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = CALLS
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "answers": ("answers", ">="),
        "at_most": ("satisfaction", "<="),
        "clear_at": ("satisfaction", ">="),
        "age_days": ("days since the last answer", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._at_most, self._clear_at = values.ratio("at_most"), values.ratio("clear_at")
        self._answers = values.integer("answers")
        self._age_days = values.integer("age_days") if values.given("age_days") else None

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        if not values.less("at_most", "clear_at"):
            expected = f"more than at_most ({values.text('at_most')})"
            yield "clear_at", expected, values.text("clear_at")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """The last answers."""
        return Keeps(answers=values.integer("answers"))

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """At a low mean of the last answers."""
        total, count = self._last(customer, at_us // DAY_US)
        numerator, denominator = self._at_most
        low = total * denominator <= numerator * count
        return WATCH if low and count == self._answers else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a high one, or when none counts any more."""
        total, count = self._last(customer, at_us // DAY_US)
        numerator, denominator = self._clear_at
        return total * denominator >= numerator * count

    def _last(self, customer: Customer, day: int) -> tuple[int, int]:
        """(their sum, how many there are), of the last so many answers that count on a day."""
        answers = customer.signals.answers[-self._answers :]
        if self._age_days is not None:
            oldest_us = day_start(day - self._age_days + 1)
            answers = [said for said in answers if said[0] >= oldest_us]
        return sum([answer for _, answer in answers]), len(answers)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When the next of the answers counts no more; fewer of them never raise it."""
        if self._age_days is None or not is_open:
            return NO_DUE_US
        day = at_us // DAY_US
        for answered_us, _ in customer.signals.answers[-self._answers :]:
            if (aged_day := day_of(answered_us) + self._age_days) > day:
                return day_start(aged_day)
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The mean."""
        total, count = self._last(customer, customer.day)
        if severity == NONE and not count and self._age_days is not None:
            return [self._silence(customer, self._age_days)]
        key, bound = ("clear_at", self._clear_at)
        if severity != NONE:
            key, bound = ("at_most", self._at_most)
        mean = _two_digits(total, count) if count else "0.00"
        return [self.finding(key, mean, _two_digits(*bound))]

    def raised_by(self, customer: Customer) -> list[Finding]:
        """The mean, and how many answers there are of those it takes."""
        _, count = self._last(customer, customer.day)
        mean = self.evidence(customer, WATCH)
        return [*mean, self.finding("answers", count, self._answers)]

    def _silence(self, customer: Customer, age_days: int) -> Finding:
        """That nobody answered for so long."""
        answers = customer.signals.answers
        last_day = day_of(answers[-1][0]) if answers else customer.first_day
        return self.finding("age_days", customer.day - last_day, age_days)


def _two_digits(numerator: int, denominator: int) -> str:
    return format_minor(half_even(numerator * 100, denominator), 2)
