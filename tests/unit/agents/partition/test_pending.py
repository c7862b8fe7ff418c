"""What a commit carries: in which order, how much of it, and whose snapshots, when."""

from collections.abc import Iterable
from typing import Any

from agents.partition.pending import Bounds
from schemas.state.rows import PARTITION_KEY
from tests.support.feeding import ALL, NOW_US, WITH_CUSTOMERS, Event, erasure, on, sale
from tests.support.happening import Story, batch, fields_of, happened, kind_of
from tests.support.making import support_call
from tests.support.policies import policy
from tests.support.tables import table

C, P, S, Y = WITH_CUSTOMERS
SECOND_US = 1_000_000


def test_outputs_come_as_they_happened_and_snapshots_behind_them() -> None:
    eager = policy({"risk.support_spike": {"contacts": 1, "clear_at": 0}})
    desk = happened(sale(1, customer_id="bob"), b"{", sale(1, 1, amount="600"), by=eager)
    desk.then(support_call(customer_id="bob"), erasure(2, customer_id="zoe"))
    desk.committed(sale(3, amount="600", customer_id="carl"))
    assert [(its.topic, (its.key or b"").decode()[:5]) for its in desk.messages] == [
        ("tier-changes", "bob"),
        ("rejected-events", "ada"),
        ("tier-changes", "ada"),
        # bob's tier fell with the call
        ("tier-changes", "bob"),
        ("at-risk", "bob"),
        # the null of zoe stands where she was erased
        ("customer-values", "zoe"),
        ("erasures", desk.receipts[0]["subject"][:5]),
        ("tier-changes", "carl"),
        ("customer-values", "bob"),
        ("customer-values", "ada"),
        ("customer-values", "carl"),
    ]


def test_what_changed_is_carried_away_once() -> None:
    desk = happened(sale(1), sale(1, 1), sale(2, customer_id="bob"))
    changes = desk.changes()
    assert [key for key, _ in changes.rows] == [b"ada", b"bob", PARTITION_KEY]
    assert changes.offsets == {C: 0, P: 3, S: 0, Y: 0}
    assert desk.commit() is None
    assert [key for key, _ in desk.then(sale(2)).changes().rows] == [b"ada", PARTITION_KEY]


# how much


def sizes_of(desk: Story, step: int = 1) -> list[tuple[int, int]]:
    """(customers' rows, outputs) of each commit until all that lies ready is taken."""
    found = []
    while any(buffer.records for buffer in desk.shard.buffers):
        while desk.take(step):
            pass
        assert desk.shard.full or desk.shard.drained
        changes = desk.changes()
        assert not desk.shard.full
        found.append((len(changes.rows) - 1, len(changes.outputs)))
    return found


MANY = [sale(1, customer_id=f"c{number}") for number in range(25)]
OFTEN = [sale(1, number) for number in range(25)]
ERASED = [erasure(2, customer_id="zoe")] * 5


@table(
    "bounds events sizes",
    # a tier and a snapshot of each
    ("changed customers", Bounds(changed_max=10), MANY, [(10, 20), (10, 20), (5, 10)]),
    ("one however often it changes", Bounds(changed_max=10), OFTEN, [(1, 2)]),
    ("outputs", Bounds(changed_max=10), [b"{"] * 25, [(0, 10), (0, 10), (0, 5)]),
    ("erasures, with two each", Bounds(changed_max=4), ERASED, [(2, 4), (2, 4), (1, 2)]),
    ("bytes", Bounds(output_bytes_max=1031), [b"{" * 100] * 25, [(0, 11), (0, 11), (0, 3)]),
)
def test_so_many_are_enough_for_one_commit(bounds: Bounds, events: list[Event], sizes: Any) -> None:
    assert sizes_of(happened(bounds=bounds).ready(kind_of(events[0]), *events)) == sizes


def test_keys_and_headers_of_rejected_events_count_among_their_bytes() -> None:
    desk = happened(bounds=Bounds(output_bytes_max=1_000))
    desk.shard.put(batch(P, *[b"{"] * 3, headers=(("trace", b"x" * 700),)))
    # they are looked at after each one, however many may be taken
    assert sizes_of(desk, ALL) == [(0, 2), (0, 1)]


def test_so_many_bytes_of_rows_are_enough_about_as_they_are_stored() -> None:
    names = [f"c{number}" for number in range(30)]
    desk = happened(*(sale(day, customer_id=its) for its in names for day in range(1, 28)))
    desk.commit(stop=True)
    other = happened(rows=desk.rows, bounds=Bounds(row_bytes_max=10_000))
    # one that changes often weighs once
    other.ready(P, *(sale(27, number, customer_id="c0") for number in range(1, 50)))
    other.ready(P, *(sale(27, 1, customer_id=its) for its in names[1:]))
    (many, _), *_ = sizes = sizes_of(other)
    assert sum(size for size, _ in sizes) == 30
    of_each = sum(map(len, other.customer_rows.values())) / 30
    assert 10_000 / 2 < many * of_each < 10_000 * 2


@table(
    "bounds sizes",
    ("so many", Bounds(changed_max=10), [10, 10, 5]),
    ("so many bytes of rows", Bounds(row_bytes_max=1), [1] * 25),
)
def test_snapshots_that_fall_due_together_are_bounded_too(bounds: Bounds, sizes: list[int]) -> None:
    desk = happened(bounds=bounds)
    for event in (its | {"occurred_at": on(day)} for day in (1, 2) for its in MANY):
        desk.committed(event | {"event_id": event["occurred_at"]})
    found = []
    while (changes := desk.commit(stop=True)) is not None:
        found.append(len(changes.outputs))
    assert found == sizes


# snapshots, ten seconds apart

EVERY_TEN = {second: f"{min(60, second + 1)}.00" for second in range(0, 67, 11)}


@table(
    "changed published",
    ("a change of tier at once", [0], {0: "1.00"}),
    ("with all that is in its commit", [0, 0, 0], {0: "3.00"}),
    ("figures alone after ten seconds", [0, 1], {0: "1.00", 11: "2.00"}),
    ("from the first change on", [0, 1, 5, 10], {0: "1.00", 11: "4.00"}),
    ("the newest in time", range(13), {0: "1.00", 11: "12.00", 22: "13.00"}),
    ("at most every ten seconds", range(60), EVERY_TEN),
)
def test_a_customer_is_published(changed: Iterable[int], published: dict[float, str]) -> None:
    desk, found = happened(snapshot_s=10), dict[float, str]()
    for second in range(90):
        now_us = NOW_US + second * SECOND_US
        assert desk.commit(now_us - 1) is None
        desk.ready(P, *(sale(1, number) for number, its in enumerate(changed) if its == second))
        desk.take(now_us=now_us)
        desk.commit(now_us)
        if len(desk.snapshots) > len(found):
            found[second] = desk.snapshots[-1]["value"]["contribution"]
    assert found == published
    assert desk.commit(NOW_US + 3_600 * SECOND_US, stop=True) is None


def test_a_clean_stop_publishes_what_is_owed_as_a_worker_does_that_goes_on() -> None:
    desk = happened(sale(1), sale(1, customer_id="bob")).committed()
    desk.committed(sale(2), sale(2, customer_id="bob"))
    assert (len(desk.snapshots), desk.head().owed) == (2, True)
    for its in (desk.again().committed(), desk.stopped()):
        told = [(wire["customer_id"], wire["value"]["contribution"]) for wire in its.snapshots]
        assert sorted(told[2:]) == [("ada", "2.00"), ("bob", "2.00")]
        assert not its.head().owed
        assert its.restarted().commit(stop=True) is its.commit(stop=True) is None


@table("at", 0, 9_999_999)
def test_the_longest_waiting_snapshot_goes_out_first(at: int) -> None:
    desk = happened(snapshot_s=10, bounds=Bounds(changed_max=2))
    for day in (1, 2):
        for name in ("carl", "ada", "bob"):
            desk.committed(sale(day, customer_id=name))
    desk.silent()
    assert desk.commit(NOW_US + at) is None
    found = []
    while desk.commit(NOW_US + 10 * SECOND_US) is not None:
        found.append(fields_of(desk.snapshots, "customer_id"))
        desk.messages.clear()
    assert found == [["carl", "ada"], ["bob"]]


def test_a_clock_that_is_set_back_lets_no_snapshot_wait_for_longer() -> None:
    desk = happened(sale(1), sale(1, customer_id="bob"), snapshot_s=10).stopped().silent()
    for name, now_us in (("ada", NOW_US + 3_600 * SECOND_US), ("bob", NOW_US)):
        desk.lay(P, sale(2, customer_id=name))
        desk.take(now_us=now_us)
    desk.commit(NOW_US + 10 * SECOND_US)
    assert fields_of(desk.snapshots, "customer_id") == ["ada", "bob"]
