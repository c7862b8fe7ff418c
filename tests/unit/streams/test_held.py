"""A partition that is held: whatever becomes of it, a commit that failed ends the process."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from streams.commit import CommitError
from streams.held import Held, Surroundings
from streams.metrics import Metrics
from streams.settings import Settings
from streams.transport import Gate

SECONDS = 10.0


class FailingLog:
    """A log whose commit takes until it is let go, and then fails."""

    def __init__(self) -> None:
        self.began, self.let_go = threading.Event(), threading.Event()

    def start(self) -> None:
        """There is nothing to fence."""

    def commit(self, changes: Any) -> None:
        del changes
        self.began.set()
        assert self.let_go.wait(SECONDS)
        raise CommitError("in doubt")

    def close(self) -> None:
        """There is nothing to close."""


async def suspended_in_a_commit_that_fails() -> list[BaseException]:
    log, failures = FailingLog(), list[BaseException]()
    shard: Any = SimpleNamespace(partition=0, changes=lambda *_, **__: object())
    with ThreadPoolExecutor(1) as executor:
        settings = Settings()
        around = Surroundings(settings, Gate(settings), Metrics(), executor, failures.append)
        held = Held(shard, log, lambda *_: {}, around)
        held.running = True
        held._spawn(held._commit_regularly())
        await asyncio.to_thread(log.began.wait, SECONDS)
        suspending = asyncio.create_task(held.suspend())
        await asyncio.sleep(0)
        log.let_go.set()
        await asyncio.wait_for(suspending, SECONDS)
    return failures


def test_a_commit_that_fails_while_its_partition_is_given_up_ends_the_process() -> None:
    failures = asyncio.run(suspended_in_a_commit_that_fails())
    assert [str(failure) for failure in failures] == ["in doubt"]
