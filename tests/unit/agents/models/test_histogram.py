"""Shares: the buckets, what a histogram refuses, and who is among the best."""

from itertools import pairwise

import pytest

from agents.models.histogram import (
    EDGES,
    EDGES_UP_TO,
    Histogram,
    bucket_of,
    cut_by_profit,
    cut_by_rank,
    merged,
)
from agents.ports import InvariantError
from tests.support.counting import counted
from tests.support.tables import table

LAST = len(EDGES)
Known = tuple[int, int, list[list[int]]]


def known(its: Histogram) -> Known:
    return its.customers, its.total, its.rows()


# the buckets


def test_the_edges_are_the_same_everywhere() -> None:
    # below 200 each integer has a bucket of its own
    assert EDGES[:204] == [*range(1, 200), 200, 202, 204, 206, 208]
    assert LAST == 8_025
    assert EDGES[-1] == 1_000_878_865_243_832_276_970_203_138_405_861_233
    assert EDGES[-2] < EDGES_UP_TO <= EDGES[-1]


def test_an_edge_is_at_most_one_percent_above_the_one_before() -> None:
    for low, high in pairwise(EDGES):
        assert low < high
        assert high == low + 1 or high * 100 <= low * 101


SMALL = {value: value for value in (0, 1, 2, 99, 100, 199, 200)} | {201: 200, 202: 201}


@table("value bucket", *SMALL.items(), (EDGES[-1] - 1, LAST - 1), (EDGES[-1], LAST), (10**40, LAST))
def test_a_bucket_holds_its_edge_and_what_lies_below_the_next(value: int, bucket: int) -> None:
    assert (bucket_of(value), bucket_of(-value)) == (bucket, -bucket)


# counting


def test_counts_and_sums_are_exact() -> None:
    rows = [[-7, 2, -14], [0, 2, 0], [200, 2, 401], [201, 1, 202], [LAST, 1, 10**40]]
    histogram = counted(200, 0, -7, 201, 202, 10**40, 0, -7)
    assert known(histogram) == (8, 10**40 + 589, rows)


def test_an_empty_bucket_is_left_out() -> None:
    histogram = counted(200, 201, 5)
    histogram.remove(200)
    histogram.remove(5)
    assert histogram.rows() == [[200, 1, 201]]
    histogram.remove(201)
    assert known(histogram) == known(Histogram()) == (0, 0, [])


@table(
    "after rows",
    (200, [[200, 2, 401]]),
    (201, [[200, 2, 402]]),
    (202, [[200, 1, 201], [201, 1, 202]]),
    (-1, [[-1, 1, -1], [200, 1, 201]]),
)
def test_a_customer_moves(after: int, rows: list[list[int]]) -> None:
    histogram = counted(200, 201)
    histogram.move(200, after)
    assert known(histogram) == (2, 201 + after, rows)


@table("value count", (199, 0), (201, 1), (202, 0), (0, 0), (-200, 0), (10**30, 0))
def test_who_is_not_counted_cannot_leave(value: int, count: int) -> None:
    histogram = counted(200)
    said = (
        "no customer of that value is counted.*"
        f"bucket {bucket_of(value)} counts {count};.*: count anew from their values"
    )
    with pytest.raises(InvariantError, match=said):
        histogram.remove(value)
    for after in (value + 1, 3):
        with pytest.raises(InvariantError, match=said):
            histogram.move(value, after)
    assert known(histogram) == (1, 200, [[200, 1, 200]])


def test_rows_give_the_histogram_back() -> None:
    values = (200, 0, -7, 201, -(10**30), EDGES[-1])
    rows = counted(*values).rows()
    histogram = Histogram.from_rows(rows)
    assert known(histogram) == (6, 394 - 10**30 + EDGES[-1], rows)
    histogram.move(200, 201)
    assert rows == counted(*values).rows()


@pytest.mark.parametrize(
    "row",
    [
        *([5, 0, 0], [5, -1, -5], [5, 1, 6], [5, 2, 9], [-5, 1, 5], [0, 1, 1]),
        *([200, 2, 399], [200, 2, 403], [-200, 2, -399], [-200, 2, -403]),
        *([LAST, 1, EDGES[-1] - 1], [LAST + 1, 1, 10**40], [-LAST - 1, 1, -(10**40)]),
        [7, 1, 7],
    ],
)
def test_a_row_that_no_histogram_gives_is_refused(row: list[int]) -> None:
    with pytest.raises(InvariantError, match=r"no histogram has .*: count anew from the"):
        Histogram.from_rows([[7, 1, 7], row])


def test_merging_adds_up_and_leaves_what_was_merged_alone() -> None:
    one, other = counted(200, 3), counted(201, -4)
    both = merged([one, other])
    assert known(both) == (4, 400, [[-4, 1, -4], [3, 1, 3], [200, 2, 401]])
    both.remove(3)
    both.move(200, 201)
    assert one.rows() == [[3, 1, 3], [200, 1, 200]]
    assert other.rows() == [[-4, 1, -4], [200, 1, 201]]
    assert merged([]).rows() == []


# who is among the best

TEN = (100, 90, 80, 70, 60, 50, 40, 30, 20, 10)
"""Ten customers who bring 550 together."""


@table(
    "cut shares",
    (100, [(0, 1), (1, 1000), (1, 10)]),
    (90, [(101, 1000), (2, 10), (20, 100)]),
    (60, [(1, 2)]),
    (10, [(99, 100), (1, 1), (2, 1)]),
)
def test_a_share_of_the_customers_is_rounded_up(cut: int, shares: list[tuple[int, int]]) -> None:
    # those who bring nothing, or cost, are not among those of whom it is a share
    histogram = counted(*TEN, 0, 0, 0, -5, -1_000)
    assert [cut_by_rank(histogram, share) for share in shares] == [cut] * len(shares)


@table(
    "cut shares",
    (100, [(0, 1), (100, 550)]),
    (90, [(101, 550), (190, 550)]),
    (50, [(8, 10), (450, 550)]),
    (40, [(451, 550)]),
    (20, [(540, 550)]),
    (10, [(541, 550), (1, 1), (2, 1)]),
)
def test_a_share_of_the_profit_is_reached_exactly(cut: int, shares: list[tuple[int, int]]) -> None:
    histogram = counted(*TEN, 0, -5, -1_000)
    assert [cut_by_profit(histogram, share) for share in shares] == [cut] * len(shares)


def test_a_cut_is_the_lower_edge_of_a_whole_bucket() -> None:
    histogram = counted(1_000_000, 201, 201, 201, 3)
    assert cut_by_rank(histogram, (2, 5)) == 200
    assert cut_by_profit(histogram, (1_000_001, 1_000_606)) == 200
    assert cut_by_rank(counted(10**40), (1, 1)) == EDGES[-1]


@pytest.mark.parametrize("values", [(), (0,), (-1, -500, 0)])
def test_nobody_is_among_the_best_where_nobody_brings_anything(values: tuple[int, ...]) -> None:
    assert cut_by_rank(counted(*values), (1, 1)) is None
    assert cut_by_profit(counted(*values), (1, 1)) is None
