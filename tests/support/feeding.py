"""One partition's shard fed by hand: events are laid in, taken and committed one step at a time."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from agents.events.admit import Placement
from agents.partition.pending import Bounds
from agents.partition.shard import Changes, Message, Shard, ShardSettings
from agents.policy.compiled import Policy
from agents.ports import Batch
from schemas.base.partitioners import murmur2_partition
from schemas.inputs.events import Kind
from schemas.outputs.headers import Headers
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    ERASURES,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from schemas.state.rows import PARTITION_KEY
from tests.support.making import LATER_MS, POLICY, master_data, purchase, raw, support_call
from tests.support.policies import successor

INPUTS = (Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS)
"""Those that are never absent."""
WITH_CUSTOMERS = (Kind.CUSTOMERS, *INPUTS)
EVERY_INPUT = tuple(Kind)
SECRET = b"the tests' own"
NOW_US = LATER_MS * 1000
ALL = 1_000_000
"""More than any test lays in."""
SECOND_US = 1_000_000
USUAL_BOUNDS = Bounds()


class Erasure(NamedTuple):
    """A null value: whom it erases, and the record's timestamp."""

    customer_id: str
    timestamp_ms: int


Event = dict[str, Any] | bytes | Erasure


class Desk:
    """A shard, what it was given and what was committed of it."""

    def __init__(
        self,
        policy: Policy = POLICY,
        *,
        inputs: tuple[Kind, ...] = INPUTS,
        snapshot_s: int = 3600,
        bounds: Bounds = USUAL_BOUNDS,
        exactly_once: bool = True,
        partition_bytes: int = 1_000_000_000,
        objects_bytes: int = 250_000_000,
        by_wall: bool = False,
        rows: dict[bytes, bytes] | None = None,
    ) -> None:
        self.inputs, self.exactly_once = inputs, exactly_once
        settings = ShardSettings(
            Placement(0, 1, murmur2_partition),
            65_536,
            snapshot_s * SECOND_US,
            exactly_once,
            bounds,
            SECRET,
            partition_bytes,
            objects_bytes,
            by_wall,
        )
        self.shard = Shard(policy, settings)
        self.rows = dict(rows or {})
        self.messages: list[Message] = []
        offsets = self.shard.restore(dict(self.rows)) if rows else {}
        self.shard.open_inputs({kind: offsets.get(kind, 0) for kind in inputs})
        for kind in inputs:
            self.end(kind, offsets.get(kind, 0))

    def end(self, kind: Kind, offset: int) -> None:
        """The broker tells how far an input goes."""
        self.shard.see_ends({kind: offset})

    def lay(self, kind: Kind, *events: Event) -> None:
        """Lays a batch in an inbox, as fetched."""
        first = self.shard.buffer(kind).position
        offsets = list(range(first, first + len(events)))
        keys: list[bytes | None] = [_key_of(event) for event in events]
        values: list[bytes | None] = [_value_of(event) for event in events]
        stamps = [
            event.timestamp_ms if isinstance(event, Erasure) else LATER_MS for event in events
        ]
        headers: list[Headers] = [()] * len(events)
        after = first + len(events)
        self.shard.put(
            Batch(
                kind=kind,
                partition=0,
                position=first,
                next_position=after,
                offsets=offsets,
                timestamps_ms=stamps,
                keys=keys,
                values=list(values),
                headers=headers,
                ends={},
            )
        )

    def take(self, limit: int = ALL, now_us: int = NOW_US) -> int:
        """Lets the shard take what lies ready."""
        return self.shard.run(limit, now_us)

    def feed(self, kind: Kind, *events: Event) -> None:
        """Lays a batch in and takes it whole."""
        self.lay(kind, *events)
        while self.take():
            pass

    def commit(self, now_us: int = NOW_US, *, stop: bool = False) -> Changes | None:
        """Carries away what changed; at a clean stop with all snapshots."""
        changes = self.shard.changes(now_us, all_snapshots=stop)
        if changes is not None:
            self.messages += changes.outputs
            for key, value in changes.rows:
                if value is None:
                    self.rows.pop(key, None)
                else:
                    self.rows[key] = value
        return changes

    def restarted(self, policy: Policy | None = None) -> "Desk":
        """Another worker goes on from what was committed."""
        return Desk(
            successor(self.shard.policy, policy),
            inputs=self.inputs,
            exactly_once=self.exactly_once,
            rows=self.rows,
        )

    def of(self, topic: str) -> list[dict[str, Any]]:
        """The committed records of one output, decoded."""
        return [
            orjson.loads(its.value) for its in self.messages if its.topic == topic and its.value
        ]

    @property
    def tier_changes(self) -> list[dict[str, Any]]:
        return self.of(TIER_CHANGES)

    @property
    def risks(self) -> list[dict[str, Any]]:
        return self.of(AT_RISK)

    @property
    def contacts_due(self) -> list[dict[str, Any]]:
        return self.of(CONTACTS_DUE)

    @property
    def receipts(self) -> list[dict[str, Any]]:
        return self.of(ERASURES)

    @property
    def snapshots(self) -> list[dict[str, Any]]:
        return self.of(CUSTOMER_VALUES)

    @property
    def reasons(self) -> list[str]:
        """Why the committed rejected events were turned away."""
        return [
            (dict(its.headers)["reason"] or b"").decode()
            for its in self.messages
            if its.topic == REJECTED_EVENTS
        ]

    @property
    def customer_rows(self) -> dict[str, bytes]:
        """The committed rows of customers."""
        return {key.decode(): row for key, row in self.rows.items() if key != PARTITION_KEY}

    @property
    def order(self) -> list[str]:
        """The customers in the order in which their first events were applied."""
        return list(self.shard.customers)


def _key_of(event: Event) -> bytes:
    if isinstance(event, Erasure):
        return event.customer_id.encode()
    return b"ada" if isinstance(event, bytes) else str(event["customer_id"]).encode()


def _value_of(event: Event) -> bytes | None:
    if isinstance(event, Erasure):
        return None
    return event if isinstance(event, bytes) else raw(event)


def on(day: int, at: str = "12:00:00") -> str:
    """A moment of March 2026."""
    return f"2026-03-{day:02d}T{at}Z"


def erasure(day: int, at: str = "12:00:00", customer_id: str = "ada") -> Erasure:
    """A null value of a moment of March."""
    return Erasure(customer_id, round(datetime.fromisoformat(on(day, at)).timestamp() * 1000))


def record(day: int, at: str = "12:00:00", **fields: Any) -> dict[str, Any]:
    """Master data of a moment of March."""
    when = on(day, at)
    return master_data(**({"event_id": f"record-{when}", "occurred_at": when} | fields))


def sale(day: int, number: int = 0, **fields: Any) -> dict[str, Any]:
    """A sale on a day of March that adds 1.00 to the contribution."""
    made = {"event_id": f"sale-{day}-{number}", "occurred_at": on(day), "amount": "1", "cost": "0"}
    return purchase(**(made | fields))


def clock(day: int, at: str = "00:00:00") -> dict[str, Any]:
    """Another customer's event that adds nothing: the partition's time passes."""
    when = on(day, at)
    return support_call(
        event_id=f"clock-{when}", customer_id="clock", occurred_at=when, channel="email"
    )


def newest(desk: Desk, customer_id: str = "ada") -> dict[str, Any]:
    """The newest committed snapshot."""
    return [its for its in desk.snapshots if its["customer_id"] == customer_id][-1]


def contribution(desk: Desk, customer_id: str = "ada") -> str:
    """As the newest committed snapshot has it."""
    return str(newest(desk, customer_id)["value"]["contribution"])
