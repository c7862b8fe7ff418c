"""Stored rows of sample traffic, and what a worker started with another policy then puts out."""

from functools import cache
from typing import Any, Final

import orjson

from agents.partition.shard import Shard
from agents.policy.compiled import Policy
from agents.whatif.compare import Pair
from agents.whatif.trial import Trial
from schemas.state.codec import decode_partition, encode_partition
from schemas.state.rows import PARTITION_KEY, PartitionRow
from tests.oracle.sample import sample
from tests.oracle.sample_policy import ANSWERED_TOML
from tests.support.shards import NOW_US, Made, policy_of, run_partition, settings_of

SECRET: Final = b"a secret"
BASE: Final = ANSWERED_TOML.replace("[tiers]\n", "[tiers]\nreview_days = 0\n")
ALL: Final = 1_000_000


def candidate(*swaps: tuple[str, str]) -> str:
    """The sample's policy with these texts in place of others, under a version of its own."""
    text = BASE.replace('version = "sample-7"', 'version = "sample-8"')
    for before, after in swaps:
        assert before in text
        text = text.replace(before, after, 1)
    return text


@cache
def _stored(seed: int, events: int, customers: int) -> tuple[PartitionRow, dict[bytes, bytes]]:
    records = sample(seed, events, customers, partitions=1, whole=True, risks=True)
    made = Made()
    run_partition(policy_of(BASE), settings_of(0, 1), records, made)
    rows = dict(made.rows[0])
    return decode_partition(rows.pop(PARTITION_KEY)), rows


def stored(
    seed: int = 5, events: int = 4_000, customers: int = 80
) -> tuple[PartitionRow, dict[bytes, bytes]]:
    """A partition's own row and its customers' rows, by the sample's policy."""
    row, rows = _stored(seed, events, customers)
    return row, dict(rows)


def trial(policy: Policy, row: PartitionRow) -> Trial:
    """That of a worker that starts at the partition's stream time."""
    return Trial(policy, 0, row, begins_us(row), SECRET)


def pair(base: str, other: str, row: PartitionRow, days: int = 30) -> Pair:
    """Both trials side by side."""
    return Pair(trial(policy_of(base), row), trial(policy_of(other), row), days)


def begins_us(row: PartitionRow) -> int:
    """The partition's stream time."""
    assert row.stream_time_us is not None
    return row.stream_time_us


def put_out(text: str, until_us: int) -> dict[str, list[Any]]:
    """By customer what a worker started with a policy puts out until then, topic by topic."""
    row, rows = stored()
    shard, made = Shard(policy_of(text), settings_of(0, 1)), Made()
    shard.restore({PARTITION_KEY: encode_partition(row)} | rows)
    shard.open_inputs({})
    while shard.fire_due(until_us, ALL, NOW_US):
        made.take(shard)
    made.take(shard)
    said: dict[str, list[Any]] = {}
    for message in made.messages:
        wire = orjson.loads(message.value or b"{}")
        if message.topic in ("tier-changes", "at-risk", "contacts-due"):
            wire.pop("evaluated_at")
            said.setdefault(wire["customer_id"], []).append((message.topic, wire))
    return said
