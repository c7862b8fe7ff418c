"""The whale curve: what the customers bring together, the best first.

It climbs to a peak, all that is earned, and comes down again by what the customers lose that cost
more than they bring. It is reckoned from a histogram, with its bucket's mean where it needs a part.
"""

from typing import Final

import msgspec

from agents.models.histogram import Histogram
from schemas.base.money import Ratio, half_even

CURVE_STEPS: Final = 20
"""So many points has a curve: one each 5 % of the customers."""
FIFTH_STEPS: Final = CURVE_STEPS // 5


class WhaleCurve(msgspec.Struct, frozen=True):
    """What the customers bring together, in minor units of the base currency."""

    customers: int
    total: int
    """The sum of all values: where the curve ends."""
    peak: int
    """The most that the curve reaches: the sum of the positive values."""
    peak_customers: int
    """How many bring the peak: those with positive value."""
    erosion: int
    """What the others lose of the peak again: peak - total."""
    top_fifth: int
    """What the best fifth of the customers (rounded up) brings; see `points` for its error."""
    top_fifth_share: Ratio | None
    """top_fifth of the total, exact; None where the total is not positive."""
    points: list[tuple[int, int]]
    """(customers, what they bring) at every 5 % of the customers (rounded up); empty without any.

    Where a point falls within a bucket, those taken of it count with the bucket's mean value,
    half-even: what they bring is at most 1 % and half a unit too low, and never too high.
    """


def whale_curve(histogram: Histogram) -> WhaleCurve:
    """The whale curve of the customers counted."""
    gaining = histogram.gaining()
    peak = sum([row[2] for row in gaining])
    points = _points(histogram)
    top_fifth = points[FIFTH_STEPS - 1][1] if points else 0
    return WhaleCurve(
        customers=histogram.customers,
        total=histogram.total,
        peak=peak,
        peak_customers=sum([row[1] for row in gaining]),
        erosion=peak - histogram.total,
        top_fifth=top_fifth,
        top_fifth_share=(top_fifth, histogram.total) if histogram.total > 0 else None,
        points=points,
    )


def _points(histogram: Histogram) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    passed = brought = 0
    for _, count, amount in histogram.best_first():
        while len(points) < CURVE_STEPS:
            taken = -(-histogram.customers * (len(points) + 1) // CURVE_STEPS) - passed
            if taken > count:
                break
            points.append((passed + taken, brought + half_even(amount * taken, count)))
        passed += count
        brought += amount
    return points
