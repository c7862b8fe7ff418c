"""What should have come out: a shard that was never interrupted, and the recount, on the same acts.

Both get the records as they lie on the simulated broker, in the order in which the committed shards
took them. The uninterrupted shard answers for every byte; the recount answers for the meaning.
"""

from collections import Counter
from typing import Any, Final

import msgspec
import orjson

from agents.events.admit import Placement
from agents.partition.cutoffs import read_histogram
from agents.partition.pending import Bounds
from agents.partition.shard import Message, Shard, ShardSettings
from agents.policy.compiled import Policy
from agents.ports import Batch
from schemas.base.partitioners import PARTITIONERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from schemas.state.codec import decode_customer, decode_partition, read_head
from schemas.state.rows import PARTITION_KEY
from schemas.topics.declared import CHANGELOG
from tests.simulation.broker import Broker
from tests.simulation.log import Entry, Place
from tests.simulation.plan import Plan
from tests.simulation.recording import CLOCK, CONSIDER, OFFER, POLICY, TAKE, Act
from tests.simulation.recounted import recounted
from tests.support.shards import Made

Wires = dict[str, list[Any]]
IN_ORDER: Final = (TIER_CHANGES, AT_RISK, CONTACTS_DUE, ERASURES, REJECTED_EVENTS, CUTOFFS)
"""Topics of which every record counts; of snapshots the newest does."""
SEQUENCED: Final = (TIER_CHANGES, AT_RISK)
FACTS: Final = ("customer_id", "as_of", "tier", "sequence", "override", "profile")
ALL: Final = 1_000_000
NOW_US: Final = 4_102_444_800_000_000


def compare(plan: Plan, broker: Broker, partition: int, acts: list[Act]) -> str:
    """What is wrong with a partition's outputs and rows; empty where nothing is.

    The first act is always to begin under a policy.
    """
    found = outputs_of(plan, broker, partition)
    uninterrupted = Uninterrupted(plan, broker, partition, acts[0].at)
    wanted = uninterrupted.run(acts)
    if plan.changes_policy:
        # by which policy a customer's last snapshot went out is the snapshot's timing
        found, wanted = _without_opinions(found), _without_opinions(wanted)
    if plan.by_shares:
        found, wanted = _without_versions(found), _without_versions(wanted)
    for topic in (*IN_ORDER, CUSTOMER_VALUES):
        told = _difference(topic, found[topic], wanted[topic])
        if told:
            return f"partition {partition}: {told}"
    told = _sequences(found) or rows_differ(plan, broker, partition, uninterrupted)
    if plan.by_shares:
        told = told or _histogram(plan, broker, partition, uninterrupted)
    if told:
        return f"partition {partition}: {told}"
    if plan.recounts:
        return recounted(
            plan, broker, partition, acts, _made(plan, broker, partition, uninterrupted)
        )
    return ""


def _difference(topic: str, found: list[Any], wanted: list[Any]) -> str:
    if found == wanted:
        return ""
    missing = [its for its in wanted if its not in found]
    surplus = [its for its in found if its not in wanted]
    if missing:
        return f"{topic}: {len(missing)} are missing, the first is {missing[0]}"
    if surplus:
        return f"{topic}: {len(surplus)} too many, the first is {surplus[0]}"
    if len(found) != len(wanted):
        return f"{topic}: {len(found)} came, {len(wanted)} should have: some twice or not"
    return f"{topic}: the order is another"


# what came out


def outputs_of(plan: Plan, broker: Broker, partition: int) -> Wires:
    names, found = plan.settings.names, {}
    for topic in (*IN_ORDER, CUSTOMER_VALUES):
        entries = broker.logs[Place(names.of(topic), partition)].visible()
        found[topic] = told_of(topic, [(its.key, its.value, its.headers) for its in entries])
    return found


def _made(plan: Plan, broker: Broker, partition: int, counted: "Uninterrupted") -> Made:
    """The same as the recount's comparison wants it."""
    names, made = plan.settings.names, counted.made
    for topic in (*IN_ORDER, CUSTOMER_VALUES):
        made.messages += [
            Message(topic, its.key, its.value, its.headers)
            for its in broker.logs[Place(names.of(topic), partition)].visible()
        ]
    return made


def told_of(topic: str, sent: list[tuple[Any, Any, Any]]) -> list[Any]:
    """The records in a form that can be compared: by customer in order, or the newest."""
    if topic == REJECTED_EVENTS:
        return sent
    if topic == CUSTOMER_VALUES:
        newest = {key: value for key, value, _ in sent}
        return sorted((key, orjson.loads(v)) for key, v in newest.items() if v is not None)
    return [(key, _stripped(value)) for key, value, _ in sent]


def _without_opinions(wires: Wires) -> Wires:
    """The same with only those fields of snapshots that are facts under any policy."""
    facts = [(key, {name: wire[name] for name in FACTS}) for key, wire in wires[CUSTOMER_VALUES]]
    return wires | {CUSTOMER_VALUES: facts}


def _without_versions(wires: Wires) -> Wires:
    """The same without the version of the cut-offs at which a snapshot went out: its timing."""
    values = [(key, wire | {"cutoffs_version": None}) for key, wire in wires[CUSTOMER_VALUES]]
    return wires | {CUSTOMER_VALUES: values}


def _histogram(plan: Plan, broker: Broker, partition: int, uninterrupted: "Uninterrupted") -> str:
    """The newest histogram is that of the customers in the end."""
    place = Place(plan.settings.names.of(HISTOGRAMS), partition)
    values = [its.value for its in broker.logs[place].visible() if its.value is not None]
    found = read_histogram(orjson.loads(values[-1])).histogram.rows() if values else []
    wanted = uninterrupted.shard._shares._histogram.rows()
    return "" if found == wanted else f"the histogram is {found}, not {wanted}"


def _stripped(value: bytes) -> dict[str, Any]:
    wire: dict[str, Any] = orjson.loads(value)
    wire.pop("evaluated_at", None)
    return wire


def _sequences(found: Wires) -> str:
    """Each life of a customer counts 1, 2, 3, … over both topics; no id comes twice."""
    wires = [wire for topic in SEQUENCED for _, wire in found[topic]]
    ids = Counter(wire["event_id"] for wire in wires)
    twice = [its for its, number in ids.items() if number > 1]
    if twice:
        return f"event_id {twice[0]} comes {ids[twice[0]]} times"
    numbers: dict[str, Counter[int]] = {}
    for wire in wires:
        numbers.setdefault(wire["customer_id"], Counter())[wire["sequence"]] += 1
    for customer_id, its in numbers.items():
        # a customer that was erased and came again counts from 1 once more
        lives = [its[number] for number in range(1, max(its) + 1)]
        if 0 in lives or lives != sorted(lives, reverse=True):
            return f"the sequences of {customer_id} have a gap: {sorted(its.elements())}"
    return ""


def rows_differ(plan: Plan, broker: Broker, partition: int, uninterrupted: "Uninterrupted") -> str:
    """What is wrong with the changelog: it holds another's rows, or a fresh shard can't read it."""
    place = Place(plan.settings.names.of(CHANGELOG), partition)
    rows: dict[bytes, bytes] = {}
    for entry in broker.logs[place].visible():
        assert entry.key is not None
        if entry.value is None:
            rows.pop(entry.key, None)
        else:
            rows[entry.key] = entry.value
    wanted = uninterrupted.rows
    if not rows and not wanted:
        return ""
    if rows.keys() != wanted.keys():
        return f"rows of {sorted(rows.keys() ^ wanted.keys())} are too many or missing"
    for key, row in rows.items():
        if key != PARTITION_KEY and not _mean_the_same(plan, row, wanted[key]):
            return f"the row of {key!r} is another: {row!r}, not {wanted[key]!r}"
    mine, its = (decode_partition(all_rows[PARTITION_KEY]) for all_rows in (rows, wanted))
    if msgspec.structs.replace(mine, commit_number=0) != msgspec.structs.replace(
        its, commit_number=0
    ):
        return f"the row of the partition is {mine}, not {its}"
    fresh = uninterrupted.shard_of(uninterrupted.policy_number)
    fresh.restore(rows)
    if fresh.by_tier != uninterrupted.shard.by_tier:
        return f"restored, there are {fresh.by_tier} customers by tier"
    return ""


def _mean_the_same(plan: Plan, row: bytes, other: bytes) -> bool:
    """Whether two rows of a customer differ in nothing but how far other inputs were read then.

    Where the policy changed, a snapshot that was owed leaves its customer to be judged later: the
    head, which says when, tells how the workers stopped.
    """
    if row == other:
        return True
    mine, its = (
        msgspec.structs.replace(decode_customer(data), offsets=(0, 0, 0, 0, 0))
        for data in (row, other)
    )
    return mine == its and (plan.changes_policy or read_head(row) == read_head(other))


# what should have come out


class Uninterrupted:
    """One shard that takes what the interrupted ones took, in the same order."""

    def __init__(self, plan: Plan, broker: Broker, partition: int, policy_number: int) -> None:
        self.rows: dict[bytes, bytes] = {}
        self.made = Made()
        """What it counted."""
        self.policy_number = policy_number
        self._plan, self._broker, self._partition = plan, broker, partition
        self._sent: dict[str, list[tuple[Any, Any, Any]]] = {}
        self.shard = self.shard_of(policy_number)
        self._ends = {kind: broker.logs[self._input(kind)].end for kind in Kind}
        self.shard.open_inputs(dict.fromkeys(Kind, 0))

    def _input(self, kind: Kind) -> Place:
        return Place(self._plan.settings.names.of(TOPIC_OF_KIND[kind]), self._partition)

    def shard_of(self, number: int) -> Shard:
        """A shard under one of the plan's policies."""
        its: Policy = self._plan.policy(number)
        settings = self._plan.settings
        place = Placement(self._partition, settings.partitions, PARTITIONERS[settings.partitioner])
        by_wall = settings.clock == "wall"
        bounds = Bounds()
        return Shard(
            its, ShardSettings(place, settings.max_event_bytes, 0, True, bounds, by_wall=by_wall)
        )

    def run(self, acts: list[Act]) -> Wires:
        """All outputs, as `told_of` shows them."""
        for act in acts:
            if act.what == TAKE:
                self._take(act)
            elif act.what == CLOCK:
                self.shard.fire_due(act.at, ALL, NOW_US)
            elif act.what == CONSIDER:
                self.shard.consider(list(act.published), act.at)
            elif act.what == OFFER:
                self._adopt(act)
            elif act.what == POLICY and act.at != self.policy_number:
                self._go_on_with(act.at, act.now_us)
        self._see_ends()
        self._carry_away()
        return self._wires()

    def run_ready(self) -> Wires:
        """The same of all that lies ready, in the contract's order."""
        for kind in Kind:
            log = self._broker.logs[self._input(kind)]
            self._put(kind, 0, log.end, log.visible())
        while self.shard.run(ALL, NOW_US):
            continue
        self._carry_away()
        return self._wires()

    def _wires(self) -> Wires:
        return {
            topic: told_of(topic, self._sent.get(topic, []))
            for topic in (*IN_ORDER, CUSTOMER_VALUES)
        }

    def _adopt(self, act: Act) -> None:
        """Judges everybody by other cut-offs, without a commit in between."""
        assert act.cutoffs is not None
        self.shard.offer(act.cutoffs)
        while self.shard._shares.is_adopting:
            self.shard.run(ALL, NOW_US)

    def _take(self, act: Act) -> None:
        log = self._broker.logs[self._input(act.kind)]
        entry = log.entries[act.at]
        buffer = self.shard.buffer(act.kind)
        self._put(act.kind, buffer.position, act.at + 1, [entry])
        while self.shard.run(1, NOW_US) and buffer.records:
            continue

    def _put(self, kind: Kind, position: int, after: int, entries: list[Entry]) -> None:
        self.shard.put(
            Batch(
                kind=kind,
                partition=self._partition,
                position=position,
                next_position=after,
                offsets=[its.offset for its in entries],
                timestamps_ms=[its.timestamp_ms for its in entries],
                keys=[its.key for its in entries],
                values=[its.value for its in entries],
                headers=[its.headers for its in entries],
                # nothing more is known to lie on the broker: whatever comes is taken at once
                ends=dict.fromkeys(Kind, 0),
            )
        )

    def _see_ends(self) -> None:
        """What lies behind the last record of an input is markers: they are read, too."""
        for kind, end in self._ends.items():
            self._put(kind, self.shard.buffer(kind).position, end, [])

    def _go_on_with(self, number: int, now_us: int) -> None:
        positions = {buffer.kind: buffer.taken_to for buffer in self.shard.buffers}
        # a commit was made under the policy so far, though nothing may have been taken
        self._put(Kind.CUSTOMERS, positions[Kind.CUSTOMERS], positions[Kind.CUSTOMERS], [])
        self._carry_away()
        self.policy_number = number
        self.shard = self.shard_of(number)
        self.shard.restore(dict(self.rows), now_us=now_us)
        self.shard.open_inputs(positions)

    def _carry_away(self) -> None:
        while True:
            changes = self.shard.changes(NOW_US, all_snapshots=True)
            if changes is None:
                return
            made, counters = self.made, changes.counters
            made.consumed += sum(counters.consumed)
            made.applied += sum(counters.applied)
            made.dropped += sum(counters.duplicates)
            made.rejected += counters.rejected.total()
            for its in changes.outputs:
                self._sent.setdefault(its.topic, []).append((its.key, its.value, its.headers))
            for key, value in changes.rows:
                if value is None:
                    self.rows.pop(key, None)
                else:
                    self.rows[key] = value
