"""The shard: what is applied, dropped or rejected, and what a commit carries."""

from agents.partition.pending import Bounds
from agents.ports import Batch
from schemas.state.rows import PARTITION_KEY, decode_partition
from tests.support.feeding import INPUTS, Desk, contribution, on, sale
from tests.support.making import LATER_MS, policy, purchase, support_call

P, S, Y = INPUTS


def test_everything_consumed_was_applied_dropped_or_rejected() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1), sale(1, amount="2"), b"{", sale(1, 1))
    desk.feed(S, support_call(), b"")
    changes = desk.commit()
    assert changes is not None
    counters = changes.counters
    assert (counters.applied[P], counters.duplicates[P]) == (2, 1)
    assert dict(counters.rejected) == {
        (P, "id_conflict"): 1,
        (P, "malformed"): 1,
        (S, "malformed"): 1,
    }
    assert [counters.consumed[kind] for kind in (P, S, Y)] == [5, 2, 0]


def test_an_event_that_comes_twice_is_dropped() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1), sale(1, amount="1.00", type="sale", items=1))
    desk.commit(stop=True)
    assert contribution(desk) == "1.00"
    assert desk.reasons == []


def test_the_same_id_with_another_content_is_a_conflict() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, category="books"))
    desk.commit(stop=True)
    assert contribution(desk) == "1.00"
    (rejected,) = (its for its in desk.messages if its.topic == "rejected-events")
    headers = {name: (text or b"").decode() for name, text in rejected.headers}
    assert headers["reason"] == "id_conflict"
    assert headers["detail"] == (
        "event_id: expected the content it had when it was applied, found another one under "
        "'sale-1-0'"
    )
    assert headers["source_offset"] == "1"


def test_the_same_id_of_another_customer_or_topic_is_another_event() -> None:
    desk = Desk()
    desk.feed(P, purchase(event_id="x"), purchase(event_id="x", customer_id="bob"))
    desk.feed(S, support_call(event_id="x"))
    changes = desk.commit()
    assert changes is not None
    assert sum(changes.counters.applied) == 3


def test_a_rejected_event_s_id_is_not_remembered() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="x"), sale(1))
    desk.commit(stop=True)
    assert (contribution(desk), desk.reasons) == ("1.00", ["invalid_field"])


def test_a_rejected_event_passes_on_as_it_came() -> None:
    desk = Desk()
    own = (("trace", b"\xff"), ("trace", None))
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=1,
            offsets=[0],
            timestamps_ms=[7],
            keys=[b"\x00"],
            values=[b"\xff{"],
            headers=[own],
            ends={},
        )
    )
    desk.take()
    desk.commit()
    (message,) = desk.messages
    assert (message.key, message.value, message.headers[:2]) == (b"\x00", b"\xff{", own)
    assert message.headers[-1] == ("source_offset", b"0")


def test_a_conflict_comes_after_every_other_reason() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, currency="XXX"), sale(1, occurred_at="2099-01-01T00:00:00Z"))
    desk.commit()
    assert desk.reasons == ["unknown_currency", "from_future"]


def test_an_id_is_remembered_until_its_dedupe_days_are_over() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(5, occurred_at=on(5, "23:59:59.999999")), sale(1))
    desk.commit(stop=True)
    assert contribution(desk) == "2.00"
    desk.feed(P, sale(6, occurred_at=on(6, "00:00:00")), sale(1))
    desk.commit(stop=True)
    assert contribution(desk) == "4.00"


def test_with_dedupe_days_of_0_what_comes_twice_counts_twice() -> None:
    desk = Desk(policy(("dedupe_days = 5", "dedupe_days = 0")))
    desk.feed(P, sale(1), sale(1), sale(1, amount="5"))
    desk.commit(stop=True)
    assert (contribution(desk), desk.reasons) == ("7.00", [])


def test_beyond_the_cap_of_ids_the_oldest_are_forgotten_and_counted() -> None:
    desk = Desk(policy(("dedupe_ids_max = 100", "dedupe_ids_max = 2")))
    desk.feed(P, sale(1), sale(1, 1), sale(1, 2), sale(1, 2), sale(1, 1), sale(1))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert contribution(desk) == "4.00"
    assert (changes.counters.duplicates[P], changes.counters.ids_forgotten) == (2, 2)


def test_a_late_event_inside_the_window_counts_and_one_before_it_does_not() -> None:
    desk = Desk()
    desk.feed(P, sale(20), sale(11), sale(10))
    changes = desk.commit(stop=True)
    assert changes is not None
    assert (changes.counters.applied[P], contribution(desk)) == (3, "2.00")


# commits


def test_what_changed_is_carried_away_once() -> None:
    desk = Desk()
    desk.feed(P, sale(1), sale(1, 1), sale(2, customer_id="bob"))
    changes = desk.commit()
    assert changes is not None
    assert [key for key, _ in changes.rows] == [b"ada", b"bob", PARTITION_KEY]
    assert changes.offsets == {P: 3, S: 0, Y: 0}
    assert desk.commit() is None


def test_the_partition_s_row_knows_time_offsets_and_the_number_of_commits() -> None:
    desk = Desk()
    desk.feed(P, sale(2), sale(1))
    desk.commit()
    desk.feed(S, b"{")
    desk.commit()
    row = decode_partition(desk.rows[PARTITION_KEY])
    assert row.offsets == (-1, 2, 1, 0)
    assert row.commit_number == 2
    assert row.stream_time_us == 1_772_452_800_000_000
    assert (row.window_days, row.base_currency) == (10, "USD")


def test_dropped_and_rejected_events_move_the_offsets_too() -> None:
    desk = Desk()
    desk.feed(P, sale(1))
    desk.commit()
    desk.feed(P, sale(1), b"{")
    changes = desk.commit()
    assert changes is not None
    assert changes.offsets[P] == 3
    assert [key for key, _ in changes.rows] == [PARTITION_KEY]


def test_so_many_changed_customers_are_enough_for_one_commit() -> None:
    desk = Desk(bounds=Bounds(changed_max=10))
    desk.lay(P, *(sale(1, customer_id=f"c{number}") for number in range(25)))
    sizes = []
    while desk.shard.buffer(P).records:
        while desk.take(1):
            pass
        assert desk.shard.full or not desk.shard.buffer(P).records
        changes = desk.commit()
        assert changes is not None
        sizes.append(len(changes.rows) - 1)
    assert sizes == [10, 10, 5]


def test_so_many_outputs_are_enough_for_one_commit() -> None:
    desk = Desk(bounds=Bounds(changed_max=10))
    desk.lay(P, *[b"{"] * 25)
    sizes = []
    while desk.shard.buffer(P).records:
        while desk.take(1):
            pass
        changes = desk.commit()
        assert changes is not None
        sizes.append(len(changes.outputs))
    assert sizes == [10, 10, 5]


def test_so_many_bytes_of_rejected_events_are_enough_for_one_commit() -> None:
    desk = Desk(bounds=Bounds(output_bytes_max=1031))
    desk.lay(P, *[b"{" * 100] * 25)
    sizes = []
    while desk.shard.buffer(P).records:
        while desk.take(1):
            pass
        changes = desk.commit()
        assert changes is not None
        sizes.append(len(changes.outputs))
    assert sizes == [11, 11, 3]


def test_what_went_out_is_counted_by_topic_and_kind() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"), sale(1, 1, type="return", amount="550", cost="0"))
    desk.feed(S, *(support_call(event_id=f"call-{number}") for number in range(4)))
    changes = desk.commit()
    assert changes is not None
    assert dict(changes.counters.outputs) == {
        ("tier-changes", "assigned"): 1,
        ("tier-changes", "downgrade"): 1,
        ("at-risk", "raised"): 1,
        ("customer-values", "snapshot"): 1,
    }


def test_one_event_in_so_many_tells_its_age() -> None:
    desk = Desk()
    desk.feed(P, *(sale(1, number) for number in range(257)))
    changes = desk.commit()
    assert changes is not None
    assert changes.counters.taken_at_ms == [LATER_MS] * 2


def test_customers_are_counted_by_tier() -> None:
    desk = Desk()
    desk.feed(P, sale(1, amount="600"), sale(1, customer_id="bob"), sale(1, customer_id="zoe"))
    desk.feed(S, support_call(customer_id="zoe", channel="phone"))
    assert desk.shard.by_tier == [1, 1, 1, 0]
    desk.commit()
    assert desk.restarted().shard.by_tier == [1, 1, 1, 0]
