"""The shard: what is applied, dropped or rejected, and what it says of that."""

from agents.partition.pending import Message
from schemas.state.rows import PARTITION_KEY
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, sale
from tests.support.happening import batch, happened
from tests.support.making import LATER_MS, purchase, support_call

C, P, S, Y = WITH_CUSTOMERS


def test_everything_consumed_was_applied_dropped_or_rejected() -> None:
    desk = happened(sale(1), sale(1), sale(1, amount="2"), b"{", sale(1, 1), support_call())
    counters = desk.ready(S, b"").drained().changes().counters
    assert (counters.applied[P], counters.duplicates[P]) == (2, 1)
    assert dict(counters.rejected) == {
        (P, "id_conflict"): 1,
        (P, "malformed"): 1,
        (S, "malformed"): 1,
    }
    assert [counters.consumed[kind] for kind in (C, P, S, Y)] == [0, 5, 2, 0]


def test_the_same_id_with_another_content_is_a_conflict() -> None:
    desk = happened(sale(1), sale(1, category="books"))
    assert desk.contribution() == "1.00"
    (rejected,) = (its for its in desk.messages if its.topic == "rejected-events")
    headers = {name: (text or b"").decode() for name, text in rejected.headers}
    told = "expected the content it had when it was applied, found another one under 'sale-1-0'"
    assert (headers["reason"], headers["source_offset"]) == ("id_conflict", "1")
    assert headers["detail"] == f"event_id: {told}"


def test_the_same_id_of_another_customer_or_topic_is_another_event() -> None:
    desk = happened(purchase(event_id="x"), purchase(event_id="x", customer_id="bob"))
    assert desk.then(support_call(event_id="x")).outcome("applied") == [3]


def test_a_rejected_event_s_id_is_not_remembered() -> None:
    desk = happened(sale(1, amount="x"), sale(1))
    assert (desk.contribution(), desk.reasons) == ("1.00", ["invalid_field"])


def test_a_rejected_event_passes_on_as_it_came() -> None:
    desk = happened()
    own = (("trace", b"\xff"), ("trace", None))
    desk.shard.put(batch(P, b"\xff{", key=b"\x00", stamp_ms=7, headers=own))
    desk.take()
    (message,) = desk.changes().outputs
    assert message == Message("rejected-events", b"\x00", b"\xff{", message.headers)
    assert (message.headers[:2], message.headers[-1]) == (own, ("source_offset", b"0"))


def test_a_conflict_comes_after_every_other_reason() -> None:
    unknown, ahead = sale(1, currency="XXX"), sale(1, occurred_at="2099-01-01T00:00:00Z")
    reasons = ["unknown_currency", "from_future"]
    assert happened(sale(1), unknown, ahead).outcome("reasons") == [reasons]


def test_the_partition_s_row_knows_time_offsets_and_the_number_of_commits() -> None:
    desk = happened(sale(2), sale(1)).committed()
    row = desk.ready(S, b"{").drained().partition()
    assert (row.offsets, row.commit_number, row.stream_time_us) == ((0, 2, 1, 0, -1), 2, at(2))
    assert (row.window_days, row.base_currency) == (10, "USD")
    assert happened(sale(1), inputs=(P, S, Y)).partition().offsets == (-1, 1, 0, 0, -1)


def test_a_commit_tells_what_was_taken_not_what_lies_here() -> None:
    desk = happened().ready(P, sale(1), sale(2), sale(3))
    desk.take(1)
    changes, row = desk.changes(), desk.partition()
    assert (changes.offsets[P], row.offsets[P]) == (1, 1)


def test_dropped_and_rejected_events_move_the_offsets_too() -> None:
    desk = happened(sale(1)).committed()
    changes = desk.then(sale(1), b"{").changes()
    assert changes.offsets[P] == 3
    assert [key for key, _ in changes.rows] == [PARTITION_KEY]


def test_what_went_out_is_counted_by_topic_and_kind() -> None:
    desk = happened(sale(1, amount="600"), sale(1, 1, type="return", amount="550", cost="0"))
    desk.then(*(support_call(event_id=f"call-{number}") for number in range(4)))
    assert dict(desk.changes().counters.outputs) == {
        ("tier-changes", "assigned"): 1,
        ("tier-changes", "downgrade"): 1,
        ("at-risk", "raised"): 1,
        ("customer-values", "snapshot"): 1,
    }


def test_one_event_in_so_many_tells_its_age() -> None:
    desk = happened(*(sale(1, number) for number in range(257)))
    assert desk.changes().counters.taken_at_ms == [LATER_MS] * 2


def test_customers_are_counted_by_tier() -> None:
    desk = happened(sale(1, amount="600"), sale(1, customer_id="bob"), sale(1, customer_id="zoe"))
    desk.then(support_call(customer_id="zoe", channel="phone"))
    assert desk.shard.by_tier == desk.again().shard.by_tier == [1, 1, 1, 0]
