"""What the product put out against the independent recount of the same records."""

from collections import Counter
from typing import Any

from schemas.base.times import format_micros
from schemas.outputs.records import subject_of
from tests.oracle.recount import Outcome
from tests.oracle.wire import without_estimates
from tests.support.shards import Made

ANSWERED = ("tier-changes", "at-risk", "contacts-due")
"""Topics whose records have an id each."""


def stripped(wire: dict[str, Any]) -> dict[str, Any]:
    return {name: wire[name] for name in wire if name not in ("event_id", "evaluated_at")}


def by_customer(wires: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    chains: dict[str, list[dict[str, Any]]] = {}
    for wire in wires:
        chains.setdefault(wire["customer_id"], []).append(stripped(wire))
    return chains


def check(made: Made, expected: Outcome) -> None:
    """All outputs equal the recount's: each customer's in order, rejected ones in any."""
    ids = [wire["event_id"] for topic in ANSWERED for wire in made.of(topic)]
    assert len(set(ids)) == len(ids)
    assert by_customer(made.of("tier-changes")) == by_customer(expected.tier_changes)
    assert by_customer(made.of("at-risk")) == by_customer(expected.at_risk)
    assert by_customer(made.of("contacts-due")) == by_customer(expected.contacts_due)
    newest = made.newest("customer-values")
    assert {whose: without_estimates(wire) for whose, wire in newest.items()} == expected.values
    receipts = Counter(
        (wire["subject"], wire["erased_at"], wire["held"]) for wire in made.of("erasures")
    )
    assert receipts == Counter(
        (subject_of(customer_id, b""), format_micros(at_us), held)
        for customer_id, at_us, held in expected.erased
    )
    found = Counter(
        (message.key, message.value, message.headers)
        for message in made.messages
        if message.topic == "rejected-events"
    )
    assert found.total() == len(expected.rejected)
    wanted = {
        (r.topic, r.partition, r.offset): (r, reason, f) for r, reason, f in expected.rejected
    }
    for key, value, headers in found:
        added = {name: text.decode() for name, text in headers[-5:] if text is not None}
        place = added["source_topic"], int(added["source_partition"]), int(added["source_offset"])
        record, reason, name = wanted.pop(place)
        assert (key, value, headers[:-5]) == (record.key, record.value, record.headers)
        assert added["reason"] == reason
        assert name is None or added["detail"].startswith(f"{name}:")
    assert not wanted
    assert made.applied == expected.applied.total()
    assert made.dropped == expected.dropped.total()
    assert made.consumed == made.applied + made.dropped + made.rejected
