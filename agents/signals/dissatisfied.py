"""`dissatisfied`: the customer is not content with the service."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

import msgspec

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import Rate
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import CALLS, NONE, WATCH, Signal
from schemas.base.money import format_minor, half_even
from schemas.base.times import NO_DUE_US
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
    )
    fed_by: ClassVar[frozenset[Kind]] = CALLS
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "at_most": ("satisfaction", "<="),
        "clear_at": ("satisfaction", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._at_most, self._clear_at = values.ratio("at_most"), values.ratio("clear_at")
        self._answers = values.integer("answers")

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
        total, count = self._last(customer)
        numerator, denominator = self._at_most
        low = total * denominator <= numerator * count
        return WATCH if low and count == self._answers else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At a high one."""
        total, count = self._last(customer)
        numerator, denominator = self._clear_at
        return total * denominator >= numerator * count

    def _last(self, customer: Customer) -> tuple[int, int]:
        """(their sum, how many there are), of the last so many answers."""
        answers = customer.signals.answers[-self._answers :]
        return sum([answer for _, answer in answers]), len(answers)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """Answers do not age."""
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The mean."""
        total, count = self._last(customer)
        key, bound = ("clear_at", self._clear_at)
        if severity != NONE:
            key, bound = ("at_most", self._at_most)
        mean = _two_digits(total, count) if count else "0.00"
        return [self.finding(key, mean, _two_digits(*bound))]


def _two_digits(numerator: int, denominator: int) -> str:
    return format_minor(half_even(numerator * 100, denominator), 2)
