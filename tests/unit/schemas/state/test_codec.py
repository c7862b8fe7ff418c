"""Stored rows: what is written reads back, and what can't be read is refused with a reason."""

from typing import Any

import msgspec
import pytest

from schemas.base.times import DAY_US, NO_DUE_US
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import Kind
from schemas.state.codec import (
    INDEX_MAX,
    ROW_VERSION,
    RowError,
    RowHead,
    clamped,
    decode_customer,
    decode_partition,
    encode_customer,
    encode_partition,
    read_head,
)
from schemas.state.rows import PARTITION_KEY, CustomerRow, CutoffsRow, PartitionRow
from tests.support.feeding import WITH_CUSTOMERS, Desk, sale
from tests.support.making import FULL, MINIMAL, payment
from tests.support.policies import policy, section
from tests.support.signalling import asked
from tests.support.whole_policy import BY_ENTRIES, DECAYED, EVERY_SECTION

FLAGS_AT, TIER_AT, BY_VALUE_AT, HEAD_BYTES = 9, 10, 11, 32
"""A version, 8 bytes of time, flags, two tiers, 4 bytes of a checksum and 16 of a value."""
PARTITION = PartitionRow(
    stream_time_us=1_772_366_400_000_000,
    offsets=(-1, 7, 0, 2**40, -1),
    commit_number=12,
    policies={"abc": "one"},
    policy_since_us=20_500,
    window_days=365,
    contact_days=30,
    base_currency="USD",
    measure=(30, 18_262),
    adopted=CutoffsRow(
        version=7,
        important=50_000,
        key=10**30,
        policy_hash="abc",
        made_us=1_772_366_400_000_000,
    ),
    adopted_before=CutoffsRow(
        version=6, important=49_000, key=200_000, policy_hash="abc", made_us=1_772_366_300_000_000
    ),
    adopting_from=7,
    made=None,
    changelog_id="31ead95a-1e95-41d8-a3a6-266c3d5b1778",
)
EVERYTHING = policy(
    section("segments"),
    EVERY_SECTION,
    BY_ENTRIES,
    DECAYED,
    {"risk.cooldown_days": 3, "orders.remember_days": 9},
)


def stored() -> bytes:
    """The row of a customer with something in every place."""
    desk = Desk(EVERYTHING, inputs=WITH_CUSTOMERS)
    for kind in WITH_CUSTOMERS:
        desk.feed(kind, MINIMAL[kind], FULL[kind] | {"event_id": "another"})
    late = "2026-01-01T00:00:00Z"
    desk.feed(Kind.PAYMENTS, *(payment(event_id=f"late-{n}", due_at=late) for n in range(2)))
    desk.feed(Kind.PURCHASES, sale(1, invoice_id="other", due_at="2026-03-20T00:00:00Z"))
    desk.feed(Kind.PURCHASES, sale(1, 1, order_id="old", occurred_at="2026-02-19T12:00:00Z"))
    desk.feed(Kind.SUPPORT_CALLS, asked(1, ticket_id="ticket-2"))
    answers = (asked(1, f"13:00:0{n}", satisfaction=1 + n // 3 * 4) for n in range(6))
    desk.feed(Kind.SUPPORT_CALLS, *answers)
    desk.commit()
    data = desk.customer_rows["ada"]
    row = decode_customer(data)
    signals = row.signals
    assert signals is not None
    empty = [
        name for its in (row, signals) for name in its.__struct_fields__ if not getattr(its, name)
    ]
    # no notice is awaited; returns from before the first sale are a part of what was sold by now
    assert empty == ["notice_tier", "announced", "below_day", "by_value_came", "early_returns"]
    return data


def test_a_customer_s_row_reads_back_as_it_was_written() -> None:
    data = stored()
    assert encode_customer(decode_customer(data), read_head(data)) == data


NO_HEAD = RowHead(
    due_us=NO_DUE_US, owed=False, falling=False, tier=0, by_value=0, policy_check=0, index=0
)


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"due_us": -719_162 * DAY_US, "owed": True, "tier": 3, "policy_check": 3, "index": 1},
        {"due_us": 20_523 * DAY_US + 1, "falling": True, "tier": 1, "by_value": 2, "index": -1},
        {"owed": True, "falling": True, "policy_check": 2**32 - 1, "index": INDEX_MAX},
        {"due_us": 0, "tier": 1, "by_value": 3, "policy_check": 1, "index": -INDEX_MAX},
    ],
)
def test_the_head_is_read_without_the_body(held: dict[str, Any]) -> None:
    head = msgspec.structs.replace(NO_HEAD, **held)
    data = encode_customer(decode_customer(stored()), head)
    assert read_head(data) == head
    assert read_head(data[:HEAD_BYTES]) == head


def test_who_has_no_tickets_pays_nothing_for_them() -> None:
    data = stored()
    row = decode_customer(data)
    none = msgspec.structs.replace(row, tickets=[])
    bare = encode_customer(none, NO_HEAD)
    # an empty list at the end would be one byte more, and another length of the array
    fields = msgspec.msgpack.decode(bare[HEAD_BYTES:])
    assert len(fields) == len(CustomerRow.__struct_fields__)
    assert decode_customer(bare).tickets == []
    assert len(msgspec.msgpack.decode(data[HEAD_BYTES:])) == len(fields) + 1


def test_a_partition_s_row_reads_back_as_it_was_written() -> None:
    assert decode_partition(encode_partition(PARTITION)) == PARTITION
    unborn = msgspec.structs.replace(PARTITION, stream_time_us=None)
    assert decode_partition(encode_partition(unborn)) == unborn


def test_no_customer_can_have_the_partition_s_key() -> None:
    with pytest.raises(UnicodeDecodeError):
        PARTITION_KEY.decode()


READERS = (
    (decode_customer, stored),
    (read_head, stored),
    (decode_partition, lambda: encode_partition(PARTITION)),
)


@pytest.mark.parametrize("version", [0, ROW_VERSION - 1, ROW_VERSION + 1, 255])
def test_a_row_of_another_version_is_refused_with_what_to_do(version: int) -> None:
    expected = (
        f"expected a row of version {ROW_VERSION}, found {version}: another Whalecurve wrote it; "
        "start that one, or start this one under a new WHALECURVE_APP_ID"
    )
    for read, make in READERS:
        data = make()
        assert data[0] == ROW_VERSION
        with pytest.raises(RowError) as refused:
            read(bytes([version]) + data[1:])
        assert str(refused.value) == expected


def test_a_row_that_is_cut_off_is_refused_wherever_that_is() -> None:
    data, partition = stored(), encode_partition(PARTITION)
    for end in range(len(data)):
        short = f"expected a row of at least {HEAD_BYTES} bytes, found {end}$"
        with pytest.raises(RowError, match=short if end < HEAD_BYTES else "expected a customer's"):
            decode_customer(data[:end])
    for end in range(len(partition)):
        with pytest.raises(RowError, match="expected a partition's row" + ", found no" * (not end)):
            decode_partition(partition[:end])


@pytest.mark.parametrize(
    ("at", "least"), [(FLAGS_AT, 4), (TIER_AT, len(TIERS)), (BY_VALUE_AT, len(TIERS))]
)
def test_a_head_that_can_t_be_is_refused(at: int, least: int) -> None:
    data = bytearray(stored())
    for data[at] in (least, 255):
        with pytest.raises(RowError, match="the row is corrupt"):
            read_head(bytes(data))


def test_another_thing_s_bytes_are_refused() -> None:
    with pytest.raises(RowError):
        decode_partition(stored())
    with pytest.raises(RowError):
        decode_customer(stored()[:HEAD_BYTES] + msgspec.msgpack.encode({"a": 1}))


WIDE = [0, 1, -1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, -(2**63) - 1, 10**40, -(10**40)]


@pytest.mark.parametrize("number", WIDE)
def test_an_integer_of_any_size_is_stored_and_read_again(number: int) -> None:
    row = msgspec.structs.replace(PARTITION, stream_time_us=number)
    assert decode_partition(encode_partition(row)) == row
    head, customer = read_head(stored()), decode_customer(stored())
    assert customer.signals is not None
    customer.signals.early_returns = number
    customer.worth.cells, customer.worth.days_before = [7, number], [number]
    read = decode_customer(encode_customer(customer, head))
    assert msgspec.to_builtins(read) == msgspec.to_builtins(customer)
    assert isinstance(read.dedupe, bytearray)


def test_only_an_integer_beyond_64_bits_costs_an_extension() -> None:
    plain = msgspec.structs.replace(PARTITION, adopted=None, adopted_before=None)
    assert encode_partition(plain)[1:] == msgspec.msgpack.encode(plain)
    wide = msgspec.structs.replace(plain, stream_time_us=2**64)
    raw = msgspec.msgpack.decode(encode_partition(wide)[1:])
    assert raw[0] == msgspec.msgpack.Ext(1, b"\x01" + bytes(8))


def test_an_extension_of_another_kind_is_refused() -> None:
    plain = msgspec.to_builtins(msgspec.structs.replace(PARTITION, adopted=None))
    for code in (0, 2):
        data = bytes([ROW_VERSION]) + msgspec.msgpack.encode(
            [msgspec.msgpack.Ext(code, b"\x01"), *plain[1:]]
        )
        with pytest.raises(RowError, match="expected a partition's row"):
            decode_partition(data)


def test_a_value_is_counted_within_bounds() -> None:
    assert [clamped(its) for its in (-5, 0, 10**30)] == [-5, 0, 10**30]
    assert [clamped(its) for its in (10**40, -(10**40))] == [INDEX_MAX, -INDEX_MAX]
