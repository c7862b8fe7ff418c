"""The recount itself: each partition's inputs merged by event time, due times in between."""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .customer import Customer
from .dues import find_next_due
from .fields import Event
from .instants import day_of
from .judge import Erasure, Gate, Refusal, judge
from .money import Terms
from .names import names
from .records import CUSTOMERS, TOPICS, Record
from .verdict import judged, snapshot
from .wire import Wire

_POLICY: Wire = {"kind": "policy", "topic": None, "event_id": None}
_TIMER: Wire = {"kind": "timer", "topic": None, "event_id": None}


@dataclass
class Outcome:
    """Everything that must have come out once all records are taken.

    Lists are in the order made within a partition, one partition after the other.
    """

    tier_changes: list[Wire] = field(default_factory=list)
    at_risk: list[Wire] = field(default_factory=list)
    contacts_due: list[Wire] = field(default_factory=list)
    erased: list[tuple[str, int, bool]] = field(default_factory=list)
    """Each erasure: the customer, the instant, and whether there was anything to erase."""
    rejected: list[tuple[Record, str, str | None]] = field(default_factory=list)
    """Each rejected record, the reason, and the field where the reason names one."""
    values: dict[str, Wire] = field(default_factory=dict)
    """The last snapshot of each customer there is."""
    consumed: Counter[str] = field(default_factory=Counter)
    applied: Counter[str] = field(default_factory=Counter)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many were dropped and rejected, by topic and reason."""
    timers: int = 0
    """How many due times fired."""


def recount(
    policy: Mapping[str, Any],
    records: Iterable[Record],
    *,
    partitions: int,
    partitioner: str = "murmur2",
    max_event_bytes: int = 65536,
    later: Iterable[Record] = (),
) -> Outcome:
    """Recount what a policy makes of records that all lie ready, by the event clock.

    `later` are records that come when all the others have been taken.
    """
    gate = Gate(Terms(policy), partitions, partitioner, max_event_bytes)
    outcome = Outcome()
    partitions_met: dict[int, Partition] = defaultdict(lambda: Partition(gate, outcome))
    for lying in (_laid_out(records), _laid_out(later)):
        for number in sorted(lying):
            partitions_met[number].run(lying[number])
    for number in sorted(partitions_met):
        partitions_met[number].picture()
    return outcome


def _laid_out(records: Iterable[Record]) -> dict[int, dict[str, list[Record]]]:
    """Lay each partition's records into its inputs."""
    lying: dict[int, dict[str, list[Record]]] = defaultdict(lambda: {name: [] for name in TOPICS})
    for record in records:
        lying[record.partition][record.topic].append(record)
    return lying


def merged(
    inputs: Mapping[str, list[Record]], gate: Gate
) -> Iterator[tuple[Record, Event | Erasure | Refusal]]:
    """Take the earliest of the inputs' next records; one that is refused is taken at once."""
    queues = {
        topic: deque(sorted(inputs[topic], key=lambda record: record.offset)) for topic in TOPICS
    }
    heads: dict[str, tuple[Record, Event | Erasure | Refusal]] = {}
    while True:
        for topic, queue in queues.items():
            if topic not in heads and queue:
                record = queue.popleft()
                heads[topic] = record, judge(record, gate)
        if not heads:
            return
        yield heads.pop(min(heads, key=lambda topic: _turn(topic, heads[topic][1])))


def _turn(topic: str, verdict: Event | Erasure | Refusal) -> tuple[float, int]:
    """Say when a head's turn is: event time, and the order of the topics where that ties."""
    if isinstance(verdict, tuple):
        return float("-inf"), TOPICS.index(topic)
    happened = verdict.occurred_at if isinstance(verdict, Erasure) else verdict["occurred_at"]
    return happened, TOPICS.index(topic)


class Partition:
    """One partition's customers and its stream time."""

    def __init__(self, gate: Gate, outcome: Outcome) -> None:
        self.gate = gate
        self.terms = gate.terms
        self.outcome = outcome
        self.stream_time = float("-inf")
        self.customers: dict[str, Customer] = {}
        self.dues: list[tuple[int, bytes, str]] = []
        """A heap of due times; an entry counts while it is still its customer's next."""

    def run(self, inputs: Mapping[str, list[Record]]) -> None:
        """Take every record."""
        for record, verdict in merged(inputs, self.gate):
            self.take(record, verdict)

    def take(self, record: Record, verdict: Event | Erasure | Refusal) -> None:
        """Take the next record."""
        self.outcome.consumed[record.topic] += 1
        if isinstance(verdict, tuple):
            self._reject(record, *verdict)
        elif isinstance(verdict, Erasure):
            self._erase(verdict)
        else:
            self._take(record, verdict)

    def adopt(self, gate: Gate) -> None:
        """Judge every customer by another policy on the day at hand; windows must stay as long."""
        self.gate, self.terms = gate, gate.terms
        for name in sorted(self.customers, key=str.encode):
            self.customers[name].fire(int(self.stream_time), self.terms)
            self._settle(self.customers[name], _POLICY)

    def picture(self) -> None:
        """Picture every customer."""
        for name, customer in self.customers.items():
            self.outcome.values[name] = snapshot(customer, self._terms_of(customer))

    def _take(self, record: Record, event: Event) -> None:
        """Drop, reject or apply an event that is valid in itself."""
        topic, name = record.topic, event["customer_id"]
        customer = self.customers.get(name)
        twin = customer.seen.get((topic, event["event_id"])) if customer else None
        if twin is not None:
            if twin == event:
                self.outcome.dropped[topic, "duplicate"] += 1
            else:
                self._reject(record, "id_conflict", None)
            return
        if customer is not None and any(its in customer.seen for its in names(topic, event)):
            self.outcome.dropped[topic, "duplicate"] += 1
            return
        happened: int = event["occurred_at"]
        if event.get("type") == "cancel":
            known = customer or Customer(name, as_of=happened, first_day=day_of(happened))
            if known.orders.too_late(event, max(known.today(), day_of(happened)), self.terms):
                self._reject(record, "too_late_to_cancel", "order_id")
                return
        self._fire(happened)
        if customer is None:
            customer = Customer(name, as_of=happened, first_day=day_of(happened))
            self.customers[name] = customer
        self.stream_time = max(happened, self.stream_time)
        customer.apply(topic, event, self.terms)
        self.outcome.applied[topic] += 1
        trigger = {"kind": "event", "topic": topic, "event_id": event["event_id"]}
        self._settle(customer, trigger, event)
        self._fire(self.stream_time)

    def _erase(self, erasure: Erasure) -> None:
        """Forget a customer, if there is one, once all that was due before has come."""
        self._fire(erasure.occurred_at)
        self.stream_time = max(erasure.occurred_at, self.stream_time)
        held = self.customers.pop(erasure.customer_id, None) is not None
        self.outcome.erased.append((erasure.customer_id, erasure.occurred_at, held))
        self.outcome.applied[CUSTOMERS] += 1

    def _fire(self, until: float) -> None:
        """Let everything come that is due in the partition until then, in order."""
        while self.dues and self.dues[0][0] <= until:
            due, _, name = heapq.heappop(self.dues)
            customer = self.customers.get(name)
            if customer is not None and customer.next_due == due:
                customer.fire(due, self.terms)
                self.outcome.timers += 1
                self._settle(customer, _TIMER)

    def _settle(self, customer: Customer, trigger: Wire, event: Event | None = None) -> None:
        """Judge a customer and look when it must be looked at again."""
        terms = self._terms_of(customer)
        verdict = judged(customer, terms, trigger, event)
        self.outcome.tier_changes += verdict.tier_changes
        self.outcome.at_risk += verdict.at_risk
        self.outcome.contacts_due += verdict.contacts_due
        find_next_due(customer, terms)
        if customer.next_due is not None:
            name = customer.customer_id
            heapq.heappush(self.dues, (customer.next_due, name.encode(), name))

    def _terms_of(self, customer: Customer) -> Terms:
        """Find what holds for a customer's kind."""
        return self.terms.of(customer.master.segment())

    def _reject(self, record: Record, reason: str, field_name: str | None) -> None:
        self.outcome.rejected.append((record, reason, field_name))
        self.outcome.rejections[record.topic, reason] += 1
