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

from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.kafka.fetching import (
    BatchConsumerThread,
    FetchFailedError,
    _check_fetching,
    unpack,
)
from streams.kafka.flow_control import FlowControl
from streams.kafka.transport import BatchTransport, _number
from tests.support.batches import batch_of
from tests.support.canaries import HEADER, MAIL, leaks
from tests.support.looping import in_a_loop

PURCHASES = TP("purchases", 0)


def consumer_of(name: str) -> tuple[Any, BatchTransport]:
    """Faust's consumer, of an application that is never started."""
    app = faust.App(name, broker="kafka://127.0.0.1:1", autodiscover=False)
    transport = BatchTransport(app.conf.broker, app)
    transport.flow = FlowControl(Settings())
    app.transport = transport
    return app.consumer, transport


@in_a_loop
async def test_what_is_fetched_once_more_in_smaller_batches_is_passed_on_too() -> None:
    positions = [(0, 900), (200, 500), (500, 800), (800, 900), (900, 900)]
    consumer, _ = consumer_of("transport")
    fetcher = SimpleNamespace(_stopped=asyncio.Event())
    found: list[tuple[int, int]] = []

    async def fetched(**_: float) -> AsyncIterator[tuple[TP, Any]]:
        fetcher._stopped.set()
        for first, after in positions:
            yield PURCHASES, consumer._to_message(PURCHASES, batch_of(first, after))

    async def take(message: Any) -> None:
        found.append((message.value.position, message.value.next_position))

    consumer.getmany, consumer.callback = fetched, take
    await consumer._drain_messages(fetcher)
    consumer._thread.thread_loop.close()  # it was never started
    assert found == positions


async def look_at_a_task(ends: Coroutine[Any, Any, None], *, cancelled: bool = False) -> None:
    """As at aiokafka's own task that fetches."""
    task = asyncio.create_task(ends)
    if cancelled:
        task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    _check_fetching(task)
    task.cancel()


async def breaks() -> None:
    raise AssertionError(MAIL)


@in_a_loop
async def test_a_fetch_that_ended_is_told_without_what_it_had_in_hand() -> None:
    await look_at_a_task(asyncio.sleep(60))
    with pytest.raises(FetchFailedError, match="AssertionError") as refused:
        await look_at_a_task(breaks())
    assert leaks(str(refused.value)) == []
    with pytest.raises(FetchFailedError, match="cancelled"):
        await look_at_a_task(asyncio.sleep(60), cancelled=True)


@in_a_loop
async def test_a_rebalance_may_last_for_a_day() -> None:
    of_faust, transport = consumer_of("idle")
    consumer = of_faust._thread._create_worker_consumer(transport)
    of_faust._thread.thread_loop.close()  # it was never started
    consumer._closed = True
    joins, a_day = AsyncMock(return_value=False), 3600.0 * 24
    coordinator = SimpleNamespace(
        _subscription=SimpleNamespace(fetcher_idle_time=a_day, subscribed_pattern=None),
        _performed_join_prepare=True,
        _stop_heartbeat_task=AsyncMock(),
        _retry_backoff_ms=1,
        _max_poll_interval=consumer._max_poll_interval_ms / 1000,
        _do_rejoin_group=joins,
    )
    await GroupCoordinator.ensure_active_group(coordinator, "subscription", "before")
    joins.assert_awaited()


CRC_AT, CRC_FROM = 17, 21
"""Of a batch on the wire."""


NOBODY, SOMEBODY = -1, 7
"""Who began a transaction."""


def fetched(
    header: bytes,
    wanted_from: int = 0,
    *,
    by: int = NOBODY,
    aborted: frozenset[int] = frozenset(),
) -> SimpleNamespace:
    """One record on the wire, with a header of this name, perhaps of a transaction."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=int(by != NOBODY), producer_id=by,
        producer_epoch=-1, base_sequence=-1, batch_size=1_000_000,
    )  # fmt: skip
    stand_in = "h" * len(header)
    builder.append(0, 5, b"key", MAIL.encode(), [(stand_in, MAIL.encode())])
    wire = bytearray(builder.build()).replace(stand_in.encode(), header)
    struct.pack_into(">I", wire, CRC_AT, calc_crc32c(wire[CRC_FROM:]))
    return SimpleNamespace(
        _records=MemoryRecords(bytes(wire)),
        _tp=TopicPartition("purchases", 0),
        next_fetch_offset=wanted_from,
        _aborted_producers=set(aborted),
        _consume_aborted_up_to=lambda _: None,
    )


def test_headers_are_handed_on_as_they_came() -> None:
    batch = batch_of()
    unpack(fetched(HEADER.encode()), batch)
    assert batch.headers == [((HEADER, MAIL.encode()),)]


def test_what_lies_in_a_batch_before_the_offset_that_was_asked_for_is_left_out() -> None:
    batch = batch_of()
    unpack(fetched(HEADER.encode(), wanted_from=1), batch)
    assert batch.offsets == []


@pytest.mark.parametrize(("aborted", "offsets"), [(set(), [0]), ({SOMEBODY}, []), ({8}, [0])])
def test_what_was_aborted_is_left_out_and_gone_past(aborted: set[int], offsets: list[int]) -> None:
    batch, its = batch_of(), fetched(HEADER.encode(), by=SOMEBODY, aborted=frozenset(aborted))
    unpack(its, batch)
    assert (batch.offsets, its.next_fetch_offset) == (offsets, 1)


def test_a_header_whose_name_is_not_utf_8_is_refused_with_its_offset() -> None:
    with pytest.raises(FetchFailedError, match="purchases-0: offset 0 has a header") as refused:
        unpack(fetched(b"\xff" + HEADER.encode()), batch_of())
    assert leaks(str(refused.value)) == []


@pytest.mark.parametrize(("guarantee", "end"), [("exactly_once", 3), ("at_least_once", 5)])
def test_an_input_ends_where_it_can_be_read_to(guarantee: Any, end: int) -> None:
    flow = FlowControl(Settings(guarantee=guarantee))
    flow.set_inputs({Kind.PURCHASES: "purchases"})
    state = SimpleNamespace(timestamp=1, lso=3, highwater=5)
    its: Any = SimpleNamespace(consumer=SimpleNamespace(flow=flow))
    assignment = SimpleNamespace(state_value=lambda _: state)
    assert BatchConsumerThread._ends(its, 0, assignment) == {Kind.PURCHASES: end}


@pytest.mark.parametrize(
    ("metadata", "number"), [("7", 7), ("7\0", 7), ("", 0), ("x7", 0), ("\u0667", 0)]
)
def test_the_metadata_of_an_offset_names_the_commit_that_set_it(metadata: str, number: int) -> None:
    assert _number(metadata) == number
