"""`repeat_issue`: 3 contacts on an unresolved issue in 4 days, cleared after 6 quiet ones."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, tick

REPEAT = policy(only("repeat_issue"))
LONG = "x" * 64


def opened(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    return asked(day, at, resolved=False, **fields)


def done(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    return asked(day, at, resolved=True, **fields)


def repeated(contacts: int, issue: str = "delivery") -> dict[str, Any]:
    return {"contacts": (contacts, 3), "issue": (issue, "unresolved")}


LAST = "23:59:59.999999"
THREE = [opened(1), asked(2), asked(3)]
LATE = [opened(2), asked(3), asked(4)]
UNKNOWN = [*(asked(day) for day in (1, 2, 3, 4)), opened(4, "13:00:00")]
SEVERAL = [opened(day, issue="abab"[day - 1]) for day in range(1, 5)]
BOTH = [opened(n, issue="first" if n < 4 else "second") for n in range(1, 7)]
SAME = [opened(1, event_id=f"{n}", issue=("first", "second")[n // 3]) for n in range(6)]
TWINS = [opened(1, f"12:00:0{n}", issue=LONG + "ababa"[n]) for n in range(5)]
PROMISES: dict[str, Any] = {
    "at so many contacts": ([opened(1), asked(2), asked(4, LAST)], "- - raised", repeated(3)),
    "until six quiet days": ([*THREE, tick(9)], "- - raised cleared", {"itself": (0, 1)}),
    "not beyond the window": ([opened(1), asked(2), asked(5), tick(30)], "- - - -"),
    "not where several add up": (SEVERAL, "- - - -"),
    "once somebody says so, by those before, too": (UNKNOWN, "- - - - raised", repeated(5)),
    "until it is resolved": ([*THREE, done(3, "13:00:00")], "- - raised cleared"),
    "then by another contact": (
        [*THREE, done(3, "13:00:00"), opened(4)],
        "- - raised cleared raised",
    ),
    "whatever an older word says": ([*LATE, done(1), done(2, "11:59:59.999999")], "- - raised - -"),
    "until the last word of a time": ([*LATE, done(2)], "- - raised cleared"),
    "by a late contact on its own day": ([opened(4), asked(5), asked(1), asked(2)], "- - - raised"),
    # the first is quiet from day 9 on
    "while another does": ([*BOTH, done(7, issue="second"), tick(9)], "- - raised - - - - cleared"),
    "named by what was asked about": (SAME, "- - raised - - -", repeated(3, "first")),
    "named by 64 letters, told apart by all": (TWINS, "- - - - raised", repeated(3, LONG)),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_an_issue_repeats(promise: Any) -> None:
    plays(REPEAT, *promise)


def test_where_another_signal_keeps_contacts_for_longer_its_own_window_counts() -> None:
    both = policy(only("repeat_issue", "call_abuse"))
    plays(both, [opened(1), asked(2), asked(5), asked(5, LAST)], "- - - raised", repeated(3))


COOLS = policy(only("repeat_issue"), {"risk.cooldown_days": 5})
OVER = [*THREE, done(3, "13:00:00")]
AGAIN = [opened(day) for day in (5, 6, 7)]
COOLED: dict[str, Any] = {
    "while its contacts are in the window": (
        [*OVER, *AGAIN, tick(8)],
        "- - raised cleared - - - raised",
        repeated(3),
    ),
    "not once they have left it": (
        [*OVER, opened(3, "14:00:00"), tick(8)],
        "- - raised cleared - -",
    ),
}


@pytest.mark.parametrize("promise", COOLED.values(), ids=COOLED)
def test_an_issue_that_began_to_count_in_the_cool_down_is_raised_after_it(promise: Any) -> None:
    plays(COOLS, *promise)
