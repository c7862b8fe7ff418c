"""Tiers by shares of the whole: several shards, their histograms, cut-offs, and restarts."""

import random
from collections import Counter

import orjson
import pytest

from agents.decide.entries import entries_of, tier_rank
from agents.models.histogram import Histogram, cut_by_profit, cut_by_rank
from agents.partition.cutoffs import Published, read_cutoffs, read_histogram
from agents.partition.shard import Changes, Message, Shard
from agents.policy.compiled import Policy
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import KIND_OF_TOPIC, Kind
from schemas.outputs.records import CUTOFFS, HISTOGRAMS
from schemas.state.codec import read_head
from schemas.state.rows import PARTITION_KEY, CutoffsRow
from tests.oracle.records import Record
from tests.oracle.sample import sample
from tests.oracle.sample_policy import DECAYED_TOML, POLICY_TOML, WHOLE_TOML
from tests.support.shards import NOW_US, batches_of, by_share, policy_of, settings_of

PARTITIONS = 3


class Market:
    """Several partitions, what is on the broker of them, and the cut-offs that go round."""

    def __init__(self, policy: Policy, records: list[Record], seed: int) -> None:
        self.policy, self.rng = policy, random.Random(seed)
        self.coming: list[dict[Kind, list[Record]]] = [
            {kind: of(records, partition, kind) for kind in Kind} for partition in range(PARTITIONS)
        ]
        self.arrived: list[dict[Kind, int]] = [dict.fromkeys(Kind, 0) for _ in range(PARTITIONS)]
        self.rows: list[dict[bytes, bytes]] = [{} for _ in range(PARTITIONS)]
        self.published: dict[int, Published] = {}
        self.cutoffs: CutoffsRow | None = None
        self.versions: list[int] = []
        self.sequences: Counter[str] = Counter()
        self.newest: dict[str, dict[str, object]] = {}
        self.shards = [self.shard(number) for number in range(PARTITIONS)]

    def shard(self, partition: int) -> Shard:
        """A shard that goes on from its rows."""
        shard = Shard(self.policy, settings_of(partition, PARTITIONS))
        offsets = shard.restore(dict(self.rows[partition]))
        shard.open_inputs({kind: offsets.get(kind, 0) for kind in Kind})
        for kind, arrived in self.arrived[partition].items():
            lay(shard, kind, self.coming[partition][kind][offsets.get(kind, 0) : arrived])
        return shard

    def arrive(self, partition: int, *, everything: bool = False) -> None:
        """More records lie ready in one partition."""
        for kind, coming in self.coming[partition].items():
            first = self.arrived[partition][kind]
            more = len(coming) if everything else self.rng.randint(0, 20)
            lay(self.shards[partition], kind, coming[first : first + more])
            self.arrived[partition][kind] = min(len(coming), first + more)

    def take(self, changes: Changes | None, partition: int) -> None:
        """Commits."""
        if changes is None:
            return
        for key, value in changes.rows:
            if value is None:
                self.rows[partition].pop(key, None)
            else:
                self.rows[partition][key] = value
        for message in changes.outputs:
            if message.topic != "rejected-events":
                self._see(message, partition)

    def _see(self, message: Message, partition: int) -> None:
        wire = orjson.loads(message.value or b"null")
        if message.topic == HISTOGRAMS:
            self.published[partition] = read_histogram(wire)
        elif message.topic == CUTOFFS:
            self.cutoffs = read_cutoffs(wire, self.policy)
            self.versions.append(wire["version"])
        elif message.topic in ("tier-changes", "at-risk"):
            assert wire["sequence"] == self.sequences[wire["customer_id"]] + 1
            self.sequences[wire["customer_id"]] += 1
        elif message.topic == "customer-values":
            customer_id = (message.key or b"").decode()
            self.newest[customer_id] = wire
            if wire is None:
                del self.newest[customer_id], self.sequences[customer_id]

    def step(self) -> None:
        """Something happens in one partition."""
        partition = self.rng.randrange(PARTITIONS)
        self.arrive(partition)
        shard = self.shards[partition]
        if self.cutoffs is not None and self.rng.random() < 0.5:
            shard.offer(self.cutoffs)
        if partition == 0 and len(self.published) == PARTITIONS and self.rng.random() < 0.5:
            shard.consider(list(self.published.values()), NOW_US)
        shard.run(self.rng.randint(1, 400), NOW_US)
        if self.rng.random() < 0.5:
            at_once = self.rng.random() < 0.5
            self.take(shard.changes(NOW_US, all_snapshots=at_once), partition)
            if self.rng.random() < 0.2:
                self.shards[partition] = self.shard(partition)

    def finish(self) -> None:
        """Goes on until nothing is left, everything is committed and all have adopted the last."""
        for partition in range(PARTITIONS):
            self.arrive(partition, everything=True)
        for _ in range(10):
            for partition, shard in enumerate(self.shards):
                while shard.run(10_000, NOW_US) or shard.full:
                    self.take(shard.changes(NOW_US), partition)
                while (changes := shard.changes(NOW_US, all_snapshots=True)) is not None:
                    self.take(changes, partition)
            self.shards[0].consider(list(self.published.values()), NOW_US)
            self.take(self.shards[0].changes(NOW_US, all_snapshots=True), 0)
            assert self.cutoffs is not None
            for shard in self.shards:
                shard.offer(self.cutoffs)


def of(records: list[Record], partition: int, kind: Kind) -> list[Record]:
    """The records of one topic partition."""
    mine = [
        record
        for record in records
        if record.partition == partition and KIND_OF_TOPIC[record.topic] is kind
    ]
    return sorted(mine, key=lambda record: record.offset)


def lay(shard: Shard, kind: Kind, records: list[Record]) -> None:
    """Lays records in, as the last ones on the broker."""
    shard.see_ends({kind: shard.buffer(kind).position + len(records)})
    for batch in batches_of(records, kind, None, 10_000):
        shard.put(batch)


def finished(text: str, seed: int) -> Market:
    records = sample(23, 4000, 120, partitions=PARTITIONS, whole="[invoices]" in text)
    market = Market(policy_of(by_share(text)), records, seed)
    for _ in range(400):
        market.step()
    market.finish()
    return market


@pytest.mark.parametrize(
    "text",
    [POLICY_TOML, WHOLE_TOML, DECAYED_TOML.replace('min_band = "2.50"', 'min_band = "0"')],
    ids=["plain", "whole", "decayed"],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_histograms_are_recounts_and_everybody_has_the_tier_of_the_last_cutoffs(
    text: str, seed: int
) -> None:
    market = finished(text, seed)
    heads = {
        key.decode(): read_head(row)
        for rows in market.rows
        for key, row in rows.items()
        if key != PARTITION_KEY
    }
    recount = Histogram()
    for head in heads.values():
        recount.add(head.index)
    whole = Histogram()
    for its in market.published.values():
        whole.merge(its.histogram)
    assert whole.rows() == recount.rows()
    assert market.versions == list(range(1, len(market.versions) + 1))
    assert len(market.versions) > 2
    cutoffs = market.cutoffs
    assert cutoffs is not None
    assert {shard.cutoffs_version for shard in market.shards} == {cutoffs.version}
    newest = {int(str(wire["cutoffs_version"] or 0)) for wire in market.newest.values()}
    # where tiers are held the last cut-offs may move nobody
    assert max(newest) > len(market.versions) // 2
    if text == POLICY_TOML:
        assert max(newest) == cutoffs.version
        assert {wire["tier"] for wire in market.newest.values()} == set(TIERS)
        entries = entries_of(market.policy, cutoffs)
        for customer_id, head in heads.items():
            assert head.by_value == tier_rank(head.index, entries)
            assert market.newest[customer_id]["tier"] == TIERS[head.tier]
    # hardly moved: within min_change of what the whole would be cut at now
    rules = market.policy.share
    assert rules is not None
    important = cut_by_profit(recount, rules.cuts[0][1])
    key = cut_by_rank(recount, rules.cuts[1][1])
    assert important is not None
    assert key is not None
    assert abs(important - int(cutoffs.important)) * 100 <= int(cutoffs.important)
    assert abs(max(key, important) - int(cutoffs.key)) * 100 <= int(cutoffs.key)


class Alone:
    """One partition that adopts versions after so many records, in batches of its own."""

    def __init__(self, policy: Policy, records: list[Record], seed: int) -> None:
        self.rng = random.Random(seed)
        self.shard = Shard(policy, settings_of(0, PARTITIONS))
        self.shard.open_inputs(dict.fromkeys(Kind, 0))
        for kind in Kind:
            lay(self.shard, kind, of(records, 0, kind))
        self.said: list[dict[str, object]] = []
        self.newest: dict[str, object] = {}

    def take(self, until: int) -> None:
        """Takes records until so many are taken."""
        while (left := until - sum(buffer.taken_to for buffer in self.shard.buffers)) > 0:
            self.shard.run(min(left, self.rng.randint(1, 300)), NOW_US)
            if self.rng.random() < 0.3 or self.shard.full:
                self.commit(at_once=False)

    def commit(self, *, at_once: bool) -> None:
        """Carries away what was said."""
        changes = self.shard.changes(NOW_US, all_snapshots=at_once)
        for message in changes.outputs if changes is not None else ():
            if message.topic in ("tier-changes", "at-risk"):
                wire = orjson.loads(message.value or b"null")
                del wire["evaluated_at"]
                self.said.append(wire)
            elif message.topic == "customer-values":
                self.newest[(message.key or b"").decode()] = orjson.loads(message.value or b"null")


def adopting(
    policy: Policy, records: list[Record], adoptions: list[tuple[int, CutoffsRow]], seed: int
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """What a partition says, and its newest snapshots."""
    alone = Alone(policy, records, seed)
    for after, cutoffs in adoptions:
        alone.take(after)
        alone.shard.offer(cutoffs)
    alone.take(sum(len(of(records, 0, kind)) for kind in Kind))
    while alone.shard.run(1_000, NOW_US):
        pass
    alone.commit(at_once=True)
    return alone.said, alone.newest


def test_what_a_partition_says_follows_from_its_inputs_and_its_adoptions() -> None:
    policy = policy_of(by_share(WHOLE_TOML))
    records = sample(29, 3000, 90, partitions=PARTITIONS, whole=True)
    adoptions = [
        (
            203,
            CutoffsRow(version=1, important=12_000, key=40_000, policy_hash=policy.hash, made_us=0),
        ),
        (
            204,
            CutoffsRow(version=2, important=9_000, key=41_000, policy_hash=policy.hash, made_us=0),
        ),
        (
            600,
            CutoffsRow(version=3, important=30_000, key=90_000, policy_hash=policy.hash, made_us=0),
        ),
    ]
    said, newest = adopting(policy, records, adoptions, 1)
    assert {wire["cutoffs_version"] for wire in said if "to_tier" in wire} == {None, 1, 2, 3}
    triggers = [wire["trigger"] for wire in said]
    assert {"kind": "policy", "topic": CUTOFFS, "event_id": None} in triggers
    for seed in (2, 3, 4):
        assert adopting(policy, records, adoptions, seed) == (said, newest)
