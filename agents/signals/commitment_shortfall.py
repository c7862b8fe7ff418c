"""`commitment_shortfall`: the customer buys less than it promised for its discount."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.commitment import term_days
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.key_types import Rate
from agents.signals.keys import Fault, Key, Values, not_below
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.money import Ratio, format_minor, format_share, half_even
from schemas.base.times import DAY_US, NO_DUE_US, date_of, day_start
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding
from schemas.state.rows import CommitmentRow


class CommitmentShortfall(Signal):
    """Buys less than it promised for its discount."""

    name: ClassVar[str] = "commitment_shortfall"
    keys: ClassVar[tuple[Key, ...]] = (
        Key(
            "after_share",
            Rate,
            "not before this part of the term has passed; at most 1",
            at_most_one=True,
        ),
        Key("below", Rate, "raised when it bought less than this part of what is promised"),
        Key("clear_at", Rate, "cleared at this part or more; at least `below`", at_most_one=True),
        Key(
            "ends_with_term",
            bool,
            "cleared when the term is over, and not raised after it",
            False,
        ),
    )
    fed_by: ClassVar[frozenset[Kind]] = frozenset({Kind.CUSTOMERS, Kind.PURCHASES})
    opens_by_itself: ClassVar[bool] = True
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 15
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("commitments", "<"),
        "after_share": ("of the term", ">="),
        "below": ("bought", "<"),
        "clear_at": ("bought", ">="),
        "ends_with_term": ("the last day of its term", "is"),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._after_share = values.ratio("after_share")
        self._below, self._clear_at = values.ratio("below"), values.ratio("clear_at")
        self._ends_with_term = values.flag("ends_with_term")
        self._digits = policy.digits

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return not_below(values, "clear_at", "below")

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """When enough of the term has passed, below a part of what is promised by then."""
        commitment, day = customer.commitment, at_us // DAY_US
        if commitment is None or self._is_over(commitment, day):
            return NONE
        term, passed = term_days(commitment, day)
        numerator, denominator = self._after_share
        if passed == 0 or passed * denominator < numerator * term:
            return NONE
        numerator, denominator = self._below
        bought = commitment.revenue * term * denominator
        return WATCH if bought < numerator * commitment.amount * passed else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """At enough of it, or when nothing is promised any more."""
        commitment, day = customer.commitment, at_us // DAY_US
        if commitment is None or self._is_over(commitment, day):
            return True
        term, passed = term_days(commitment, day)
        numerator, denominator = self._clear_at
        bought = commitment.revenue * term * denominator
        return bought >= numerator * commitment.amount * passed

    def _is_over(self, commitment: CommitmentRow, day: int) -> bool:
        return self._ends_with_term and day > commitment.ends_day

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When enough of the term has passed, or so much that what was bought is too little."""
        commitment = customer.commitment
        if commitment is None:
            return NO_DUE_US
        if is_open:
            over_us = day_start(commitment.ends_day + 1)
            return over_us if self._ends_with_term and over_us > at_us else NO_DUE_US
        term, _ = term_days(commitment, 0)
        numerator, denominator = self._after_share
        passed = max(1, -(-numerator * term // denominator))
        numerator, denominator = self._below
        promised = numerator * commitment.amount
        bought = commitment.revenue * term * denominator
        if bought >= 0:
            if promised == 0:
                return NO_DUE_US
            passed = max(passed, bought // promised + 1)
        due_us = day_start(commitment.starts_day + passed - 1)
        return due_us if passed <= term and due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What was bought beside what was promised by now."""
        commitment = customer.commitment
        if commitment is None:
            return self.nothing_left()
        if self._is_over(commitment, customer.day):
            last_day = str(date_of(commitment.ends_day))
            return [self.finding("ends_with_term", last_day, "past")]
        if severity == NONE:
            return [self._money("clear_at", commitment, self._clear_at, customer.day)]
        term, passed = term_days(commitment, customer.day)
        after = format_share(*self._after_share)
        return [
            self._money("below", commitment, self._below, customer.day),
            self.finding("after_share", format_share(passed, term), after),
        ]

    def raised_by(self, customer: Customer) -> list[Finding]:
        """What was bought beside what was promised by now; nothing without a promise."""
        commitment = customer.commitment
        if commitment is None or self._is_over(commitment, customer.day):
            return []
        return self.evidence(customer, WATCH)

    def _money(self, key: str, commitment: CommitmentRow, part: Ratio, day: int) -> Finding:
        term, passed = term_days(commitment, day)
        promised = half_even(part[0] * commitment.amount * passed, part[1] * term)
        return self.finding(
            key,
            format_minor(commitment.revenue, self._digits),
            format_minor(promised, self._digits),
        )
