"""`overdue`: after 2 mean gaps without a purchase, high after 3, from 3 purchase days on."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy, section
from tests.support.signalling import asked, bought, gave_back, tick

OVERDUE = policy(only("overdue"))
COUNTED = policy(only("overdue"), section("lifetime"))
"""Its snapshots tell the purchase days."""


def gaps(key: str, days: int, bound: int, purchase_days: int = 3) -> dict[str, Any]:
    return {key: (days, bound), "min_purchase_days": (purchase_days, 3)}


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


# by its longer gaps

USUAL = policy(only("overdue"), {"risk.overdue.quantile": "0.9"})
LONGEST = policy(only("overdue"), {"risk.overdue.quantile": "1"})
UNEVEN = [bought(1), bought(11), bought(12), bought(13)]
"""Gaps of 10, 1 and 1 days: nine in ten do not exceed the first, on the mean they are 4."""
OLD_PAUSE = [bought(1), *(bought(day) for day in range(31, 48))]
"""A pause of thirty days, and then as many daily purchases as are remembered."""


@pytest.mark.parametrize(
    ("by", "events", "statuses", "evidence"),
    [
        pytest.param(
            USUAL, [*UNEVEN, tick(33), tick(34)], "- - - - - raised", gaps("watch", 21, 20, 4)
        ),
        pytest.param(
            OVERDUE, [*UNEVEN, tick(21), tick(22)], "- - - - - raised", gaps("watch", 9, 8, 4)
        ),
        pytest.param(
            USUAL, [*UNEVEN, tick(34), bought(34)], "- - - - raised cleared", {"watch": (0, 42)}
        ),
        pytest.param(
            LONGEST, [*OLD_PAUSE, tick(50)], "- " * 18 + "raised", gaps("watch", 3, 2, 18)
        ),
    ],
    ids=["a long gap is among them", "by the mean", "until it buys", "of the last sixteen"],
)
def test_by_a_quantile_who_pauses_now_and_then_is_overdue_later(
    by: Any, events: Any, statuses: str, evidence: Any
) -> None:
    plays(by, events, statuses, evidence)


def test_nobody_is_overdue_before_so_many_days() -> None:
    patient = policy(only("overdue"), {"risk.overdue.min_days": 10})
    plays(patient, [*DAILY, tick(13), tick(14)], "- - - - raised/high", gaps("high", 11, 10))


def test_a_purchase_that_comes_late_parts_a_gap() -> None:
    plays(USUAL, [*UNEVEN, asked(26), bought(6)], "- - - - - raised", gaps("watch", 13, 10, 5))


def test_gaps_are_known_from_the_single_days_where_a_newer_policy_asks_for_them() -> None:
    ada = Ada(OVERDUE, *UNEVEN)
    ada.restarted(USUAL).turns("raised", 34)
