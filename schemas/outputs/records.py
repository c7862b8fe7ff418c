"""The outbound events: their fields, their ids, and how they become bytes (orjson).

A builder takes decided facts and returns the wire form; it decides nothing. `evaluated_at` is the
only field that may differ between two runs over the same inputs.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec
import orjson

from schemas.base.times import format_micros
from schemas.inputs.rejects import Rejection

TIER_CHANGES: Final = "tier-changes"
AT_RISK: Final = "at-risk"
CUSTOMER_VALUES: Final = "customer-values"
CONTACTS_DUE: Final = "contacts-due"
HISTOGRAMS: Final = "value-histograms"
CUTOFFS: Final = "tier-cutoffs"
ERASURES: Final = "erasures"
REJECTED_EVENTS: Final = "rejected-events"
COMMIT_HEADER: Final = "commit"
"""Of every output but rejected events: the number of its partition's commit, in decimal."""

Headers = tuple[tuple[str, bytes | None], ...]


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One rule that spoke: what was observed against which threshold, money as decimal text."""

    rule: str
    observed: str | int
    threshold: str | int

    def wire(self) -> dict[str, str | int]:
        """The finding as it goes out."""
        return {"rule": self.rule, "observed": self.observed, "threshold": self.threshold}


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


def erasure_wire(subject: str, origin: Origin, at_us: int, *, held: bool) -> dict[str, Any]:
    """The receipt of an erasure; `origin` is the record that asked for it."""
    name = f"{ERASURES}\n{origin.topic}\n{origin.partition}\n{origin.offset}\n"
    return {
        "event_id": blake2b((name + subject).encode(), digest_size=16).hexdigest(),
        "subject": subject,
        "held": held,
        "erased_at": format_micros(at_us),
    }


def evaluated(wire: dict[str, Any], evaluated_at_us: int) -> bytes:
    """An output's bytes, stamped with the clock at which it was judged."""
    wire["evaluated_at"] = _clock_text(evaluated_at_us)
    return orjson.dumps(wire)


@lru_cache(maxsize=8)
def _clock_text(at_us: int) -> str:
    return format_micros(at_us)


def encode(wire: dict[str, Any]) -> bytes:
    """An output's bytes."""
    return orjson.dumps(wire)


def rejected_headers(
    original: Headers, rejection: Rejection, topic: str, partition: int, offset: int
) -> Headers:
    """The headers of a rejected event: its own, byte for byte, and then why and whence."""
    return (
        *original,
        ("reason", rejection.reason.value.encode()),
        ("detail", rejection.detail.encode(errors="replace")),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
    )
