"""What a fetch brought comes whole and in parts that are bounded, whatever it is packed with."""

import gc
import struct
import tracemalloc
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException
from aiokafka.record.util import calc_crc32c
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.ports import Batch
from schemas.inputs.oversized import EXCERPT_BYTES, Oversized, oversized
from streams.kafka.codecs import GZIP, LZ4, NONE, SNAPPY, ZSTD
from streams.kafka.unpacking import CHUNK, HEADERS_MAX, RECORDS_AT_ONCE, RawBatches, Unpacker
from tests.support.batches import batch_of
from tests.support.raw_batches import CRC_AT, CRC_FROM, Given, changed, repacked, wire

CODECS = [NONE, GZIP, SNAPPY, LZ4, ZSTD]
ROOM, WHOLE_MAX = 4_096, 1_000
SOMEBODY = 7
"""Who began a transaction."""

PART = st.none() | st.binary(max_size=40) | st.integers(900, 1_100).map(bytes)
RECORD = st.tuples(
    PART, PART, st.lists(st.tuples(st.text(max_size=5), st.none() | st.binary()), max_size=3)
)


def unpacker(batches: bytes, room: int = ROOM, wanted_from: int = 0) -> Unpacker:
    fetched: Any = SimpleNamespace(
        _records=RawBatches(batches),
        _tp=TopicPartition("purchases", 0),
        next_fetch_offset=wanted_from,
        _aborted_producers=set(),
        _consume_aborted_up_to=lambda _: None,
    )
    return Unpacker(fetched, bytearray(room), WHOLE_MAX)


def parts_of(batches: bytes, room: int = ROOM, wanted_from: int = 0) -> list[Batch]:
    """All that comes of a fetch, part by part."""
    unpacking, parts, more = unpacker(batches, room, wanted_from), [], True
    while more:
        parts.append(batch_of())
        more = unpacking.fill(parts[-1])
    return parts


def cut(value: bytes | None) -> bytes | Oversized | None:
    return value if value is None or len(value) <= WHOLE_MAX else oversized(value)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.lists(RECORD, min_size=1, max_size=9), st.sampled_from(CODECS)), max_size=3
    ),
    st.sampled_from([64, ROOM, 1_000_000]),
    st.integers(0, 40),
)
def test_all_records_come_in_order_whatever_the_codec_and_the_room(
    made: list[tuple[list[Given], int]], room: int, wanted_from: int
) -> None:
    batches, given, after = bytearray(), [], 0
    for records, codec in made:
        batches += wire(records, codec, after)
        given += [(after + at, 5 + at, *record) for at, record in enumerate(records)]
        after += len(records)
    parts = parts_of(bytes(batches), room, wanted_from)
    found = [
        row
        for part in parts
        for row in zip(
            part.offsets, part.timestamps_ms, part.keys, part.values, part.headers, strict=True
        )
    ]
    wanted = [one for one in given if one[0] >= wanted_from]
    assert [row[0] for row in found] == [one[0] for one in wanted]
    for row, (_, timestamp, key, value, headers) in zip(found, wanted, strict=True):
        held = cut(key)
        assert row[1:4] == (
            timestamp,
            held.first if isinstance(held, Oversized) else held,
            cut(value),
        )
        if held == key and all("\0" not in name for name, _ in headers):
            assert row[4] == tuple(headers)


@pytest.mark.parametrize(("aborted", "offsets"), [(set(), [0]), ({SOMEBODY}, []), ({8}, [0])])
def test_what_was_aborted_is_left_out_and_gone_past(aborted: set[int], offsets: list[int]) -> None:
    its = unpacker(bytes(wire([(b"k", b"v", [])], NONE, by=SOMEBODY)))
    its._fetched._aborted_producers |= aborted
    batch = batch_of()
    assert not its.fill(batch)
    assert (batch.offsets, its._fetched.next_fetch_offset) == (offsets, 1)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    ("name", "written"),
    [(b"\xffname", "\\xffname"), (b"a\x00name", "a\\x00name"), ("né".encode() + b"me", "néme")],
)
def test_a_header_s_name_is_escaped_where_no_client_can_write_it(
    codec: int, name: bytes, written: str
) -> None:
    stand_in = "x" * len(name)
    others: list[Given] = [(b"k", b"v", [])] * 3
    made = wire([*others, (b"k", b"v", [(stand_in, b"1")]), *others], NONE)
    plain = changed(made, stand_in.encode(), name)
    (part,) = parts_of(bytes(plain) if codec == NONE else repacked(plain, codec))
    assert part.offsets == list(range(7))
    own = part.headers[3]
    assert own[0] == (written, b"1")
    assert own[1:] == (() if written == "néme" else (("altered", b"headers: 1 names escaped"),))


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD])
def test_of_a_value_that_unpacks_to_much_only_its_beginning_is_held(codec: int) -> None:
    much = b"abcdefgh" * 3_000_000
    batches = bytes(wire([(b"k", b"v", []), (b"k", much, []), (b"l", b"w", [])], codec))
    digest = sha256(much).hexdigest()
    del much
    gc.collect()
    tracemalloc.start()
    (part,) = parts_of(batches, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert part.offsets == [0, 1, 2]
    large = part.values[1]
    assert isinstance(large, Oversized)
    assert (large.first, large.sha256) == ((b"abcdefgh" * 512)[:EXCERPT_BYTES], digest)
    assert len(large) == 24_000_000
    assert part.values[::2] == [b"v", b"w"]
    assert peak < 8_000_000 + 2 * len(batches)


def test_what_many_small_records_unpack_to_comes_in_parts() -> None:
    one: Given = None, None, []
    batches = bytes(wire([one] * 3 * RECORDS_AT_ONCE, ZSTD))
    parts = parts_of(batches, 16_000_000)
    assert sum(len(part.offsets) for part in parts) == 3 * RECORDS_AT_ONCE
    assert max(len(part.offsets) for part in parts) <= RECORDS_AT_ONCE + CHUNK


def test_headers_and_keys_have_a_bound() -> None:
    many: list[tuple[str, bytes | None]] = [("h", b"")] * (HEADERS_MAX + 7)
    (part,) = parts_of(bytes(wire([(b"k" * 5_000, b"v", many)], LZ4)), 1_000_000)
    assert part.keys == [b"k" * EXCERPT_BYTES]
    assert len(part.headers[0]) <= HEADERS_MAX + 1
    name, told = part.headers[0][-1]
    assert name == "altered"
    assert told is not None
    assert told.startswith(b"key: the first 4096 of 5000 bytes; headers: ")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("room", [64, 1_000_000])
def test_a_batch_that_is_damaged_is_told_as_that(codec: int, room: int) -> None:
    batch = wire([(b"key", bytes(300), [])] * 9, codec)
    with pytest.raises(CorruptRecordException, match="checksum"):
        parts_of(bytes(batch[:-1]) + bytes([batch[-1] ^ 1]), room)
    for end in range(62, len(batch), max(1, len(batch) // 40)):
        short = batch[:end]
        struct.pack_into(">i", short, 8, end - 12)
        struct.pack_into(">I", short, CRC_AT, calc_crc32c(short[CRC_FROM:]))
        try:
            parts = parts_of(bytes(short), room)
        except CorruptRecordException:
            continue
        # what ends the packing, after the last record, holds nothing
        assert sum(len(part.offsets) for part in parts) == 9
