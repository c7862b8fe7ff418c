"""Erasure: nothing of a customer is left, a receipt says so, and whoever comes again is new."""

import gc
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import msgspec
import pytest
from msgspec import to_builtins

from agents.ports import InvariantError
from agents.records.erasures import receipt_of
from schemas.base.times import NO_DUE_US
from schemas.outputs.records import Origin, output_id, subject_of
from schemas.state.rows import PARTITION_KEY
from tests.support.customers import at
from tests.support.feeding import (
    SECRET,
    WITH_CUSTOMERS,
    Desk,
    Erasure,
    clock,
    erasure,
    on,
    record,
    sale,
)
from tests.support.happening import (
    Story,
    fields_of,
    happened,
    kind_of,
)
from tests.support.making import LATER_MS, support_call
from tests.support.policies import policy
from tests.support.tables import table

C, P, S, Y = WITH_CUSTOMERS
ADA = subject_of("ada", SECRET)
LEFT = [("customer-values", "ada", False), ("erasures", ADA, True)]
"""What goes out where a customer is erased: (topic, key, whether there is a value)."""
TOMBSTONES = [(b"ada", False), (PARTITION_KEY, True)]
"""The rows with it: (key, whether there is a row)."""
BOUGHT = sale(1, amount="600")
BOB_BOUGHT = sale(1, amount="600", customer_id="bob")


def sold() -> Story:
    """A customer that bought on March 1, committed."""
    return happened(BOUGHT).silent()


def said(desk: Desk) -> list[tuple[str, str, bool]]:
    """(topic, key, whether there is a value) of what was committed since."""
    return [(its.topic, (its.key or b"").decode(), its.value is not None) for its in desk.messages]


def rows(desk: Story) -> list[tuple[bytes, bool]]:
    """(key, whether there is a row) of the next commit."""
    return [(key, row is not None) for key, row in desk.changes().rows]


# what goes out


@table("restarts", ("in memory", False), ("from its row", True))
@table("owed", ("at rest", False), ("owed a snapshot", True))
def test_row_and_snapshot_become_nulls_and_a_receipt_goes_out(restarts: bool, owed: bool) -> None:
    desk = sold().then(*[sale(2)][:owed])
    assert desk.head().owed == owed
    if restarts:
        desk = desk.again()
        assert isinstance(desk.shard.customers["ada"], bytes)
    desk.messages.clear()
    assert (rows(desk.then(erasure(3))), said(desk)) == (TOMBSTONES, LEFT)
    assert (desk.customer_rows, desk.shard.by_tier) == ({}, [0, 0, 0, 0])
    assert desk.commit(stop=True) is None


def test_a_receipt_has_all_that_belongs_to_it_and_does_not_name_the_customer() -> None:
    desk = sold().stopped(erasure(2, "12:00:00.123"))
    expected = receipt_of(ADA, Origin("customers", 0, 0), at(2, "12:00:00.123"), held=True)
    stamped = to_builtins(expected) | {"evaluated_at": "2027-01-15T08:00:00Z"}
    assert desk.receipts == [stamped]
    assert fields_of(desk.receipts, "held", "erased_at") == [(True, on(2, "12:00:00.123"))]
    (receipt,) = [its for its in desk.messages if its.topic == "erasures"]
    assert b"ada" not in (receipt.key or b"") + (receipt.value or b"")


def test_nothing_is_said_on_tiers_signals_or_contacts() -> None:
    spike = policy({"risk.support_spike": {"contacts": 1, "clear_at": 0}})
    desk = happened(support_call(), by=spike).committed()
    assert len(desk.risks) == 1
    desk.silent().stopped(erasure(2), clock(25))
    assert {its.topic for its in desk.messages if its.key == b"ada"} == {"customer-values"}


def test_of_nobody_a_receipt_goes_out_too() -> None:
    desk = happened(erasure(2, customer_id="zoe"))
    assert desk.changes().counters.applied[C] == 1
    assert fields_of(desk.receipts, "subject", "held") == [(subject_of("zoe", SECRET), False)]
    assert {its.topic for its in desk.messages} & {"tier-changes", "at-risk"} == set()
    assert desk.customer_rows == {}


def test_each_request_has_a_receipt_of_its_own() -> None:
    changes = (desk := sold().then(erasure(2), erasure(2))).changes()
    assert fields_of(desk.receipts, "held") == [True, False]
    assert len(set(fields_of(desk.receipts, "event_id"))) == 2
    assert (changes.counters.applied[C], changes.counters.consumed[C], changes.offsets[C]) == (
        2,
        2,
        2,
    )
    assert dict(changes.counters.outputs) == {("erasures", "erased"): 2}


def test_others_stay_as_they_are_whether_it_changed_itself_or_not() -> None:
    bob, zoe = sale(1, customer_id="bob", amount="5"), sale(1, customer_id="zoe")
    desk = happened(sale(1), bob, zoe, erasure(2, customer_id="bob"))
    assert rows(desk) == [(b"bob", False), (b"ada", True), (b"zoe", True), (PARTITION_KEY, True)]
    desk.stopped(sale(3), sale(3, customer_id="zoe"))
    assert (desk.contribution(), desk.contribution("zoe")) == ("2.00", "2.00")
    desk = sold().then(bob, erasure(2))
    assert rows(desk) == [(b"ada", False), (b"bob", True), (PARTITION_KEY, True)]


# when it happens


@table(
    "sold_on held left",
    ("at its record's time among all events", [1, 3], True, "1.00"),
    ("of one time, before sales", [2], False, "1.00"),
)
def test_it_happens(sold_on: list[int], held: bool, left: str) -> None:
    desk = happened().ready(P, *map(sale, sold_on)).ready(C, erasure(2)).drained()
    assert (desk.contribution(), desk.newest()["tenure_days"]) == (left, 0)
    assert fields_of(desk.receipts, "held") == [held]


def test_what_is_due_before_happens_first_and_time_passes_with_it() -> None:
    desk = sold().then(BOB_BOUGHT, erasure(5, customer_id="nobody"))
    assert desk.partition().stream_time_us == at(5)
    # both fell to ordinary on the 11th
    its = desk.silent().then(erasure(12)).changes().outputs
    assert [message.key for message in its if message.topic == "tier-changes"] == [b"ada", b"bob"]


FUTURE_MS, LAST_MS = LATER_MS + 10**9, 253_402_300_799_999
"""A time after all others, and the last millisecond of the year 9999."""


@table(
    "its erased_at time_us",
    ("late", erasure(2), on(2), at(9)),
    *((f"{ms}", Erasure("ada", ms), "1970-01-01T00:00:00Z", at(9)) for ms in (0,)),
    ("of the future", Erasure("ada", FUTURE_MS), "2027-01-26T21:46:40Z", FUTURE_MS * 1_000),
    ("at the end", Erasure("ada", LAST_MS), "9999-12-31T23:59:59.999Z", LAST_MS * 1_000),
)
def test_whenever_it_comes_it_erases(its: Erasure, erased_at: str, time_us: int) -> None:
    desk = sold().stopped(sale(9), its)
    assert fields_of(desk.receipts, "held", "erased_at") == [(True, erased_at)]
    assert (desk.reasons, desk.customer_rows) == ([], {})
    assert desk.partition().stream_time_us == time_us


@table("ms", LAST_MS + 1, 1_772_366_400_000_000, 2**62)
def test_one_beyond_the_calendar_is_rejected(ms: int) -> None:
    desk = sold().stopped(Erasure("ada", ms))
    assert (desk.reasons, list(desk.customer_rows)) == (["from_future"], ["ada"])


def test_what_names_nobody_passes_on_as_it_came() -> None:
    desk = sold()
    desk.feed(C, Erasure("", LATER_MS), Erasure("x" * 129, LATER_MS))
    changes = desk.changes()
    assert (desk.reasons, desk.receipts) == (["key_mismatch"] * 2, [])
    rejected = [(its.key, its.value) for its in desk.messages if its.topic == "rejected-events"]
    assert rejected == [(b"", None), (b"x" * 129, None)]
    assert (changes.counters.applied[C], changes.counters.consumed[C]) == (0, 2)


# what is left


def reached_from(root: object) -> Iterator[object]:
    """All that lies in memory behind an object, but for code."""
    seen, waiting = {id(root): root}, [root]
    while waiting:
        its = waiting.pop()
        yield its
        behind = gc.get_referents(its)
        if isinstance(its, dict):
            behind += its  # keys that are texts are no business of the collector's
        if isinstance(its, msgspec.Struct):
            behind += msgspec.structs.astuple(its)
        for other in behind:
            if id(other) not in seen and not isinstance(other, type | ModuleType | FunctionType):
                seen[id(other)] = other
                waiting.append(other)


def mentions(desk: Desk, customer_id: str = "ada") -> list[object]:
    """Every text in the shard's memory that has a customer's id in it."""
    key = customer_id.encode()
    return [
        its
        for its in reached_from(desk.shard)
        if (isinstance(its, str) and customer_id in its)
        or (isinstance(its, bytes | bytearray) and key in its)
    ]


@table(
    "events",
    ("changed and committed", [BOUGHT]),
    ("not committed", [BOUGHT, sale(2)]),
    ("its due time moved often", [BOUGHT, sale(2), sale(3), sale(4), sale(5)]),
    ("among others of its due time", [BOUGHT, BOB_BOUGHT]),
    ("rejected", [BOUGHT, sale(1, amount="700")]),
)
@table("restarts", ("in memory", False), ("from its row", True))
def test_nothing_in_memory_knows_of_it_after_the_commit(restarts: bool, events: Any) -> None:
    desk = sold().then(*events)
    desk = desk.again() if restarts else desk
    assert mentions(desk)
    desk.committed(erasure(6))
    assert mentions(desk) == []
    assert desk.shard.bytes_held == sum(its.shard.bytes_held for its in [desk.again()])
    assert desk.shard.fire_due(at(8), 100, 0) == 0


def test_customers_are_counted_by_tier_no_more() -> None:
    desk = happened(BOUGHT, BOB_BOUGHT)
    assert desk.shard.by_tier == [0, 0, 2, 0]
    desk.then(erasure(2), erasure(2), erasure(2, customer_id="nobody"))
    assert desk.shard.by_tier == desk.again().shard.by_tier == [0, 0, 1, 0]


# coming again


def test_whoever_comes_again_is_new() -> None:
    told = record(1, "13:00:00", region="Styria")
    desk = happened(BOUGHT, told, erasure(2), sale(3, amount="700"))
    ids = [output_id("ada", Origin("purchases", 0, its), 1, "tier-changes") for its in (0, 1)]
    expected = [(1, "assigned", event_id) for event_id in ids]
    assert desk.tiers("sequence", "direction", "event_id") == expected
    assert (desk.contribution(), desk.newest()["tenure_days"]) == ("700.00", 0)
    assert desk.newest()["profile"]["region"] is None


def test_a_record_after_the_erasure_begins_a_customer() -> None:
    desk = sold().then(erasure(2), record(3, region="Tyrol"))
    begun = output_id("ada", Origin("customers", 0, 1), 1, "tier-changes")
    assert (desk.tiers("event_id"), desk.head().due_us) == ([begun], NO_DUE_US)
    assert desk.newest()["profile"]["region"] == "Tyrol"


TOLD, PUBLISHED = ("tier-changes", "ada", True), ("customer-values", "ada", True)


@table(
    "begins events is_there told after",
    ("come and gone", happened, [BOUGHT, erasure(2)], [False], [TOLD, *LEFT], "1.00"),
    # the tombstone first: the row that stays is the newer
    (
        "gone and come again",
        sold,
        [erasure(2), sale(3)],
        [False, True],
        [*LEFT, TOLD, PUBLISHED],
        "2.00",
    ),
    (
        "gone, come again and gone",
        sold,
        [erasure(2), sale(3), erasure(4)],
        [False, False],
        [*LEFT, TOLD, *LEFT],
        "1.00",
    ),
)
def test_in_one_commit(begins: Any, events: Any, is_there: Any, told: Any, after: str) -> None:
    desk = begins().then(*events)
    assert rows(desk) == [*((b"ada", its) for its in is_there), (PARTITION_KEY, True)]
    assert said(desk) == told
    assert set(fields_of(desk.receipts, "held")) == {True}
    assert desk.commit(stop=True) is None
    assert desk.again(sale(5)).contribution() == desk.then(sale(5)).contribution() == after
    assert desk.shard.by_tier == [0, 1, 0, 0]


BOB = sale(1, customer_id="bob")
GONE, LAST = erasure(1, "13:00:00"), "23:59:59"
AT_TWO, FIVE = sale(1, 1, amount="700", occurred_at=on(1, "14:00:00")), sale(5, amount="700")
GOOD = ["important"] * 2


@table(
    "events due dropped tiers",
    ("its id is forgotten, others are not", [BOUGHT, BOB, erasure(2), BOUGHT, BOB], 0, 1, GOOD),
    ("a due time of both is one", [BOUGHT, GONE, AT_TWO, clock(11)], 1, 0, [*GOOD, "ordinary"]),
    ("one of before means nothing", [BOUGHT, erasure(2), FIVE, clock(14, LAST)], 0, 0, GOOD),
    ("one of its own does", [BOUGHT, erasure(2), FIVE, clock(15)], 1, 0, [*GOOD, "ordinary"]),
)
def test_of_whoever_was_there_before(events: Any, due: int, dropped: int, tiers: Any) -> None:
    assert happened(*events).outcome("due", "dropped", "tiers") == [due, dropped, tiers]


# restarts


def test_after_a_restart_nothing_is_known_of_it() -> None:
    desk = sold().then(erasure(2)).again()
    assert desk.shard.customers == {}
    assert fields_of(desk.stopped(clock(25)).tier_changes, "customer_id") == ["clock"]


def without_the_partition(desk: Desk, *, exactly_once: bool = False) -> Story:
    """A commit broke in the middle: the customers' rows were stored, the partition's was not."""
    kept = {key: row for key, row in desk.rows.items() if key != PARTITION_KEY}
    return happened(exactly_once=exactly_once, rows=kept)


def replay(desk: Story, steps: list[Any]) -> Story:
    """Everything lies ready from the first record on."""
    for kind in WITH_CUSTOMERS:
        desk.lay(kind, *(event for event in steps if kind_of(event) is kind))
    return desk.drained().stopped()


CALLS = [support_call(event_id=f"call-{number}") for number in range(4)]


@table(
    "steps",
    ("come again alike", [sale(1), erasure(2), sale(3)]),
    ("a record, then a sale", [record(1), erasure(2), sale(3)]),
    ("a sale, then a record", [sale(1), erasure(2), record(3)]),
    ("calls, then a sale", [*CALLS, erasure(2), sale(3)]),
    ("gone for good", [sale(1), sale(1, customer_id="bob"), erasure(2)]),
)
def test_without_transactions_a_replay_ends_as_it_did(steps: list[Any]) -> None:
    desk = replay(happened(exactly_once=False), steps)
    other = replay(without_the_partition(desk), steps)
    assert other.customer_rows == desk.customer_rows
    # what was put out before the crash need not go out again
    assert not other.snapshots or other.snapshots[-1] == desk.snapshots[-1]
    for topic in ("tier-changes", "at-risk", "erasures"):
        assert {*fields_of(other.of(topic), "event_id")} <= {*fields_of(desk.of(topic), "event_id")}
    assert "ada" in desk.customer_rows or len(other.receipts) == 1
    assert other.shard.by_tier == desk.shard.by_tier


def test_with_transactions_an_erasure_that_the_row_holds_already_stops_everything() -> None:
    desk = happened(record(1), record(2)).committed()
    other = without_the_partition(desk, exactly_once=True)
    other.lay(C, erasure(3))
    with pytest.raises(InvariantError, match="offset 0 of customers-0 is applied already"):
        other.take()
