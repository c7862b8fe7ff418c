"""How partitions wait for the broker's word, in threads that they share."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from streams.kafka.commit import CommitError
from streams.runtime.context import WorkerContext
from tests.support.looping import in_a_loop

LONG_S, SHORT_S = 60.0, 0.2


def context(executor: ThreadPoolExecutor) -> WorkerContext:
    unused: Any = None
    return WorkerContext(
        unused, unused, unused, executor, executor, 1, lambda _: None, unused, unused
    )


@in_a_loop
async def test_who_waits_for_a_thread_does_not_wait_for_the_broker_yet() -> None:
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        shared = context(executor)
        first = asyncio.create_task(shared.hear_within(LONG_S, lambda: _hear(go_on)))
        second = asyncio.create_task(shared.hear_within(SHORT_S, lambda: None))
        await asyncio.wait([second], timeout=2 * SHORT_S)
        go_on.set()
        await asyncio.gather(first, second)


@in_a_loop
async def test_a_word_that_does_not_come_is_in_doubt() -> None:
    go_on = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(CommitError, match="no word from the broker"):
            await context(executor).hear_within(SHORT_S, lambda: _hear(go_on))
        go_on.set()


def _hear(go_on: threading.Event) -> None:
    go_on.wait(LONG_S)
