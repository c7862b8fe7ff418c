"""What sample traffic promises, and due times against a look at every midnight."""

from collections import defaultdict
from importlib import import_module
from typing import Any

import pytest

from .customer import Customer
from .dues import find_next_due
from .instants import midnight
from .money import Terms
from .recount import recount
from .sample import POLICY, sample
from .verdict import judged

REASONS = {
    "malformed",
    "missing_field",
    "invalid_field",
    "unknown_currency",
    "key_mismatch",
    "wrong_partition",
    "from_future",
    "too_large",
    "id_conflict",
}


def test_a_seed_names_its_records() -> None:
    assert sample(5, 300, 20, partitions=3) == sample(5, 300, 20, partitions=3)
    assert sample(5, 300, 20, partitions=3) != sample(6, 300, 20, partitions=3)


def test_offsets_are_consecutive_and_timestamps_grow() -> None:
    offsets: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    records = sample(7, 2_000, 50, partitions=4)
    for record in records:
        offsets[record.topic, record.partition].append(record.offset)
    assert all(seen == list(range(len(seen))) for seen in offsets.values())
    stamps = [record.timestamp_ms for record in records]
    assert stamps == sorted(stamps)
    days = (stamps[-1] - stamps[0]) / 86_400_000
    assert 180 < days < 220


def test_every_kind_of_input_and_output_occurs() -> None:
    records = sample(1, 20_000, 800, partitions=4, bad_share=0.05)
    outcome = recount(POLICY, records, partitions=4)
    assert {reason for _, reason in outcome.rejections} == REASONS
    assert set(outcome.applied) == {"purchases", "support-calls", "payments"}
    assert set(outcome.dropped) == {(topic, "duplicate") for topic in outcome.applied}
    assert {risk["signal"] for risk in outcome.at_risk} == set(POLICY["risk"])
    assert {risk["status"] for risk in outcome.at_risk} == {"raised", "cleared"}
    changes = outcome.tier_changes
    assert {change["direction"] for change in changes} == {"assigned", "upgrade", "downgrade"}
    assert {change["to_tier"] for change in changes} == {*POLICY["tiers"]["entry"], "maintenance"}
    assert {change["trigger"]["kind"] for change in changes} == {"event", "timer"}


def test_everything_consumed_is_accounted_for_and_sequences_have_no_gap() -> None:
    records = sample(2, 5_000, 200, partitions=2)
    outcome = recount(POLICY, records, partitions=2)
    counts = outcome.applied.total() + outcome.dropped.total() + outcome.rejections.total()
    assert counts == outcome.consumed.total() == len(records)
    assert len(outcome.rejected) == outcome.rejections.total()
    sequences: defaultdict[str, list[int]] = defaultdict(list)
    for output in outcome.tier_changes + outcome.at_risk:
        sequences[output["customer_id"]].append(output["sequence"])
    for customer_id, seen in sequences.items():
        assert sorted(seen) == list(range(1, len(seen) + 1))
        assert outcome.values[customer_id]["sequence"] == len(seen)


def test_due_times_are_the_midnights_at_which_something_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int | None] = []

    def checked(customer: Customer, terms: Terms) -> None:
        find_next_due(customer, terms)
        assert customer.next_due == _first_change(customer, terms)
        looked.append(customer.next_due)

    monkeypatch.setattr(import_module("tests.oracle.recount"), "find_next_due", checked)
    policy: dict[str, Any] = POLICY | {"value": POLICY["value"] | {"window_days": 25}}
    recount(policy, sample(3, 1_500, 60, partitions=1), partitions=1)
    assert None in looked
    assert len(set(looked)) > 100


def _first_change(customer: Customer, terms: Terms) -> int | None:
    """Look at each midnight to come until every window is empty."""
    for day in range(customer.today() + 1, customer.today() + 40):
        later = customer.at(midnight(day))
        verdict = judged(later, terms, {"kind": "timer", "topic": None, "event_id": None})
        if any(verdict) or later.figures(terms) != customer.figures(terms):
            return midnight(day)
    return None
