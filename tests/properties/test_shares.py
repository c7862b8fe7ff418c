"""Shares and whale curves against a slow, exact reckoning on the list of all values."""

import random
from fractions import Fraction
from itertools import accumulate

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.models.histogram import EDGES, Histogram, bucket_of, cut_by_profit, cut_by_rank, merged
from agents.models.whale_curve import whale_curve
from tests.support.counting import counted

NEAR_EDGES = st.builds(
    lambda edge, off, sign: sign * (edge + off),
    st.sampled_from(EDGES[:-1]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([-1, 1]),
)
WITHIN_EDGES = (
    st.integers(-300, 300)
    | st.integers(9_900, 10_100)
    | NEAR_EDGES
    | st.integers(-(10**24), 10**24)
)
VALUES = WITHIN_EDGES | st.integers(-(10**40), 10**40)
LISTS = st.lists(WITHIN_EDGES, max_size=60)
CROWDS = LISTS | st.lists(st.integers(9_900, 10_100) | st.integers(-5, 5), max_size=60)
"""Few buckets, many customers in each."""
SHARES = st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def recounted(values: list[int]) -> list[list[int]]:
    return [
        [bucket, len(inside), sum(inside)]
        for bucket in sorted({bucket_of(value) for value in values})
        for inside in [[value for value in values if bucket_of(value) == bucket]]
    ]


def ceiling(part: Fraction) -> int:
    return -(-part.numerator // part.denominator)


def check(histogram: Histogram, values: list[int]) -> None:
    assert histogram.customers == len(values)
    assert histogram.total == sum(values)
    assert histogram.rows() == recounted(values)


@given(VALUES)
def test_a_bucket_is_mirrored_and_at_most_one_percent_wide(value: int) -> None:
    bucket = bucket_of(value)
    assert bucket_of(-value) == -bucket
    assert (bucket > 0) == (value > 0)
    if 0 < bucket < len(EDGES):
        low, beyond = EDGES[bucket - 1], EDGES[bucket]
        assert low <= value < beyond
        assert beyond - low == 1 or (beyond - low) * 100 <= low


@given(VALUES, VALUES | st.integers(0, 300))
def test_buckets_are_in_the_order_of_values(value: int, other: int) -> None:
    assert bucket_of(min(value, other)) <= bucket_of(max(value, other))
    assert bucket_of(value) <= bucket_of(value + abs(other))


@given(st.lists(VALUES, max_size=60))
def test_counts_and_sums_are_exact_and_survive_being_stored(values: list[int]) -> None:
    histogram = counted(*values)
    check(histogram, values)
    check(Histogram.from_rows(histogram.rows()), values)


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "move", "nudge", "remove"]), VALUES, st.integers(0, 1_000)),
    max_size=40,
)


@settings(max_examples=200)
@given(STEPS)
def test_however_it_came_about_a_histogram_is_that_of_its_values(
    steps: list[tuple[str, int, int]],
) -> None:
    histogram, values = Histogram(), list[int]()
    for what, value, chance in steps:
        at = chance % len(values) if values else 0
        if what == "add" or not values:
            histogram.add(value)
            values.append(value)
        elif what == "remove":
            histogram.remove(values.pop(at))
        else:
            after = value if what == "move" else values[at] + chance % 3
            histogram.move(values[at], after)
            values[at] = after
        check(histogram, values)
    for value in values:
        histogram.remove(value)
    check(histogram, [])


@given(st.lists(st.lists(VALUES, max_size=20), max_size=6), st.integers(0, 100))
def test_merged_is_that_of_all(parts: list[list[int]], seed: int) -> None:
    together = [value for part in parts for value in part]
    random.Random(seed).shuffle(together)
    check(merged([counted(*part) for part in parts]), together)
    check(merged(counted(*part) for part in parts), together)


@settings(max_examples=400)
@given(CROWDS, SHARES, st.booleans())
@example([10_000, 10_001, 10_002], (1, 3), False)
def test_a_cut_is_just_below_the_exact_one(
    values: list[int], share: tuple[int, int], by_rank: bool
) -> None:
    found = (cut_by_rank if by_rank else cut_by_profit)(counted(*values), share)
    gaining = sorted((value for value in values if value > 0), reverse=True)
    if not gaining:
        assert found is None
        return
    assert found is not None
    if by_rank:
        asked = max(1, ceiling(len(gaining) * Fraction(*share)))
        exact = gaining[asked - 1]
        assert sum(value >= found for value in gaining) >= asked
    else:
        profit = sum(gaining) * Fraction(*share)
        reached = zip(gaining, accumulate(gaining), strict=True)
        exact = next(value for value, brought in reached if brought >= profit)
        assert sum(value for value in gaining if value >= found) >= profit
    assert 1 <= found <= exact
    assert (exact - found) * 100 <= found
    assert bucket_of(found) == bucket_of(exact)
    assert found == 1 or bucket_of(found - 1) < bucket_of(found)


@settings(max_examples=400)
@given(CROWDS)
def test_a_curve_is_exact_in_its_peak_and_off_by_no_more_than_a_bucket_allows(
    values: list[int],
) -> None:
    curve = whale_curve(counted(*values))
    ordered = sorted(values, reverse=True)
    brought, total = [0, *accumulate(ordered)], sum(values)
    assert (curve.customers, curve.total, curve.peak) == (len(values), total, max(brought))
    assert curve.peak_customers == sum(value > 0 for value in values)
    assert curve.erosion == -sum(value for value in values if value < 0)
    assert len(curve.points) == (20 if values else 0)
    for step, (number, found) in enumerate(curve.points, 1):
        assert number == ceiling(Fraction(len(values) * step, 20))
        check_point(found, ordered, number)
    if values:
        assert curve.points[-1] == (len(values), total)
        assert curve.points[3] == (ceiling(Fraction(len(values), 5)), curve.top_fifth)
    assert curve.top_fifth_share == ((curve.top_fifth, total) if total > 0 else None)


def check_point(found: int, ordered: list[int], number: int) -> None:
    """Too low by at most 1 % of what those of the border's bucket bring, and by half a unit."""
    best = ordered[:number]
    border = bucket_of(best[-1])
    partly = [value for value in best if bucket_of(value) == border]
    too_low = sum(best) - found
    if number < len(ordered) and border == bucket_of(ordered[number]):
        assert 0 <= 100 * too_low <= abs(sum(partly)) + 50
    else:
        assert too_low == 0
