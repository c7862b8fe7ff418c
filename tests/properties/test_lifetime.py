"""Lifetime value: against scipy's 2F1, the table against the exact form, and what always holds."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agents.models.bgnbd import (
    LifetimeParams,
    LifetimeTables,
    alive_until_day,
    alive_until_week,
    expected_purchases,
    future,
    p_alive,
)
from agents.models.bgnbd_sums import purchases_if_alive
from schemas.base.times import NO_DAY
from tests.support.lifetime import CDNOW

SHAPES = st.floats(0.05, 8.0)
SCALES = st.floats(0.2, 60.0)
TABLE_ERROR = 0.001
THRESHOLDS = st.sampled_from([0.05, 0.3, 0.5, 0.65, 0.9])
PARAMS = st.builds(
    LifetimeParams,
    *(SHAPES, SCALES, SHAPES, SHAPES) * 2,
    p=st.just(6.0),
    q=st.just(3.7),
    v=st.just(15.0),
    mean_margin=st.just(35.0),
    horizon_weeks=st.sampled_from([1, 13, 39, 52, 100]),
    yearly_discount=st.sampled_from([0.0, 0.1, 1.0]),
    scale=st.just(100),
)
PURCHASES = st.integers(0, 70) | st.sampled_from([0, 1, 2])
DAYS = st.integers(0, 800) | st.integers(0, 7_300)


def last_of(x: int, days: int, part: float) -> int:
    """The last purchase's day since the first, somewhere before now."""
    return int(days * part) if x else 0


@settings(deadline=None)
@given(
    st.floats(0.1, 40.0), SCALES, st.floats(0.05, 5.0), st.floats(1.0, 40.0), st.floats(0.5, 60.0)
)
def test_purchases_are_those_of_the_published_formula(
    power: float, rate: float, a: float, stay: float, weeks: float
) -> None:
    special = pytest.importorskip("scipy.special")
    # the published form divides by a - 1, and takes nearly all of 1 from 1 where z is near its ends
    z = weeks / (rate + weeks)
    assume(abs(a - 1) > 0.01 and 0.01 < z < 0.9)
    c = a + stay - 1
    published = c / (a - 1) * (1 - (1 - z) ** power * special.hyp2f1(power, stay, c, z))
    assert purchases_if_alive(power, rate, a, stay, weeks) == pytest.approx(published, rel=1e-6)


@settings(max_examples=150, deadline=None)
@given(PARAMS, PURCHASES, DAYS, st.floats(0, 1))
@example(CDNOW, 0, 0, 0.0)
@example(CDNOW, 64, 7_300, 1.0)
def test_the_table_is_within_a_thousandth_of_the_exact_form_and_a_discount_is_never_more(
    params: LifetimeParams, x: int, days: int, part: float
) -> None:
    last = last_of(x, days, part)
    chance, *found = LifetimeTables(params).future(x, last, days)
    exact_chance, *exact = future(params, x, last / 7, days / 7)
    assert chance == exact_chance
    assert found == pytest.approx(exact, rel=TABLE_ERROR, abs=1e-300)
    purchases, discounted = exact
    assert 0 <= discounted <= purchases * (1 + 1e-12)


@given(PARAMS, PURCHASES, DAYS, st.floats(0, 1), st.integers(0, 400))
def test_p_alive_lies_between_0_and_1_and_falls_with_time(
    params: LifetimeParams, x: int, days: int, part: float, later: int
) -> None:
    t_x = last_of(x, days, part) / 7
    assert 0 < p_alive(params, x, t_x, (days + later) / 7) <= p_alive(params, x, t_x, days / 7) <= 1


@given(PARAMS, PURCHASES, DAYS, st.floats(0, 1), THRESHOLDS)
def test_the_week_of_a_threshold_is_the_inverse_of_p_alive(
    params: LifetimeParams, x: int, days: int, part: float, threshold: float
) -> None:
    t_x = last_of(x, days, part) / 7
    week = alive_until_week(params, x, t_x, threshold)
    alpha = params.alpha if x else params.mbg_alpha
    assert -alpha <= week < float("inf")
    # far beyond any life, or so near to -alpha that nothing is left of the difference
    assume(-alpha * 0.999 < week < 1e9)
    assert p_alive(params, x, t_x, week) == pytest.approx(threshold, rel=1e-6)


@given(PARAMS, PURCHASES, DAYS, st.floats(0, 1), THRESHOLDS)
def test_the_day_of_a_threshold_is_the_first_below_it(
    params: LifetimeParams, x: int, days: int, part: float, threshold: float
) -> None:
    first, t_x = 20_000, last_of(x, days, part)
    last = first + t_x
    day = alive_until_day(params, x, first, last, threshold)

    def is_below(on: int) -> bool:
        return p_alive(params, x, t_x / 7, (on - first) / 7) < threshold

    if day == NO_DAY:
        assert not is_below(last + 36_600)
    else:
        assert last <= day <= last + 36_600
        assert is_below(day)
        assert day == last or not is_below(day - 1)


@settings(deadline=None)
@given(PARAMS, PURCHASES, DAYS, st.floats(0, 1), st.floats(0, 200), st.floats(0, 50))
def test_purchases_grow_with_the_weeks_and_never_exceed_those_of_who_stays(
    params: LifetimeParams, x: int, days: int, part: float, weeks: float, more: float
) -> None:
    t_x, now = last_of(x, days, part) / 7, days / 7
    few = expected_purchases(params, x, t_x, now, weeks)
    many = expected_purchases(params, x, t_x, now, weeks + more)
    assert 0 <= few <= many * (1 + 1e-9)
    r, alpha = (params.r, params.alpha) if x else (params.mbg_r, params.mbg_alpha)
    bound = p_alive(params, x, t_x, now) * (r + x) / (alpha + now) * (weeks + more)
    assert many <= bound * (1 + 1e-9)
