"""What `call_abuse` and `repeat_issue` share: open while one issue counts for the signal."""

from typing import ClassVar

from agents.customer.issues import counted, latest
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.signals.rule import CALLS, NONE, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US
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

    def _full(self, customer: Customer, day: int) -> list[IssueRow]:
        """Those that count and have as many contacts in the window as it takes."""
        return [
            issue
            for issue in self._counting(customer)
            if counted(issue, day, self._window_days) >= self._contacts
        ]

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """While an issue counts that has its contacts now, not only when it began to count."""
        if at_us >= self._ends_us(customer):
            return NONE
        return WATCH if self._full(customer, at_us // DAY_US) else NONE

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """When none does."""
        return at_us >= self._ends_us(customer)

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When the last one ends."""
        ends_us = self._ends_us(customer) if is_open else NO_DUE_US
        return ends_us if ends_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The issue with the latest contact, of those that have enough."""
        if severity == NONE:
            return self.nothing_left()
        issue = latest(self._full(customer, customer.day))
        contacts = counted(issue, customer.day, self._window_days)
        return [
            self.finding("contacts", contacts, self._contacts),
            self.finding("issue", issue.name, self.state),
        ]

    def raised_by(self, customer: Customer) -> list[Finding]:
        """The issue of this kind with the most contacts in the window; nothing without one."""
        day, window_days = customer.day, self._window_days
        asked = [
            (counted(issue, day, window_days), issue.last_us, issue.name)
            for issue in customer.signals.issues
            if self._may_count(issue)
        ]
        if not asked:
            return []
        contacts, _, name = max(asked)
        return [
            self.finding("contacts", contacts, self._contacts),
            self.finding("issue", name, self.state),
        ]

    def cleared_by(self, customer: Customer) -> list[Finding]:
        """How many issues count."""
        return [Finding(f"risk.{self.name}", len(self._counting(customer)), 1)]

    def _may_count(self, issue: IssueRow) -> bool:
        """Whether an issue is of the kind that counts, once there are contacts enough."""
        raise NotImplementedError
