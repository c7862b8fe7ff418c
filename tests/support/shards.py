"""Runs the product's shards over records that lie ready, without a broker, in any batching."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from agents.events.admit import Placement
from agents.partition.pending import Bounds
from agents.partition.shard import Message, Shard, ShardSettings
from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import read_policy
from agents.ports import Batch
from schemas.base.partitioners import PARTITIONERS
from schemas.inputs.events import KIND_OF_TOPIC, Kind
from tests.oracle.records import Record

NOW_US = 1_800_000_000_000_000


SHARE_TOML = """
[tiers.share]
every_minutes = 0
min_change = "0.01"
[tiers.share.key]
by = "rank"
share = "0.10"
[tiers.share.important]
by = "profit"
share = "0.80"
"""
"""Tiers by shares, with new cut-offs whenever one has moved."""
KINDS_ENTRIES = re.compile(r"\[for\.\w+\.tiers\.entry\]\n(?:[^\n\[]+\n)*")
"""Where a share decides, a kind has no entries of its own."""


def by_share(text: str) -> str:
    """A policy's text with tiers by shares."""
    text = KINDS_ENTRIES.sub("", text)
    begins = "[tiers]\n" if "[tiers]\n" in text else "[tiers.entry]"
    tiers = f'[tiers]\nmode = "share"\n{begins.removeprefix("[tiers]")}'
    return text.replace(begins, tiers, 1) + SHARE_TOML


def policy_of(text: str) -> Policy:
    """The compiled policy of a TOML text."""
    return compile_policy(read_policy(text, "test"))


def settings_of(partition: int, partitions: int, *, exactly_once: bool = True) -> ShardSettings:
    """A shard's settings with snapshots an hour apart."""
    placement = Placement(partition, partitions, PARTITIONERS["murmur2"])
    return ShardSettings(placement, 65_536, 3_600_000_000, exactly_once, Bounds())


@dataclass
class Made:
    """What shards put out, by partition where order counts."""

    messages: list[Message] = field(default_factory=list)
    rows: dict[int, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    applied: int = 0
    dropped: int = 0
    rejected: int = 0
    consumed: int = 0

    def take(self, shard: Shard, *, all_snapshots: bool = False) -> None:
        """Carries away a shard's changes, as a commit would."""
        changes = shard.changes(NOW_US, all_snapshots=all_snapshots)
        if changes is None:
            return
        self.messages += changes.outputs
        for key, value in changes.rows:
            if value is None:
                self.rows[shard.partition].pop(key, None)
            else:
                self.rows[shard.partition][key] = value
        self.consumed += sum(changes.counters.consumed)
        self.applied += sum(changes.counters.applied)
        self.dropped += sum(changes.counters.duplicates)
        self.rejected += changes.counters.rejected.total()

    def newest(self, topic: str) -> dict[str, dict[str, Any]]:
        """The last record under each key; those that were deleted are not among them."""
        last: dict[str, bytes | None] = {}
        for message in self.messages:
            if message.topic == topic and message.key is not None:
                last[message.key.decode()] = message.value
        return {key: orjson.loads(value) for key, value in last.items() if value is not None}

    def of(self, topic: str) -> list[dict[str, Any]]:
        """The decoded records of one output."""
        return [orjson.loads(m.value) for m in self.messages if m.topic == topic and m.value]


def batches_of(
    records: list[Record], kind: Kind, rng: random.Random | None, most: int
) -> Iterable[Batch]:
    """The records of one topic partition cut into batches of random or of the greatest size."""
    at = 0
    while at < len(records):
        size = rng.randint(1, most) if rng else most
        part = records[at : at + size]
        at += size
        yield Batch(
            kind=kind,
            partition=part[0].partition,
            position=part[0].offset,
            next_position=part[-1].offset + 1,
            offsets=[r.offset for r in part],
            timestamps_ms=[r.timestamp_ms for r in part],
            keys=[r.key for r in part],
            values=[r.value for r in part],
            headers=[r.headers for r in part],
            ends={},
        )


def run_partition(
    policy: Policy,
    settings: ShardSettings,
    records: list[Record],
    made: Made,
    rng: random.Random | None = None,
    most: int = 500,
    *,
    goes_on: bool = False,
) -> Shard:
    """One partition from its first record to its last, restarted at random where rng is given.

    With `goes_on` it begins with what was made of its records before.
    """
    by_kind: dict[Kind, list[Record]] = {kind: [] for kind in Kind}
    for record in records:
        by_kind[KIND_OF_TOPIC[record.topic]].append(record)
    for part in by_kind.values():
        part.sort(key=lambda record: record.offset)
    ends = {kind: (part[-1].offset + 1 if part else 0) for kind, part in by_kind.items()}
    shard = Shard(policy, settings)
    offsets = shard.restore(dict(made.rows[shard.partition])) if goes_on else {}
    shard.open_inputs({kind: offsets.get(kind, 0) for kind in ends})
    see_ends(shard, ends)
    for kind, part in by_kind.items():
        by_kind[kind] = [r for r in part if r.offset >= offsets.get(kind, 0)]
    waiting = {kind: list(batches_of(part, kind, rng, most)) for kind, part in by_kind.items()}
    while True:
        open_kinds = [kind for kind, left in waiting.items() if left]
        if open_kinds:
            kind = rng.choice(open_kinds) if rng else open_kinds[0]
            shard.put(waiting[kind].pop(0))
        progress = shard.run(rng.randint(1, 300) if rng else 1_000_000, NOW_US)
        if rng is None or rng.random() < 0.2:
            made.take(shard)
            if rng is not None and rng.random() < 0.1:
                shard = _restarted(policy, settings, shard, made, by_kind, ends)
                waiting = {
                    kind: list(
                        batches_of(
                            [r for r in part if r.offset >= shard.buffer(kind).position],
                            kind,
                            rng,
                            most,
                        )
                    )
                    for kind, part in by_kind.items()
                }
                continue
        if not open_kinds and not progress and shard.drained:
            break
        if not open_kinds and not progress and shard.full:
            made.take(shard)
    made.take(shard, all_snapshots=True)
    return shard


def see_ends(shard: Shard, ends: dict[Kind, int]) -> None:
    """The broker tells how much of each input lies ready."""
    shard.see_ends(ends)


def _restarted(
    policy: Policy,
    settings: ShardSettings,
    old: Shard,
    made: Made,
    by_kind: dict[Kind, list[Record]],
    ends: dict[Kind, int],
) -> Shard:
    shard = Shard(policy, settings)
    offsets = shard.restore(dict(made.rows[old.partition]))
    shard.open_inputs({kind: offsets.get(kind, 0) for kind in by_kind})
    see_ends(shard, ends)
    return shard


def run_all(
    policy: Policy, records: list[Record], partitions: int, seed: int | None = None
) -> Made:
    """Every partition, one after the other."""
    made = Made()
    for partition in range(partitions):
        rng = None if seed is None else random.Random(f"{seed}-{partition}")
        mine = [record for record in records if record.partition == partition]
        run_partition(policy, settings_of(partition, partitions), mine, made, rng)
    return made
