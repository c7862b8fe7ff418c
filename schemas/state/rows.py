"""The stored rows: one a customer and one a partition, as bytes in the changelog.

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
"""

import struct
import sys
from typing import Final

import msgspec

from schemas.base.errors import OperatorError
from schemas.base.times import BEFORE_ALL_DAYS
from schemas.outputs.records import TIERS, Origin
from schemas.state.signal_rows import SignalsRow, Wide

ROW_VERSION: Final = 1
ROW_MAX_BYTES: Final = 4_000_000
"""Of a customer's row: below max.message.bytes of the changelog, with room for key and batch."""
NO_OFFSET: Final = -1
"""Of an input of which no record was taken, or which is absent."""
PARTITION_KEY: Final = b"\xffpartition"
"""No customer has this key: a customer_id is UTF-8, and 0xff never is."""

LARGEST: Final = 2**62
"""Amounts beyond are kept as this or not at all; only an absurd rate of exchange leads there."""
ID_BYTES: Final = 8
SEEN_BYTES: Final = 16
"""A remembered id: its day in 4 bytes, 8 bytes of XXH3 of it, CRC-32 of the decoded content."""

CREDIT_BYTES: Final = 27
"""Such a payment: when in 8 bytes (µs), the amount in 8, 8 bytes of XXH3 of the invoice's id, the
currency in 3; numbers little-endian."""

INDEX_BYTES: Final = 16
INDEX_MAX: Final = 2**126
NO_INDEX: Final = bytes(INDEX_BYTES)
ALL_FLAGS: Final = 3

if sys.byteorder != "little":
    raise ImportError("rows are stored as they lie in memory: a little-endian machine is needed")

_HEAD: Final = struct.Struct(">BqBBBI16s")


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
    noticed: bool
    tier: int
    by_value: int
    policy_check: int
    index: int


class RiskRow(msgspec.Struct, array_like=True, gc=False):
    """An open signal."""

    signal: str
    severity: str
    since_us: int


class InvoiceRow(msgspec.Struct, array_like=True, gc=False):
    """An open invoice; amounts in its own currency, but for `base_amount`."""

    key: bytes
    currency: str
    amount: int
    remaining: int
    base_amount: int
    due_us: int
    paid_until_us: int | None
    """The latest time at which something was paid; None: nothing was."""


class OverrideRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A human's word on a customer's tier."""

    mode: str
    """floor or lock."""
    tier: int
    """Its rank."""
    reason: str
    expires_us: int | None


class AnswerRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A human's word on a customer's step on the ladder."""

    set_step: int | None
    """Which one to take; NO_STEP: none; None: it says nothing of that."""
    hold_until_us: int | None
    reason: str


class CommitmentRow(msgspec.Struct, array_like=True, gc=False):
    """A volume promised for a discount."""

    amount: int
    """In minor units of the base currency, as of its record's day."""
    rate: tuple[int, int]
    starts_day: int
    ends_day: int
    revenue: Wide
    """What was bought on the days of its term, less returns."""


class MasterRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """Master data of a customer, as the newest of its records has it."""

    at_us: int
    segment: str | None = None
    region: str | None = None
    industry: str | None = None
    joined_us: int | None = None
    wallet: int | None = None
    """Yearly spend with all suppliers, in minor units of the base currency."""
    commitment: CommitmentRow | None = None
    override: OverrideRow | None = None
    ladder: AnswerRow | None = None


class WeightedRow(msgspec.Struct, array_like=True, gc=False):
    """The contribution that fades."""

    half_life_days: int
    landmark_day: int
    weighted: Wide
    """Relative to the landmark (`agents.models.decay`)."""


class TouchRow(msgspec.Struct, array_like=True, gc=False):
    """When the customer and the company last met."""

    last_us: int | None = None
    """The latest purchase or contact."""
    interval_day: int = BEFORE_ALL_DAYS
    """The day of the last record that said a contact is due by its interval."""
    sequence: int = 0
    """Counts the customer's records on contacts-due."""


class CustomerRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """Everything kept of one customer, in the form in which it is kept in memory."""

    origin: Origin
    first_day: int
    as_of_us: int
    sequence: int
    offsets: list[int]
    """Per input (by `Kind`) the offset last applied to this customer, or -1."""
    risks: dict[str, RiskRow]
    value_cells: bytes | list[str]
    """Of the value window, oldest day first: day and line in one, and the amount, each a
    little-endian signed 64-bit integer: as they lie in memory. As texts, where one is larger."""
    contact_cells: bytes
    """Of the contacts window, likewise: day and number."""
    payments: list[tuple[int, int]]
    """The last payments by occurred_at: occurred_at in µs, whole days late."""
    by_value_since_day: int
    """The day since which it has the tier by value, which is in the row's head."""
    notice_day: int
    """The day on which a downgrade was announced, or one that never comes."""
    announced: bool
    """Whether that notice was put out."""
    in_force_since_day: int
    """The day since which it has the tier in force, which is in the row's head, too."""
    invoices: list[InvoiceRow]
    unmatched: bytearray
    """Payments whose invoice is not known, the oldest first: entries of CREDIT_BYTES."""
    master: MasterRow | None
    days_before: list[Wide]
    """Of the window before, oldest day first: day and contribution."""
    weighted: WeightedRow | None
    touch: TouchRow | None
    signals: SignalsRow | None
    """None: nothing is kept for them."""
    seen: bytearray
    """Remembered ids, oldest day first: entries of SEEN_BYTES, numbers little-endian."""


class CutoffsRow(msgspec.Struct, array_like=True, frozen=True, gc=False, kw_only=True):
    """From which value on customers are important and key, by shares of the whole."""

    version: int
    """1, 2, 3, …; 0: none were made yet."""
    important: Wide
    key: Wide
    policy_hash: str
    """Of the policy they were made by."""
    made_us: int
    """By the wall clock."""


class PartitionRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
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
    adopted: CutoffsRow | None
    """The cut-offs by which its customers are judged; None: by the policy's entries."""
    adopted_before: CutoffsRow | None
    """Those before, while customers are still to be judged again."""
    adopting_after: str | None
    """While they are: the last customer_id that was; None: all were."""
    made: CutoffsRow | None
    """The newest cut-offs that this partition made for all (the first partition does)."""


def clamped(index: int) -> int:
    """A value as it is counted and stored; beyond 2^126 it is as good as that."""
    return max(-INDEX_MAX, min(INDEX_MAX, index))


def wide(number: int) -> Wide:
    """An integer as a row can hold it."""
    return number if -(2**63) <= number < 2**63 else f"{number:x}"


def stored_int(stored: Wide) -> int:
    """The integer that a row holds; RowError where it holds none."""
    if not isinstance(stored, str):
        return stored
    try:
        return int(stored, 16)
    except ValueError as error:
        raise RowError("expected an integer as hexadecimal text, found another text") from error


_ENCODER: Final = msgspec.msgpack.Encoder()
_CUSTOMER: Final = msgspec.msgpack.Decoder(CustomerRow)
_PARTITION: Final = msgspec.msgpack.Decoder(PartitionRow)


def encode_customer(row: CustomerRow, head: RowHead) -> bytes:
    """The row's bytes."""
    packed = _HEAD.pack(
        ROW_VERSION,
        head.due_us,
        head.owed + 2 * head.noticed,
        head.tier,
        head.by_value,
        head.policy_check,
        head.index.to_bytes(INDEX_BYTES, "big", signed=True) if head.index else NO_INDEX,
    )
    return packed + _ENCODER.encode(row)


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
        noticed=bool(flags & 2),
        tier=tier,
        by_value=by_value,
        policy_check=policy_check,
        index=int.from_bytes(index, "big", signed=True),
    )


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
