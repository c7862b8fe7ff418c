"""What is fetched reaches the shards, once more too where they ask for it once more."""

import asyncio
import struct
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from faust.types import TP

from agents.ports import Batch
from schemas.events import Kind
from streams.settings import Settings
from streams.transport import BatchTransport, FetchFailedError, Gate, unpack
from tests.support.canaries import HEADER, MAIL, leaks

PURCHASES = TP("purchases", 0)


async def passed_on(positions: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which of these batches, from and to an offset, come through Faust's consumer."""
    app = faust.App("transport", broker="kafka://127.0.0.1:1", autodiscover=False)
    transport = BatchTransport(app.conf.broker, app)
    transport.gate = Gate(Settings())
    app.transport = transport
    consumer, fetcher = app.consumer, SimpleNamespace(_stopped=asyncio.Event())
    found: list[tuple[int, int]] = []

    async def fetched(**_: float) -> AsyncIterator[tuple[TP, Any]]:
        fetcher._stopped.set()
        for first, after in positions:
            batch = Batch(Kind.PURCHASES, 0, first, after, [], [], [], [], [], {})
            yield PURCHASES, consumer._to_message(PURCHASES, batch)

    async def take(message: Any) -> None:
        found.append((message.value.position, message.value.next_position))

    consumer.getmany, consumer.callback = fetched, take
    await consumer._drain_messages(fetcher)
    consumer._thread.thread_loop.close()  # it was never started
    return found


def test_what_is_fetched_once_more_in_smaller_batches_is_passed_on_too() -> None:
    positions = [(0, 900), (200, 500), (500, 800), (800, 900), (900, 900)]
    assert asyncio.run(passed_on(positions)) == positions


CRC_AT, CRC_FROM = 17, 21
"""Of a batch on the wire."""


def fetched(header: bytes) -> SimpleNamespace:
    """One record on the wire, with a header of this name."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1_000_000,
    )  # fmt: skip
    stand_in = "h" * len(header)
    builder.append(0, 5, b"key", MAIL.encode(), [(stand_in, MAIL.encode())])
    wire = bytearray(builder.build()).replace(stand_in.encode(), header)
    struct.pack_into(">I", wire, CRC_AT, calc_crc32c(wire[CRC_FROM:]))
    tp = TopicPartition("purchases", 0)
    records = MemoryRecords(bytes(wire))
    return SimpleNamespace(
        _records=records,
        _tp=tp,
        next_fetch_offset=0,
        _aborted_producers=set(),
        _consume_aborted_up_to=lambda _: None,
    )


def test_headers_are_handed_on_as_they_came() -> None:
    batch = Batch(Kind.PURCHASES, 0, 0, 0, [], [], [], [], [], {})
    unpack(fetched(HEADER.encode()), batch)
    assert batch.headers == [((HEADER, MAIL.encode()),)]


def test_a_header_whose_name_is_not_utf_8_is_refused_with_its_offset() -> None:
    batch = Batch(Kind.PURCHASES, 0, 0, 0, [], [], [], [], [], {})
    with pytest.raises(FetchFailedError, match="purchases-0: offset 0 has a header") as refused:
        unpack(fetched(b"\xff" + HEADER.encode()), batch)
    assert leaks(str(refused.value)) == []
