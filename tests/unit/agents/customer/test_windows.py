"""Windows: days kept in order, their sums, and which day leaves next."""

from array import array
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from agents.customer.windows import (
    ContactWindow,
    ValueWindow,
    WindowBefore,
    contribution_of,
    contributions,
    insert_sorted,
)
from agents.events.cells import cells_of
from schemas.base.times import NO_DAY
from schemas.base.value_lines import (
    FEES,
    GOODS,
    LINES,
    ORDERS,
    RETURNED,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SERVICE,
    SIGNS,
)
from tests.support.tables import table

EMPTY = (0, NO_DAY)

brought = partial(contributions, excuses=False)


def lines(revenue: int = 0, goods: int = 0, fees: int = 0, returns: int = 0) -> list[int]:
    return [REVENUE, revenue, GOODS, goods, FEES, fees, RETURNS, returns]


def value(*booked: tuple[int, list[int]]) -> ValueWindow:
    """A window with [line, amount, line, amount, …] booked on days."""
    made = ValueWindow(array("q"))
    for day, amounts in booked:
        book(made, day, amounts)
    return made


def book(its: ValueWindow, day: int, amounts: list[int]) -> None:
    pairs = list(zip(amounts[::2], amounts[1::2], strict=True))
    brought = sum(SIGNS[line] * amount for line, amount in pairs)
    its.book(cells_of(day, amounts), brought)


def known(its: ValueWindow) -> tuple[int, int]:
    """(contribution, the first day that changes it by leaving)."""
    # the sums that are kept are those of what is kept
    assert its.contribution == contribution_of(its.totals())
    assert its.seller_fault == its.totals()[SELLER_FAULT]
    assert its.refunds == its.totals()[SELLER_FAULT_REFUNDS]
    again = ValueWindow(list(its.cells))
    assert (again.totals(), again.counts_from) == (its.totals(), its.counts_from)
    return its.contribution, its.counts_from


def four(its: ValueWindow) -> tuple[int, ...]:
    return tuple(its.totals()[line] for line in (REVENUE, GOODS, FEES, RETURNS))


def contacts(*days: int) -> ContactWindow:
    made = ContactWindow(array("q"))
    for day in days:
        made.add(day, 1)
    return made


@table(
    "booked sums left",
    ("an empty one is worth nothing", [], (0, 0, 0, 0), EMPTY),
    (
        "figures are the sums of all days",
        [(10, lines(10_000, 6_000)), (12, lines(-500, -300, 40, 900)), (10, lines(1, 2, 3, 4))],
        (9_501, 5_702, 43, 904),
        (9_501 - 5_702 + 43 - 904, 10),
    ),
    (
        "of a day whose amounts cancel out the order is left",
        [(10, lines(500, 300)), (11, lines(1)), (10, lines(-500, -300))],
        (1, 0, 0, 0),
        (1, 10),
    ),
    (
        "one that cancels out without an order changes nothing when it leaves",
        [(10, lines(0, 300)), (11, lines(1)), (10, lines(0, -300))],
        (1, 0, 0, 0),
        (1, 11),
    ),
    (
        "amounts that cancel out only in sum still count",
        [(10, lines(500, 500)), (11, lines(1))],
        (501, 500, 0, 0),
        (1, 10),
    ),
)
def test_what_is_booked(booked: Any, sums: tuple[int, ...], left: Any) -> None:
    its = value(*booked)
    assert (four(its), known(its)) == (sums, left)


@pytest.mark.parametrize("line", range(LINES))
def test_a_line_counts_by_its_sign_and_keeps_its_day_alone(line: int) -> None:
    its = value((10, [line, 7]), (11, [line, 5]))
    assert known(its) == (SIGNS[line] * 12, 10)
    assert its.seller_fault == (12 if line == SELLER_FAULT else 0)
    assert its.refunds == (12 if line == SELLER_FAULT_REFUNDS else 0)
    assert brought(its.expire(10)) == ([(10, SIGNS[line] * 7)] if SIGNS[line] else [])
    assert known(its) == (SIGNS[line] * 5, 11)


@pytest.mark.parametrize("line", range(1, LINES))
def test_a_line_is_left_when_all_others_are_gone(line: int) -> None:
    # revenue counts for an order, too: of it below
    everything = [number for its in range(1, LINES) for number in (its, 5)]
    others = [(10, [its, -5]) for its in range(1, LINES) if its != line]
    its = value((10, everything), *others)
    assert its.totals() == [5 if its == line else 0 for its in range(LINES)]
    assert known(its) == (SIGNS[line] * 5, 10)
    book(its, 10, [line, -5])
    assert known(its) == EMPTY


def sold(paid: int) -> list[int]:
    """What a sale books, as far as orders go by it."""
    return [REVENUE, paid, ORDERS, int(not paid)]


@table(
    "booked orders cell",
    ([sold(5)], 1, 0),
    ([sold(0)], 1, 1),
    ([sold(5), sold(6)], 2, 1),
    ([sold(5), sold(0), sold(6)], 3, 2),
    # one that came back as it was sold, in either order
    ([sold(5), [REVENUE, -5]], 1, 1),
    ([[REVENUE, -5], sold(5)], 1, 1),
    ([[REVENUE, -5], sold(5), sold(5)], 2, 1),
    ([[REVENUE, -5], sold(2)], 1, 1),
    ([sold(2), [REVENUE, -5], sold(4), sold(3)], 3, 2),
    ([[REVENUE, -5]], 0, 0),
    # a late cost of the same day is none
    ([[RETURNS, 3], sold(5)], 1, 0),
    # beyond 64 bits
    ([sold(2**63 - 1), sold(2**63 - 1)], 2, 1),
)
def test_a_day_with_revenue_is_an_order_and_a_cell_has_those_beyond(
    booked: list[list[int]], orders: int, cell: int
) -> None:
    for late in (False, True):
        days = [(10, its) for its in booked]
        its = value(*days, (11, sold(1))) if not late else value((11, sold(1)), *days)
        assert its.sum_of(ORDERS, 10, 10) == cell
        assert its.totals()[ORDERS] == orders + 1
        assert ValueWindow(its.cells).totals() == its.totals()
        its.expire(10)
        assert its.totals()[ORDERS] == 1


def test_what_counts_only_is_told_apart() -> None:
    its = value((10, [ORDERS, 1]), (11, [RETURNED, 1]), (12, lines(1)))
    assert (its.counts_from, its.amounts_from()) == (10, 12)
    its.expire(11)
    assert (its.counts_from, its.amounts_from()) == (12, 12)
    assert value((10, [ORDERS, 1])).amounts_from() == NO_DAY


def test_the_cost_to_serve_is_what_counts_against_beside_goods() -> None:
    assert {line for line in range(LINES) if SIGNS[line] < 0} == {GOODS, *SERVICE}


def test_a_day_that_leaves_takes_its_amounts_along() -> None:
    its = value((10, lines(100)), (11, lines(20)), (12, lines(3)))
    assert (brought(its.expire(9)), known(its)) == ([], (123, 10))
    assert (brought(its.expire(10)), known(its)) == ([(10, 100)], (23, 11))
    assert (brought(its.expire(12)), known(its)) == (
        [(11, 20), (12, 3)],
        EMPTY,
    )
    assert its.totals() == [0] * LINES


def test_a_late_day_is_put_where_it_belongs() -> None:
    its = value(*((day, lines(1)) for day in (12, 10, 14, 11, 13, 9)))
    for gone, after in pairwise([*range(9, 15), NO_DAY]):
        assert its.counts_from == gone
        its.expire(gone)
        assert known(its) == (14 - gone, after)


def test_days_before_1970_are_days() -> None:
    its, calls = value((-719_162, lines(5)), (-1, lines(7))), contacts(-1)
    its.expire(-2)
    calls.expire(-2)
    assert known(its) == (7, -1)
    assert (calls.total, calls.oldest) == (1, -1)


def test_one_line_is_summed_over_some_days() -> None:
    its = value(*((day, lines(day, 1)) for day in (10, 11, 12, 13)))
    assert its.sum_of(REVENUE, 11, 12) == 23
    assert its.sum_of(GOODS, 0, 99) == 4
    assert its.sum_of(REVENUE, 14, 99) == 0


HUGE = 2**63
"""One more than fits into 64 bits."""


@table("big", ("small", 5), ("beyond 64 bits", HUGE))
def test_the_window_before_holds_what_left_this_one(big: int) -> None:
    before = WindowBefore([])
    assert (before.total, before.counts_from) == EMPTY
    for day, amount in ((12, big), (10, -(10**40)), (12, 1)):
        before.add(day, amount)
    assert (before.total, before.counts_from) == (big + 1 - 10**40, 10)
    assert WindowBefore(before.cells).total == before.total
    before.expire(10)
    assert (before.total, before.counts_from) == (big + 1, 12)
    before.add(12, -big - 1)
    assert (before.total, before.counts_from) == EMPTY


def test_contacts_are_counted_by_day() -> None:
    its = contacts()
    assert ((its.total, its.oldest), its.day_leaving_at_most(0)) == (EMPTY, None)
    its = contacts(12, 10, 12, 11, 12)
    for gone, left in ((9, (5, 10)), (11, (3, 12)), (12, EMPTY)):
        its.expire(gone)
        assert (its.total, its.oldest) == left


def test_the_day_after_whose_leaving_few_enough_remain_is_known() -> None:
    its = contacts(10, 10, 12, 11)
    assert [its.day_leaving_at_most(most) for most in (3, 2, 1, 0)] == [10, 10, 11, 12]
    its.add(12, 1)
    assert [its.day_leaving_at_most(most) for most in (2, 0)] == [11, 12]
    its.expire(10)
    assert its.day_leaving_at_most(2) == 11


def test_entries_stay_in_the_order_of_their_keys() -> None:
    entries: dict[str, int] = {}
    for name in ("unprofitable", "late_payer", "support_spike"):
        insert_sorted(entries, name, len(name))
    assert list(entries.items()) == [
        ("late_payer", 10),
        ("support_spike", 13),
        ("unprofitable", 12),
    ]


# amounts beyond 64 bits


@pytest.mark.parametrize("amount", [HUGE, -HUGE - 1, 10**40])
def test_an_amount_beyond_64_bits_neither_stops_nor_is_lost(amount: int) -> None:
    its = value((10, lines(1, 2)), (12, lines(3)), (12, lines(amount)), (11, lines(5)))
    assert (four(its), known(its)) == ((amount + 9, 2, 0, 0), (amount + 7, 10))
    assert its.sum_of(REVENUE, 12, 12) == amount + 3
    its.expire(11)
    assert known(its) == (amount + 3, 12)
    its.expire(12)
    assert known(its) == EMPTY


@pytest.mark.parametrize("day", [9, 10, 11])
def test_it_may_come_first_in_the_middle_or_last(day: int) -> None:
    context = [] if day == 10 else [(10, lines(1))]
    its = value(*context, (day, lines(HUGE, 7)), (10, lines(1)))
    assert four(its)[:2] == (HUGE + (1 if day == 10 else 2), 7)
    assert known(its)[1] == min(day, 10)


def test_once_the_large_ones_have_left_what_is_kept_is_small_again() -> None:
    grown = value((10, lines(HUGE - 1)), (10, lines(1)))
    assert isinstance(grown.cells, list)
    book(grown, 10, lines(-HUGE))
    assert (known(grown), grown.totals()[ORDERS]) == ((0, 10), 2)
    large = value((10, lines(HUGE)))
    for its in (grown, large):
        assert isinstance(its.cells, list)
        book(its, 11, lines(5))
        its.expire(10)
        assert (isinstance(its.cells, list), known(its)) == (False, (5, 11))
