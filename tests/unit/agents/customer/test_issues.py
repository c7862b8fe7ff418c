"""What is kept of a customer's issues: which are forgotten, and which contacts count."""

from collections.abc import Iterable
from typing import Any

from schemas.state.signal_rows import IssueRow
from tests.support.happening import Story, happened
from tests.support.signalling import asked, day_us, only, said, sections, when

OPEN: dict[str, Any] = {"resolved": False}
COMPLAINS: dict[str, Any] = {"complaint": True, "resolved": False}
KEPT = only("call_abuse", "repeat_issue", "complaint_open")


def issues_of(desk: Story) -> list[IssueRow]:
    """As the customer's row has them."""
    signals = desk.row().signals
    return [] if signals is None else signals.issues


def on(day: int, *names: object, at: str = "12:00:00", **fields: Any) -> list[dict[str, Any]]:
    return [asked(day, at, issue=str(name), **fields) for name in names]


def names(these: Iterable[int]) -> list[str]:
    return [str(its) for its in these]


def kept(desk: Story, *calls: dict[str, Any]) -> list[str]:
    """The issues that are known after these."""
    return [its.name for its in issues_of(desk.then(*calls))]


def test_of_sixteen_issues_the_one_that_is_quiet_for_the_longest_goes() -> None:
    desk = happened(*on(2, *range(16)), by=KEPT)
    assert len(kept(desk, *on(2, 0, at="13:00:00"))) == 16
    # of equal ones the one that was known first: 0 was asked about later
    assert kept(desk, *on(3, 16)) == names((0, *range(2, 17)))
    # an earlier one that comes late goes itself
    assert kept(desk, *on(1, 17)) == names((0, *range(2, 17)))


def test_issues_with_an_unanswered_complaint_go_last() -> None:
    desk = happened(*on(1, 0, **COMPLAINS), by=KEPT)
    assert kept(desk, *on(2, *range(1, 17))) == names((0, *range(2, 17)))
    whining = happened(*on(2, *range(17), **COMPLAINS), by=KEPT)
    assert kept(whining) == names(range(1, 17))
    assert kept(whining, *on(3, 17)) == names(range(1, 17))


def test_an_issue_that_goes_early_counts_no_more() -> None:
    first = [asked(1, f"12:00:0{n}", issue="first", **OPEN) for n in range(3)]
    desk = happened(*first, *on(2, *range(15)), by=KEPT)
    assert [status for status, _ in said(desk, "repeat_issue")] == ["raised"]
    desk.then(*on(2, 15, at="13:00:00"))
    assert said(desk, "repeat_issue")[1:] == [("cleared", when(2, "13:00:00"))]


def test_an_issue_is_forgotten_after_14_days_at_least_unless_a_complaint_waits() -> None:
    desk = happened(*on(1, "old", **OPEN), *on(1, "open", **COMPLAINS), by=KEPT)
    assert kept(desk, *on(14, "new")) == ["old", "open", "new"]
    assert kept(desk, *on(15, "new")) == ["open", "new"]
    assert kept(desk, *on(28, "open", resolved=True)) == ["open", "new"]
    assert kept(desk, *on(29, "open")) == ["open"]


def test_quiet_days_that_are_more_keep_an_issue_for_longer() -> None:
    longer = only("repeat_issue", repeat_issue=("quiet_days = 6", "quiet_days = 20"))
    desk = happened(*on(1, "old"), by=longer)
    assert kept(desk, *on(20, "new")) == ["old", "new"]
    assert kept(desk, *on(21, "new")) == ["new"]


def test_contacts_are_kept_for_the_longest_window_and_no_longer() -> None:
    desk = happened(*(asked(day) for day in range(1, 31)), asked(30, "13:00:00"), by=KEPT)
    (issue,) = issues_of(desk)
    assert (len(issue.cells), issue.last_us) == (2 * 5, day_us(30, "13:00:00"))


def test_nothing_is_kept_that_no_signal_asks_for() -> None:
    assert issues_of(happened(asked(1, **COMPLAINS), by=only("dissatisfied"))) == []
    assert "repeat_issue" not in sections("dissatisfied")
