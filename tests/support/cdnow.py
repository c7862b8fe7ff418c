"""The purchases of CDNOW as records, and what shards make of them as time passes."""

import random
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from agents.partition.shard import Shard
from agents.policy.compiled import Policy
from schemas.base.times import day_start
from schemas.inputs.events import Kind
from tests.oracle.records import Record
from tests.support.shards import NOW_US, Made, batches_of, settings_of

FILE: Final = Path(__file__).parents[1] / "data" / "cdnow_sample.jsonl"
TAKEN_MS: Final = 1_900_000_000_000
BATCH: Final = 500


def purchases(until: str = "9999") -> list[dict[str, Any]]:
    """The events up to a day, in order."""
    values = [orjson.loads(line)["value"] for line in FILE.read_bytes().splitlines()]
    return [value for value in values if value["occurred_at"][:10] <= until]


def late(values: list[dict[str, Any]], days: int, seed: int) -> list[dict[str, Any]]:
    """The same, each up to so many days later in the log."""
    rng = random.Random(seed)
    at = {id(value): _day(value) + rng.uniform(0, days) for value in values}
    return sorted(values, key=lambda value: at[id(value)])


def _day(value: dict[str, Any]) -> int:
    return date.fromisoformat(value["occurred_at"][:10]).toordinal()


def snapshots(
    policy: Policy, values: list[dict[str, Any]], until_day: int | None = None
) -> dict[str, dict[str, Any]]:
    """The newest snapshot of each customer, once all was taken, at the end of a day."""
    records = [
        Record("purchases", 0, at, TAKEN_MS, value["customer_id"].encode(), orjson.dumps(value))
        for at, value in enumerate(values)
    ]
    shard, made = Shard(policy, settings_of(0, 1)), Made()
    shard.open_inputs({Kind.PURCHASES: 0})
    shard.see_ends({Kind.PURCHASES: len(records)})
    for batch in batches_of(records, Kind.PURCHASES, None, BATCH):
        shard.put(batch)
        while shard.run(1_000_000, NOW_US):
            pass
        made.take(shard)
    if until_day is not None:
        while shard.fire_due(day_start(until_day + 1) - 1, 1_000, NOW_US):
            made.take(shard)
    made.take(shard, all_snapshots=True)
    assert made.applied == len(values)
    return made.newest("customer-values")
