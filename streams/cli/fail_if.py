"""`--fail-if`: what a pipeline does not let through, as in `downgrades > 2%` or `moves >= 100`."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import click
import msgspec

from agents.whatif.tally import Movement, Tally

MEASURES: Final = {
    "moves": lambda its: its.upgrades + its.downgrades,
    "upgrades": lambda its: its.upgrades,
    "downgrades": lambda its: its.downgrades,
    "signals": lambda its: its.appearing.total() + its.vanishing.total(),
    "appearing": lambda its: its.appearing.total(),
    "vanishing": lambda its: its.vanishing.total(),
    "steps": lambda its: its.steps.total(),
    "treatments": lambda its: its.treatments,
    "contacts": lambda its: its.contacts,
}
"""What can be counted of a movement, by its word."""
_LINE: Final = re.compile(r"\s*([a-z]+)\s*(>=|>)\s*(\d{1,12}(?:\.\d{1,6})?)\s*(%?)\s*")


class Limit(msgspec.Struct, frozen=True):
    """A count that must not be passed."""

    text: str
    measure: str
    inclusive: bool
    """Whether the number itself is too much already."""
    number: Fraction
    is_share: bool
    """Whether the number is percent of all customers."""

    def broken_by(self, tally: Tally) -> str | None:
        """How it is passed, today or later, in words; None: it is not."""
        if not tally.customers:
            return None
        found = max(_count(self.measure, its) for its in (tally.today, tally.later))
        observed = Fraction(100 * found, tally.customers) if self.is_share else Fraction(found)
        if observed < self.number or (observed == self.number and not self.inclusive):
            return None
        share = 100 * found / tally.customers
        return f"--fail-if {self.text!r}: found {found} ({share:.2f}% of the customers)"


class LimitType(click.ParamType):
    """The words of `--fail-if`."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The limit of a text; a usage error names what is allowed."""
        found = _LINE.fullmatch(value)
        if found is None or found[1] not in MEASURES:
            self.fail(
                f"expected WORD > NUMBER or WORD >= NUMBER, the number with % or without, and the "
                f"word one of {', '.join(MEASURES)}; found {value!r}.",
                param,
                ctx,
            )
        measure, sign, number, percent = found.groups()
        text = value.strip()
        return Limit(text, measure, sign == ">=", Fraction(Decimal(number)), bool(percent))


def _count(measure: str, movement: Movement) -> int:
    return int(MEASURES[measure](movement))
