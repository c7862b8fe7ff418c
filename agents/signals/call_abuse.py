"""`call_abuse`: the customer calls about one thing that is resolved, over and over."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.issues import counted, leaving_us
from agents.policy.compiled import Policy
from agents.policy.keeps import ISSUES_LEAST_DAYS, IssueRule, Keeps
from agents.policy.key_types import Count, CountOrNone, Days
from agents.signals.issue_signal import IssueSignal
from agents.signals.keys import Fault, Key, Values, fewer_than
from schemas.state.signal_rows import IssueRow


class ResolvedIssueRule(IssueRule):
    """Many contacts on an issue that is resolved and was not our fault."""

    def __init__(self, contacts: int, clear_at: int, window_days: int) -> None:
        super().__init__(CallAbuse.name)
        self._contacts, self._clear_at, self._window_days = contacts, clear_at, window_days

    def counts(self, issue: IssueRow, day: int, counted_before: bool) -> bool:
        """From `contacts` in the window on, until no more than `clear_at` are left in it."""
        contacts = counted(issue, day, self._window_days)
        if not issue.word or issue.at_fault or contacts <= self._clear_at:
            return False
        return counted_before or contacts >= self._contacts


class CallAbuse(IssueSignal):
    """Calls about one thing that is resolved, over and over."""

    name: ClassVar[str] = "call_abuse"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("contacts", Count, "raised at so many contacts on one resolved issue"),
        Key("clear_at", CountOrNone, "cleared at so many or fewer; less than `contacts`"),
        Key("window_days", Days, "within so many UTC days"),
    )
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    state: ClassVar[str] = "resolved"
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("issues called about too often", "<"),
        "contacts": ("contacts on one issue", ">="),
        "issue": ("issue", "is"),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        super().__init__(values.integer("contacts"), values.integer("window_days"), policy)
        self._clear_at = values.integer("clear_at")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """It is not cleared where it is raised."""
        return fewer_than(values, "clear_at", "contacts")

    @staticmethod
    def keeps(values: Values) -> Keeps:
        """Issues with their contacts."""
        contacts, clear_at = values.integer("contacts"), values.integer("clear_at")
        window_days = values.integer("window_days")
        return Keeps(
            issue_days=window_days,
            issues_forgotten_days=max(window_days, ISSUES_LEAST_DAYS),
            issue_rules=(ResolvedIssueRule(contacts, clear_at, window_days),),
        )

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When enough contacts have left."""
        return leaving_us(issue, day, self._clear_at, self._window_days)
