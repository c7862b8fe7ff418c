"""The calendar: the earliest day first, and on it everybody once, by customer_id."""

from agents.calendar import Calendar
from schemas.row import NO_DUE


def test_an_empty_calendar_has_no_next_day() -> None:
    assert Calendar().next_day == NO_DUE


def test_days_come_in_order_whenever_they_were_written_down() -> None:
    calendar = Calendar()
    for day in (30, 10, 20, -5, 25):
        calendar.add(day, "ada")
    taken = []
    while calendar.next_day != NO_DUE:
        expected = calendar.next_day
        taken.append(calendar.take_day()[0])
        assert taken[-1] == expected
    assert taken == [-5, 10, 20, 25, 30]


def test_on_one_day_customers_come_by_their_id_and_once() -> None:
    calendar = Calendar()
    for customer_id in ("carl", "ada", "\u00e9mile", "bob", "ada", "Zoe"):
        calendar.add(10, customer_id)
    assert calendar.take_day() == (10, ["Zoe", "ada", "bob", "carl", "\u00e9mile"])


def test_who_has_no_due_day_is_not_written_down() -> None:
    calendar = Calendar()
    calendar.add(NO_DUE, "ada")
    assert calendar.next_day == NO_DUE
    calendar.add(10, "bob")
    assert calendar.take_day() == (10, ["bob"])
    assert calendar.next_day == NO_DUE


def test_a_day_that_was_taken_may_be_written_down_again() -> None:
    calendar = Calendar()
    calendar.add(10, "ada")
    calendar.take_day()
    calendar.add(10, "bob")
    assert calendar.next_day == 10
    assert calendar.take_day() == (10, ["bob"])
