"""`fading`: P(alive) below 0.5, high below 0.3, cleared at 0.65."""

from itertools import count

from agents.models.bgnbd import p_alive
from tests.support.hearing import Ada
from tests.support.lifetime import CDNOW
from tests.support.policies import only, policy
from tests.support.signalling import asked, bought, gave_back

FADING = policy(only("fading"))


def alive(repeats: int, last: int, day: int) -> float:
    """P(alive) on a day, of one who bought on day 1 and so often until another."""
    return p_alive(CDNOW, repeats, (last - 1) / 7, (day - 1) / 7)


def first_day_below(bound: float, repeats: int, last: int) -> int:
    """By going there day by day."""
    return next(day for day in count(last) if alive(repeats, last, day) < bound)


def test_it_fades_on_the_days_on_which_p_alive_falls_below_a_bound_until_it_buys() -> None:
    low, lower = first_day_below(0.5, 3, 8), first_day_below(0.3, 3, 8)
    ada = Ada(FADING, bought(1), bought(3), bought(6), bought(8))
    ada.turns("raised watch", low, below=(f"{alive(3, 8, low):.4f}", "0.5000"))
    ada.turns("escalated high", lower, high_below=(f"{alive(3, 8, lower):.4f}", "0.3000"))
    again = alive(4, lower, lower)
    assert again >= 0.65
    ada.does(bought(lower)).says("cleared", clear_at=(f"{again:.4f}", "0.6500"))


def test_a_chance_just_below_its_bound_is_told_with_the_digits_that_show_it() -> None:
    low = first_day_below(0.5, 3, 8)
    just_above = f"{alive(3, 8, low) + 0.000_01:.5f}"
    ada = Ada(policy(only("fading"), {"risk.fading.below": just_above}))
    ada.does(bought(1), bought(3), bought(6), bought(8))
    ada.turns("raised watch", low, below=(f"{alive(3, 8, low):.5f}", just_above))


def test_a_purchase_that_makes_it_not_likely_enough_alive_does_not_clear_it() -> None:
    late = first_day_below(0.5, 3, 8)
    ada = Ada(policy(only("fading"), {"risk.fading.clear_at": "0.95"}))
    ada.does(bought(1), bought(3), bought(6), bought(8)).turns("raised watch", late)
    assert 0.5 < alive(4, late, late) < 0.95
    ada.does(bought(late)).says()


def test_one_purchase_fades_by_the_model_of_one_purchase() -> None:
    Ada(FADING, bought(1)).turns("raised", first_day_below(0.5, 0, 1))


def test_a_customer_who_never_bought_does_not_fade() -> None:
    Ada(FADING, asked(1), gave_back(2)).waits(300).says()
