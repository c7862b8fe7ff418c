"""`complaint_open`: a key or important customer's complaint waits."""

from typing import Annotated, ClassVar, Final

import msgspec

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.keeps import ISSUES_LEAST_DAYS, Keeps
from agents.signals.keys import Key, Values
from agents.signals.rule import NONE, WATCH, Signal
from schemas.base.times import HOUR_US, NO_DUE_US
from schemas.base.vocabulary import HIGH_RANK, TIERS
from schemas.outputs.parts import Finding
from schemas.state.signal_rows import IssueRow

HOURS_MAX: Final = 8_784
"""A leap year."""


class ComplaintOpen(Signal):
    """A key or important customer's complaint waits."""

    name: ClassVar[str] = "complaint_open"
    keys: ClassVar[tuple[Key, ...]] = (
        Key(
            "after_hours",
            Annotated[int, msgspec.Meta(ge=1, le=HOURS_MAX)],
            "raised so many hours after an unresolved complaint",
        ),
    )
    opens_by_itself: ClassVar[bool] = True
    weight: ClassVar[int] = 25
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("complaints open", "<"),
        "after_hours": ("hours since a complaint", ">="),
        "issue": ("issue", "is"),
        "tier": ("tier", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._after_us = values.integer("after_hours") * HOUR_US

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Issues with their complaints."""
        return Keeps(issues_forgotten_days=ISSUES_LEAST_DAYS)

    def _waiting(self, customer: Customer) -> list[IssueRow]:
        issues = customer.signals.issues
        return [issue for issue in issues if issue.complaints_us and issue.word is False]

    def _waits(self, customer: Customer, at_us: int) -> bool:
        latest_us = at_us - self._after_us
        return any(issue.complaints_us[0] <= latest_us for issue in self._waiting(customer))

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """Where somebody of a high tier waits for long."""
        if not customer.signals.issues or tier < HIGH_RANK:
            return NONE
        return WATCH if self._waits(customer, at_us) else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """Nobody waits."""
        return not self._waits(customer, at_us)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When a complaint has waited for long."""
        if is_open or not customer.signals.issues or tier < HIGH_RANK:
            return NO_DUE_US
        next_us = NO_DUE_US
        for issue in self._waiting(customer):
            if at_us < issue.complaints_us[0] + self._after_us < next_us:
                next_us = issue.complaints_us[0] + self._after_us
        return next_us

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The earliest complaint."""
        if severity == NONE:
            return self.nothing_left()
        issue = min(self._waiting(customer), key=_complaint_us)
        hours = (customer.as_of_us - _complaint_us(issue)) // HOUR_US
        return [
            self.finding("after_hours", hours, self._after_us // HOUR_US),
            self.finding("issue", issue.name, "unresolved"),
        ]

    def raised_by(self, customer: Customer) -> list[Finding]:
        """The earliest complaint that waits, and the tier; nothing where none waits."""
        if not self._waiting(customer):
            return []
        tier = TIERS[customer.tier or 0]
        asked = self.finding("tier", tier, TIERS[HIGH_RANK])
        return [*self.evidence(customer, WATCH), asked]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """How many complaints wait."""
        return [Finding(f"risk.{self.name}", len(self._waiting(customer)), 1)]


def _complaint_us(issue: IssueRow) -> int:
    return issue.complaints_us[0]
