"""What is fetched reaches the shards, once more too where they ask for it once more."""

import asyncio
import struct
from collections.abc import AsyncIterator, Coroutine
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from faust.types import TP

from agents.ports import Batch
from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.kafka.fetching import FetchFailedError, _check_fetching, unpack
from streams.kafka.flow_control import FlowControl
from streams.kafka.transport import BatchTransport
from tests.support.canaries import HEADER, MAIL, leaks

PURCHASES = TP("purchases", 0)


async def passed_on(positions: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which of these batches, from and to an offset, come through Faust's consumer."""
    app = faust.App("transport", broker="kafka://127.0.0.1:1", autodiscover=False)
    transport = BatchTransport(app.conf.broker, app)
    transport.flow = FlowControl(Settings())
    app.transport = transport
    consumer, fetcher = app.consumer, SimpleNamespace(_stopped=asyncio.Event())
    found: list[tuple[int, int]] = []

    async def fetched(**_: float) -> AsyncIterator[tuple[TP, Any]]:
        fetcher._stopped.set()
        for first, after in positions:
            batch = Batch(
                kind=Kind.PURCHASES,
                partition=0,
                position=first,
                next_position=after,
                offsets=[],
                timestamps_ms=[],
                keys=[],
                values=[],
                headers=[],
                ends={},
            )
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


async def of_a_task_that(ends: Coroutine[Any, Any, None], *, cancelled: bool = False) -> None:
    """Looks at it as at aiokafka's own task that fetches."""
    task = asyncio.create_task(ends)
    if cancelled:
        task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    _check_fetching(task)
    task.cancel()


async def breaks() -> None:
    raise AssertionError(MAIL)


def test_a_fetch_that_ended_is_told_without_what_it_had_in_hand() -> None:
    asyncio.run(of_a_task_that(asyncio.sleep(60)))
    with pytest.raises(FetchFailedError, match="AssertionError") as refused:
        asyncio.run(of_a_task_that(breaks()))
    assert leaks(str(refused.value)) == []
    with pytest.raises(FetchFailedError, match="cancelled"):
        asyncio.run(of_a_task_that(asyncio.sleep(60), cancelled=True))


async def joins_after(idle_s: float) -> bool:
    """Whether a member whose rebalance lasted for so long goes on to join its group."""
    app = faust.App("idle", broker="kafka://127.0.0.1:1", autodiscover=False)
    transport = BatchTransport(app.conf.broker, app)
    transport.flow = FlowControl(Settings())
    app.transport = transport
    consumer = app.consumer._thread._create_worker_consumer(transport)
    app.consumer._thread.thread_loop.close()  # it was never started
    consumer._closed = True
    joins = AsyncMock(return_value=False)
    coordinator = SimpleNamespace(
        _subscription=SimpleNamespace(fetcher_idle_time=idle_s, subscribed_pattern=None),
        _performed_join_prepare=True,
        _stop_heartbeat_task=AsyncMock(),
        _retry_backoff_ms=1,
        _max_poll_interval=consumer._max_poll_interval_ms / 1000,
        _do_rejoin_group=joins,
    )
    await GroupCoordinator.ensure_active_group(coordinator, "subscription", "before")
    return bool(joins.await_count)


def test_a_rebalance_may_last_for_a_day() -> None:
    assert asyncio.run(joins_after(3600 * 24))


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
    batch = Batch(
        kind=Kind.PURCHASES,
        partition=0,
        position=0,
        next_position=0,
        offsets=[],
        timestamps_ms=[],
        keys=[],
        values=[],
        headers=[],
        ends={},
    )
    unpack(fetched(HEADER.encode()), batch)
    assert batch.headers == [((HEADER, MAIL.encode()),)]


def test_a_header_whose_name_is_not_utf_8_is_refused_with_its_offset() -> None:
    batch = Batch(
        kind=Kind.PURCHASES,
        partition=0,
        position=0,
        next_position=0,
        offsets=[],
        timestamps_ms=[],
        keys=[],
        values=[],
        headers=[],
        ends={},
    )
    with pytest.raises(FetchFailedError, match="purchases-0: offset 0 has a header") as refused:
        unpack(fetched(b"\xff" + HEADER.encode()), batch)
    assert leaks(str(refused.value)) == []
