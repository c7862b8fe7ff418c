"""A trial says what a worker then does: record by record, today and while nothing comes."""

from typing import Any

import orjson
import pytest

from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from schemas.outputs.records import encode
from schemas.state.codec import UnreadableRowError
from tests.support.shards import policy_of
from tests.support.tables import table
from tests.support.trying import BASE, begins_us, candidate, put_out, stored, trial

HIGHER = candidate(
    ('key = "900.00"', 'key = "1400.00"'), ('important = "250.00"', 'important = "500.00"')
)
LOWER = candidate(
    ('key = "900.00"', 'key = "300.00"'), ('important = "250.00"', 'important = "90.00"')
)
PLAIN = candidate(("grace_days = 9", "grace_days = 0"), ("notice_after_days = 3\n", ""))
HELD = candidate(
    ("grace_days = 9", "grace_days = 25"), ("min_dwell_days = 5", "min_dwell_days = 20")
)
STEEP = candidate(
    ("dwell_days = 4", "dwell_days = 2"), ("waits_for_answer = true", "waits_for_answer = false")
)
WARY = candidate(("quiet_days = 5", "quiet_days = 1"), ('below = "0.45"', 'below = "0.65"'))
UPWARDS = candidate(
    ("review_days = 0\n", 'review_days = 0\non_change = "upgrades_only"\n'),
    ('key = "900.00"', 'key = "1400.00"'),
)
EVERY = table(
    "text",
    ("higher entries", HIGHER),
    ("lower entries", LOWER),
    ("no days of grace", PLAIN),
    ("longer holds", HELD),
    ("a steeper ladder", STEEP),
    ("other bounds of signals", WARY),
    ("upgrades alone by the change", UPWARDS),
    ("the very same policy", BASE),
)


def tried(policy: Policy, days: int) -> dict[str, list[Any]]:
    """By customer the records of a trial."""
    row, rows = stored()
    its, said = trial(policy, row), {}
    until_us = begins_us(row) + days * DAY_US
    for key, data in rows.items():
        records = its.live(its.begin(key.decode(), data), until_us)
        wires = [(output.topic, orjson.loads(encode(output.record))) for output in records]
        for _, wire in wires:
            wire.pop("evaluated_at")
        if wires:
            said[key.decode()] = wires
    return said


@EVERY
@pytest.mark.parametrize("days", [0, 30])
def test_what_is_tried_is_what_a_worker_restored_with_it_puts_out(text: str, days: int) -> None:
    row, _ = stored()
    found = tried(policy_of(text), days)
    assert found == put_out(text, begins_us(row) + days * DAY_US)
    assert found or not days


def test_a_damaged_row_is_named_by_a_hash() -> None:
    row, rows = stored()
    data = next(iter(rows.values()))
    with pytest.raises(UnreadableRowError, match="hashed as on erasures"):
        trial(policy_of(BASE), row).begin("ada", data[:-9])
