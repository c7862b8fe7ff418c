"""`call_abuse`: 3 contacts on a resolved issue in 5 days, cleared at 1."""

from typing import Any

import pytest

from tests.support.hearing import plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, tick

ABUSE = policy(only("call_abuse"))
DONE = asked(1, resolved=True)


def calls(*days: int, **word: Any) -> list[dict[str, Any]]:
    return [asked(day, **word) for day in days]


LAST = asked(5, "23:59:59.999999")
RAISED = {"contacts": (3, 3), "issue": ("delivery", "resolved")}
THREE = [DONE, *calls(2, 3)]
BLAMED = asked(1, seller_fault=True)
PROMISES: dict[str, Any] = {
    "at so many contacts": ([DONE, asked(2), LAST], "- - raised", RAISED),
    # on day 6 two are left, on day 7 one
    "until one is left": (
        [DONE, asked(2), LAST, tick(7)],
        "- - raised cleared",
        {"itself": (0, 1)},
    ),
    "with two left": ([DONE, *calls(3, 5), tick(6)], "- - raised -"),
    "not if spread beyond the window": ([DONE, *calls(2, 6, 7, 11)], "- - - - -"),
    "not where nobody says so": (calls(1, 2, 3, 4), "- - - -"),
    "not where it is unresolved": (calls(1, 2, 3, 4, resolved=False), "- - - -"),
    "not if once the seller's fault": ([BLAMED, DONE, *calls(2, 3, 4)], "- - - - -"),
    "until it is that": ([*THREE, asked(4, seller_fault=True)], "- - raised cleared"),
    "until a word that it is open": ([*THREE, asked(4, resolved=False)], "- - raised cleared"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_a_resolved_issue_is_abused(promise: Any) -> None:
    plays(ABUSE, *promise)
