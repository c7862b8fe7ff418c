"""What is fetched reaches the shards, once more too where they ask for it once more."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import faust
import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator
from faust.types import TP

from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.kafka.fetching import BatchConsumerThread, FetchFailedError, _check_fetching
from streams.kafka.flow_control import FlowControl
from streams.kafka.transport import BatchTransport, _number
from tests.support.batches import batch_of
from tests.support.canaries import MAIL, leaks
from tests.support.looping import in_a_loop

PURCHASES = TP("purchases", 0)


def consumer_of(name: str, rack: str = "") -> tuple[Any, BatchTransport]:
    """Faust's consumer, of an application that is never started."""
    app = faust.App(name, broker="kafka://127.0.0.1:1", autodiscover=False)
    transport = BatchTransport(app.conf.broker, app)
    transport.flow = FlowControl(Settings(client_rack=rack))
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


@in_a_loop
async def test_the_rack_of_the_settings_is_told_with_every_fetch() -> None:
    of_faust, transport = consumer_of("rack", "here")
    consumer = of_faust._thread._create_worker_consumer(transport)
    of_faust._thread.thread_loop.close()  # it was never started
    consumer._closed = True
    assert consumer._client_rack == "here"


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
