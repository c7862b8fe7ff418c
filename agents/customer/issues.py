"""What one customer asked for: contacts issue by issue, whether it is resolved, complaints."""

from bisect import insort
from typing import Final

from agents.events.booking import Contact
from agents.events.cells import cells_below, take_from
from agents.policy.keeps import Keeps
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.state.signal_rows import IssueRow

ISSUES_MAX: Final = 16
"""Of a customer; beyond, the one that is quiet for the longest is forgotten."""
COMPLAINTS_MAX: Final = 8
"""Of an issue; more are not told apart."""


def counted(issue: IssueRow, day: int, window_days: int) -> int:
    """Its contacts in the days up to one."""
    cells = issue.cells
    return sum(
        [cells[at + 1] for at in range(0, len(cells), 2) if day - window_days < cells[at] <= day]
    )


def take(issues: list[IssueRow], contact: Contact, at_us: int, day: int, keeps: Keeps) -> None:
    """A contact was made at `at_us`; the customer's day is `day`."""
    issue = _find(issues, contact)
    if issue is None:
        issue = IssueRow(contact.key, contact.name, [], at_us)
        issues.append(issue)
    issue.last_us = max(issue.last_us, at_us)
    issue.at_fault = issue.at_fault or contact.at_fault
    contact_day = at_us // DAY_US
    if contact.counts and day - contact_day < keeps.issue_days:
        _count(issue.cells, contact_day)
    _hear(issue, contact, at_us)
    _weigh(issue, day, keeps)
    if len(issues) > ISSUES_MAX:
        issues.remove(min(issues, key=_worth_keeping))


def take_back(issues: list[IssueRow], key: bytes, contact_day: int) -> None:
    """One contact of an issue less than was counted on a day, where it still is; weighed later."""
    for issue in issues:
        if issue.key == key:
            take_from(issue.cells, contact_day, 1)


def _find(issues: list[IssueRow], contact: Contact) -> IssueRow | None:
    for issue in issues:
        if issue.key == contact.key:
            return issue
    return None


def _worth_keeping(issue: IssueRow) -> tuple[bool, int]:
    return bool(issue.complaints_us), issue.last_us


def _count(cells: list[int], day: int) -> None:
    at = len(cells)
    while at and cells[at - 2] > day:
        at -= 2
    if at and cells[at - 2] == day:
        cells[at - 1] += 1
    else:
        cells[at:at] = [day, 1]


def _hear(issue: IssueRow, contact: Contact, at_us: int) -> None:
    """The newest word on it holds. If it says resolved, the complaints up to it are dropped."""
    if contact.resolved is not None and (issue.word is None or at_us >= issue.word_us):
        issue.word, issue.word_us = contact.resolved, at_us
    if contact.complains:
        insort(issue.complaints_us, at_us)
        # the earliest count, and the latest, which may be left when those are answered
        del issue.complaints_us[COMPLAINTS_MAX - 1 : -1]
    if issue.word and issue.complaints_us:
        issue.complaints_us = [
            complaint_us for complaint_us in issue.complaints_us if complaint_us > issue.word_us
        ]


def _weigh(issue: IssueRow, day: int, keeps: Keeps) -> None:
    """For which signals it counts now."""
    before = issue.counts_for
    now = [
        rule.signal for rule in keeps.issue_rules if rule.counts(issue, day, rule.signal in before)
    ]
    if now != before:
        issue.counts_for = now


def age(issues: list[IssueRow], day: int, keeps: Keeps) -> None:
    """A day has come: contacts leave, and what was quiet for long is forgotten."""
    forgotten = keeps.issues_forgotten_days
    quiet = [
        issue
        for issue in issues
        if not issue.complaints_us and day - issue.last_us // DAY_US >= forgotten
    ]
    for issue in quiet:
        issues.remove(issue)
    for issue in issues:
        if issue.cells and issue.cells[0] <= day - keeps.issue_days:
            del issue.cells[: cells_below(issue.cells, 2, day - keeps.issue_days + 1)]
        if issue.counts_for:
            _weigh(issue, day, keeps)


def fit(issues: list[IssueRow], keeps: Keeps) -> None:
    """What counts for a signal that a policy has no more counts no more."""
    signals = {rule.signal for rule in keeps.issue_rules}
    for issue in issues:
        issue.counts_for = [signal for signal in issue.counts_for if signal in signals]


def quiet_us(issue: IssueRow, quiet_days: int) -> int:
    """When nobody has asked about it for so many days."""
    return day_start(issue.last_us // DAY_US + quiet_days)


def leaving_us(issue: IssueRow, day: int, clear_at: int, window_days: int) -> int:
    """When no more than `clear_at` of its contacts are left in the window."""
    left, cells = counted(issue, day, window_days), issue.cells
    if left <= clear_at:
        return day_start(day)
    for at in range(0, len(cells), 2):
        if cells[at] > day - window_days:
            left -= cells[at + 1]
            if left <= clear_at:
                return day_start(cells[at] + window_days)
    return NO_DUE_US


def latest(issues: list[IssueRow]) -> IssueRow:
    """The one with the latest contact; of equal ones the one known first."""
    return max(issues, key=_last)


def _last(issue: IssueRow) -> int:
    return issue.last_us
