"""Intake: from a record's bytes to a booking, or to the reason why not.

Everything that can be said of an event without its customer's state is said here, in the order of
the contract: too_large, malformed, no_timestamp, the fields (no_customer among them),
key_mismatch, wrong_partition,
unknown_currency, from_future. (`id_conflict` needs the state: `agents.partition.customers`.)
"""

from collections.abc import Callable, Container
from typing import Any, Final

import msgspec

from agents.events.actions import book_action
from agents.events.booking import Booking, Unbookable
from agents.events.customers import book_customer, book_erasure
from agents.events.payments import book_payment
from agents.events.purchases import book_purchase
from agents.events.support_calls import book_support_call
from agents.policy.compiled import Policy
from agents.ports import Batch, InvariantError
from schemas.base.partitioners import murmur2_partition
from schemas.base.times import LAST_DAY, MINUTE_US, day_and_micros
from schemas.inputs.events import (
    MAX_ID_CHARS,
    Action,
    CustomerRecord,
    Kind,
    SupportCall,
    Wire,
    decode,
)
from schemas.inputs.first_fault import first_fault, malformed
from schemas.inputs.oversized import Oversized
from schemas.inputs.rejects import Reason, Rejection, excerpt

DAY_MS: Final = 86_400_000
FUTURE_LIMIT_US: Final = 5 * MINUTE_US


_BOOK: Final[dict[Kind, Callable[[Any, Policy], Booking | Unbookable]]] = {
    Kind.CUSTOMERS: book_customer,
    Kind.PURCHASES: book_purchase,
    Kind.SUPPORT_CALLS: book_support_call,
    Kind.PAYMENTS: book_payment,
    Kind.ACTIONS: book_action,
}


class Placement(msgspec.Struct, frozen=True):
    """Where this intake stands: which keys belong to it."""

    partition: int
    partitions: int
    partition_of: Callable[[bytes, int], int]


class Admission:
    """Judges the records of one partition."""

    def __init__(
        self, policy: Policy, placement: Placement, max_event_bytes: int, known: Container[str]
    ) -> None:
        """`known`: customers of this partition; their keys need no reckoning again."""
        self._policy = policy
        self._placement = placement
        self._max_event_bytes = max_event_bytes
        self._known = known

    @staticmethod
    def alone(policy: Policy, max_event_bytes: int) -> "Admission":
        """Of events apart from any topic: one partition is the right one for all keys."""
        return Admission(policy, Placement(0, 1, murmur2_partition), max_event_bytes, ())

    def admit_all(self, batch: Batch) -> list[Booking | Rejection]:
        """The booking of each record of a batch, or its rejection."""
        admit, kind = self.admit, batch.kind
        return [
            admit(kind, key, value, timestamp_ms)
            for key, value, timestamp_ms in zip(
                batch.keys, batch.values, batch.timestamps_ms, strict=True
            )
        ]

    def admit(
        self, kind: Kind, key: bytes | None, value: bytes | Oversized | None, timestamp_ms: int
    ) -> Booking | Rejection:
        """The booking of one record, or its rejection."""
        if value is not None and len(value) > self._max_event_bytes:
            return Rejection(
                Reason.TOO_LARGE,
                f"value: expected at most {self._max_event_bytes} bytes, found {len(value)}",
            )
        assert not isinstance(value, Oversized), "what is cut is larger than any event may be"
        if timestamp_ms < 0:
            return _without_time(kind, value, timestamp_ms)
        if value is None and kind is Kind.CUSTOMERS:
            return self._erasure(key, timestamp_ms)
        return self._event(kind, key, value, timestamp_ms)

    def _event(
        self, kind: Kind, key: bytes | None, value: bytes | None, timestamp_ms: int
    ) -> Booking | Rejection:
        wire = decode(kind, value)
        if wire is None or self._policy.intake.names_nobody(wire.customer_id):
            judged = first_fault(kind, value, self._policy.intake)
            if isinstance(judged, Rejection):
                return judged
            wire = judged
        customer_id = wire.customer_id
        expected_key = customer_id.encode()
        if key != expected_key:
            return self._judged_first(kind, value, _key_mismatch(key))
        if customer_id not in self._known:
            elsewhere = self._wrong_partition(expected_key)
            if elsewhere is not None:
                return self._judged_first(kind, value, elsewhere)
        booked = _BOOK[kind](wire, self._policy)
        if isinstance(booked, Unbookable):
            return self._judged_first(
                kind, value, self._unknown_currency(wire) if booked.unknown_currency else None
            )
        if booked.at_us > timestamp_ms * 1000 + FUTURE_LIMIT_US:
            ahead_s = (booked.at_us - timestamp_ms * 1000) // 1_000_000
            return Rejection(
                Reason.FROM_FUTURE,
                "occurred_at: expected at most 300 s after the record's timestamp, "
                f"found {ahead_s} s",
            )
        return booked

    def _erasure(self, key: bytes | None, timestamp_ms: int) -> Booking | Rejection:
        """A null value erases whom its key names."""
        try:
            customer_id = "" if key is None else key.decode()
        except UnicodeDecodeError:
            customer_id = ""
        if key is None or not 0 < len(customer_id) <= MAX_ID_CHARS:
            return _key_mismatch(key)
        elsewhere = self._wrong_partition(key)
        if elsewhere is not None:
            return elsewhere
        if timestamp_ms // DAY_MS > LAST_DAY:
            return Rejection(
                Reason.FROM_FUTURE,
                f"timestamp: expected one up to the year 9999, found {timestamp_ms} ms",
            )
        return book_erasure(customer_id, timestamp_ms)

    def _wrong_partition(self, key: bytes) -> Rejection | None:
        place = self._placement
        right = place.partition_of(key, place.partitions)
        if right == place.partition:
            return None
        return Rejection(
            Reason.WRONG_PARTITION,
            f"partition: expected {right} of {place.partitions} for this key, "
            f"found {place.partition}",
        )

    def _unknown_currency(self, wire: Wire) -> Rejection:
        assert not isinstance(wire, SupportCall | Action)
        if isinstance(wire, CustomerRecord):
            named = ("wallet", wire.wallet), ("commitment", wire.commitment)
            used = [(f"{name}.currency", part.currency) for name, part in named if part is not None]
        else:
            assert wire.currency is not None, "of a cancel none is looked at"
            used = [("currency", wire.currency)]
        day, _ = day_and_micros(wire.occurred_at)
        rates = self._policy.rates
        name, currency = next((key, code) for key, code in used if rates.ratio(code, day) is None)
        return Rejection(
            Reason.UNKNOWN_CURRENCY,
            f"{name}: expected one with a rate in the policy for the event's day, "
            f"found {excerpt(currency)}",
        )

    def _judged_first(
        self, kind: Kind, value: bytes | None, otherwise: Rejection | None
    ) -> Rejection:
        """A fault of the fields comes before one of key, partition or currency."""
        judged = first_fault(kind, value, self._policy.intake)
        if isinstance(judged, Rejection):
            return judged
        if otherwise is None:
            raise InvariantError(
                f"an event of {kind.name} can't be booked and no field of it is wrong: "
                "the fast and the slow judge disagree; please report which fields it has"
            )
        return otherwise


def _without_time(kind: Kind, value: bytes | None, timestamp_ms: int) -> Rejection:
    """Nothing holds an event's time against the record's: any client may send such a record."""
    is_erasure = value is None and kind is Kind.CUSTOMERS
    unreadable = None if is_erasure else malformed(kind, value)
    return unreadable or Rejection(
        Reason.NO_TIMESTAMP,
        f"timestamp: expected milliseconds since 1970, found {timestamp_ms}",
    )


def _key_mismatch(key: bytes | None) -> Rejection:
    found = "no key" if key is None else excerpt(key)
    return Rejection(Reason.KEY_MISMATCH, f"key: expected the customer_id, found {found}")
