"""The calendar: the earliest time first, and under it everybody once, by customer_id."""

from agents.partition.timers import TimerQueue
from schemas.base.times import NO_DUE_US


def test_an_empty_calendar_has_no_next_time() -> None:
    assert TimerQueue().next_us == NO_DUE_US


def test_times_come_in_order_whenever_they_were_written_down() -> None:
    timers = TimerQueue()
    for at_us in (30, 10, 20, -5, 25):
        timers.add(at_us, "ada")
    taken = []
    while timers.next_us != NO_DUE_US:
        expected = timers.next_us
        taken.append(timers.take_next()[0])
        assert taken[-1] == expected
    assert taken == [-5, 10, 20, 25, 30]


def test_a_microsecond_apart_is_another_time() -> None:
    timers = TimerQueue()
    timers.add(11, "ada")
    timers.add(10, "bob")
    assert timers.take_next() == (10, ["bob"])
    assert timers.take_next() == (11, ["ada"])


def test_under_one_time_customers_come_by_their_id_and_once() -> None:
    timers = TimerQueue()
    for customer_id in ("carl", "ada", "\u00e9mile", "bob", "ada", "Zoe"):
        timers.add(10, customer_id)
    assert timers.take_next() == (10, ["Zoe", "ada", "bob", "carl", "\u00e9mile"])


def test_who_has_no_due_time_is_not_written_down() -> None:
    timers = TimerQueue()
    timers.add(NO_DUE_US, "ada")
    assert timers.next_us == NO_DUE_US
    timers.add(10, "bob")
    assert timers.take_next() == (10, ["bob"])
    assert timers.next_us == NO_DUE_US


def test_a_time_that_was_taken_may_be_written_down_again() -> None:
    timers = TimerQueue()
    timers.add(10, "ada")
    timers.take_next()
    timers.add(10, "bob")
    assert timers.next_us == 10
    assert timers.take_next() == (10, ["bob"])


def test_who_was_left_for_later_comes_again_with_who_was_added_meanwhile() -> None:
    timers = TimerQueue()
    for customer_id in ("carl", "ada", "bob"):
        timers.add(10, customer_id)
    at_us, ids = timers.take_next()
    timers.put_back(at_us, ids[1:])
    assert timers.next_us == 10
    timers.add(10, "ann")
    timers.add(9, "zoe")
    assert timers.take_next() == (9, ["zoe"])
    assert timers.take_next() == (10, ["ann", "bob", "carl"])


def test_who_was_added_before_others_were_put_back_comes_among_them() -> None:
    timers = TimerQueue()
    for customer_id in ("bob", "ada"):
        timers.add(10, customer_id)
    at_us, ids = timers.take_next()
    timers.add(10, "abe")
    timers.put_back(at_us, ids)
    assert timers.take_next() == (10, ["abe", "ada", "bob"])
    timers.add(10, "eve")
    timers.add(10, "dan")
    assert timers.take_next() == (10, ["dan", "eve"])
