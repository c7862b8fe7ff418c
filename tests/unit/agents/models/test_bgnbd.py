"""Lifetime value: the published figures of CDNOW, and what holds at the edges."""

import pytest
from msgspec.structs import replace

from agents.models.bgnbd import (
    DAYS_AHEAD_MAX,
    LifetimeTables,
    alive_until_day,
    alive_until_week,
    expected_purchases,
    future,
    mean_margin,
    p_alive,
)
from agents.models.bgnbd_sums import purchases_if_alive
from agents.policy_file.lifetime import lifetime_params
from schemas.base.times import NO_DAY
from tests.support.lifetime import CDNOW
from tests.support.policies import policy_file, section


def test_the_published_customer_of_cdnow_buys_1_226_times_in_39_weeks_for_24_66() -> None:
    assert expected_purchases(CDNOW, 2, 30.43, 38.86, 39) == pytest.approx(1.226, abs=5e-4)
    assert p_alive(CDNOW, 2, 30.43, 38.86) == pytest.approx(0.7266, abs=5e-5)
    assert mean_margin(CDNOW, 2, 22.35) == pytest.approx(24.66, abs=5e-3)


def test_who_never_came_back_is_less_alive_with_every_week() -> None:
    found = [p_alive(CDNOW, 0, 0.0, week) for week in (0.0, 12.0, 39.0)]
    assert found == pytest.approx([0.6442, 0.5069, 0.3893], abs=5e-5)


def test_the_threshold_is_reached_where_the_closed_form_says() -> None:
    week = alive_until_week(CDNOW, 2, 30.43, 0.5)
    assert week == pytest.approx(62.5, abs=0.05)
    assert p_alive(CDNOW, 2, 30.43, week) == pytest.approx(0.5)


def test_the_day_is_the_first_one_below_the_threshold() -> None:
    day = alive_until_day(CDNOW, 2, 20_000, 20_213, 0.5)
    assert day == 20_438
    t_x = 213 / 7
    assert p_alive(CDNOW, 2, t_x, (day - 20_000) / 7) < 0.5
    assert p_alive(CDNOW, 2, t_x, (day - 20_001) / 7) >= 0.5


def test_who_is_below_the_threshold_already_is_so_from_the_last_purchase_on() -> None:
    assert alive_until_week(CDNOW, 0, 0.0, 0.9) < 0
    assert alive_until_day(CDNOW, 0, 20_000, 20_000, 0.9) == 20_000


def test_a_day_beyond_a_hundred_years_never_comes() -> None:
    faithful = replace(CDNOW, a=0.01, b=10_000.0, r=0.01)
    assert alive_until_week(faithful, 1, 1.0, 0.001) < float("inf")
    assert alive_until_day(faithful, 1, 20_000, 20_007, 0.001) == NO_DAY
    # the last day that counts is not beyond it
    week = (20_007 + DAYS_AHEAD_MAX - 20_000) / 7
    reached = p_alive(CDNOW, 1, 1.0, week)
    assert alive_until_day(CDNOW, 1, 20_000, 20_007, reached * 1.0001) < NO_DAY
    assert alive_until_day(CDNOW, 1, 20_000, 20_007, reached * 0.9999) == NO_DAY


@pytest.mark.parametrize("x", [0, 1, 30])
def test_nobody_is_alive_for_certain_so_a_threshold_of_one_is_passed_at_once(x: int) -> None:
    last_day = 20_000 + 7 * x
    assert alive_until_day(CDNOW, x, 20_000, last_day, 1.0) == last_day


@pytest.mark.parametrize(
    ("x", "t_x", "now"), [(5_000, 0.0, 5_000.0), (5_000, 1.0, 100_000.0), (1, 0.0, 100_000.0)]
)
def test_absurd_figures_give_numbers_all_the_same(x: int, t_x: float, now: float) -> None:
    chance, purchases, discounted = future(CDNOW, x, t_x, now)
    assert 0 < chance <= 1
    assert 0 <= discounted <= purchases < 39 * 7 * 10
    assert -CDNOW.alpha <= alive_until_week(CDNOW, x, t_x, 1e-12) < float("inf")


def test_a_of_one_is_no_exception_and_in_no_time_nothing_is_bought() -> None:
    near = [purchases_if_alive(2.24, 43.0, a, 4.4, 39.0) for a in (1 - 1e-9, 1.0, 1 + 1e-9)]
    assert near == pytest.approx([near[1]] * 3, rel=1e-8)
    assert expected_purchases(CDNOW, 2, 30.43, 38.86, 0.0) == 0


def test_what_comes_later_is_discounted_by_the_middle_of_its_quarter() -> None:
    _, purchases, discounted = future(replace(CDNOW, horizon_weeks=20), 2, 30.0, 39.0)
    first = expected_purchases(CDNOW, 2, 30.0, 39.0, 13)
    second = expected_purchases(CDNOW, 2, 30.0, 39.0, 20) - first
    assert purchases == pytest.approx(first + second)
    assert discounted == pytest.approx(
        first / 1.1 ** (6.5 / 52) + second / 1.1 ** (16.5 / 52), rel=1e-12
    )
    _, purchases, discounted = future(replace(CDNOW, yearly_discount=0.0), 2, 30.0, 39.0)
    assert discounted == pytest.approx(purchases, rel=1e-12)


def test_a_mean_margin_that_is_not_positive_is_drawn_to_the_population_s() -> None:
    assert mean_margin(CDNOW, 0, 0.0) == CDNOW.mean_margin
    # the weight of the population is (q - 1) / p = 0.439 purchases
    assert mean_margin(CDNOW, 4, 0.0) == pytest.approx(35.077848 * 0.439113 / 4.439113, rel=1e-5)
    assert mean_margin(CDNOW, 4, -20.0) < 0 < mean_margin(CDNOW, 1, -1.0)


@pytest.mark.parametrize("x", [0, 1, 3, 255, 256, 400])
@pytest.mark.parametrize("days", [0, 1, 700, 7_307, 7_308, 20_000])
def test_tables_end_without_a_seam(x: int, days: int) -> None:
    t_x = days // 2 if x else 0
    found = LifetimeTables(CDNOW).future(x, t_x, days)
    assert found == pytest.approx(future(CDNOW, x, t_x / 7, days / 7), rel=1e-3)
    assert found[0] == p_alive(CDNOW, x, t_x / 7, days / 7)


def test_a_table_says_the_same_whatever_it_was_asked_before() -> None:
    asked = [(x, 10, 300 + 7 * x) for x in range(1, 9)]
    one, other = LifetimeTables(CDNOW), LifetimeTables(CDNOW)
    assert [one.future(*each) for each in asked] == [
        other.future(*each) for each in reversed(asked)
    ][::-1]


def test_the_policy_s_section_becomes_the_parameters() -> None:
    its = policy_file(section("lifetime")).lifetime
    assert its is not None
    assert lifetime_params(its, 2) == CDNOW
    assert lifetime_params(its, 0).scale == 1
