"""What falls due in a partition: when it happens, in which order, and in steps."""

from agents.partition.customers import SWEEP
from schemas.state.rows import read_head
from tests.support.feeding import INPUTS, NOW_US, Desk, clock, on, sale

P, S, Y = INPUTS


def test_a_day_leaves_at_its_midnight_and_says_so() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(S, clock(10, "23:59:59.999999"))
    desk.commit()
    assert [its["to_tier"] for its in desk.tier_changes] == ["important", "ordinary"]
    desk.feed(S, clock(11))
    desk.commit()
    change = desk.tier_changes[-1]
    assert (change["customer_id"], change["to_tier"]) == ("ada", "ordinary")
    assert change["effective_at"] == on(11, "00:00:00")
    assert change["trigger"] == {"kind": "timer", "topic": None, "event_id": None}


def test_due_times_happen_before_the_event_that_passes_them() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"), sale(11, amount="3000", occurred_at=on(11, "00:00:00")))
    desk.commit()
    told = [(its["to_tier"], its["trigger"]["kind"]) for its in desk.tier_changes]
    assert told == [("important", "event"), ("ordinary", "timer"), ("key", "event")]


def test_due_times_happen_by_day_and_then_by_customer() -> None:
    desk = Desk()
    ids = ["carl", "ada", "\u00e9mile", "Bob"]
    desk.feed(P, *(sale(2, customer_id=its, amount="600") for its in ids))
    desk.feed(P, sale(1, customer_id="zoe", amount="600"))
    desk.feed(S, clock(25))
    desk.commit()
    timers = [its for its in desk.tier_changes if its["trigger"]["kind"] == "timer"]
    assert [its["customer_id"] for its in timers] == ["zoe", "Bob", "ada", "carl", "\u00e9mile"]
    assert [its["effective_at"] for its in timers] == [on(11, "00:00:00")] + 4 * [
        on(12, "00:00:00")
    ]


def test_a_customer_at_rest_falls_due_day_by_day() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="2000"), sale(3, amount="499"), sale(4, amount="2"))
    desk.feed(S, clock(29))
    changes = desk.commit()
    assert changes is not None
    told = [
        (its["to_tier"], its["effective_at"])
        for its in desk.tier_changes
        if its["customer_id"] == "ada"
    ]
    assert told == [
        ("key", on(1)),
        ("important", on(11, "00:00:00")),
        ("ordinary", on(13, "00:00:00")),
    ]
    assert changes.counters.due_times == 3


def test_what_a_late_event_makes_due_already_happens_right_after_it() -> None:
    desk = Desk()
    desk.feed(S, clock(20))
    desk.feed(P, sale(5, amount="600"))
    desk.commit()
    told = [
        (its["to_tier"], its["effective_at"], its["trigger"]["kind"])
        for its in desk.tier_changes
        if its["customer_id"] == "ada"
    ]
    assert told == [
        ("important", on(5), "event"),
        ("ordinary", on(15, "00:00:00"), "timer"),
    ]


def test_a_rejected_or_dropped_event_lets_no_time_pass() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(P, sale(25, amount="x"), sale(25, currency="XXX"))
    desk.feed(S, {**clock(25), "channel": "fax"})
    desk.commit()
    assert [its["to_tier"] for its in desk.tier_changes] == ["important"]


def test_the_passing_of_wall_time_makes_due_as_event_time_does() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"))
    before = read_head(_row(desk)).due_us
    assert desk.shard.fire_due(before - 1, 100, NOW_US) == 0
    assert desk.shard.fire_due(before, 100, NOW_US) == 1
    assert desk.shard.fire_due(before, 100, NOW_US) == 0
    desk.commit()
    assert desk.tier_changes[-1]["effective_at"] == on(11, "00:00:00")


def _row(desk: Desk) -> bytes:
    desk.commit()
    return desk.customer_rows["ada"]


def test_a_sweep_of_many_goes_in_steps_and_the_event_waits_for_all_of_it() -> None:
    desk = Desk()
    many = 2 * SWEEP + 500
    desk.feed(P, *(sale(1, customer_id=f"c{number}", amount="600") for number in range(many)))
    desk.commit()
    desk.lay(S, clock(11))
    steps = 0
    while desk.shard.buffer(S).records:
        assert desk.take(1) == (SWEEP if steps < 2 else 1)
        fired = 0 if (changes := desk.commit()) is None else changes.counters.due_times
        assert fired <= SWEEP
        steps += 1
    assert steps == 3
    timers = [its["customer_id"] for its in desk.tier_changes if its["trigger"]["kind"] == "timer"]
    assert timers == sorted(timers)
    assert len(timers) == many


def test_a_sweep_by_the_wall_clock_stops_at_its_limit_and_goes_on() -> None:
    desk = Desk()
    desk.feed(P, *(sale(1, customer_id=f"c{number}", amount="600") for number in range(25)))
    assert desk.shard.fire_due(0, 10, NOW_US) == 0
    assert [desk.shard.fire_due(NOW_US, 10, NOW_US) for _ in range(4)] == [10, 10, 5, 0]
    desk.commit()
    timers = [its["customer_id"] for its in desk.tier_changes if its["trigger"]["kind"] == "timer"]
    assert timers == sorted(f"c{number}" for number in range(25))
