"""The calendar: the earliest time first, and under it everybody once, by customer_id."""

from agents.calendar import Calendar
from schemas.times import NO_DUE_US


def test_an_empty_calendar_has_no_next_time() -> None:
    assert Calendar().next_us == NO_DUE_US


def test_times_come_in_order_whenever_they_were_written_down() -> None:
    calendar = Calendar()
    for at_us in (30, 10, 20, -5, 25):
        calendar.add(at_us, "ada")
    taken = []
    while calendar.next_us != NO_DUE_US:
        expected = calendar.next_us
        taken.append(calendar.take_next()[0])
        assert taken[-1] == expected
    assert taken == [-5, 10, 20, 25, 30]


def test_a_microsecond_apart_is_another_time() -> None:
    calendar = Calendar()
    calendar.add(11, "ada")
    calendar.add(10, "bob")
    assert calendar.take_next() == (10, ["bob"])
    assert calendar.take_next() == (11, ["ada"])


def test_under_one_time_customers_come_by_their_id_and_once() -> None:
    calendar = Calendar()
    for customer_id in ("carl", "ada", "\u00e9mile", "bob", "ada", "Zoe"):
        calendar.add(10, customer_id)
    assert calendar.take_next() == (10, ["Zoe", "ada", "bob", "carl", "\u00e9mile"])


def test_who_has_no_due_time_is_not_written_down() -> None:
    calendar = Calendar()
    calendar.add(NO_DUE_US, "ada")
    assert calendar.next_us == NO_DUE_US
    calendar.add(10, "bob")
    assert calendar.take_next() == (10, ["bob"])
    assert calendar.next_us == NO_DUE_US


def test_a_time_that_was_taken_may_be_written_down_again() -> None:
    calendar = Calendar()
    calendar.add(10, "ada")
    calendar.take_next()
    calendar.add(10, "bob")
    assert calendar.next_us == 10
    assert calendar.take_next() == (10, ["bob"])


def test_who_was_left_for_later_comes_again_with_who_was_added_meanwhile() -> None:
    calendar = Calendar()
    for customer_id in ("carl", "ada", "bob"):
        calendar.add(10, customer_id)
    at_us, ids = calendar.take_next()
    calendar.put_back(at_us, ids[1:])
    assert calendar.next_us == 10
    calendar.add(10, "ann")
    calendar.add(9, "zoe")
    assert calendar.take_next() == (9, ["zoe"])
    assert calendar.take_next() == (10, ["ann", "bob", "carl"])


def test_who_was_added_before_others_were_put_back_comes_among_them() -> None:
    calendar = Calendar()
    for customer_id in ("bob", "ada"):
        calendar.add(10, customer_id)
    at_us, ids = calendar.take_next()
    calendar.add(10, "abe")
    calendar.put_back(at_us, ids)
    assert calendar.take_next() == (10, ["abe", "ada", "bob"])
    calendar.add(10, "eve")
    calendar.add(10, "dan")
    assert calendar.take_next() == (10, ["dan", "eve"])
