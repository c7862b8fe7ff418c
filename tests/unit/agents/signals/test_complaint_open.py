"""`complaint_open`: unresolved for 24 hours, of an important or key customer."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.overriding import word
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, tick, told

COMPLAINT = policy(only("complaint_open"))
IMPORTANT = bought(1, "500.00", "00:00:00")


def calls(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """A complaint that nobody has answered."""
    return asked(day, at, complaint=True, resolved=False, **fields)


def complains(day: int, at: str = "12:00:00") -> dict[str, Any]:
    """One of which nobody says so."""
    return asked(day, at, complaint=True)


def done(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    return asked(day, at, resolved=True, **fields)


def waits(hours: int, issue: str = "delivery") -> dict[str, Any]:
    return {"after_hours": (hours, 24), "issue": (issue, "unresolved")}


AT = "12:34:56.789012"
ORDINARY = [bought(1, "499.99", "00:00:00"), calls(1), tick(4), bought(4, "0.01")]
LOCKED = told(3, override=word("lock", "maintenance"))
A, B = calls(1, issue="a"), calls(1, "11:00:00", issue="b")
BOTH = [IMPORTANT, A, B, tick(2, "11:00:00"), done(3, issue="b"), done(4, issue="a")]
YOUNG = [A, tick(2, "12:00:00"), calls(3, issue="b"), done(3, "13:00:00", issue="a")]
AGAIN = [complains(1), done(1, "13:00:00"), asked(2, resolved=False)]
OLDER = [calls(2), done(1, "13:00:00"), complains(1, "14:00:00"), tick(2, "14:00:00")]
ONE, WORD, TWO = complains(1), done(1, "13:00:00"), complains(1, "14:00:00")
OPEN = [asked(1, "15:00:00", resolved=False), tick(2, "14:00:00")]
MANY = [IMPORTANT, *(complains(1, f"12:00:{n:02d}") for n in range(12))]
STILL = asked(1, "12:00:20", resolved=False)
FIVE = [*MANY, done(1, "12:00:05"), STILL, tick(2, "12:00:06")]
LATEST = [*MANY, done(1, "12:00:06.5"), STILL, tick(2, "12:00:11")]
ENDED = [IMPORTANT, calls(1, AT), tick(2, AT), done(3)]
LOWER = [IMPORTANT, calls(1), tick(2, "12:00:00"), LOCKED, tick(9)]
PROMISES: dict[str, Any] = {
    "to the microsecond": ([IMPORTANT, calls(1, AT), tick(2, AT)], "- - raised", waits(24)),
    "until it is resolved": (ENDED, "- - raised cleared", {"itself": (0, 1)}),
    "of an ordinary one when its tier rises": (ORDINARY, "- - - raised", waits(72)),
    "not of an ordinary one that asks again": (
        [bought(1, "499.99", "00:00:00"), calls(1), asked(4)],
        "- - -",
    ),
    "whatever its tier is later": (LOWER, "- - raised - -"),
    "not of what nobody says": ([IMPORTANT, complains(1), tick(9)], "- - -"),
    "not of what is no complaint": ([IMPORTANT, asked(1, resolved=False), tick(9)], "- - -"),
    "not of what was resolved at once": ([IMPORTANT, done(1, complaint=True), tick(9)], "- - -"),
    "nor just before": ([IMPORTANT, calls(1), done(2, "11:59:59.999999"), tick(9)], "- - - -"),
    "nor by a later word": ([IMPORTANT, done(1, "13:00:00"), calls(1), tick(9)], "- - - -"),
    "nor before another question": ([IMPORTANT, *AGAIN, tick(9)], "- - - - -"),
    "of the earliest that came late, not by an older word": ([IMPORTANT, *OLDER], "- - - - raised"),
    "of the earliest of several": (BOTH[:4], "- - - raised", waits(24, "b")),
    "until the last of several is resolved": (BOTH, "- - - raised - cleared"),
    "of a young one by itself": (
        [IMPORTANT, *YOUNG, tick(4, "12:00:00")],
        "- - raised - cleared raised",
    ),
    "of what a word did not answer": ([IMPORTANT, ONE, WORD, TWO, *OPEN], "- - - - - raised"),
    "though the word came late": ([IMPORTANT, ONE, TWO, WORD, *OPEN], "- - - - - raised"),
    "of the earliest of many that is not answered": (FIVE, "- " * 15 + "raised"),
    "of the latest of many, where those between are not kept": (LATEST, "- " * 15 + "raised"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_a_complaint_waits(promise: Any) -> None:
    plays(COMPLAINT, *promise)
