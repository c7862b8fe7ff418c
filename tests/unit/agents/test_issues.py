"""What is kept of a customer's issues: which are forgotten, and which contacts count."""

from typing import Any

from schemas.state.rows import decode_customer
from schemas.state.signal_rows import IssueRow
from tests.support.feeding import Desk
from tests.support.signalling import S, asked, day_us, desk_of, only, said, sections, when

OPEN: dict[str, Any] = {"resolved": False}
COMPLAINS: dict[str, Any] = {"complaint": True, "resolved": False}


def calling(by: Any, *calls: dict[str, Any]) -> Desk:
    desk = desk_of(by)
    desk.feed(S, *calls)
    return desk


def issues_of(desk: Desk) -> list[IssueRow]:
    """As the customer's row has them."""
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    return [] if signals is None else signals.issues


KEPT = only("call_abuse", "repeat_issue", "complaint_open")


def on_issues(day: int, *names: int, at: str = "12:00:00", **fields: Any) -> list[dict[str, Any]]:
    return [asked(day, at, issue=f"issue-{name}", **fields) for name in names]


def names_of(desk: Desk) -> list[str]:
    return [its.name for its in issues_of(desk)]


def test_of_sixteen_issues_the_one_that_is_quiet_for_the_longest_goes() -> None:
    desk = calling(KEPT, *on_issues(2, *range(16)))
    desk.feed(S, *on_issues(2, 0, at="13:00:00"))
    assert len(names_of(desk)) == 16
    desk.feed(S, *on_issues(3, 16))
    # of equal ones the one that was known first: 0 was asked about later
    assert names_of(desk) == [f"issue-{name}" for name in (0, *range(2, 17))]
    # an earlier one that comes late goes itself
    desk.feed(S, *on_issues(1, 17))
    assert names_of(desk) == [f"issue-{name}" for name in (0, *range(2, 17))]


def test_issues_with_an_unanswered_complaint_go_last() -> None:
    desk = calling(KEPT, *on_issues(1, 0, **COMPLAINS), *on_issues(2, *range(1, 17)))
    assert names_of(desk) == [f"issue-{name}" for name in (0, *range(2, 17))]
    whining = calling(KEPT, *on_issues(2, *range(17), **COMPLAINS))
    assert names_of(whining) == [f"issue-{name}" for name in range(1, 17)]
    whining.feed(S, *on_issues(3, 17))
    assert names_of(whining) == [f"issue-{name}" for name in range(1, 17)]


def test_an_issue_that_goes_early_counts_no_more() -> None:
    desk = calling(KEPT, *(asked(1, f"12:00:0{n}", issue="first", **OPEN) for n in range(3)))
    desk.feed(S, *on_issues(2, *range(15)))
    assert [status for status, _ in said(desk, "repeat_issue")] == ["raised"]
    desk.feed(S, *on_issues(2, 15, at="13:00:00"))
    assert said(desk, "repeat_issue")[1:] == [("cleared", when(2, "13:00:00"))]


def test_an_issue_is_forgotten_after_14_days_at_least_unless_a_complaint_waits() -> None:
    desk = calling(KEPT, asked(1, issue="old", **OPEN), asked(1, issue="open", **COMPLAINS))
    desk.feed(S, asked(14, issue="new"))
    assert names_of(desk) == ["old", "open", "new"]
    desk.feed(S, asked(15, issue="new"))
    assert names_of(desk) == ["open", "new"]
    desk.feed(S, asked(28, issue="open", resolved=True))
    assert names_of(desk) == ["open", "new"]
    desk.feed(S, asked(29, issue="open"))
    assert names_of(desk) == ["open"]


def test_quiet_days_that_are_more_keep_an_issue_for_longer() -> None:
    desk = calling(only("repeat_issue", repeat_issue=("quiet_days = 6", "quiet_days = 20")))
    desk.feed(S, asked(1, issue="old"), asked(20, issue="new"))
    assert names_of(desk) == ["old", "new"]
    desk.feed(S, asked(21, issue="new"))
    assert names_of(desk) == ["new"]


def test_contacts_are_kept_for_the_longest_window_and_no_longer() -> None:
    desk = calling(KEPT, *(asked(day) for day in range(1, 31)), asked(30, "13:00:00"))
    assert len(issues_of(desk)) == 1
    assert len(issues_of(desk)[0].cells) == 2 * 5
    assert issues_of(desk)[0].last_us == day_us(30, "13:00:00")


def test_nothing_is_kept_that_no_signal_asks_for() -> None:
    desk = calling(only("dissatisfied"), asked(1, **COMPLAINS))
    assert issues_of(desk) == []
    assert "repeat_issue" not in sections("dissatisfied")
