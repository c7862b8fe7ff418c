"""What happens in a partition, told as events in order; each is laid into the input it belongs to.

happened(sale(1), erasure(2))             a shard that took them
desk.again(sale(3)).stopped()             another worker goes on, and stops cleanly
"""

from collections.abc import Iterable
from typing import Any, Self

from agents.partition.shard import Changes
from agents.policy.compiled import Policy
from agents.ports import Batch
from schemas.inputs.events import Kind
from schemas.outputs.headers import Headers
from schemas.state.codec import RowHead, decode_customer, decode_partition, read_head
from schemas.state.rows import PARTITION_KEY, CustomerRow, PartitionRow
from tests.support.feeding import WITH_CUSTOMERS, Desk, Erasure, Event, _value_of
from tests.support.making import POLICY
from tests.support.policies import successor


def kind_of(event: Event) -> Kind:
    """The input of an event; what is no event at all came as a purchase."""
    if isinstance(event, Erasure):
        return Kind.CUSTOMERS
    if isinstance(event, bytes) or "order_id" in event:
        return Kind.PURCHASES
    if "issue" in event:
        return Kind.SUPPORT_CALLS
    return Kind.PAYMENTS if "due_at" in event else Kind.CUSTOMERS


class Story(Desk):
    """A desk with all that happens at it, and what is known of it after a commit."""

    def then(self, *events: Event) -> Self:
        """The same after these, one by one."""
        for event in events:
            self.feed(kind_of(event), event)
        return self

    def committed(self, *events: Event) -> Self:
        """The same after these and a commit."""
        self.then(*events).commit()
        return self

    def stopped(self, *events: Event) -> Self:
        """The same after these and a clean stop: every snapshot is out."""
        self.then(*events).commit(stop=True)
        return self

    def again(self, *events: Event, by: Policy | None = None) -> Self:
        """Commits; another worker goes on with these, under this policy or the same."""
        self.commit()
        other = type(self)(
            successor(self.shard.policy, by),
            inputs=self.inputs,
            exactly_once=self.exactly_once,
            rows=self.rows,
        )
        other.messages = list(self.messages)
        return other.then(*events)

    def silent(self) -> Self:
        """The same after a commit, and nothing of what was put out so far is remembered."""
        self.commit()
        self.messages = []
        return self

    def ready(self, kind: Kind, *events: Event) -> Self:
        """The same with these laid in, and nothing taken."""
        self.lay(kind, *events)
        return self

    def drained(self) -> Self:
        """The same after all that lies ready was taken."""
        while self.take():
            pass
        return self

    def changes(self, *, stop: bool = False) -> Changes:
        """What a commit carries, of which there must be something."""
        changes = self.commit(stop=stop)
        assert changes is not None
        return changes

    def row(self) -> CustomerRow:
        """The customer as it is stored with a commit."""
        self.commit()
        return decode_customer(self.customer_rows["ada"])

    def head(self) -> RowHead:
        """What its stored row begins with."""
        self.commit()
        return read_head(self.customer_rows["ada"])

    def partition(self) -> PartitionRow:
        """What is stored of the partition with a commit."""
        self.commit()
        return decode_partition(self.rows[PARTITION_KEY])

    def outcome(self, *names: str) -> list[Any]:
        """What a clean stop leaves: these facts of it, in this order."""
        counters = self.changes(stop=True).counters
        facts = {
            "applied": sum(counters.applied),
            "dropped": sum(counters.duplicates),
            "forgotten": counters.ids_forgotten,
            "due": counters.due_times,
            "summed_up": counters.invoices_summed_up,
            "reasons": self.reasons,
            "customers": list(self.customer_rows),
            "tiers": self.tiers("to_tier"),
        }
        return [facts[name] if name in facts else self.newest()[name] for name in names]

    def tiers(self, *names: str, customer_id: str = "ada") -> list[Any]:
        """These fields of what was said of a customer's tier."""
        self.commit()
        its = (change for change in self.tier_changes if change["customer_id"] == customer_id)
        return fields_of(its, *names)

    def newest(self, customer_id: str = "ada") -> dict[str, Any]:
        """The customer's snapshot at a clean stop."""
        self.commit(stop=True)
        return [its for its in self.snapshots if its["customer_id"] == customer_id][-1]

    def contribution(self, customer_id: str = "ada") -> str:
        """As the snapshot at a clean stop has it."""
        return str(self.newest(customer_id)["value"]["contribution"])

    def worth(self, *names: str) -> list[int]:
        """These lines of its value, or figures, in minor units, as that snapshot has them."""
        value = self.newest()["value"]
        texts = (value[name] if name in value else value["lines"][name] for name in names)
        return [int(text.replace(".", "")) for text in texts]


def happened(*events: Event, by: Policy = POLICY, **settings: Any) -> Story:
    """A new partition with all inputs that took these, one by one; nothing is committed."""
    return Story(by, **({"inputs": WITH_CUSTOMERS} | settings)).then(*events)


LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def fields_of(wires: Iterable[dict[str, Any]], *names: str) -> list[Any]:
    """These fields of records: of one name values, of several tuples."""
    found = [tuple(its[name] for name in names) for its in wires]
    return [its[0] for its in found] if len(names) == 1 else found


def batch(
    kind: Kind,
    *events: Event,
    key: bytes = b"ada",
    at: int = 0,
    first: int | None = None,
    after: int | None = None,
    stamp_ms: int = LAST_MS,
    headers: Headers = (),
    ends: dict[Kind, int] | None = None,
) -> Batch:
    """A batch as fetched, its records at these offsets; as late as can be unless a time is given.

    `first` and `after` say where it begins and ends, where that is elsewhere than its records do.
    """
    values: list[bytes | None] = [_value_of(event) for event in events]
    many, offsets = len(events), list(range(at, at + len(events)))
    keys: list[bytes | None] = [key] * many
    begins = at if first is None else first
    ends_at = at + many if after is None else after
    stamps, all_headers = [stamp_ms] * many, [headers] * many
    return Batch(
        kind=kind,
        partition=0,
        position=begins,
        next_position=ends_at,
        offsets=offsets,
        timestamps_ms=stamps,
        keys=keys,
        values=list(values),
        headers=all_headers,
        ends=ends or {},
    )
