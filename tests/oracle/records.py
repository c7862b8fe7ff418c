"""A record as it lies in an input topic, and the partition its key belongs to."""

import zlib
from dataclasses import dataclass
from functools import lru_cache

CUSTOMERS = "customers"
PURCHASES = "purchases"
SUPPORT_CALLS = "support-calls"
PAYMENTS = "payments"
ACTIONS = "actions"

TOPICS = (CUSTOMERS, PURCHASES, SUPPORT_CALLS, PAYMENTS, ACTIONS)
"""The inputs that are recounted, in the order that settles ties."""

_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


@dataclass(frozen=True)
class Record:
    """One record; `topic` is the bare name, without a deployment's prefix."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def murmur2(data: bytes) -> int:
    """Hash as Kafka's Java client does (32 bits, returned unsigned)."""
    mixer = 0x5BD1E995
    state = 0x9747B28C ^ len(data)
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * mixer & _WORD
        word = (word ^ word >> 24) * mixer & _WORD
        state = (state * mixer & _WORD) ^ word
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * mixer & _WORD
    state = (state ^ state >> 13) * mixer & _WORD
    return state ^ state >> 15


@lru_cache(maxsize=1 << 20)
def partition_of(key: bytes, partitions: int, partitioner: str) -> int:
    """Name the partition that a key belongs to under either partitioner."""
    if partitioner == "murmur2":
        return (murmur2(key) & _POSITIVE) % partitions
    if partitioner == "crc32":
        return zlib.crc32(key) % partitions
    message = f"no such partitioner: {partitioner}"
    raise ValueError(message)
