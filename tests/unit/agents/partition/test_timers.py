"""The calendar: the earliest time first, and under it everybody once, by customer_id."""

from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.partition.timers import TimerQueue
from schemas.base.times import NO_DUE_US
from tests.support.tables import table

ALL = 100


def timers(*added: tuple[int, str]) -> TimerQueue:
    made = TimerQueue()
    for at_us, customer_id in added:
        made.move(NO_DUE_US, at_us, customer_id)
    return made


def taken(its: TimerQueue, limit: int = ALL) -> list[tuple[int, list[str]]]:
    """All of it; each time is told before it is taken."""
    found = []
    while (next_us := its.next_us) != NO_DUE_US:
        found.append(its.take_next(limit))
        assert found[-1][0] == next_us
    return found


def test_times_come_in_order_whenever_they_were_written_down_and_again_once_taken() -> None:
    its = timers(*((at_us, f"{at_us}") for at_us in (30, 10, 20, -5, 25)))
    assert taken(its) == [(at_us, [f"{at_us}"]) for at_us in (-5, 10, 20, 25, 30)]
    its.move(10, 10, "bob")
    assert taken(its) == [(10, ["bob"])]


def test_a_microsecond_apart_is_another_time() -> None:
    assert taken(timers((11, "ada"), (10, "bob"))) == [(10, ["bob"]), (11, ["ada"])]


def test_under_one_time_customers_come_by_their_id_and_once_however_few_are_taken() -> None:
    ids = ("carl", "ada", "\u00e9mile", "bob", "ada", "Zoe")
    its = [timers(*((10, customer_id) for customer_id in ids)) for _ in range(2)]
    assert taken(its[0]) == [(10, ["Zoe", "ada", "bob", "carl", "\u00e9mile"])]
    assert taken(its[1], 2) == [(10, ["Zoe", "ada"]), (10, ["bob", "carl"]), (10, ["\u00e9mile"])]


def test_who_has_no_due_time_is_not_written_down() -> None:
    assert taken(timers((NO_DUE_US, "ada"), (10, "bob"))) == [(10, ["bob"])]


@table(
    "change left",
    ("somebody comes", lambda its: its.move(9, 10, "ann"), ["ann", "carl", "dan"]),
    ("somebody goes", lambda its: its.move(10, NO_DUE_US, "carl"), ["dan"]),
    (
        "goes and comes",
        lambda its: (its.move(10, 9, "dan"), its.move(9, 10, "dan")),
        ["carl", "dan"],
    ),
    ("is forgotten", lambda its: its.forget(10, "dan"), ["carl"]),
)
def test_in_the_midst_of_a_time(change: Any, left: list[str]) -> None:
    its = timers(*((10, customer_id) for customer_id in ("carl", "ada", "dan", "bob")))
    assert its.take_next(2) == (10, ["ada", "bob"])
    change(its)
    assert taken(its) == [(10, left)]


def mentioned(its: TimerQueue) -> set[str]:
    """Every id that lies in its memory."""
    held = set(its._swept)
    for ids in its._ids.values():
        held |= {ids} if isinstance(ids, str) else set(ids)
    return held


def test_who_moved_on_while_its_time_was_taken_is_forgotten_there_too() -> None:
    its = timers(*((10, customer_id) for customer_id in ("carl", "ada", "dan")))
    its.take_next(1)
    its.move(10, 20, "dan")
    its.forget(20, "dan")
    assert mentioned(its) == {"carl"}


@given(st.data())
def test_it_is_as_a_plain_table_of_due_times_and_holds_little_more(data: st.DataObject) -> None:
    its, plain = TimerQueue(), dict[str, int]()
    ids, times = st.sampled_from("abcd"), st.sampled_from([1, 2, NO_DUE_US])
    fresh = count(10)
    for what in data.draw(st.lists(st.sampled_from(["move", "forget", "take", "jump"]))):
        if what in ("move", "jump"):
            # a jump goes where nobody ever was
            customer_id = data.draw(ids)
            at_us = next(fresh) if what == "jump" else data.draw(times)
            its.move(plain.get(customer_id, NO_DUE_US), at_us, customer_id)
            plain[customer_id] = at_us
        elif what == "forget" and plain:
            customer_id = data.draw(st.sampled_from(sorted(plain)))
            its.forget(plain.pop(customer_id), customer_id)
            assert customer_id not in mentioned(its)
        elif its.next_us != NO_DUE_US:
            limit, first = data.draw(st.integers(1, 4)), min(plain.values())
            due = sorted(its for its, at_us in plain.items() if at_us == first)[:limit]
            assert its.take_next(limit) == (first, due)
            plain.update(dict.fromkeys(due, NO_DUE_US))
        assert its.next_us == min(plain.values(), default=NO_DUE_US)
        with_time = sum(at_us != NO_DUE_US for at_us in plain.values())
        assert len(its._times) <= 2 * with_time
        assert len(its._swept) <= 2 * len(plain)
