"""`leaving`: several signs of one who leaves as one signal, raised once and told together."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.signals.fading import Fading
from agents.signals.keys import Fault, Key, Values
from agents.signals.no_second_purchase import NoSecondPurchase
from agents.signals.overdue import Overdue
from agents.signals.rule import HIGH, NONE, SALES, WATCH, Signal
from agents.signals.spend_drop import SpendDrop
from schemas.base.times import day_of
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding

Sign = Literal["fading", "no_second_purchase", "overdue", "spend_drop"]
SIGNS: Final[tuple[type[Signal], ...]] = (Fading, NoSecondPurchase, Overdue, SpendDrop)
"""What may be one of them, by name."""
ENOUGH: Final = 2
"""So many signs at once are `high`."""


class Leaving(Signal):
    """Shows signs of leaving."""

    name: ClassVar[str] = "leaving"
    keys: ClassVar[tuple[Key, ...]] = (
        Key(
            "of",
            Annotated[
                tuple[Sign, ...], msgspec.Meta(min_length=1, title="a list of signals of leaving")
            ],
            "the signals that are evidence of this one, and are not raised by themselves; "
            "`high` when one of them is, or two hold",
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = SALES
    opens_by_itself: ClassVar[bool] = True
    leaves: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "bought": ("days since a purchase", "<= days open"),
        "": ("signs of leaving", "<"),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        names = values.names("of")
        self._signs = tuple(
            sign(Values(policy.signals[sign.name], policy.digits), policy)
            for sign in SIGNS
            if sign.name in names
        )

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """Each is named once."""
        names = values.names("of")
        for name in names:
            if names.count(name) > 1:
                yield "of", "each signal once", name
                return

    def _held(self, customer: Customer, tier: int, at_us: int) -> list[tuple[Signal, int]]:
        """The signs that hold, each with its severity."""
        found = [(sign, sign.severity(customer, tier, at_us)) for sign in self._signs]
        return [(sign, severity) for sign, severity in found if severity != NONE]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """As high as the highest sign, and high with enough of them."""
        held = self._held(customer, tier, at_us)
        if not held:
            return NONE
        is_high = len(held) >= ENOUGH or any(severity == HIGH for _, severity in held)
        return HIGH if is_high else WATCH

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """A purchase came, or nothing tells of leaving any more."""
        return self._bought_since(customer) or not self._held(customer, tier, at_us)

    def _bought_since(self, customer: Customer) -> bool:
        """Whether it bought on the day on which this was raised, or later."""
        row, sales = customer.risks.get(self.name), customer.signals.sales
        if row is None or sales is None:
            return False
        return sales.last_day >= day_of(row.since_us)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When one of the signs turns."""
        return min(sign.next_us(customer, tier, at_us, is_open) for sign in self._signs)

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """That of each sign that holds; or the purchase."""
        if severity == NONE:
            return self._over(customer)
        found: list[Finding] = []
        # no sign of leaving asks for the tier
        for sign, its in self._held(customer, 0, customer.as_of_us):
            found += sign.evidence(customer, its)
        return found

    def raised_by(self, customer: Customer) -> list[Finding]:
        """What raises each sign: one is enough."""
        return [found for sign in self._signs for found in sign.raised_by(customer)]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """How many signs hold."""
        held = self._held(customer, 0, customer.as_of_us)
        return [Finding(f"risk.{self.name}", len(held), 1)]

    def _over(self, customer: Customer) -> list[Finding]:
        row, sales = customer.risks.get(self.name), customer.signals.sales
        if row is None or sales is None or not self._bought_since(customer):
            return self.nothing_left()
        since, is_open = customer.day - sales.last_day, customer.day - day_of(row.since_us)
        return [self.finding("bought", since, is_open)]


def grouped(sections: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The signals that are evidence of this one only, of a policy's sections."""
    section = sections.get(Leaving.name)
    return frozenset() if section is None else frozenset(section["of"])
