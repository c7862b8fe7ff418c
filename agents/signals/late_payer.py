"""`late_payer`: several of the last payments came many days late."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import Keeps
from agents.policy.key_types import DaysIfAny, DaysOrNone, Payments
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US, day_of, day_start
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
        Key(
            "age_days",
            DaysIfAny,
            "a late payment counts for so many UTC days, its own among them; cleared when none "
            "counts any more; absent: for ever",
            None,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = frozenset({Kind.PAYMENTS})
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "late": ("late payments", ">=", "<"),
        "clear_on_time": ("payments on time", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._late, self._of = values.integer("late"), values.integer("of")
        self._days, self._clear_on_time = values.integer("days"), values.integer("clear_on_time")
        self._age_days = values.integer("age_days") if values.given("age_days") else None

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
        return WATCH if len(self._late_days(customer, at_us // DAY_US)) >= self._late else NONE

    def _late_days(self, customer: Customer, day: int) -> list[int]:
        """When the late ones among the last payments were made that count on a day."""
        last = customer.payments.last[-self._of :]
        made = [day_of(paid[0]) for paid in last if paid[1] > self._days]
        if self._age_days is None:
            return made
        return [made_day for made_day in made if day - made_day < self._age_days]

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """On a run that was on time, or when no late one counts any more."""
        if self._age_days is not None and not self._late_days(customer, at_us // DAY_US):
            return True
        return self._is_on_time(customer)

    def _is_on_time(self, customer: Customer) -> bool:
        last = customer.payments.last[-self._clear_on_time :]
        return len(last) == self._clear_on_time and all(paid[1] <= 0 for paid in last)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When the last of the late ones counts no more; fewer of them never raise it."""
        if self._age_days is None or not is_open:
            return NO_DUE_US
        late = self._late_days(customer, at_us // DAY_US)
        return day_start(late[-1] + self._age_days) if late else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """How many there were."""
        if severity != NONE or not self._is_on_time(customer):
            late = len(self._late_days(customer, customer.day))
            return [self.finding("late", late, self._late)]
        return [self.finding("clear_on_time", self._clear_on_time, self._clear_on_time)]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """The run on time so far, and the late ones that still count."""
        on_time = 0
        for paid in reversed(customer.payments.last):
            if paid[1] > 0:
                break
            on_time += 1
        found = [self.finding("clear_on_time", on_time, self._clear_on_time)]
        if self._age_days is not None:
            found.append(self.finding("late", len(self._late_days(customer, customer.day)), 1))
        return found
