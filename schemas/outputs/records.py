"""What all outbound records have: a topic, an id that stays the same, and bytes."""

from functools import lru_cache
from hashlib import blake2b
from typing import Final, Protocol

import msgspec

from schemas.base.times import format_micros

TIER_CHANGES: Final = "tier-changes"
AT_RISK: Final = "at-risk"
CUSTOMER_VALUES: Final = "customer-values"
CONTACTS_DUE: Final = "contacts-due"
HISTOGRAMS: Final = "value-histograms"
CUTOFFS: Final = "tier-cutoffs"
ERASURES: Final = "erasures"
REJECTED_EVENTS: Final = "rejected-events"

NOT_YET: Final = ""
"""In place of `evaluated_at` until the record goes out."""


class Evaluated(Protocol):
    """A record that tells when it was judged: all in it that may differ between two runs."""

    evaluated_at: str


class Origin(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The record that began a customer: its id makes the ids of all that is said of it."""

    topic: str
    partition: int
    offset: int


def output_id(customer_id: str, origin: Origin, sequence: int, topic: str) -> str:
    """The `event_id` of an output: the same each time the same output is made."""
    name = f"{topic}\n{sequence}\n{origin.topic}\n{origin.partition}\n{origin.offset}\n"
    return blake2b((name + customer_id).encode(), digest_size=16).hexdigest()


def subject_of(customer_id: str, secret: bytes) -> str:
    """What stands for an erased customer: a keyed hash (BLAKE2b, 128 bits) of its id."""
    return blake2b(customer_id.encode(), digest_size=16, key=secret).hexdigest()


def erasure_id(subject: str, origin: Origin) -> str:
    """The `event_id` of a receipt; `origin` is the record that asked for it."""
    name = f"{ERASURES}\n{origin.topic}\n{origin.partition}\n{origin.offset}\n"
    return blake2b((name + subject).encode(), digest_size=16).hexdigest()


_ENCODER: Final = msgspec.json.Encoder()


def encode(record: object) -> bytes:
    """An output's bytes."""
    return _ENCODER.encode(record)


def evaluated(record: Evaluated, evaluated_at_us: int) -> bytes:
    """An output's bytes, stamped with the clock at which it was judged."""
    record.evaluated_at = _clock_text(evaluated_at_us)
    return _ENCODER.encode(record)


@lru_cache(maxsize=8)
def _clock_text(at_us: int) -> str:
    return format_micros(at_us)
