"""`repeat_issue`: the customer has to ask about one thing again and again: a service that fails."""

from typing import ClassVar

from agents.customer.issues import counted, quiet_us
from agents.policy.compiled import Policy
from agents.policy.keeps import ISSUES_LEAST_DAYS, IssueRule, Keeps
from agents.policy.key_types import Count, Days
from agents.signals.issue_signal import IssueSignal
from agents.signals.keys import Key, Values
from schemas.base.times import DAY_US
from schemas.state.signal_rows import IssueRow


class UnresolvedIssueRule(IssueRule):
    """Many contacts on an issue that is said to be unresolved."""

    def __init__(self, contacts: int, window_days: int, quiet_days: int) -> None:
        super().__init__(RepeatIssue.name)
        self._contacts, self._window_days, self._quiet_days = contacts, window_days, quiet_days

    def counts(self, issue: IssueRow, day: int, counted_before: bool) -> bool:
        """From `contacts` in the window on, until it is resolved or has been quiet."""
        if issue.word or day - issue.last_us // DAY_US >= self._quiet_days:
            return False
        if counted_before:
            return True
        return issue.word is False and counted(issue, day, self._window_days) >= self._contacts


class RepeatIssue(IssueSignal):
    """Has to ask about one thing again and again: a service that fails."""

    name: ClassVar[str] = "repeat_issue"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("contacts", Count, "raised at so many contacts on one unresolved issue"),
        Key("window_days", Days, "within so many UTC days"),
        Key("quiet_days", Days, "cleared after so many without a contact on it"),
    )
    weight: ClassVar[int] = 15
    state: ClassVar[str] = "unresolved"
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("issues that repeat", "<"),
        "contacts": ("contacts on one issue", ">="),
        "issue": ("issue", "is"),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        super().__init__(values.integer("contacts"), values.integer("window_days"), policy)
        self._quiet_days = values.integer("quiet_days")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Issues with their contacts."""
        window_days, quiet_days = values.integer("window_days"), values.integer("quiet_days")
        rule = UnresolvedIssueRule(values.integer("contacts"), window_days, quiet_days)
        return Keeps(
            issue_days=window_days,
            issues_forgotten_days=max(window_days, quiet_days, ISSUES_LEAST_DAYS),
            issue_rules=(rule,),
        )

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When nobody has asked for long enough."""
        return quiet_us(issue, self._quiet_days)
