"""Signals of what customers call about, worked out by hand: issues, words, complaints, answers."""

from typing import Any

import pytest

from .hand import Feed, happened, proofs

ABUSE: dict[str, Any] = {"call_abuse": {"contacts": 3, "clear_at": 1, "window_days": 7}}
REPEAT: dict[str, Any] = {"repeat_issue": {"contacts": 2, "window_days": 7, "quiet_days": 4}}
OPEN: dict[str, Any] = {"complaint_open": {"after_hours": 24}}


def test_call_abuse_counts_contacts_on_a_resolved_issue() -> None:
    # The calls of the 1st and 2nd leave on the 8th and 9th; other issues count for themselves.
    feed = Feed().call("01-01").call("01-01", issue="other").call("01-02")
    feed.call("01-03", resolved=True).until("01-20")
    assert happened(feed, ABUSE) == ["raised watch 01-03", "cleared watch 01-09"]
    assert proofs(feed, ABUSE) == ["contacts 3/3, issue ?/resolved", "call_abuse 0/1"]


@pytest.mark.parametrize(
    "last", [{}, {"resolved": False}, {"resolved": True, "seller_fault": True}]
)
def test_call_abuse_needs_a_resolved_issue_and_no_fault(last: dict[str, Any]) -> None:
    assert happened(Feed().call("01-01").call("01-02").call("01-03", **last), ABUSE) == []
    # Raised on the 2nd; another word, or a fault, clears it.
    feed = Feed().call("01-01").call("01-01").call("01-02", resolved=True).call("01-03", **last)
    assert len(happened(feed, ABUSE)) == (2 if last else 1)


def test_a_repeated_issue_ends_when_it_is_quiet() -> None:
    # The 1st and the 7th are within seven days, the 1st and the 8th are not.
    feed = Feed().call("01-01", resolved=False).call("01-07").until("01-10 23:59")
    assert happened(feed, REPEAT) == ["raised watch 01-07"]
    assert happened(feed.until("01-11"), REPEAT)[1:] == ["cleared watch 01-11"]
    assert proofs(feed, REPEAT) == ["contacts 2/2, issue ?/unresolved", "repeat_issue 0/1"]
    assert happened(Feed().call("01-01").call("01-08", resolved=False), REPEAT) == []


@pytest.mark.parametrize(
    ("at", "resolved", "status"),
    [
        ("01-02", True, "cleared"),
        # Of equal times the one that came last; an older word that comes late says nothing.
        ("01-01 09:00", True, "cleared"),
        ("01-01 08:00", True, "raised"),
        ("01-02", None, "raised"),
    ],
)
def test_the_newest_word_holds(at: str, resolved: bool | None, status: str) -> None:
    feed = Feed().call("01-01").call("01-01 09:00", resolved=False).call(at, resolved=resolved)
    assert happened(feed, REPEAT)[-1].split()[0] == status


def test_the_issue_with_the_latest_contact_is_named_by_its_beginning() -> None:
    # Both begin to count while the signal cools down; then the later one is named.
    risk = REPEAT | {"cooldown_days": 2}
    feed = Feed().call("01-01", resolved=False).call("01-01").call("01-02", resolved=True)
    for at, issue in (("01-02", "a"), ("01-03", "x" * 64 + "1"), ("01-03", "x" * 64 + "2")):
        feed.call(at, issue=issue, resolved=False).call(at, issue=issue, resolved=False)
    feed.call("01-03", issue="x" * 64 + "1").until("01-04")
    assert happened(feed, risk)[2:] == ["raised watch 01-04"]
    assert proofs(feed, risk)[2] == f"contacts 3/2, issue {'x' * 64}/unresolved"


@pytest.mark.parametrize(("day", "found"), [("01-14", 1), ("01-15", 0)])
def test_an_issue_is_forgotten_after_its_days(day: str, found: int) -> None:
    # Fourteen days after the 1st nobody knows that it was unresolved.
    feed = Feed().call("01-01", resolved=False).call(day).call(day)
    assert len(happened(feed, REPEAT)) == found


@pytest.mark.parametrize(
    ("others", "complaint", "found"), [(15, False, 1), (16, False, 0), (16, True, 1)]
)
def test_of_too_many_issues_the_one_of_the_earliest_contact_goes(
    others: int, complaint: bool, found: int
) -> None:
    # Of 17 the first one goes, unless a complaint on it waits.
    feed = Feed().call("01-01", resolved=False, complaint=complaint)
    for number in range(others):
        feed.call("01-02", issue=str(number))
    assert len(happened(feed.call("01-03"), REPEAT)) == found


def test_a_complaint_waits_to_the_microsecond() -> None:
    feed = Feed().buy("01-01", "600").call("01-05 10:00:00.000001", complaint=True, resolved=False)
    assert happened(feed.until("01-06 10:00"), OPEN) == []
    feed.until("01-06 10:00:00.000001").call("01-07", resolved=True)
    assert happened(feed, OPEN) == ["raised watch 01-06T10:00:00.000001", "cleared watch 01-07"]
    assert proofs(feed, OPEN) == ["after_hours 24/24, issue ?/unresolved", "complaint_open 0/1"]


@pytest.mark.parametrize(
    ("at", "resolved", "found"),
    [
        ("01-06", None, 1),
        ("01-06", True, 0),
        # At the complaint's own time it is an answer, before it is none.
        ("01-05", True, 0),
        ("01-04", True, 1),
    ],
)
def test_a_complaint_is_answered_by_a_word(at: str, resolved: bool | None, found: int) -> None:
    # The word of the 6th, after those, keeps the issue unresolved; the silent signal, known.
    known = {"repeat_issue": REPEAT["repeat_issue"] | {"contacts": 99}}
    feed = Feed().buy("01-01", "600").call("01-05", complaint=True)
    feed.call(at, resolved=resolved).call("01-06", resolved=False).until("01-09")
    assert len(happened(feed, OPEN | known)) == found


def test_only_good_customers_wait_too_long() -> None:
    # As an important customer its complaint counts; later, with another tier, it stays open.
    feed = Feed().buy("01-01", "1").call("01-01 12:00", complaint=True, resolved=False)
    assert happened(feed.until("01-05"), OPEN) == []
    feed.buy("01-06", "600").until("02-20")
    assert happened(feed, OPEN) == ["raised watch 01-06"]


def test_the_last_answers_by_time() -> None:
    # 3 and 1 make 2; then 3 and 4 make 3.5, 4 and 4 make 4. The late 5 is older than the two.
    risk: dict[str, Any] = {"dissatisfied": {"answers": 2, "at_most": "2", "clear_at": "4"}}
    feed = Feed().call("01-02", satisfaction=1)
    assert happened(feed, risk) == []
    feed.call("01-03", satisfaction=3).call("01-01", satisfaction=5).call("01-04", satisfaction=4)
    assert happened(feed, risk) == ["raised watch 01-03"]
    assert proofs(feed.call("01-05", satisfaction=4), risk) == [
        "at_most 2.00/2.00",
        "clear_at 4.00/4.00",
    ]
