"""What falls due in a partition: when it happens, in which order, and in steps."""

from typing import Any

from agents.partition.customers import SWEEP
from tests.support.feeding import NOW_US, WITH_CUSTOMERS, Desk, clock, on, sale
from tests.support.happening import Story, fields_of, happened
from tests.support.signalling import day_us
from tests.support.tables import table

C, P, S, Y = WITH_CUSTOMERS
FIRST, LAST = "00:00:00", "23:59:59.999999"
BOUGHT = sale(1, amount="600")


BEGUN, FALLEN = ("important", on(1), "event"), ("ordinary", on(11, FIRST), "timer")
OVER = sale(11, amount="3000", occurred_at=on(11, FIRST))
BETTER = [sale(1, amount="2000"), sale(3, amount="499"), sale(4, amount="2")]
STEPS = [("important", on(11, FIRST), "timer"), ("ordinary", on(13, FIRST), "timer")]
REJECTED = [sale(25, amount="x"), sale(25, currency="XXX"), {**clock(25), "channel": "fax"}]


@table(
    "events told due",
    ("nothing before it", [BOUGHT, clock(10, LAST)], [BEGUN], 0),
    ("at its midnight", [BOUGHT, clock(11)], [BEGUN, FALLEN], 1),
    ("before the event", [BOUGHT, OVER], [BEGUN, FALLEN, ("key", on(11, FIRST), "event")], 1),
    ("at rest day by day", [*BETTER, clock(29)], [("key", on(1), "event"), *STEPS], 3),
    (
        "right after the late event that makes it due",
        [clock(20), sale(5, amount="600")],
        [("important", on(5), "event"), ("ordinary", on(15, FIRST), "timer")],
        1,
    ),
    ("not by what is rejected or dropped", [BOUGHT, *REJECTED, BOUGHT], [BEGUN], 0),
)
def test_what_a_day_takes_along_when_it_leaves(events: Any, told: Any, due: int) -> None:
    desk = happened(*events)
    assert desk.outcome("due") == [due]
    found = desk.tiers("to_tier", "effective_at", "trigger")
    assert [(tier, at, trigger["kind"]) for tier, at, trigger in found] == told
    timers = [trigger for _, _, trigger in found if trigger["kind"] == "timer"]
    assert all(its == {"kind": "timer", "topic": None, "event_id": None} for its in timers)


def timers(desk: Desk, *names: str) -> list[Any]:
    desk.commit()
    its = (change for change in desk.tier_changes if change["trigger"]["kind"] == "timer")
    return fields_of(its, *names)


def test_due_times_happen_by_day_and_then_by_customer() -> None:
    ids = ["carl", "ada", "\u00e9mile", "Bob"]
    bought = [sale(2, customer_id=its, amount="600") for its in ids]
    desk = happened(*bought, sale(1, customer_id="zoe", amount="600"), clock(25))
    assert timers(desk, "customer_id", "effective_at") == [
        ("zoe", on(11, FIRST)),
        *((its, on(12, FIRST)) for its in ("Bob", "ada", "carl", "\u00e9mile")),
    ]


def test_the_passing_of_wall_time_makes_due_as_event_time_does() -> None:
    desk = happened(BOUGHT)
    due = desk.head().due_us
    assert [desk.shard.fire_due(its, 100, NOW_US) for its in (due - 1, due, due)] == [0, 1, 0]
    assert timers(desk, "effective_at") == [on(11, FIRST)]


def many(count: int) -> Story:
    return happened(*(sale(1, customer_id=f"c{number}", amount="600") for number in range(count)))


def test_a_sweep_of_many_goes_in_steps_and_the_event_waits_for_all_of_it() -> None:
    desk = many(2 * SWEEP + 500).stopped().ready(S, clock(11))
    taken, fired = [], []
    while desk.shard.buffer(S).records:
        taken.append(desk.take(1))
        fired.append(desk.changes().counters.due_times)
    assert (taken, fired) == ([SWEEP, SWEEP, 1], [SWEEP, SWEEP, 500])
    assert timers(desk, "customer_id") == sorted(f"c{number}" for number in range(2 * SWEEP + 500))


def test_a_sweep_by_the_wall_clock_stops_at_its_limit_and_goes_on() -> None:
    desk = many(25)
    assert desk.shard.fire_due(0, 10, NOW_US) == 0
    assert [desk.shard.fire_due(NOW_US, 10, NOW_US) for _ in range(4)] == [10, 10, 5, 0]
    assert timers(desk, "customer_id") == sorted(f"c{number}" for number in range(25))


def test_what_a_late_event_makes_due_just_now_happens_right_after_it() -> None:
    row = happened(sale(3), clock(11), sale(1)).row()
    assert row.as_of_us == day_us(11)
