"""`overdue`: after 2 mean gaps without a purchase, high after 3, from 3 purchase days on."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy, section
from tests.support.signalling import asked, bought, gave_back, tick

OVERDUE = policy(only("overdue"))
COUNTED = policy(only("overdue"), section("lifetime"))
"""Its snapshots tell the purchase days."""


def gaps(key: str, days: int, bound: int) -> dict[str, Any]:
    return {key: (days, bound), "min_purchase_days": (3, 3)}


THIRDS = [bought(1), bought(4), bought(7), tick(14), tick(17)]
DAILY = [bought(1), bought(2), bought(3)]
DUE = [*DAILY, tick(6)]
HALVES = [bought(1), bought(3), bought(6), tick(12)]
BUYS = [*THIRDS, bought(20)]
TWO = [bought(1), bought(1, at="13:00:00"), bought(2), gave_back(3), tick(200)]
LATE = [bought(1), bought(5), tick(9), asked(10), bought(3)]
PROMISES: dict[str, Any] = {
    "after more than two": (THIRDS[:4], "- - - raised/watch", gaps("watch", 7, 6)),
    "highly after three": (THIRDS, "- - - raised escalated/high", gaps("high", 10, 9)),
    # then 4 purchase days lie within 19 days: twice the mean gap is 12.67 days
    "until it buys": (BUYS, "- - - raised escalated cleared/high", {"watch": (0, 12)}),
    # mean gap 2.5 days: 5 days are not more than two of them
    "that may end within a day": (HALVES, "- - - raised", gaps("watch", 6, 5)),
    "not of two purchase days, which have none": (TWO, "- - - - -"),
    # mean gap 2 days, and 5 have passed
    "at once by a purchase that comes late": (LATE, "- - - - raised", gaps("watch", 5, 4)),
    # 4 purchase days within 5 days; one day since the last
    "until a late purchase": ([*DUE, bought(5)], "- - - raised cleared", {"watch": (1, 2)}),
    "or one just so many ago": ([*DUE, bought(4)], "- - - raised cleared", {"watch": (2, 2)}),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_one_is_overdue_by_mean_gaps(promise: Any) -> None:
    plays(OVERDUE, *promise)


def test_where_watch_and_high_are_the_same_it_is_raised_at_high() -> None:
    same = policy(only("overdue"), {"risk.overdue.high": "2"})
    plays(same, DUE, "- - - raised/high", gaps("high", 3, 2))


def test_a_newer_policy_that_asks_for_more_purchase_days_does_not_clear_it() -> None:
    ada = plays(OVERDUE, [*DAILY, tick(6), tick(7)], "- - - raised escalated")
    stricter = policy(only("overdue"), {"risk.overdue.min_purchase_days": 9})
    ada.restarted(stricter).waits(30).says()


@pytest.mark.parametrize(
    ("by", "kept_from"),
    [
        pytest.param(COUNTED, 37, id="of 64 days"),
        pytest.param(
            policy(only("spend_drop"), section("lifetime"), {"risk.spend_drop.before_days": 90}),
            8,
            id="or of as many as spending asks for",
        ),
    ],
)
def test_single_days_are_kept_and_a_purchase_before_them_counts_as_a_day_of_its_own(
    by: Any, kept_from: int
) -> None:
    ada = Ada(by, *(bought(day) for day in range(1, 101)))
    for day, purchase_days in ((kept_from, 100), (kept_from - 1, 101), (kept_from - 1, 102)):
        ada.does(bought(day, str(purchase_days)))
        assert ada.snapshot()["lifetime"]["purchase_days"] == purchase_days


def test_days_that_are_kept_and_the_first_one_count_once() -> None:
    ada = Ada(COUNTED, bought(1), bought(5), bought(100))
    ada.does(bought(37), bought(37, "2"), bought(1, "3"))
    assert ada.snapshot()["lifetime"]["purchase_days"] == 4
