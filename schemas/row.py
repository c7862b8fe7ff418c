"""The stored rows: one a customer and one a partition, as bytes in the changelog.

A customer's row, big endian::

    version  1 byte    ROW_VERSION
    due day  4 bytes   signed; NO_DUE: nothing falls due by itself
    owed     1 byte    1: a snapshot is owed to customer-values
    tier     1 byte    its rank, lowest first
    policy   4 bytes   CRC-32 of the policy by which it was judged
    body     msgpack   CustomerRow as an array

The head is read without decoding the body: a customer rests as bytes until it is touched.
A partition's row is one version byte and the msgpack array of PartitionRow.
"""

import struct
import sys
from typing import Final

import msgspec

from schemas.outputs import TIERS, Origin

ROW_VERSION: Final = 1
NO_DUE: Final = 0x7FFFFFFF
PARTITION_KEY: Final = b"\xffpartition"
"""No customer has this key: a customer_id is UTF-8, and 0xff never is."""

ID_BYTES: Final = 8
SEEN_BYTES: Final = 16
"""A remembered id: its day in 4 bytes, 8 bytes of XXH3 of it, CRC-32 of the decoded content."""

if sys.byteorder != "little":
    raise ImportError("rows are stored as they lie in memory: a little-endian machine is needed")

_HEAD: Final = struct.Struct(">BiBBI")


class RowError(Exception):
    """A stored row can't be read: corrupt, or written by a newer Whalecurve."""


class RowHead(msgspec.Struct, frozen=True, gc=False):
    """What can be known of a customer at rest."""

    due_day: int
    owed: bool
    tier: int
    policy_check: int


class RiskRow(msgspec.Struct, array_like=True, gc=False):
    """An open signal."""

    signal: str
    severity: str
    since_us: int


class CustomerRow(msgspec.Struct, array_like=True, gc=False):
    """Everything kept of one customer, in the form in which it is kept in memory."""

    origin: Origin
    first_day: int
    as_of_us: int
    sequence: int
    offsets: list[int]
    """Per input (by `Kind`) the offset last applied to this customer, or -1."""
    risks: dict[str, RiskRow]
    value_cells: bytes | list[str]
    """Of the value window, oldest day first: day, revenue, goods cost, fees and service cost, each
    a little-endian signed 64-bit integer: as they lie in memory. As texts, where one is larger."""
    contact_cells: bytes
    """Of the contacts window, likewise: day and number."""
    payments: list[tuple[int, int]]
    """The last payments by occurred_at: occurred_at in µs, whole days late."""
    tier_since_day: int
    notice_day: int
    """The day on which a downgrade was announced, or one that never comes."""
    seen: bytearray
    """Remembered ids, oldest day first: entries of SEEN_BYTES, numbers little-endian."""


class PartitionRow(msgspec.Struct, array_like=True, gc=False):
    """What a partition knows besides its customers."""

    stream_time_us: int | None
    offsets: tuple[int, int, int, int]
    """Per input the offset of the next record to take."""
    commit_number: int
    policies: list[str]
    """Hashes of the policies by which it was judged, the newest last."""
    policy_since_day: int
    """The UTC day of the stream time when the newest was adopted."""
    window_days: int
    contact_days: int
    """Over how many days contacts are kept; 0: no signal asked for them."""
    base_currency: str


_ENCODER: Final = msgspec.msgpack.Encoder()
_CUSTOMER: Final = msgspec.msgpack.Decoder(CustomerRow)
_PARTITION: Final = msgspec.msgpack.Decoder(PartitionRow)


def encode_customer(row: CustomerRow, head: RowHead) -> bytes:
    """The row's bytes."""
    packed = _HEAD.pack(ROW_VERSION, head.due_day, head.owed, head.tier, head.policy_check)
    return packed + _ENCODER.encode(row)


def read_head(data: bytes) -> RowHead:
    """The head of a customer's row; RowError where it can't be read."""
    if len(data) < _HEAD.size:
        raise RowError(f"expected a row of at least {_HEAD.size} bytes, found {len(data)}")
    version, due_day, owed, tier, policy_check = _HEAD.unpack_from(data)
    _check_version(version)
    if tier >= len(TIERS) or owed > 1:
        raise RowError(
            f"expected a tier below {len(TIERS)} and a flag of 0 or 1, found {tier} and {owed}: "
            "the row is corrupt"
        )
    return RowHead(due_day, bool(owed), tier, policy_check)


def decode_customer(data: bytes) -> CustomerRow:
    """The row of these bytes; RowError where they are corrupt or too new."""
    read_head(data)
    try:
        return _CUSTOMER.decode(memoryview(data)[_HEAD.size :])
    except msgspec.DecodeError as error:
        raise RowError(f"expected a customer's row, found bytes that are none: {error}") from error


def encode_partition(row: PartitionRow) -> bytes:
    """The row's bytes."""
    return bytes([ROW_VERSION]) + _ENCODER.encode(row)


def decode_partition(data: bytes) -> PartitionRow:
    """The row of these bytes; RowError where they are corrupt or too new."""
    if not data:
        raise RowError("expected a partition's row, found no bytes")
    _check_version(data[0])
    try:
        return _PARTITION.decode(memoryview(data)[1:])
    except msgspec.DecodeError as error:
        raise RowError(f"expected a partition's row, found bytes that are none: {error}") from error


def _check_version(version: int) -> None:
    if not 1 <= version <= ROW_VERSION:
        raise RowError(
            f"expected a row of version 1 to {ROW_VERSION}, found {version}: "
            "a newer Whalecurve wrote it; start that one"
        )
