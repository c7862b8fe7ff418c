"""The calendar: the earliest time first, and under it everybody once, by customer_id."""

from agents.partition.timers import TimerQueue
from schemas.base.times import NO_DUE_US


def timers(*added: tuple[int, str]) -> TimerQueue:
    made = TimerQueue()
    for at_us, customer_id in added:
        made.add(at_us, customer_id)
    return made


def taken(its: TimerQueue) -> list[tuple[int, list[str]]]:
    """All of it; each time is told before it is taken."""
    found = []
    while (next_us := its.next_us) != NO_DUE_US:
        found.append(its.take_next())
        assert found[-1][0] == next_us
    return found


def test_times_come_in_order_whenever_they_were_written_down_and_again_once_taken() -> None:
    its = timers(*((at_us, "ada") for at_us in (30, 10, 20, -5, 25)))
    assert taken(its) == [(at_us, ["ada"]) for at_us in (-5, 10, 20, 25, 30)]
    its.add(10, "bob")
    assert taken(its) == [(10, ["bob"])]


def test_a_microsecond_apart_is_another_time() -> None:
    assert taken(timers((11, "ada"), (10, "bob"))) == [(10, ["bob"]), (11, ["ada"])]


def test_under_one_time_customers_come_by_their_id_and_once() -> None:
    ids = ("carl", "ada", "\u00e9mile", "bob", "ada", "Zoe")
    its = timers(*((10, customer_id) for customer_id in ids))
    assert taken(its) == [(10, ["Zoe", "ada", "bob", "carl", "\u00e9mile"])]


def test_who_has_no_due_time_is_not_written_down() -> None:
    assert taken(timers()) == []
    assert taken(timers((NO_DUE_US, "ada"), (10, "bob"))) == [(10, ["bob"])]


def test_who_was_left_for_later_comes_again_among_all_who_are_due_then() -> None:
    its = timers((10, "carl"), (10, "ada"), (10, "bob"))
    at_us, ids = its.take_next()
    its.put_back(at_us, ids[1:])
    assert its.next_us == 10
    its.add(10, "ann")
    its.add(9, "zoe")
    assert taken(its) == [(9, ["zoe"]), (10, ["ann", "bob", "carl"])]


def test_who_was_added_before_others_were_put_back_comes_among_them() -> None:
    its = timers((10, "bob"), (10, "ada"))
    at_us, ids = its.take_next()
    its.add(10, "abe")
    its.put_back(at_us, ids)
    assert its.take_next() == (10, ["abe", "ada", "bob"])
    for customer_id in ("eve", "dan"):
        its.add(10, customer_id)
    assert taken(its) == [(10, ["dan", "eve"])]
