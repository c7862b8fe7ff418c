"""`late_payer`: several of the last payments came many days late."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import DaysOrNone, Payments
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.times import NO_DUE_US
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class LatePayer(Signal):
    """Pays late again and again."""

    name: ClassVar[str] = "late_payer"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("late", Payments, "raised when so many of the last `of` payments"),
        Key("of", Payments, "so many payments are looked at"),
        Key("days", DaysOrNone, "were more than so many days late"),
        Key(
            "clear_on_time",
            Payments,
            "cleared when so many in a row were on time; more than `of` - `late`",
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = frozenset({Kind.PAYMENTS})
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "late": ("late payments", ">="),
        "clear_on_time": ("payments on time", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._late, self._of = values.integer("late"), values.integer("of")
        self._days, self._clear_on_time = values.integer("days"), values.integer("clear_on_time")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """No run on time may leave enough late ones among those that are looked at."""
        late, of = values.integer("late"), values.integer("of")
        clear_on_time = values.integer("clear_on_time")
        if late > of:
            yield "late", f"at most of ({of})", late
        if clear_on_time <= of - late:
            yield (
                "clear_on_time",
                f"more than of - late ({of - late}): it would flap",
                clear_on_time,
            )

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """The last payments."""
        return Keeps(payments=max(values.integer("of"), values.integer("clear_on_time")))

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """By the last `of` payments."""
        return WATCH if self._count_late(customer) >= self._late else NONE

    def _count_late(self, customer: Customer) -> int:
        last = customer.payments.last[-self._of :]
        return len([days for _, days in last if days > self._days])

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """On a run that was on time."""
        last = customer.payments.last[-self._clear_on_time :]
        return len(last) == self._clear_on_time and all(days <= 0 for _, days in last)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """Payments do not age."""
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """How many there were."""
        if severity != NONE:
            return [self.finding("late", self._count_late(customer), self._late)]
        return [self.finding("clear_on_time", self._clear_on_time, self._clear_on_time)]
