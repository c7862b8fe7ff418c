"""Erasure: nothing of a customer is left, a receipt says so, and whoever comes again is new."""

from typing import Any

import pytest

from agents.ports import InvariantError
from schemas.base.times import NO_DUE_US
from schemas.outputs.records import Origin, erasure_wire, output_id, subject_of
from schemas.state.rows import PARTITION_KEY, decode_partition, read_head
from tests.support.customers import at
from tests.support.feeding import (
    SECRET,
    WITH_CUSTOMERS,
    Desk,
    Erasure,
    clock,
    contribution,
    erasure,
    newest,
    on,
    record,
    sale,
)
from tests.support.making import LATER_MS, policy, support_call

C, P, S, Y = WITH_CUSTOMERS
ADA = subject_of("ada", SECRET)


def desk_of(**settings: Any) -> Desk:
    return Desk(inputs=WITH_CUSTOMERS, **settings)


def sold(amount: str = "600", **settings: Any) -> Desk:
    """A customer that bought on March 1, committed."""
    desk = desk_of(**settings)
    desk.feed(P, sale(1, amount=amount))
    desk.commit()
    desk.messages.clear()
    return desk


def said(desk: Desk) -> list[tuple[str, str | None, bool]]:
    """(topic, key, whether there is a value) of what was committed since."""
    return [
        (its.topic, None if its.key is None else its.key.decode(), its.value is not None)
        for its in desk.messages
    ]


def rows(desk: Desk) -> list[tuple[bytes, bool]]:
    """(key, whether there is a row) of the next commit."""
    changes = desk.commit()
    assert changes is not None
    return [(key, row is not None) for key, row in changes.rows]


# what goes out


def test_row_and_snapshot_become_tombstones_and_a_receipt_goes_out() -> None:
    desk = sold()
    desk.feed(C, erasure(2))
    assert rows(desk) == [(b"ada", False), (PARTITION_KEY, True)]
    assert said(desk) == [("customer-values", "ada", False), ("erasures", ADA, True)]
    assert desk.customer_rows == {}


def test_a_receipt_has_all_that_belongs_to_it_and_does_not_name_the_customer() -> None:
    desk = sold()
    desk.feed(C, erasure(2, "12:00:00.123"))
    desk.commit()
    expected = erasure_wire(ADA, Origin("customers", 0, 0), at(2, "12:00:00.123"), held=True)
    assert desk.receipts == [expected | {"evaluated_at": "2027-01-15T08:00:00Z"}]
    assert desk.receipts[0]["held"] is True
    assert desk.receipts[0]["erased_at"] == on(2, "12:00:00.123")
    (receipt,) = [its for its in desk.messages if its.topic == "erasures"]
    assert b"ada" not in (receipt.key or b"") + (receipt.value or b"")


def test_nothing_is_said_on_tiers_signals_or_contacts() -> None:
    spike = policy(("contacts = 4", "contacts = 1"), ("clear_at = 1\n", "clear_at = 0\n"))
    desk = desk_of(policy=spike)
    desk.feed(S, support_call())
    desk.commit()
    assert len(desk.risks) == 1
    desk.messages.clear()
    desk.feed(C, erasure(2))
    desk.feed(S, clock(25))
    desk.commit()
    assert {its.topic for its in desk.messages if its.key == b"ada"} == {"customer-values"}


def test_of_nobody_a_receipt_goes_out_too() -> None:
    desk = desk_of()
    desk.feed(C, erasure(2, customer_id="zoe"))
    changes = desk.commit()
    assert changes is not None
    (receipt,) = desk.receipts
    assert (receipt["subject"], receipt["held"]) == (subject_of("zoe", SECRET), False)
    assert [its.topic for its in desk.messages if its.topic in ("tier-changes", "at-risk")] == []
    assert desk.customer_rows == {}
    assert changes.counters.applied[C] == 1


def test_each_request_has_a_receipt_of_its_own() -> None:
    desk = sold()
    desk.feed(C, erasure(2), erasure(2))
    desk.commit()
    assert [its["held"] for its in desk.receipts] == [True, False]
    assert len({its["event_id"] for its in desk.receipts}) == 2


def test_erasures_are_applied_and_counted() -> None:
    desk = sold()
    desk.feed(C, erasure(2), erasure(3, customer_id="zoe"))
    changes = desk.commit()
    assert changes is not None
    assert (changes.counters.applied[C], changes.counters.consumed[C]) == (2, 2)
    assert dict(changes.counters.outputs) == {("erasures", "erased"): 2}
    assert changes.offsets[C] == 2


def test_others_stay_as_they_are() -> None:
    desk = desk_of()
    desk.feed(P, sale(1), sale(1, customer_id="bob", amount="5"), sale(1, customer_id="zoe"))
    desk.feed(C, erasure(2, customer_id="bob"))
    assert rows(desk) == [
        (b"bob", False),
        (b"ada", True),
        (b"zoe", True),
        (PARTITION_KEY, True),
    ]
    desk.feed(P, sale(3), sale(3, customer_id="zoe"))
    desk.commit(stop=True)
    assert (contribution(desk), contribution(desk, "zoe")) == ("2.00", "2.00")


# when it happens


def test_it_happens_at_the_record_s_time_among_all_events() -> None:
    desk = desk_of()
    desk.lay(P, sale(1), sale(3))
    desk.lay(C, erasure(2))
    while desk.take():
        pass
    desk.commit(stop=True)
    assert desk.receipts[0]["held"] is True
    # the sale of the 3rd came after it
    assert contribution(desk) == "1.00"
    assert newest(desk)["tenure_days"] == 0


def test_of_one_time_it_comes_before_sales() -> None:
    desk = desk_of()
    desk.lay(P, sale(2))
    desk.lay(C, erasure(2))
    while desk.take():
        pass
    desk.commit(stop=True)
    assert desk.receipts[0]["held"] is False
    assert contribution(desk) == "1.00"


def test_what_is_due_before_happens_first() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"), sale(1, amount="600", customer_id="bob"))
    desk.feed(C, erasure(12))
    desk.commit()
    # both fell to ordinary on the 11th
    timers = [its["customer_id"] for its in desk.tier_changes if its["trigger"]["kind"] == "timer"]
    assert timers == ["ada", "bob"]


def test_time_passes_with_it() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, erasure(5, customer_id="nobody"))
    desk.commit()
    row = decode_partition(desk.rows[PARTITION_KEY])
    assert row.stream_time_us == at(5)
    desk.feed(C, erasure(25, customer_id="nobody"))
    desk.commit()
    assert desk.tier_changes[-1]["trigger"]["kind"] == "timer"


def test_one_that_comes_late_erases_all_the_same() -> None:
    desk = sold()
    desk.feed(P, sale(9))
    desk.feed(C, erasure(2))
    desk.commit()
    assert (desk.receipts[0]["held"], desk.receipts[0]["erased_at"]) == (True, on(2))
    assert desk.customer_rows == {}
    assert decode_partition(desk.rows[PARTITION_KEY]).stream_time_us == at(9)


@pytest.mark.parametrize("timestamp_ms", [0, -1, -(2**40)])
def test_one_without_a_timestamp_happens_as_of_the_epoch(timestamp_ms: int) -> None:
    desk = sold()
    desk.feed(C, Erasure("ada", timestamp_ms))
    desk.commit()
    assert desk.receipts[0]["erased_at"] == "1970-01-01T00:00:00Z"
    assert desk.customer_rows == {}


def test_one_of_the_future_is_no_fault() -> None:
    desk = sold()
    desk.feed(C, Erasure("ada", LATER_MS + 10**9))
    desk.commit()
    assert desk.reasons == []
    assert desk.customer_rows == {}


def test_what_names_nobody_passes_on_as_it_came() -> None:
    desk = sold()
    desk.feed(C, Erasure("", LATER_MS), Erasure("x" * 129, LATER_MS))
    changes = desk.commit()
    assert changes is not None
    assert desk.reasons == ["key_mismatch"] * 2
    rejected = [its for its in desk.messages if its.topic == "rejected-events"]
    assert [(its.key, its.value) for its in rejected] == [(b"", None), (b"x" * 129, None)]
    assert (changes.counters.applied[C], changes.counters.consumed[C]) == (0, 2)
    assert desk.receipts == []


# what is left


def test_what_stands_in_the_calendar_finds_nobody() -> None:
    desk = sold()
    assert read_head(desk.customer_rows["ada"]).due_us == at(11, "00:00:00")
    desk.feed(C, erasure(2))
    assert desk.shard.fire_due(at(25), 100, 0) == 1
    desk.commit()
    assert desk.tier_changes == []
    desk.feed(S, clock(26))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.due_times == 0


def test_customers_are_counted_by_tier_no_more() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"), sale(1, amount="600", customer_id="bob"))
    assert desk.shard.by_tier == [0, 0, 2, 0]
    desk.feed(C, erasure(2), erasure(2), erasure(2, customer_id="nobody"))
    assert desk.shard.by_tier == [0, 0, 1, 0]
    desk.commit()
    assert desk.restarted().shard.by_tier == [0, 0, 1, 0]


def test_a_snapshot_that_is_owed_goes_out_no_more() -> None:
    desk = sold(snapshot_s=10)
    desk.feed(P, sale(2))
    desk.commit()
    assert read_head(desk.customer_rows["ada"]).owed
    desk.messages.clear()
    desk.feed(C, erasure(3))
    desk.commit()
    assert said(desk) == [("customer-values", "ada", False), ("erasures", ADA, True)]
    assert desk.commit(stop=True) is None


def test_what_was_said_before_it_in_the_same_commit_is_said_and_the_snapshot_is_not() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, erasure(2))
    assert rows(desk) == [(b"ada", False), (PARTITION_KEY, True)]
    assert said(desk) == [
        ("tier-changes", "ada", True),
        ("customer-values", "ada", False),
        ("erasures", ADA, True),
    ]
    assert desk.commit(stop=True) is None


def test_an_erased_customer_frees_no_id_of_others_and_its_own_are_forgotten() -> None:
    desk = desk_of()
    desk.feed(P, sale(1), sale(1, customer_id="bob"))
    desk.feed(C, erasure(2))
    desk.feed(P, sale(1), sale(1, customer_id="bob"))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert (changes.counters.applied[P], changes.counters.duplicates[P]) == (3, 1)
    assert contribution(desk) == "1.00"


# coming again


def test_whoever_comes_again_is_new() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, record(1, "13:00:00", region="Styria"))
    desk.feed(C, erasure(2))
    desk.feed(P, sale(3, amount="700"))
    desk.commit(stop=True)
    one, other = desk.tier_changes
    assert (one["sequence"], other["sequence"]) == (1, 1)
    assert (one["direction"], other["direction"]) == ("assigned", "assigned")
    assert one["event_id"] == output_id("ada", Origin("purchases", 0, 0), 1, "tier-changes")
    assert other["event_id"] == output_id("ada", Origin("purchases", 0, 1), 1, "tier-changes")
    found = newest(desk)
    assert (found["value"]["contribution"], found["tenure_days"]) == ("700.00", 0)
    assert found["profile"]["region"] is None


def test_gone_and_come_again_in_one_commit() -> None:
    desk = sold()
    desk.feed(C, erasure(2))
    desk.feed(P, sale(3))
    # the tombstone first: the row that stays is the newer
    assert rows(desk) == [(b"ada", False), (b"ada", True), (PARTITION_KEY, True)]
    assert said(desk) == [
        ("customer-values", "ada", False),
        ("erasures", ADA, True),
        ("tier-changes", "ada", True),
        ("customer-values", "ada", True),
    ]
    again = desk.restarted()
    again.feed(P, sale(4))
    again.commit(stop=True)
    assert contribution(again) == "2.00"


def test_gone_come_again_and_gone_in_one_commit() -> None:
    desk = sold()
    desk.feed(C, erasure(2))
    desk.feed(P, sale(3))
    desk.feed(C, erasure(4))
    assert {key for key, is_there in rows(desk) if is_there} == {PARTITION_KEY}
    assert desk.customer_rows == {}
    assert [its["held"] for its in desk.receipts] == [True, True]
    snapshots = [its.value for its in desk.messages if its.topic == "customer-values"]
    assert snapshots == [None, None]


def test_come_and_gone_within_one_commit_and_come_again_in_the_next() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, erasure(2))
    desk.commit()
    assert desk.customer_rows == {}
    desk.feed(P, sale(3))
    desk.commit()
    assert contribution(desk) == "1.00"
    assert desk.shard.by_tier == [0, 1, 0, 0]


def test_a_due_time_of_both_happens_once() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, erasure(1, "13:00:00"))
    desk.feed(P, sale(1, 1, amount="700", occurred_at=on(1, "14:00:00")))
    desk.feed(S, clock(11))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.due_times == 1
    told = [its["to_tier"] for its in desk.tier_changes if its["customer_id"] == "ada"]
    assert told == ["important", "important", "ordinary"]


def test_a_due_time_of_the_one_before_means_nothing_to_the_new_one() -> None:
    desk = desk_of()
    desk.feed(P, sale(1, amount="600"))
    desk.feed(C, erasure(2))
    desk.feed(P, sale(5, amount="700"))
    desk.feed(S, clock(14, "23:59:59"))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.due_times == 0
    desk.feed(S, clock(15))
    desk.commit()
    assert desk.tier_changes[-1]["effective_at"] == on(15, "00:00:00")


def test_a_record_after_the_erasure_begins_a_customer() -> None:
    desk = sold()
    desk.feed(C, erasure(2), record(3, region="Tyrol"))
    desk.commit(stop=True)
    assert newest(desk)["profile"]["region"] == "Tyrol"
    assert desk.tier_changes[-1]["event_id"] == output_id(
        "ada", Origin("customers", 0, 1), 1, "tier-changes"
    )
    assert read_head(desk.customer_rows["ada"]).due_us == NO_DUE_US


# restarts


def test_a_customer_at_rest_is_erased_from_its_row() -> None:
    again = sold().restarted()
    assert isinstance(again.shard.customers["ada"], bytes)
    again.feed(C, erasure(2))
    assert rows(again) == [(b"ada", False), (PARTITION_KEY, True)]
    assert again.receipts[0]["held"] is True
    assert again.shard.by_tier == [0, 0, 0, 0]


def test_an_owed_snapshot_of_a_row_goes_out_no_more() -> None:
    desk = sold()
    desk.feed(P, sale(2))
    desk.commit()
    again = desk.restarted()
    again.feed(C, erasure(3))
    again.commit()
    assert said(again) == [("customer-values", "ada", False), ("erasures", ADA, True)]
    assert again.commit(stop=True) is None


def test_after_a_restart_nothing_is_known_of_it() -> None:
    desk = sold()
    desk.feed(C, erasure(2))
    desk.commit()
    again = desk.restarted()
    assert again.shard.customers == {}
    again.feed(S, clock(25))
    again.commit()
    assert [its["customer_id"] for its in again.tier_changes] == ["clock"]


def without_the_partition(desk: Desk, *, exactly_once: bool = False) -> Desk:
    """A commit broke in the middle: the customers' rows were stored, the partition's was not."""
    kept = {key: row for key, row in desk.rows.items() if key != PARTITION_KEY}
    return Desk(inputs=WITH_CUSTOMERS, exactly_once=exactly_once, rows=kept)


def replay(desk: Desk, steps: list[tuple[Any, Any]]) -> None:
    """Everything lies ready from the first record on."""
    for kind in WITH_CUSTOMERS:
        desk.lay(kind, *(event for its, event in steps if its is kind))
    while desk.take():
        pass
    desk.commit(stop=True)


CALLS = [(S, support_call(event_id=f"call-{number}")) for number in range(4)]
REPLAYED: list[Any] = [
    pytest.param([(P, sale(1)), (C, erasure(2)), (P, sale(3))], id="come again alike"),
    pytest.param([(C, record(1)), (C, erasure(2)), (P, sale(3))], id="a record, then a sale"),
    pytest.param([(P, sale(1)), (C, erasure(2)), (C, record(3))], id="a sale, then a record"),
    pytest.param([*CALLS, (C, erasure(2)), (P, sale(3))], id="calls, then a sale"),
]


@pytest.mark.parametrize("steps", REPLAYED)
def test_without_transactions_a_replay_ends_as_it_did(steps: list[tuple[Any, Any]]) -> None:
    desk = desk_of(exactly_once=False)
    replay(desk, steps)
    again = without_the_partition(desk)
    replay(again, steps)
    assert again.customer_rows == desk.customer_rows
    # what was put out before the crash need not go out again
    assert not again.snapshots or newest(again) == newest(desk)
    for said_again, said_before in (
        (again.tier_changes, desk.tier_changes),
        (again.risks, desk.risks),
        (again.receipts, desk.receipts),
    ):
        ids = {its["event_id"] for its in said_before}
        assert {its["event_id"] for its in said_again} <= ids
    assert again.shard.by_tier == desk.shard.by_tier


def test_without_transactions_a_replayed_erasure_erases_again() -> None:
    steps: list[tuple[Any, Any]] = [(P, sale(1)), (P, sale(1, customer_id="bob")), (C, erasure(2))]
    desk = desk_of(exactly_once=False)
    replay(desk, steps)
    again = without_the_partition(desk)
    replay(again, steps)
    assert list(again.customer_rows) == list(desk.customer_rows) == ["bob"]
    assert len(again.receipts) == 1


def test_with_transactions_an_erasure_that_the_row_holds_already_stops_everything() -> None:
    desk = desk_of()
    desk.feed(C, record(1), record(2))
    desk.commit()
    again = without_the_partition(desk, exactly_once=True)
    again.lay(C, erasure(3))
    with pytest.raises(InvariantError, match="offset 0 of customers-0 is applied already"):
        again.take()
