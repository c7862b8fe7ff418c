"""What `call_abuse` and `repeat_issue` share: open while one issue counts for the signal."""

from typing import ClassVar

from agents.customer.issues import counted, latest
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.signals.rule import CALLS, NONE, WATCH, Signal
from schemas.base.times import NO_DUE_US
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding
from schemas.state.signal_rows import IssueRow


class IssueSignal(Signal):
    """Open while one of the issues counts; which do, its `IssueRule` says as contacts come."""

    fed_by: ClassVar[frozenset[Kind]] = CALLS
    state: ClassVar[str]
    """What an issue that counts is, in evidence."""

    def __init__(self, contacts: int, window_days: int, policy: Policy) -> None:
        self._contacts, self._window_days = contacts, window_days
        self._counted_as = policy.counted_as(self.name)

    def _counting(self, customer: Customer) -> list[IssueRow]:
        """The issues that count."""
        return [issue for issue in customer.signals.issues if self._counted_as in issue.counts_for]

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When one of them counts no more, if nobody asks about it again."""
        raise NotImplementedError

    def _ends_us(self, customer: Customer) -> int:
        """When none counts any more."""
        day = customer.day
        return max(
            [self._end_us(issue, day) for issue in self._counting(customer)], default=-NO_DUE_US
        )

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """While an issue counts."""
        return WATCH if at_us < self._ends_us(customer) else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """When none does."""
        return at_us >= self._ends_us(customer)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When the last one ends."""
        ends_us = self._ends_us(customer) if is_open else NO_DUE_US
        return ends_us if ends_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The issue with the latest contact."""
        if severity == NONE:
            return self.nothing_left()
        issue = latest(self._counting(customer))
        contacts = counted(issue, customer.day, self._window_days)
        return [
            self.finding("contacts", contacts, self._contacts),
            self.finding("issue", issue.name, self.state),
        ]
