"""The whale curve: its peak and what follows, its points, and what a part of a bucket brings."""

import pytest

from agents.models.histogram import Histogram
from agents.models.whale_curve import WhaleCurve, whale_curve
from tests.support.counting import counted


def test_the_curve_of_nobody_is_empty() -> None:
    assert whale_curve(Histogram()) == WhaleCurve(0, 0, 0, 0, 0, 0, None, [])


def test_the_curve_climbs_to_its_peak_and_comes_down() -> None:
    curve = whale_curve(counted(100, 0, 60, -50, 40, 10, -30, 0, 5, -15))
    assert (curve.customers, curve.total) == (10, 120)
    assert (curve.peak, curve.peak_customers, curve.erosion) == (215, 5, 95)
    assert (curve.top_fifth, curve.top_fifth_share) == (160, (160, 120))
    each = [100, 160, 200, 210, 215, 215, 215, 200, 170, 120]
    halves = [(number, brought) for number, brought in enumerate(each, 1) for _ in range(2)]
    assert curve.points == halves


def test_a_fifth_of_the_customers_is_rounded_up() -> None:
    curve = whale_curve(counted(6, 5, 4, 3, 2, 1))
    assert curve.top_fifth == 11
    assert curve.points[0] == (1, 6)
    assert curve.points[-1] == (6, 21)


@pytest.mark.parametrize(
    ("values", "fifth"),
    [
        # 1 of 5 lies in the bucket: its mean is 200.4, 200.6, and of five -200.4
        ((200, 200, 200, 201, 201), 200),
        ((200, 200, 201, 201, 201), 201),
        ((-200, -200, -200, -201, -201), -200),
        # ties to the even one: 1 of 2 at 200.5; 1 of 2 behind 1,000 at 202.5 + 1,000
        ((200, 201), 200),
        ((202, 203, -1, -1, -1), 202),
        ((1_000, 202, 203, -1, -1, -1), 1_202),
        # 3 of 4 at 200.5 are 601.5
        ((200, 201, 200, 201, *[-1] * 11), 602),
    ],
)
def test_within_a_bucket_its_mean_counts_half_even(values: tuple[int, ...], fifth: int) -> None:
    assert whale_curve(counted(*values)).top_fifth == fifth


@pytest.mark.parametrize(("loss", "share"), [(-5, None), (-6, None), (-4, (5, 1))])
def test_there_is_no_share_of_a_total_that_is_not_positive(loss: int, share: object) -> None:
    assert whale_curve(counted(5, loss)).top_fifth_share == share


def test_where_all_lose_the_peak_is_nobody() -> None:
    curve = whale_curve(counted(-1, -2))
    assert (curve.peak, curve.peak_customers, curve.erosion, curve.top_fifth) == (0, 0, 3, -1)
