"""What a commit carries: in which order, how much of it, and whose snapshots."""

from typing import Any

import pytest

from agents.customer.rows import newcomer, stored
from agents.customer.state import Customer
from agents.decide.evaluate import Evaluator
from agents.partition.pending import Bounds, Message, PendingCommit
from agents.ports import Batch
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from tests.support.feeding import NOW_US, SECRET, WITH_CUSTOMERS, Desk, erasure, sale
from tests.support.making import LATER_MS, POLICY, booked, policy, purchase, support_call

C, P, S, Y = WITH_CUSTOMERS
SECOND_US = 1_000_000


def pending(
    changed_max: int = 3, output_bytes_max: int = 1_000, row_bytes_max: int = 100_000
) -> PendingCommit:
    """Snapshots ten seconds apart."""
    return PendingCommit(10 * SECOND_US, Bounds(changed_max, output_bytes_max, row_bytes_max))


def customer(customer_id: str = "ada") -> Customer:
    """A customer that was judged once."""
    first = booked(Kind.PURCHASES, purchase(customer_id=customer_id))
    made = newcomer(customer_id, Origin("purchases", 0, 0), first, POLICY)
    made.apply(first, 0, POLICY)
    Evaluator(POLICY).judge(made, first)
    return made


def carried(out: PendingCommit) -> tuple[list[tuple[str, bytes | None]], list[tuple[bytes, bool]]]:
    """(topics with keys, keys of rows with whether there is one) of a commit."""
    judge = Evaluator(POLICY)
    messages, rows, _ = out.carry_away(POLICY, judge.snapshot)
    return (
        [(its.topic, its.key) for its in messages],
        [(key, row is not None) for key, row in rows],
    )


def is_empty(out: PendingCommit) -> bool:
    return out.is_empty


def is_full(out: PendingCommit) -> bool:
    return out.full


def has_snapshots_enough(out: PendingCommit) -> bool:
    return out.snapshots_full


def erase(out: PendingCommit, whom: Customer | None, customer_id: str = "ada") -> None:
    out.erase(customer_id, whom, Origin("customers", 0, 0), 0, SECRET, NOW_US)


def test_nothing_is_carried_twice() -> None:
    out = pending()
    assert is_empty(out)
    out.judged(customer(), [], NOW_US)
    assert not is_empty(out)
    assert carried(out) == ([], [(b"ada", True)])
    assert is_empty(out)
    assert carried(out) == ([], [])


def test_a_customer_that_changes_twice_is_one_row() -> None:
    out, ada = pending(), customer()
    for _ in range(3):
        out.judged(ada, [], NOW_US)
    assert not is_full(out)
    assert carried(out)[1] == [(b"ada", True)]
    out.judged(ada, [], NOW_US)
    assert carried(out)[1] == [(b"ada", True)]


def test_a_snapshot_is_owed_from_the_first_change_on() -> None:
    out, ada = pending(), customer()
    out.judged(ada, [], NOW_US)
    out.judged(ada, [], NOW_US + SECOND_US)
    assert out.owed == {"ada": NOW_US + 10 * SECOND_US}
    assert ada.owed


def test_a_published_snapshot_is_owed_no_more_and_goes_out_once() -> None:
    out, ada = pending(), customer()
    out.judged(ada, [], NOW_US)
    out.publish(ada)
    out.publish(ada)
    assert out.owed == {}
    assert carried(out) == ([("customer-values", b"ada")], [(b"ada", True)])
    assert not ada.owed


def test_a_snapshot_alone_writes_the_row_that_says_it_is_out() -> None:
    out, ada = pending(), customer()
    ada.owed = True
    out.publish(ada)
    assert carried(out) == ([("customer-values", b"ada")], [(b"ada", True)])


def test_so_many_customers_or_outputs_are_enough() -> None:
    out = pending(changed_max=2)
    out.judged(customer(), [], NOW_US)
    assert not is_full(out)
    out.judged(customer("bob"), [], NOW_US)
    assert is_full(out)
    others = pending(changed_max=2)
    others.put_out(Message("tier-cutoffs", b"cutoffs", b"{}"), "made")
    assert not is_full(others)
    others.put_out(Message("tier-cutoffs", b"cutoffs", b"{}"), "made")
    assert is_full(others)
    carried(others)
    assert not is_full(others)


def test_so_many_snapshots_are_enough() -> None:
    out = pending(changed_max=2)
    out.publish(customer())
    assert not has_snapshots_enough(out)
    out.publish(customer("bob"))
    assert has_snapshots_enough(out)


def test_another_record_goes_out_as_it_is_and_is_counted() -> None:
    out = pending()
    out.put_out(Message("tier-cutoffs", b"cutoffs", b"{}"), "made")
    assert dict(out.counters.outputs) == {("tier-cutoffs", "made"): 1}
    assert carried(out) == ([("tier-cutoffs", b"cutoffs")], [])


# erasures


def test_an_erased_customer_s_row_is_written_no_more_and_nothing_is_owed() -> None:
    out, ada, bob = pending(), customer(), customer("bob")
    for one in (ada, bob):
        out.judged(one, [], NOW_US)
    out.publish(ada)
    erase(out, ada)
    assert out.owed == {"bob": NOW_US + 10 * SECOND_US}
    messages, rows = carried(out)
    assert [topic for topic, _ in messages] == ["customer-values", "erasures"]
    assert rows == [(b"ada", False), (b"bob", True)]


def test_an_erased_customer_that_did_not_change_leaves_the_others_alone() -> None:
    out, ada, bob = pending(), customer(), customer("bob")
    out.judged(bob, [], NOW_US)
    erase(out, ada)
    assert carried(out)[1] == [(b"ada", False), (b"bob", True)]


def test_an_erasure_is_something_to_commit_and_counts_among_the_outputs() -> None:
    out = pending(changed_max=4)
    erase(out, None, "zoe")
    assert not is_empty(out)
    assert not is_full(out)
    erase(out, None, "zoe")
    assert is_full(out)
    assert dict(out.counters.outputs) == {("erasures", "erased"): 2}


# in a partition


def said(desk: Desk) -> list[tuple[str, str]]:
    desk.commit()
    return [(its.topic, (its.key or b"").decode()[:5]) for its in desk.messages]


def test_outputs_come_as_they_happened_and_snapshots_behind_them() -> None:
    eager = policy(("contacts = 4", "contacts = 1"), ("clear_at = 1\n", "clear_at = 0\n"))
    desk = Desk(eager, inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, customer_id="bob"), b"{", sale(1, 1, amount="600"))
    desk.feed(S, support_call(customer_id="bob"))
    desk.feed(C, erasure(2, customer_id="zoe"))
    desk.feed(P, sale(3, amount="600", customer_id="carl"))
    found = said(desk)
    assert [topic for topic, _ in found] == [
        "tier-changes",
        "rejected-events",
        "tier-changes",
        "tier-changes",
        "at-risk",
        "customer-values",
        "erasures",
        "tier-changes",
        "customer-values",
        "customer-values",
        "customer-values",
    ]
    # bob's tier fell with the call; the null of zoe stands where she was erased
    assert found[3] == ("tier-changes", "bob")
    assert [key for topic, key in found if topic == "customer-values"] == [
        "zoe",
        "bob",
        "ada",
        "carl",
    ]


@pytest.mark.parametrize("at", [0, 9_999_999])
def test_the_longest_waiting_snapshot_goes_out_first(at: int) -> None:
    desk = Desk(inputs=WITH_CUSTOMERS, snapshot_s=10, bounds=Bounds(changed_max=2))
    names = ["carl", "ada", "bob"]
    for day in (1, 2):
        for name in names:
            desk.feed(P, sale(day, customer_id=name))
            desk.commit()
    desk.messages.clear()
    assert desk.commit(NOW_US + at) is None
    found: list[list[Any]] = []
    while desk.commit(NOW_US + 10 * SECOND_US) is not None:
        found.append([its["customer_id"] for its in desk.snapshots])
        desk.messages.clear()
    assert found == [["carl", "ada"], ["bob"]]


def test_so_many_bytes_of_rows_are_enough_whoever_they_are_of() -> None:
    ada, bob = customer(), customer("bob")
    out = pending(row_bytes_max=ada.row_bytes + 1)
    out.judged(ada, [], NOW_US)
    out.judged(ada, [], NOW_US)
    assert not is_full(out)
    assert not has_snapshots_enough(out)
    out.publish(bob)
    assert is_full(out)
    assert has_snapshots_enough(out)
    assert carried(out)[1] == [(b"ada", True), (b"bob", True)]
    assert not is_full(out)


def test_a_row_is_weighed_about_as_it_is_stored() -> None:
    many = customer()
    for day in range(1, 28):
        event = booked(
            Kind.PURCHASES,
            purchase(event_id=f"e-{day}", occurred_at=f"2026-04-{day:02}T00:00:00Z"),
        )
        many.apply(event, day, POLICY)
    size = len(stored(many, POLICY))
    assert size / 2 < many.row_bytes < 2 * size


def test_a_clock_that_is_set_back_lets_no_snapshot_wait_for_longer() -> None:
    desk = Desk(snapshot_s=10)
    desk.feed(P, sale(1), sale(1, customer_id="bob"))
    desk.commit(stop=True)
    desk.messages.clear()
    desk.lay(P, sale(2))
    desk.take(now_us=NOW_US + 3_600 * SECOND_US)
    desk.lay(P, sale(2, customer_id="bob"))
    desk.take(now_us=NOW_US)
    desk.commit(NOW_US + 10 * SECOND_US)
    assert [its["customer_id"] for its in desk.snapshots] == ["ada", "bob"]


def test_keys_and_headers_of_rejected_events_count_among_their_bytes() -> None:
    desk = Desk(bounds=Bounds(output_bytes_max=1_000))
    stamps, large = [LATER_MS] * 3, (("trace", b"x" * 700),)
    desk.shard.put(
        Batch(
            kind=P,
            partition=0,
            position=0,
            next_position=3,
            offsets=[0, 1, 2],
            timestamps_ms=stamps,
            keys=[b"ada"] * 3,
            values=[b"{"] * 3,
            headers=[large] * 3,
            ends={},
        )
    )
    assert [desk.take(), desk.take()] == [2, 0]
    desk.commit()
    assert desk.take() == 1
