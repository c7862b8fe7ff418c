"""What sample traffic promises: a seed is a world, and nothing that can go wrong is left out."""

import tomllib
from collections import defaultdict
from hashlib import sha256
from typing import Any

import pytest

from .fields import FIELDS
from .records import ACTIONS, PURCHASES, SUPPORT_CALLS, TOPICS
from .recount import recount
from .sample import sample
from .sample_policy import WHOLE_TOML

REASONS = {
    "malformed",
    "missing_field",
    "invalid_field",
    "no_customer",
    "unknown_currency",
    "key_mismatch",
    "wrong_partition",
    "from_future",
    "too_large",
    "id_conflict",
}


@pytest.mark.parametrize("kind", [{}, {"whole": True}, {"risks": True}], ids=str)
def test_a_seed_names_its_records(kind: dict[str, Any]) -> None:
    one, again, other = (sample(seed, 300, 20, partitions=3, **kind) for seed in (5, 5, 6))
    assert one == again != other


def test_a_plain_sample_is_what_it_always_was() -> None:
    # Figures that were measured on it stand in documents.
    plain = sample(5, 300, 20, partitions=3)
    digest = "1bd97ddd1fb3c9a2ba781d60f2f6b1d642b2eca6922e37f80072c28387878f28"
    assert sha256(repr(plain).encode()).hexdigest() == digest


def test_offsets_are_consecutive_and_timestamps_grow_over_200_days() -> None:
    offsets: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    records = sample(7, 2_000, 50, partitions=4)
    for record in records:
        offsets[record.topic, record.partition].append(record.offset)
    assert all(seen == list(range(len(seen))) for seen in offsets.values())
    stamps = [record.timestamp_ms for record in records]
    assert stamps == sorted(stamps)
    assert 180 < (stamps[-1] - stamps[0]) / 86_400_000 < 220


def test_every_reason_to_refuse_a_record_occurs_and_all_are_accounted_for() -> None:
    records = sample(7, 24_000, 100, partitions=2, bad_share=0.3, risks=True)
    outcome = recount(tomllib.loads(WHOLE_TOML), records, partitions=2)
    without_money = {(topic, "unknown_currency") for topic in (SUPPORT_CALLS, ACTIONS)}
    every = {(topic, why) for topic in TOPICS for why in REASONS} - without_money
    every.add((PURCHASES, "too_late_to_cancel"))
    assert set(outcome.rejections) == every
    assert set(outcome.dropped) == {(topic, "duplicate") for topic in TOPICS}
    refused = {(record.topic, name) for record, _, name in outcome.rejected if name}
    for topic, fields in FIELDS.items():
        names = {name.partition(".")[0] for about, name in refused if about == topic}
        assert names == {field.name for field in fields}
    assert len({name for _, name in refused if "." in name}) > 12
    counts = outcome.applied.total() + outcome.dropped.total() + outcome.rejections.total()
    assert counts == outcome.consumed.total() == len(records)
    assert len(outcome.rejected) == outcome.rejections.total()
