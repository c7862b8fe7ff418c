"""Rows as bytes: how the changelog holds what is kept of a customer, and of a partition.

A customer's row, big endian::

    version  1 byte    ROW_VERSION
    due      8 bytes   signed, µs; NO_DUE_US: nothing falls due by itself
    flags    1 byte    1: a snapshot is owed to customer-values; 2: a downgrade is announced
    tier     1 byte    the rank of the one in force, lowest first
    by value 1 byte    that of the one by value
    policy   4 bytes   CRC-32 of the policy by which it was judged
    index    16 bytes  signed; under tiers by shares what it was judged by, within INDEX_MAX
    body     msgpack   CustomerRow as an array

The head is read without decoding the body: a customer rests as bytes until it is touched.
A partition's row is one version byte and the msgpack array of PartitionRow.

msgpack ends at 64 bits. A row that holds a larger integer is written once more with that one as an
extension of its own; such rows are rare, and only they pay for it.
"""

import struct
import sys
from typing import Any, Final, Generic, TypeVar

import msgspec

from schemas.base.errors import OperatorError
from schemas.base.vocabulary import TIERS
from schemas.state.rows import CustomerRow, PartitionRow, TicketedRow

ROW_VERSION: Final = 5
ROW_MAX_BYTES: Final = 4_000_000
"""Of a customer's row: below max.message.bytes of the changelog, with room for key and batch."""
INDEX_BYTES: Final = 16
INDEX_MAX: Final = 2**126
NO_INDEX: Final = bytes(INDEX_BYTES)
ALL_FLAGS: Final = 3
JUDGED_BY_NONE: Final = 0
"""In place of a policy's checksum, as long as the policy at hand has not judged a customer."""
WIDE_CODE: Final = 1
"""The msgpack extension of an integer beyond 64 bits: big endian, signed."""

if sys.byteorder != "little":
    raise ImportError("rows are stored as they lie in memory: a little-endian machine is needed")

_HEAD: Final = struct.Struct(">BqBBBI16s")
_ENCODER: Final = msgspec.msgpack.Encoder()
Row = TypeVar("Row", TicketedRow, PartitionRow)


class RowError(OperatorError):
    """A stored row can't be read: corrupt, or written by a newer Whalecurve."""


class UnreadableRowError(RowError):
    """The same of a row whose key is known, so that its offset can be found."""

    def __init__(self, key: bytes, why: str) -> None:
        super().__init__(why)
        self.key = key


class RowHead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What can be known of a customer at rest."""

    due_us: int
    owed: bool
    falling: bool
    tier: int
    by_value: int
    policy_check: int
    index: int


def clamped(index: int) -> int:
    """A value as it is counted and stored; beyond 2^126 it is as good as that."""
    return max(-INDEX_MAX, min(INDEX_MAX, index))


class _Body(Generic[Row]):
    """The msgpack of one kind of row."""

    def __init__(self, kind: type[Row], name: str) -> None:
        self._kind: type[Row] = kind
        self._name = name
        self._decoder: msgspec.msgpack.Decoder[Row] = msgspec.msgpack.Decoder(kind)
        self._wide_decoder = msgspec.msgpack.Decoder(ext_hook=_wide_int)

    def encode(self, row: CustomerRow | PartitionRow) -> bytes:
        """A row's bytes."""
        try:
            return _ENCODER.encode(row)
        except OverflowError:
            return _ENCODER.encode(_with_wide(row))

    def decode(self, data: memoryview) -> Row:
        """The row of these bytes; RowError where they are none."""
        try:
            return self._decoder.decode(data)
        except msgspec.ValidationError:
            return self._decode_wide(data)
        except msgspec.DecodeError as error:
            raise self._corrupt(error) from error

    def _decode_wide(self, data: memoryview) -> Row:
        try:
            raw = self._wide_decoder.decode(data)
            row: Row = msgspec.convert(raw, self._kind, builtin_types=(bytes, bytearray))
        except (msgspec.MsgspecError, ValueError) as error:
            raise self._corrupt(error) from error
        return row

    def _corrupt(self, error: Exception) -> RowError:
        return RowError(f"expected a {self._name}'s row, found bytes that are none: {error}")


def _with_wide(value: Any) -> Any:
    """The same with integers beyond 64 bits as extensions."""
    if isinstance(value, int):
        if -(2**63) <= value < 2**64:
            return value
        size = value.bit_length() // 8 + 1
        return msgspec.msgpack.Ext(WIDE_CODE, value.to_bytes(size, "big", signed=True))
    if isinstance(value, msgspec.Struct):
        return [_with_wide(field) for field in msgspec.structs.astuple(value)]
    if isinstance(value, list | tuple):
        return [_with_wide(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _with_wide(entry) for key, entry in value.items()}
    return value


def _wide_int(code: int, data: memoryview) -> int:
    if code != WIDE_CODE:
        raise ValueError("an extension of another kind")
    return int.from_bytes(data, "big", signed=True)


_CUSTOMER: Final = _Body(TicketedRow, "customer")
_PARTITION: Final = _Body(PartitionRow, "partition")


def encode_customer(row: CustomerRow, head: RowHead) -> bytes:
    """The row's bytes; what is not remembered of tickets takes none."""
    if isinstance(row, TicketedRow) and not row.tickets:
        kept = {name: getattr(row, name) for name in CustomerRow.__struct_fields__}
        row = CustomerRow(**kept)
    return _packed(head) + _CUSTOMER.encode(row)


def with_head(data: bytes, head: RowHead) -> bytes:
    """The row of these bytes under another head."""
    return _packed(head) + data[_HEAD.size :]


def _packed(head: RowHead) -> bytes:
    return _HEAD.pack(
        ROW_VERSION,
        head.due_us,
        head.owed + 2 * head.falling,
        head.tier,
        head.by_value,
        head.policy_check,
        head.index.to_bytes(INDEX_BYTES, "big", signed=True) if head.index else NO_INDEX,
    )


def read_head(data: bytes) -> RowHead:
    """The head of a customer's row; RowError where it can't be read."""
    if len(data) < _HEAD.size:
        raise RowError(f"expected a row of at least {_HEAD.size} bytes, found {len(data)}")
    version, due_us, flags, tier, by_value, policy_check, index = _HEAD.unpack_from(data)
    _check_version(version)
    if tier >= len(TIERS) or by_value >= len(TIERS) or flags > ALL_FLAGS:
        raise RowError(
            f"expected tiers below {len(TIERS)} and flags of 0 to {ALL_FLAGS}, found {tier}, "
            f"{by_value} and {flags}: the row is corrupt"
        )
    return RowHead(
        due_us=due_us,
        owed=bool(flags & 1),
        falling=bool(flags & 2),
        tier=tier,
        by_value=by_value,
        policy_check=policy_check,
        index=int.from_bytes(index, "big", signed=True),
    )


def decode_customer(data: bytes) -> TicketedRow:
    """The row of these bytes; RowError where they are corrupt or of another version."""
    read_head(data)
    return _CUSTOMER.decode(memoryview(data)[_HEAD.size :])


def encode_partition(row: PartitionRow) -> bytes:
    """The row's bytes."""
    return bytes([ROW_VERSION]) + _PARTITION.encode(row)


def decode_partition(data: bytes) -> PartitionRow:
    """The row of these bytes; RowError where they are corrupt or of another version."""
    if not data:
        raise RowError("expected a partition's row, found no bytes")
    _check_version(data[0])
    return _PARTITION.decode(memoryview(data)[1:])


def _check_version(version: int) -> None:
    if version != ROW_VERSION:
        raise RowError(
            f"expected a row of version {ROW_VERSION}, found {version}: another Whalecurve wrote "
            "it; start that one, or start this one under a new WHALECURVE_APP_ID"
        )
