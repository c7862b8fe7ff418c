"""One valid event as the state machine books it: what it adds, to which customer, on which day."""

from typing import Final
from zlib import crc32

import msgspec
from xxhash import xxh3_64_digest

from schemas.events import Kind

_CONTENT: Final = msgspec.msgpack.Encoder()
_KIND_BYTE: Final = tuple(bytes([kind]) for kind in Kind)


class Booking(msgspec.Struct, frozen=True, gc=False):
    """What an event adds to its own day, in minor units of the base currency."""

    kind: Kind
    customer_id: str
    event_id: str
    at_us: int
    day: int
    id_key: bytes
    """8 bytes that stand for the topic and the event's id."""
    content: int
    """CRC-32 of the decoded event: with another one, the same id is a conflict."""
    counts: bool = False
    """Whether any amount below is not zero."""
    revenue: int = 0
    goods_cost: int = 0
    fees: int = 0
    service_cost: int = 0
    contacts: int = 0
    days_late: int | None = None
    """Of a payment that was made; None for everything else."""


class Unbookable(msgspec.Struct, frozen=True, gc=False):
    """The event's amounts can't be booked: a wrong number of digits, or no rate."""

    unknown_currency: bool


INVALID: Final = Unbookable(unknown_currency=False)
UNKNOWN_CURRENCY: Final = Unbookable(unknown_currency=True)


def id_key(kind: Kind, event_id: str) -> bytes:
    """The key under which an event's id is remembered: 64 bits of XXH3."""
    # not as the hash's seed: short ids of two kinds would meet
    return xxh3_64_digest(_KIND_BYTE[kind] + event_id.encode())


def content_check(fields: tuple[object, ...]) -> int:
    """The checksum of an event's decoded fields, defaults filled in."""
    return crc32(_CONTENT.encode(fields))
