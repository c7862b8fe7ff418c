"""What one partition has to put out and to store with its next commit: all of it or nothing."""

from collections.abc import Callable

import msgspec

from agents.customer.rows import stored
from agents.customer.state import Customer
from agents.partition.counts import Counters
from agents.partition.input_buffer import InputBuffer
from agents.policy.compiled import Policy
from agents.records.erasures import receipt_of
from agents.records.head import Output
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.oversized import Oversized
from schemas.inputs.rejects import Rejection
from schemas.outputs.customer_values import CustomerValue
from schemas.outputs.headers import Headers, rejected_headers
from schemas.outputs.records import (
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    ERASURES,
    REJECTED_EVENTS,
    Origin,
    encode,
    evaluated,
    subject_of,
)

Snapshot = Callable[[Customer], CustomerValue]
Written = Callable[[Customer, bytes], None]
"""Hears of each row that a commit writes."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One record to produce; `topic` is without prefix."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Changes(msgspec.Struct):
    """What one commit carries, all of it or nothing."""

    outputs: list[Message]
    rows: list[tuple[bytes, bytes | None]]
    offsets: dict[Kind, int]
    counters: Counters
    number: int
    """Counts the partition's commits from 1 on; state, outputs and offsets carry it."""


class Bounds(msgspec.Struct, frozen=True):
    """What is enough for one commit: taking waits for it."""

    changed_max: int = 10_000
    """So many changed customers, or outputs."""
    output_bytes_max: int = 16 * 1024 * 1024
    """So many bytes of rejected events, with their keys and headers."""
    row_bytes_max: int = 32 * 1024 * 1024
    """So many bytes of rows, by estimate."""


class PendingCommit:
    """Collects outputs, changed customers and owed snapshots until a commit takes them."""

    def __init__(self, snapshot_us: int, bounds: Bounds) -> None:
        self.counters = Counters()
        self.owed: dict[str, int] = {}
        """Whose snapshot is owed, and since when it may go out (µs); the longest waiting first."""
        self.snapshot_us = snapshot_us
        self._bounds = bounds
        self._changed: list[Customer] = []
        self._outputs: list[Message] = []
        self._rejected_bytes = self._row_bytes = 0
        self._publish: dict[str, Customer] = {}
        self._gone: list[bytes] = []

    @property
    def full(self) -> bool:
        """Enough for one commit."""
        bounds = self._bounds
        return (
            len(self._changed) >= bounds.changed_max
            or len(self._outputs) >= bounds.changed_max
            or self._rejected_bytes >= bounds.output_bytes_max
            or self._row_bytes >= bounds.row_bytes_max
        )

    @property
    def is_empty(self) -> bool:
        """There is nothing to commit."""
        return not (self._changed or self._outputs or self._publish or self._gone)

    @property
    def snapshots_full(self) -> bool:
        """As many snapshots as one commit may carry."""
        bounds = self._bounds
        return len(self._publish) >= bounds.changed_max or self._row_bytes >= bounds.row_bytes_max

    def judged(self, customer: Customer, outputs: list[Output], now_us: int) -> None:
        """A customer was judged: its row changed, and this is to be said of it."""
        assert customer.tier_state is not None, "whose row goes out has a tier"
        self.write(customer)
        if customer.invoices.summed_up:
            self.counters.invoices_summed_up += customer.invoices.summed_up
            customer.invoices.summed_up = 0
        if customer.dedupe.forgotten:
            self.counters.ids_forgotten += customer.dedupe.forgotten
            customer.dedupe.forgotten = 0
        is_news = False
        if outputs:
            key = customer.customer_id.encode()
            for output in outputs:
                value = evaluated(output.record, now_us)
                self.put_out(Message(output.topic, key, value), output.label)
                is_news = is_news or output.topic != CONTACTS_DUE
        if is_news:
            # at the head of the queue: it goes out with this commit
            customer.owed = True
            self.publish(customer)
        elif not customer.owed:
            customer.owed = True
            self.owed[customer.customer_id] = now_us + self.snapshot_us

    def put_out(self, message: Message, label: str) -> None:
        """One record more, counted under its label."""
        self.counters.outputs[message.topic, label] += 1
        self._outputs.append(message)

    def publish(self, customer: Customer) -> None:
        """The customer's snapshot goes out with the next commit."""
        self.owed.pop(customer.customer_id, None)
        self._publish[customer.customer_id] = customer
        self.write(customer)

    def write(self, customer: Customer) -> None:
        """The customer's row goes out with the next commit, once."""
        if not customer.changed:
            customer.changed = True
            self._changed.append(customer)
            self._row_bytes += customer.row_bytes

    def reject(self, buffer: InputBuffer, rejection: Rejection, partition: int) -> None:
        """Passes the buffer's next record on as it came, with the reason."""
        kind, at = buffer.kind, buffer.at
        self.counters.rejected[kind, rejection.reason.value] += 1
        value = buffer.values[at]
        headers = rejected_headers(
            buffer.headers[at], rejection, TOPIC_OF_KIND[kind], partition, buffer.offsets[at], value
        )
        self._rejected_bytes += buffer.record_bytes(at)
        passed_on = value.first if isinstance(value, Oversized) else value
        self._outputs.append(Message(REJECTED_EVENTS, buffer.keys[at], passed_on, headers))

    def erase(
        self,
        customer_id: str,
        customer: Customer | None,
        origin: Origin,
        at_us: int,
        secret: bytes,
        now_us: int,
    ) -> None:
        """Forgets a customer: row and snapshot become tombstones, and a receipt goes out."""
        if customer is not None and customer.changed:
            self._changed.remove(customer)
        self.owed.pop(customer_id, None)
        self._publish.pop(customer_id, None)
        key = customer_id.encode()
        self._gone.append(key)
        self._outputs.append(Message(CUSTOMER_VALUES, key, None))
        subject = subject_of(customer_id, secret)
        receipt = receipt_of(subject, origin, at_us, held=customer is not None)
        self.put_out(Message(ERASURES, subject.encode(), evaluated(receipt, now_us)), "erased")

    def carry_away(
        self, policy: Policy, snapshot_of: Snapshot, written: Written
    ) -> tuple[list[Message], list[tuple[bytes, bytes | None]], Counters]:
        """Outputs, rows and counts for one commit; nothing of it is left here."""
        for customer_id, customer in self._publish.items():
            customer.owed = False
            value = encode(snapshot_of(customer))
            self.put_out(Message(CUSTOMER_VALUES, customer_id.encode(), value), "snapshot")
        rows: list[tuple[bytes, bytes | None]] = [(key, None) for key in self._gone]
        for customer in self._changed:
            customer.changed = False
            row = stored(customer, policy)
            written(customer, row)
            rows.append((customer.customer_id.encode(), row))
        assert not any(customer.changed for customer in self._changed)
        outputs, counters = self._outputs, self.counters
        self._outputs, self.counters = [], Counters()
        self._rejected_bytes = self._row_bytes = 0
        self._changed.clear()
        self._publish.clear()
        self._gone.clear()
        return outputs, rows, counters
