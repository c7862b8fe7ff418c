"""Signals of the service that a customer gets: the edges of each, and when it turns by itself."""

from typing import Any

import pytest

from schemas.state.rows import decode_customer
from tests.support.feeding import Desk
from tests.support.overriding import word
from tests.support.signalling import (
    M,
    P,
    S,
    asked,
    bought,
    desk_of,
    evidence,
    midnight,
    nothing_before,
    only,
    said,
    told,
    wait,
    when,
)


def calling(by: Any, *calls: dict[str, Any]) -> Desk:
    desk = desk_of(by)
    desk.feed(S, *calls)
    return desk


# repeat_issue: 3 contacts on an unresolved issue in 4 days, cleared after 6 quiet ones

REPEAT = only("repeat_issue")
OPEN: dict[str, Any] = {"resolved": False}


def test_an_unresolved_issue_repeats_at_so_many_contacts() -> None:
    desk = calling(REPEAT, asked(1, **OPEN), asked(2))
    assert said(desk, "repeat_issue") == []
    desk.feed(S, asked(4, "23:59:59.999999"))
    assert said(desk, "repeat_issue") == [("raised", when(4, "23:59:59.999999"))]
    assert evidence(desk) == [
        ("risk.repeat_issue.contacts", 3, 3),
        ("risk.repeat_issue.issue", "delivery", "unresolved"),
    ]
    # quiet for six days
    nothing_before(desk, 10)
    assert said(desk, "repeat_issue")[1:] == [("cleared", midnight(10))]
    assert evidence(desk) == [("risk.repeat_issue", 0, 1)]


def test_contacts_beyond_the_window_do_not_add_up() -> None:
    desk = calling(REPEAT, asked(1, **OPEN), asked(2), asked(5))
    wait(desk, 30)
    assert said(desk, "repeat_issue") == []


def test_contacts_on_several_issues_do_not_add_up() -> None:
    calls = [asked(1, issue=name, **OPEN) for name in ("a", "b", "a", "b")]
    for number, call in enumerate(calls):
        call["event_id"] = f"call-{number}"
    assert said(calling(REPEAT, *calls), "repeat_issue") == []


def test_where_nobody_says_whether_it_is_resolved_nothing_repeats() -> None:
    desk = calling(REPEAT, asked(1), asked(2), asked(3), asked(4))
    assert said(desk, "repeat_issue") == []
    # and the contacts before count once somebody does
    desk.feed(S, asked(4, "13:00:00", **OPEN))
    assert said(desk, "repeat_issue") == [("raised", when(4, "13:00:00"))]
    assert evidence(desk)[0] == ("risk.repeat_issue.contacts", 5, 3)


def test_it_ends_when_it_is_resolved_and_begins_by_another_contact() -> None:
    desk = calling(REPEAT, asked(1, **OPEN), asked(2), asked(3))
    desk.feed(S, asked(3, "13:00:00", resolved=True))
    assert said(desk, "repeat_issue")[1:] == [("cleared", when(3, "13:00:00"))]
    desk.feed(S, asked(4, resolved=False))
    assert said(desk, "repeat_issue")[2:] == [("raised", when(4))]


def test_an_older_word_that_comes_late_changes_nothing() -> None:
    desk = calling(REPEAT, asked(2, **OPEN), asked(3), asked(4))
    desk.feed(S, asked(1, resolved=True), asked(2, "11:59:59.999999", resolved=True))
    assert [status for status, _ in said(desk, "repeat_issue")] == ["raised"]
    # of two at the same time the one that came last
    desk.feed(S, asked(2, resolved=True))
    assert [status for status, _ in said(desk, "repeat_issue")] == ["raised", "cleared"]


def test_a_late_contact_counts_on_its_own_day() -> None:
    desk = calling(REPEAT, asked(4, **OPEN), asked(5), asked(1))
    assert said(desk, "repeat_issue") == []
    desk.feed(S, asked(2))
    assert said(desk, "repeat_issue") == [("raised", when(5))]


def test_it_stays_open_while_another_issue_repeats_and_names_the_latest() -> None:
    first = [asked(day, issue="first", **OPEN) for day in (1, 2, 3)]
    second = [asked(day, issue="second", **OPEN) for day in (4, 5, 6)]
    desk = calling(REPEAT, *first, *second, asked(7, issue="second", resolved=True))
    # the first is quiet from day 9 on
    nothing_before(desk, 9)
    assert [status for status, _ in said(desk, "repeat_issue")] == ["raised", "cleared"]
    both = calling(REPEAT, *[its | {"occurred_at": when(1)} for its in first + second])
    assert evidence(both)[1][1] == "first"


def test_an_issue_is_named_by_its_beginning_and_told_apart_by_all_of_it() -> None:
    long = "x" * 64
    calls = [asked(1, f"12:00:0{n}", issue=long + "ab"[n % 2], **OPEN) for n in range(4)]
    desk = calling(REPEAT, *calls)
    assert said(desk, "repeat_issue") == []
    desk.feed(S, asked(1, "13:00:00", issue=long + "a"))
    assert evidence(desk)[1] == ("risk.repeat_issue.issue", long, "unresolved")


# call_abuse: 3 contacts on a resolved issue in 5 days, cleared at 1

ABUSE = only("call_abuse")
DONE: dict[str, Any] = {"resolved": True}


def test_a_resolved_issue_is_abused_at_so_many_contacts() -> None:
    desk = calling(ABUSE, asked(1, **DONE), asked(2))
    assert said(desk, "call_abuse") == []
    desk.feed(S, asked(5, "23:59:59.999999"))
    assert said(desk, "call_abuse") == [("raised", when(5, "23:59:59.999999"))]
    assert evidence(desk) == [
        ("risk.call_abuse.contacts", 3, 3),
        ("risk.call_abuse.issue", "delivery", "resolved"),
    ]
    # on day 6 two are left, on day 7 one
    nothing_before(desk, 7)
    assert said(desk, "call_abuse")[1:] == [("cleared", midnight(7))]
    assert evidence(desk) == [("risk.call_abuse", 0, 1)]


@pytest.mark.parametrize("word_on_it", [{}, {"resolved": False}])
def test_what_is_unknown_or_unresolved_is_not_abused(word_on_it: dict[str, Any]) -> None:
    desk = calling(ABUSE, *(asked(day, **word_on_it) for day in (1, 2, 3, 4)))
    assert said(desk, "call_abuse") == []


def test_nor_is_what_was_the_seller_s_fault_once() -> None:
    blame = asked(1, seller_fault=True)
    desk = calling(ABUSE, blame, *(asked(day, **DONE) for day in (1, 2, 3, 4)))
    assert said(desk, "call_abuse") == []


def test_the_seller_s_fault_ends_it_and_so_does_a_word_that_it_is_open() -> None:
    for ending in ({"seller_fault": True}, {"resolved": False}):
        desk = calling(ABUSE, *(asked(day, **DONE) for day in (1, 2, 3)))
        desk.feed(S, asked(3, "13:00:00", **ending))
        assert said(desk, "call_abuse")[1:] == [("cleared", when(3, "13:00:00"))]


def test_contacts_between_the_two_bounds_do_not_begin_it_and_do_not_end_it() -> None:
    desk = calling(ABUSE, asked(1, **DONE), asked(3), asked(5))
    wait(desk, 6)
    assert [status for status, _ in said(desk, "call_abuse")] == ["raised"]
    desk = calling(ABUSE, asked(1, **DONE), asked(2), asked(6), asked(7), asked(11))
    assert [at for _, at in said(desk, "call_abuse")] == []


# complaint_open: unresolved for 24 hours, of an important or key customer

COMPLAINT = only("complaint_open")
COMPLAINS: dict[str, Any] = {"complaint": True, "resolved": False}


def important(by: Any = COMPLAINT, amount: str = "500.00") -> Desk:
    """A customer with a high tier."""
    desk = desk_of(by)
    desk.feed(P, bought(1, amount, "00:00:00"))
    return desk


def test_a_complaint_that_waits_is_raised_to_the_microsecond() -> None:
    desk = important()
    desk.feed(S, asked(1, "12:34:56.789012", **COMPLAINS))
    nothing_before(desk, 2, "12:34:56.789012")
    assert said(desk, "complaint_open") == [("raised", when(2, "12:34:56.789012"))]
    assert evidence(desk) == [
        ("risk.complaint_open.after_hours", 24, 24),
        ("risk.complaint_open.issue", "delivery", "unresolved"),
    ]
    desk.feed(S, asked(3, resolved=True))
    assert said(desk, "complaint_open")[1:] == [("cleared", when(3))]
    assert evidence(desk) == [("risk.complaint_open", 0, 1)]


def test_an_ordinary_customer_s_complaint_is_raised_when_its_tier_rises() -> None:
    desk = important(amount="499.99")
    desk.feed(S, asked(1, **COMPLAINS))
    wait(desk, 4)
    assert said(desk, "complaint_open") == []
    desk.feed(P, bought(4, "0.01"))
    assert said(desk, "complaint_open") == [("raised", when(4))]
    assert evidence(desk)[0] == ("risk.complaint_open.after_hours", 72, 24)


def test_it_is_not_cleared_by_a_lower_tier() -> None:
    desk = important()
    desk.feed(S, asked(1, **COMPLAINS))
    wait(desk, 3)
    desk.feed(M, told(3, override=word("lock", "maintenance")))
    wait(desk, 9)
    assert [status for status, _ in said(desk, "complaint_open")] == ["raised"]


@pytest.mark.parametrize(
    "calls",
    [
        [asked(1, complaint=True)],
        [asked(1, resolved=False)],
        [asked(1, complaint=True, resolved=True)],
        [asked(1, **COMPLAINS), asked(2, "11:59:59.999999", resolved=True)],
        [asked(1, "13:00:00", resolved=True), asked(1, **COMPLAINS)],
        [asked(1, complaint=True), asked(1, "13:00:00", resolved=True), asked(2, **OPEN)],
    ],
)
def test_what_nobody_said_is_open_or_what_was_answered_waits_for_nobody(calls: Any) -> None:
    desk = important()
    desk.feed(S, *calls)
    wait(desk, 9)
    assert said(desk, "complaint_open") == []


def test_an_older_word_does_not_answer_and_an_earlier_complaint_waits_for_longer() -> None:
    desk = important()
    desk.feed(S, asked(2, **COMPLAINS), asked(1, "13:00:00", resolved=True))
    desk.feed(S, asked(1, "14:00:00", complaint=True))
    nothing_before(desk, 2, "14:00:00")
    assert said(desk, "complaint_open") == [("raised", when(2, "14:00:00"))]


def test_the_earliest_of_several_is_told_and_the_last_one_clears_it() -> None:
    desk = important()
    desk.feed(S, asked(1, issue="a", **COMPLAINS), asked(1, "11:00:00", issue="b", **COMPLAINS))
    wait(desk, 2, "12:00:00")
    assert said(desk, "complaint_open") == [("raised", when(2, "11:00:00"))]
    assert evidence(desk)[1][1] == "b"
    desk.feed(S, asked(3, issue="b", resolved=True))
    assert len(said(desk, "complaint_open")) == 1
    desk.feed(S, asked(4, issue="a", resolved=True))
    assert said(desk, "complaint_open")[1:] == [("cleared", when(4))]


def test_another_complaint_that_is_young_is_raised_by_itself() -> None:
    desk = important()
    desk.feed(S, asked(1, issue="a", **COMPLAINS), asked(3, issue="b", **COMPLAINS))
    desk.feed(S, asked(3, "13:00:00", issue="a", resolved=True))
    wait(desk, 4, "12:00:00")
    assert said(desk, "complaint_open")[1:] == [
        ("cleared", when(3, "13:00:00")),
        ("raised", when(4)),
    ]


def test_a_word_that_comes_late_does_not_answer_what_was_complained_of_after_it() -> None:
    calls = [
        asked(1, complaint=True),
        asked(1, "13:00:00", resolved=True),
        asked(1, "14:00:00", complaint=True),
        asked(1, "15:00:00", resolved=False),
    ]
    for order in ((0, 1, 2, 3), (0, 2, 1, 3)):
        desk = important()
        desk.feed(S, *(calls[at] for at in order))
        wait(desk, 9)
        assert said(desk, "complaint_open") == [("raised", when(2, "14:00:00"))]


def test_of_an_issue_the_earliest_complaints_and_the_latest_are_told_apart() -> None:
    desk = important()
    desk.feed(S, *(asked(1, f"12:00:{n:02d}", complaint=True) for n in range(12)))
    desk.feed(S, asked(1, "12:00:05", resolved=True))
    desk.feed(S, asked(1, "12:00:20", resolved=False))
    nothing_before(desk, 2, "12:00:06")
    assert said(desk, "complaint_open") == [("raised", when(2, "12:00:06"))]
    desk = important()
    desk.feed(S, *(asked(1, f"12:00:{n:02d}", complaint=True) for n in range(12)))
    desk.feed(S, asked(1, "12:00:06.5", resolved=True), asked(1, "12:00:20", resolved=False))
    nothing_before(desk, 2, "12:00:11")
    assert said(desk, "complaint_open") == [("raised", when(2, "12:00:11"))]


# dissatisfied: the last 3 answers at 2 or less, cleared at 4

MOOD = only("dissatisfied")


def answers(*values: int) -> list[dict[str, Any]]:
    """One a day."""
    return [asked(day, satisfaction=value) for day, value in enumerate(values, 1)]


def test_a_low_mean_of_so_many_answers_is_raised() -> None:
    desk = calling(MOOD, *answers(1, 1))
    assert said(desk, "dissatisfied") == []
    desk.feed(S, asked(3, satisfaction=4))
    assert said(desk, "dissatisfied") == [("raised", when(3))]
    assert evidence(desk) == [("risk.dissatisfied.at_most", "2.00", "2.00")]


@pytest.mark.parametrize(("values", "raised"), [((1, 2, 3), True), ((1, 2, 4), False)])
def test_a_mean_just_above_is_not(values: tuple[int, ...], raised: bool) -> None:
    assert bool(said(calling(MOOD, *answers(*values)), "dissatisfied")) == raised


def test_a_high_mean_of_the_last_answers_clears_it() -> None:
    desk = calling(MOOD, *answers(1, 1, 1, 4, 4, 3))
    assert len(said(desk, "dissatisfied")) == 1
    desk.feed(S, asked(7, satisfaction=5))
    assert said(desk, "dissatisfied")[1:] == [("cleared", when(7))]
    assert evidence(desk) == [("risk.dissatisfied.clear_at", "4.00", "4.00")]


def test_a_mean_is_told_with_two_digits_half_to_even() -> None:
    desk = calling(only("dissatisfied", dissatisfied=('"2"', '"2.125"')), *answers(1, 2, 2))
    assert evidence(desk) == [("risk.dissatisfied.at_most", "1.67", "2.12")]


def test_the_last_answers_are_the_last_by_when_they_were_given() -> None:
    late = asked(1, "11:00:00", satisfaction=5)
    desk = calling(MOOD, *answers(1, 1, 1)[1:], late)
    assert said(desk, "dissatisfied") == []
    desk.feed(S, asked(4, satisfaction=1), asked(1, "10:00:00", satisfaction=5))
    assert said(desk, "dissatisfied") == [("raised", when(4))]


def test_answers_do_not_age() -> None:
    desk = calling(MOOD, *answers(1, 1), asked(3))
    wait(desk, 300)
    desk.feed(S, asked(300, satisfaction=1))
    assert said(desk, "dissatisfied") == [("raised", when(300))]


def test_no_more_answers_are_kept_than_are_looked_at() -> None:
    desk = calling(MOOD, *answers(*[1, 5] * 15))
    desk.commit()
    signals = decode_customer(desk.customer_rows["ada"]).signals
    assert signals is not None
    assert [answer for _, answer in signals.answers] == [5, 1, 5]
    desk.feed(S, asked(31, satisfaction=1))
    fewer = desk.restarted(only("dissatisfied"))
    fewer.feed(S, asked(32, satisfaction=1))
    assert said(fewer, "dissatisfied") == []
