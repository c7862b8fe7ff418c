"""Windows: days kept in order, their sums, and which day leaves next."""

import pytest

from agents.customer import Customer, newcomer
from agents.window import NO_DAY, ContactWindow, ValueWindow, insert_sorted
from schemas.events import Kind
from schemas.outputs import Figures, Origin
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


def test_an_empty_window_is_worth_nothing(value: ValueWindow, contacts: ContactWindow) -> None:
    assert value.figures() == Figures(0, 0, 0, 0)
    assert (value.contribution, value.counts_from) == (0, NO_DAY)
    assert (contacts.total, contacts.oldest) == (0, NO_DAY)


def test_figures_are_the_sums_of_all_days(value: ValueWindow) -> None:
    value.add(10, 10_000, 6_000, 0, 0)
    value.add(12, -500, -300, 40, 900)
    value.add(10, 1, 2, 3, 4)
    assert value.figures() == Figures(9_501, 5_702, 43, 904)
    assert value.contribution == 9_501 - 5_702 + 43 - 904


def test_a_day_that_leaves_takes_its_amounts_along(value: ValueWindow) -> None:
    value.add(10, 100, 0, 0, 0)
    value.add(11, 20, 0, 0, 0)
    value.add(12, 3, 0, 0, 0)
    value.expire(9)
    assert value.contribution == 123
    value.expire(10)
    assert (value.contribution, value.counts_from) == (23, 11)
    value.expire(12)
    assert (value.contribution, value.counts_from) == (0, NO_DAY)
    assert value.figures() == Figures(0, 0, 0, 0)


def test_a_late_day_is_put_where_it_belongs(value: ValueWindow) -> None:
    for day in (12, 10, 14, 11, 13, 9):
        value.add(day, 1, 0, 0, 0)
    for gone in range(9, 15):
        assert value.counts_from == gone
        value.expire(gone)
        assert value.contribution == 14 - gone


def test_a_day_whose_amounts_cancel_out_changes_nothing_when_it_leaves(value: ValueWindow) -> None:
    value.add(10, 500, 300, 0, 0)
    value.add(11, 1, 0, 0, 0)
    value.add(10, -500, -300, 0, 0)
    assert value.counts_from == 11


@pytest.mark.parametrize("figure", range(4))
def test_a_day_of_which_a_single_figure_is_left_still_counts(
    value: ValueWindow, figure: int
) -> None:
    amounts = [0, 0, 0, 0]
    amounts[figure] = 7
    value.add(10, 5, 5, 5, 5)
    value.add(10, *(amount - 5 for amount in amounts))
    assert value.counts_from == 10
    assert value.figures() == Figures(*amounts)
    value.add(10, *(-amount for amount in amounts))
    assert value.counts_from == NO_DAY


def test_amounts_that_cancel_out_only_in_sum_still_count(value: ValueWindow) -> None:
    value.add(10, 500, 500, 0, 0)
    value.add(11, 1, 0, 0, 0)
    assert (value.contribution, value.counts_from) == (1, 10)


def test_days_before_1970_are_days(value: ValueWindow, contacts: ContactWindow) -> None:
    value.add(-719_162, 5, 0, 0, 0)
    value.add(-1, 7, 0, 0, 0)
    value.expire(-2)
    assert (value.contribution, value.counts_from) == (7, -1)
    contacts.add(-1, 1)
    contacts.expire(-2)
    assert (contacts.total, contacts.oldest) == (1, -1)


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
