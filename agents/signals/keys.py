"""The keys of a signal's policy section, and their values as a rule reads them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec

from agents.policy.key_types import Amount, Rate, RateIfAny
from agents.policy.rates import checked_ratio
from schemas.base.meanings import means
from schemas.base.money import Ratio, parse_ratio, parse_signed_minor
from schemas.base.vocabulary import CONTACT_CHANNELS, ContactChannel

_ANNOTATED: Any = Annotated
REQUIRED: Final = object()
"""In place of a default: a section without the key is refused."""
Fault = tuple[str, str, object]
"""(key, expected, found)"""


class Key(msgspec.Struct, frozen=True):
    """One key: its kind of value, its bounds and the sentence that the reference shows."""

    name: str
    kind: Any
    """What msgspec checks: a kind of `agents.policy.key_types`."""
    meaning: str
    default: Any = REQUIRED
    above_zero: bool = False
    below_one: bool = False
    at_most_one: bool = False

    @property
    def field(self) -> tuple[Any, ...]:
        """The field of the section's struct."""
        kind = _ANNOTATED[self.kind, means(self.meaning)]
        if self.default is REQUIRED:
            return self.name, kind
        return self.name, kind, self.default


class Values:
    """What the keys of one signal hold in a policy whose kinds are checked."""

    def __init__(self, values: Mapping[str, Any], digits: int) -> None:
        """`digits` are those of the base currency."""
        self._values, self.digits = values, digits

    def integer(self, name: str) -> int:
        """A whole number."""
        value: int = self._values[name]
        return value

    def given(self, name: str) -> bool:
        """Whether a key that may be absent is there."""
        return self._values[name] is not None

    def flag(self, name: str) -> bool:
        """True or false."""
        value: bool = self._values[name]
        return value

    def text(self, name: str) -> str:
        """As it is written."""
        value: str = self._values[name]
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """A list of words."""
        value: tuple[str, ...] = self._values[name]
        return value

    def channels(self, name: str) -> tuple[ContactChannel, ...]:
        """Those that are named; absent: all."""
        value: tuple[ContactChannel, ...] = self._values[name] or CONTACT_CHANNELS
        return value

    def ratio(self, name: str) -> Ratio:
        """A decimal text, exactly."""
        return checked_ratio(self.text(name))

    def real(self, name: str) -> float:
        """A decimal text for a model in floating point."""
        numerator, denominator = self.ratio(name)
        return numerator / denominator

    def minor(self, name: str) -> int:
        """An amount in minor units of the base currency."""
        amount = parse_signed_minor(self.text(name), self.digits)
        assert amount is not None
        return amount

    def less(self, one: str, other: str) -> bool:
        """Whether one decimal text is less than another."""
        first, second = self.ratio(one), self.ratio(other)
        return first[0] * second[1] < second[0] * first[1]


def key_faults(keys: tuple[Key, ...], values: Values) -> Iterator[Fault]:
    """What the kinds of the keys could not say of each value alone."""
    for key in keys:
        if not values.given(key.name):
            continue
        if key.kind is Rate or key.kind is RateIfAny:
            expected = _decimal_fault(key, values.text(key.name))
        elif key.kind is Amount:
            expected = _amount_fault(values.text(key.name), values.digits)
        else:
            continue
        if expected:
            yield key.name, expected, values.text(key.name)


def not_below(values: Values, key: str, bound: str) -> Iterator[Fault]:
    """The decimal text of one key is at least that of another."""
    if values.less(key, bound):
        yield key, f"at least {bound} ({values.text(bound)})", values.text(key)


def not_above(values: Values, key: str, bound: str) -> Iterator[Fault]:
    """The decimal text of one key is at most that of another."""
    if values.less(bound, key):
        yield key, f"at most {bound} ({values.text(bound)})", values.text(key)


def fewer_than(values: Values, key: str, bound: str) -> Iterator[Fault]:
    """The whole number of one key is less than that of another."""
    if not values.integer(key) < values.integer(bound):
        yield key, f"less than {values.integer(bound)}", values.integer(key)


def _decimal_fault(key: Key, text: str) -> str:
    """What was expected of a decimal text; empty where it is so."""
    ratio = parse_ratio(text)
    if ratio is None:
        return "a decimal text, not negative"
    if key.above_zero and ratio[0] == 0:
        return "more than 0"
    if key.below_one and ratio[0] >= ratio[1]:
        return "less than 1"
    return "at most 1" if key.at_most_one and ratio[0] > ratio[1] else ""


def _amount_fault(text: str, digits: int) -> str:
    if parse_signed_minor(text, digits) is None:
        return f"a decimal text of at most {digits} digits behind the point"
    return ""
