"""What every partition of a worker shares, and how it waits for the broker's word."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol

from aiokafka import TopicPartition

from agents.ports import Committed
from streams.config.settings import Settings
from streams.kafka.commit import CommitError
from streams.kafka.flow_control import FlowControl
from streams.observe.metrics import Metrics


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1000


class Inputs(Protocol):
    """The consumer, as far as a partition needs it."""

    async def open_inputs(self, positions: dict[TopicPartition, int]) -> None:
        """Goes to these offsets."""

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that the broker still has."""

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, Committed]:
        """What the group committed of those of which it did."""


class WorkerContext:
    """What every partition of this worker shares."""

    def __init__(
        self,
        settings: Settings,
        flow: FlowControl,
        metrics: Metrics,
        executor: Executor,
        restores: Executor,
        threads: int,
        fail: Callable[[BaseException], None],
        park: Callable[[int, Exception], None],
        runs: Callable[[int], None],
    ) -> None:
        """Restores have threads of their own: commits must not wait behind them.

        `threads` is how many `executor` has.
        """
        self.settings, self.flow, self.metrics = settings, flow, metrics
        self.failed = False
        """Once anything failed, nothing is committed any more."""
        self.inputs: Inputs
        self._fail = fail
        self.park, self.runs = park, runs
        """What a partition calls that stopped by itself, and once it runs."""
        self._executor, self._restores = executor, restores
        self._free_threads = asyncio.Semaphore(threads)

    def fail(self, error: BaseException) -> None:
        """The process must end."""
        self.failed = True
        self._fail(error)

    async def blocking(self, work: Callable[[], Any]) -> Any:
        """Does what blocks in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def hear_within(self, seconds: float, work: Callable[[], None]) -> None:
        """Does what waits for the broker's word in a thread; CommitError where none comes in time.

        Time counts from when there is a thread for it: many partitions share few.
        """
        async with self._free_threads:
            try:
                await asyncio.wait_for(self.blocking(work), seconds)
            except TimeoutError as error:
                raise CommitError(
                    f"no word from the broker for {seconds:.0f} s: in doubt; start again when it "
                    "is back"
                ) from error

    async def restoring(self, work: Callable[[], Any]) -> Any:
        """Reads a changelog and takes its rows, as soon as there is a thread for it."""
        return await asyncio.get_running_loop().run_in_executor(self._restores, work)
