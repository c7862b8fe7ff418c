"""Windows: days kept in order, their sums, and which day leaves next."""

import pytest

from agents.customer.rows import newcomer
from agents.customer.state import Customer
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
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SERVICE,
    SIGNS,
)
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from tests.support.making import MINIMAL, POLICY, booked


@pytest.fixture
def ada() -> Customer:
    """A customer to which nothing was applied yet: its windows are empty."""
    first = booked(Kind.PURCHASES, MINIMAL[Kind.PURCHASES])
    return newcomer("ada", Origin("purchases", 0, 0), first, POLICY)


@pytest.fixture
def value(ada: Customer) -> ValueWindow:
    return ada.value


@pytest.fixture
def contacts(ada: Customer) -> ContactWindow:
    return ada.contacts


def lines(revenue: int = 0, goods: int = 0, fees: int = 0, returns: int = 0) -> list[int]:
    return [REVENUE, revenue, GOODS, goods, FEES, fees, RETURNS, returns]


def book(value: ValueWindow, day: int, amounts: list[int]) -> None:
    """Books [line, amount, line, amount, …] on a day."""
    pairs = list(zip(amounts[::2], amounts[1::2], strict=True))
    brought = sum(SIGNS[line] * amount for line, amount in pairs)
    excused = sum(amount for line, amount in pairs if line == SELLER_FAULT)
    value.book(cells_of(day, amounts), brought, excused)


def left(value: ValueWindow, last_gone: int) -> list[tuple[int, int]]:
    """What the days that leave brought, line by line."""
    return contributions(value.expire(last_gone))


def four(value: ValueWindow) -> tuple[int, int, int, int]:
    totals = value.totals()
    return totals[REVENUE], totals[GOODS], totals[FEES], totals[RETURNS]


def test_an_empty_window_is_worth_nothing(value: ValueWindow, contacts: ContactWindow) -> None:
    assert value.totals() == [0] * LINES
    assert (value.contribution, value.counts_from) == (0, NO_DAY)
    assert (contacts.total, contacts.oldest) == (0, NO_DAY)


def test_figures_are_the_sums_of_all_days(value: ValueWindow) -> None:
    book(value, 10, lines(10_000, 6_000))
    book(value, 12, lines(-500, -300, 40, 900))
    book(value, 10, lines(1, 2, 3, 4))
    assert four(value) == (9_501, 5_702, 43, 904)
    assert value.contribution == 9_501 - 5_702 + 43 - 904


@pytest.mark.parametrize("line", range(LINES))
def test_a_line_counts_by_its_sign(value: ValueWindow, line: int) -> None:
    book(value, 10, [line, 7])
    book(value, 11, [line, 5])
    assert value.contribution == SIGNS[line] * 12 == contribution_of(value.totals())
    assert value.seller_fault == (12 if line == SELLER_FAULT else 0)
    assert left(value, 10) == ([(10, SIGNS[line] * 7)] if SIGNS[line] else [])
    assert value.contribution == SIGNS[line] * 5
    assert value.seller_fault == (5 if line == SELLER_FAULT else 0)


def test_the_cost_to_serve_is_what_counts_against_beside_goods() -> None:
    assert {line for line in range(LINES) if SIGNS[line] < 0} == {GOODS, *SERVICE}


def test_a_day_that_leaves_takes_its_amounts_along(value: ValueWindow) -> None:
    book(value, 10, lines(100))
    book(value, 11, lines(20))
    book(value, 12, lines(3))
    assert left(value, 9) == []
    assert value.contribution == 123
    assert left(value, 10) == [(10, 100)]
    assert (value.contribution, value.counts_from) == (23, 11)
    assert left(value, 12) == [(11, 20), (12, 3)]
    assert (value.contribution, value.counts_from) == (0, NO_DAY)
    assert value.totals() == [0] * LINES


def test_a_late_day_is_put_where_it_belongs(value: ValueWindow) -> None:
    for day in (12, 10, 14, 11, 13, 9):
        book(value, day, lines(1))
    for gone in range(9, 15):
        assert value.counts_from == gone
        value.expire(gone)
        assert value.contribution == 14 - gone


def test_a_day_whose_amounts_cancel_out_changes_nothing_when_it_leaves(value: ValueWindow) -> None:
    book(value, 10, lines(500, 300))
    book(value, 11, lines(1))
    book(value, 10, lines(-500, -300))
    assert value.counts_from == 11


@pytest.mark.parametrize("line", range(LINES))
def test_a_day_of_which_a_single_line_is_left_still_counts(value: ValueWindow, line: int) -> None:
    everything = [number for its in range(LINES) for number in (its, 5)]
    book(value, 10, everything)
    for its in range(LINES):
        if its != line:
            book(value, 10, [its, -5])
    assert value.counts_from == 10
    assert value.totals() == [5 if its == line else 0 for its in range(LINES)]
    book(value, 10, [line, -5])
    assert value.counts_from == NO_DAY


def test_amounts_that_cancel_out_only_in_sum_still_count(value: ValueWindow) -> None:
    book(value, 10, lines(500, 500))
    book(value, 11, lines(1))
    assert (value.contribution, value.counts_from) == (1, 10)


def test_days_before_1970_are_days(value: ValueWindow, contacts: ContactWindow) -> None:
    book(value, -719_162, lines(5))
    book(value, -1, lines(7))
    value.expire(-2)
    assert (value.contribution, value.counts_from) == (7, -1)
    contacts.add(-1, 1)
    contacts.expire(-2)
    assert (contacts.total, contacts.oldest) == (1, -1)


def test_one_line_is_summed_over_some_days(value: ValueWindow) -> None:
    for day in (10, 11, 12, 13):
        book(value, day, lines(day, 1))
    assert value.sum_of(REVENUE, 11, 12) == 23
    assert value.sum_of(GOODS, 0, 99) == 4
    assert value.sum_of(REVENUE, 14, 99) == 0


def test_the_window_before_holds_what_left_this_one() -> None:
    before = WindowBefore([])
    assert (before.total, before.counts_from) == (0, NO_DAY)
    before.add(12, 5)
    before.add(10, -3)
    before.add(12, 1)
    assert (before.total, before.counts_from) == (3, 10)
    assert WindowBefore(before.cells).total == 3
    before.expire(10)
    assert (before.total, before.counts_from) == (6, 12)
    before.add(12, -6)
    assert (before.total, before.counts_from) == (0, NO_DAY)


def test_contacts_are_counted_by_day(contacts: ContactWindow) -> None:
    for day in (12, 10, 12, 11, 12):
        contacts.add(day, 1)
    assert (contacts.total, contacts.oldest) == (5, 10)
    contacts.expire(11)
    assert (contacts.total, contacts.oldest) == (3, 12)
    contacts.expire(12)
    assert (contacts.total, contacts.oldest) == (0, NO_DAY)


def test_the_day_after_whose_leaving_few_enough_remain_is_known(contacts: ContactWindow) -> None:
    contacts.add(10, 2)
    contacts.add(12, 1)
    contacts.add(11, 1)
    assert contacts.day_leaving_at_most(3) == 10
    assert contacts.day_leaving_at_most(2) == 10
    assert contacts.day_leaving_at_most(1) == 11
    assert contacts.day_leaving_at_most(0) == 12
    contacts.add(12, 1)
    assert contacts.day_leaving_at_most(2) == 11
    assert contacts.day_leaving_at_most(0) == 12
    contacts.expire(10)
    assert contacts.day_leaving_at_most(2) == 11


def test_no_day_leaves_an_empty_window(contacts: ContactWindow) -> None:
    assert contacts.day_leaving_at_most(0) is None


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

HUGE = 2**63
"""One more than fits."""


def is_wide(value: ValueWindow) -> bool:
    return isinstance(value.cells, list)


@pytest.mark.parametrize("amount", [HUGE, -HUGE - 1, 10**40])
def test_an_amount_beyond_64_bits_neither_stops_nor_is_lost(
    value: ValueWindow, amount: int
) -> None:
    book(value, 10, lines(1, 2))
    book(value, 12, lines(3))
    book(value, 12, lines(amount))
    book(value, 11, lines(5))
    assert four(value) == (amount + 9, 2, 0, 0)
    assert value.contribution == amount + 7
    assert value.sum_of(REVENUE, 12, 12) == amount + 3
    value.expire(11)
    assert (value.contribution, value.counts_from) == (amount + 3, 12)
    value.expire(12)
    assert (value.contribution, value.counts_from) == (0, NO_DAY)


@pytest.mark.parametrize("day", [9, 10, 11])
def test_it_may_come_first_in_the_middle_or_last(value: ValueWindow, day: int) -> None:
    if day != 10:
        book(value, 10, lines(1))
    book(value, day, lines(HUGE, 7))
    book(value, 10, lines(1))
    assert four(value)[:2] == (HUGE + (1 if day == 10 else 2), 7)
    assert ValueWindow(list(value.cells)).totals() == value.totals()
    assert ValueWindow(list(value.cells)).contribution == value.contribution


def test_a_sum_may_grow_beyond_64_bits_and_shrink_again(value: ValueWindow) -> None:
    book(value, 10, lines(HUGE - 1))
    book(value, 10, lines(1))
    assert is_wide(value)
    book(value, 10, lines(-HUGE))
    assert (value.contribution, value.counts_from) == (0, NO_DAY)
    book(value, 11, lines(5))
    value.expire(10)
    assert value.contribution == 5


def test_once_the_large_ones_have_left_what_is_kept_is_small_again(value: ValueWindow) -> None:
    book(value, 10, lines(HUGE))
    book(value, 11, lines(5))
    assert is_wide(value)
    value.expire(10)
    assert not is_wide(value)
    assert value.contribution == 5


def test_the_window_before_has_room_for_them_too() -> None:
    before = WindowBefore([])
    before.add(10, HUGE)
    before.add(11, -(10**40))
    before.add(10, -1)
    assert before.total == HUGE - 1 - 10**40
    before.expire(10)
    assert before.total == -(10**40)
