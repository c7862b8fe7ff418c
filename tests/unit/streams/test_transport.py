"""What is fetched reaches the shards, once more too where they ask for it once more."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import faust
from faust.types import TP

from agents.ports import Batch
from schemas.events import Kind
from streams.settings import Settings
from streams.transport import BatchTransport, Gate

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
