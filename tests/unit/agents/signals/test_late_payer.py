"""`late_payer`: 2 of the last 3 more than 10 days late, cleared by 2 in a row on time."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import paid_late, tick

LATE = policy(only("late_payer"))


def paid(*days_late: int, **fields: Any) -> list[dict[str, Any]]:
    """A payment on each day of March, so many days late."""
    return [paid_late(day, late, **fields) for day, late in enumerate(days_late, 1)]


OLD = [paid_late(1, 11), paid_late(1, 12)]
PROMISES: dict[str, Any] = {
    "by two of the last three": (paid(11, 0, 11), "- - raised", {"late": (2, 2)}),
    "not by days that are not more": (paid(10, 10, 10), "- - -"),
    "not by one before the last ones": (paid(11, 0, 0, 11), "- - - -"),
    "not by older ones that come late": ([*paid(11, 0, 0, 0)[1:], *OLD], "- - - - -"),
    "not by failed ones": (paid(11, 11, 11, status="failed"), "- - -"),
    "to a run on time": (paid(11, 11, 0, 0), "- raised - cleared", {"clear_on_time": (2, 2)}),
    "not to a run broken by a day": (paid(11, 11, 0, 1, 0), "- raised - - -"),
    "for good without payments": ([*paid(11, 11), tick(30)], "- raised -"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_one_is_a_late_payer(promise: Any) -> None:
    plays(LATE, *promise)


def test_where_late_payments_age_it_ends_with_the_last_of_them() -> None:
    ageing = policy(only("late_payer"), {"risk.late_payer.age_days": 10})
    ada = Ada(ageing, *paid(11, 11)).says("raised")
    ada.turns("cleared", 12, late=(0, 2))
    # and one that is old is none of two
    plays(ageing, [paid_late(1, 11), paid_late(11, 11)], "- -")
    plays(ageing, [*paid(11, 11), paid_late(4, 5), paid_late(5, 5)], "- raised - -")


def test_where_more_are_kept_to_clear_it_no_more_are_looked_at_to_raise_it() -> None:
    longer = policy(only("late_payer"), {"risk.late_payer.clear_on_time": 5})
    plays(longer, paid(11, 0, 0, 11), "- - - -")
