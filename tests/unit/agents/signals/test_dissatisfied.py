"""`dissatisfied`: the last 3 answers at 2 or less, cleared at 4."""

from typing import Any

import pytest

from tests.support.hearing import Ada, plays
from tests.support.policies import only, policy
from tests.support.signalling import asked, tick

MOOD = policy(only("dissatisfied"))


def answers(*values: int) -> list[dict[str, Any]]:
    """One a day."""
    return [asked(day, satisfaction=value) for day, value in enumerate(values, 1)]


LATE = [asked(1, at, satisfaction=5) for at in ("11:00:00", "10:00:00")]
OLD = [*answers(1, 1), asked(3), tick(300), asked(300, satisfaction=1)]
HIGH = {"clear_at": ("4.00", "4.00")}
WHEN = [*answers(1, 1, 1)[1:], LATE[0], asked(4, satisfaction=1), LATE[1]]
PROMISES: dict[str, Any] = {
    "at a mean of 2": (answers(1, 1, 4), "- - raised", {"at_most": ("2.00", "2.00")}),
    "not above": (answers(1, 2, 4), "- - -"),
    "until a mean of 4": (answers(1, 1, 1, 4, 4, 3, 5), "- - raised - - - cleared", HIGH),
    "by the last by when they were given": (WHEN, "- - - raised -"),
    "however old they are": (OLD, "- - - - raised"),
}


@pytest.mark.parametrize("promise", PROMISES.values(), ids=PROMISES)
def test_one_is_dissatisfied(promise: Any) -> None:
    plays(MOOD, *promise)


AGEING = policy(only("dissatisfied"), {"risk.dissatisfied.age_days": 10})
FORGOTTEN: dict[str, Any] = {
    "till the last is so old": ([*answers(1, 1, 1), tick(12), tick(13)], "- - raised - cleared"),
    "till what is left is good": (
        [*answers(1, 5, 1)[:1], *answers(1, 1, 1, 5)[1:], tick(11), tick(12), tick(13)],
        "- - raised - - - cleared",
        {"clear_at": ("5.00", "4.00")},
    ),
    "not by fewer than are looked at": ([*answers(1, 1), asked(11, satisfaction=1)], "- - -"),
}


@pytest.mark.parametrize("promise", FORGOTTEN.values(), ids=FORGOTTEN)
def test_where_answers_age_one_is_dissatisfied(promise: Any) -> None:
    plays(AGEING, *promise)


def test_an_old_answer_counts_no_more_from_a_midnight_on() -> None:
    ada = Ada(AGEING, *answers(1, 1, 1)).says("raised")
    ada.turns("cleared", 13, age_days=(10, 10))


def test_a_mean_is_told_with_two_digits_half_to_even() -> None:
    by = policy(only("dissatisfied"), {"risk.dissatisfied.at_most": "2.125"})
    plays(by, answers(1, 2, 2), "- - raised", {"at_most": ("1.67", "2.12")})


def test_no_more_answers_are_kept_than_are_looked_at() -> None:
    ada = Ada(MOOD, *answers(*[1, 5] * 15))
    assert [answer for _, answer in ada.kept.answers] == [5, 1, 5]
    again = ada.does(asked(31, satisfaction=1)).restarted()
    again.does(asked(32, satisfaction=1)).says()
