"""Who rests and when: what it takes, and that nothing but memory tells the difference."""

from typing import Any

from agents.customer.state import Customer
from agents.partition.memory import REST_AFTER_US
from schemas.state.rows import PARTITION_KEY
from tests.support.customers import at
from tests.support.feeding import NOW_US, Desk, Event, clock, erasure, on, record, sale
from tests.support.happening import Story, happened
from tests.support.making import support_call
from tests.support.policies import policy
from tests.support.tables import table

LATER = NOW_US + REST_AFTER_US
BOB = sale(1, customer_id="bob")


def objects(desk: Desk) -> set[str]:
    return {name for name, its in desk.shard.customers.items() if isinstance(its, Customer)}


def crowded(*events: Any, **settings: Any) -> Story:
    """Whoever changed in nothing since the last commit rests."""
    return happened(*events, objects_bytes=0, **settings)


@table(
    "now_us left",
    ("soon", LATER - 1, {"ada", "bob"}),
    ("after a while", LATER, set()),
    ("by a clock that was set back", NOW_US - 1, set()),
)
def test_who_was_not_touched_for_a_while_rests_as_the_row_that_was_committed(
    now_us: int, left: set[str]
) -> None:
    desk = happened(sale(1), BOB).committed()
    assert objects(desk) == {"ada", "bob"}
    desk.commit(now_us)
    assert objects(desk) == left
    for name in {"ada", "bob"} - left:
        assert desk.shard.customers[name] is desk.rows[name.encode()]


def test_who_changed_since_its_row_was_written_does_not_rest() -> None:
    desk = happened(sale(1), BOB).committed()
    desk.then(sale(2)).shard._store.memory.see_clock(LATER)
    desk.shard._store.memory.let_rest()
    assert objects(desk) == {"ada"}
    desk.commit(LATER)
    assert desk.again().newest()["as_of"] == on(2)


def test_whoever_is_touched_again_stays() -> None:
    desk = happened(sale(1), BOB).committed()
    desk.then(sale(2)).commit(LATER - 1)
    desk.commit(LATER)
    assert objects(desk) == {"ada"}


def test_a_look_is_a_touch_and_costs_no_row() -> None:
    desk = happened(sale(1), BOB).again(sale(1))
    assert desk.changes().counters.duplicates[1] == 1
    assert objects(desk) == {"ada"}
    assert [key for key, _ in desk.then(clock(2)).changes().rows] == [b"clock", PARTITION_KEY]


def test_where_it_is_crowded_those_touched_longest_ago_rest_and_some_at_once() -> None:
    names = [f"c{number}" for number in range(6)]
    desk = happened(*(sale(1, customer_id=name) for name in names)).committed()
    room = desk.shard._store.memory._objects_bytes
    desk = happened(*(sale(1, customer_id=name) for name in names), objects_bytes=room - 1)
    assert objects(desk.committed()) == {"c1", "c2", "c3", "c4", "c5"}
    desk.then(sale(2, customer_id="c1")).commit(NOW_US + 1)
    desk.shard._store.memory._objects_bytes_max = 0
    desk.shard._store.memory.rest_at_once = 3
    desk.commit(NOW_US + 1)
    assert objects(desk) == {"c1", "c4", "c5"}


def test_between_commits_there_are_not_more_objects_than_room_however_many_are_seen() -> None:
    names = [f"c{number}" for number in range(50)]
    rows = happened(*(sale(1, customer_id=name) for name in names)).committed().rows
    desk = crowded(rows=rows)
    for name in names:
        desk.then(sale(1, customer_id=name))  # a duplicate: nothing to commit
        assert objects(desk) == set()


def test_quiet_days_leave_everybody_at_rest() -> None:
    names = [f"c{number}" for number in range(50)]
    desk = crowded(*(sale(1, customer_id=name) for name in names)).committed()
    assert objects(desk) == set()
    fired = 0
    while desk.shard.fire_due(at(20), 10, NOW_US):
        assert len(objects(desk)) == 10
        fired += desk.changes().counters.due_times
        assert objects(desk) == set()
    assert fired == 50


SPIKE = policy({"risk.support_spike": {"contacts": 1, "clear_at": 0}})
STORY: list[Event] = [
    sale(1, amount="600"),
    BOB,
    record(1, "13:00:00", region="Styria"),
    support_call(),
    sale(1, 5, amount="3"),
    sale(2, occurred_at=on(1, "09:00:00")),
    erasure(3, customer_id="bob"),
    sale(4, customer_id="bob"),
    clock(9),
    sale(10, 1),
    clock(26),
]


@table("snapshot_s", 0, 3600)
def test_nothing_but_memory_tells_the_difference(snapshot_s: int) -> None:
    desks = [its(by=SPIKE, snapshot_s=snapshot_s) for its in (happened, crowded)]
    for event in STORY:
        for desk in desks:
            desk.committed(event)
        assert objects(desks[1]) == set()
    for desk in desks:
        desk.stopped()
    roomy, narrow = desks
    assert narrow.messages == roomy.messages
    assert narrow.rows == roomy.rows
    assert narrow.shard.by_tier == roomy.shard.by_tier


def test_another_policy_finds_them_at_rest_and_leaves_them_there() -> None:
    desk = happened(sale(1, amount="600"), BOB, clock(2))
    dearer = policy({"tiers.entry": {"important": "700.00"}, "version": "next"})
    again = desk.again(by=dearer)
    assert objects(again) == set()
    assert again.tiers("to_tier") == ["important"]
    assert again.then(clock(10)).tiers("to_tier") == ["important", "ordinary"]
