"""What every partition of a worker shares, and how it waits for the broker's word."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Final, Protocol

from aiokafka import TopicPartition

from agents.ports import ClockError, Committed
from schemas.base.times import DAY_US
from streams.config.settings import Settings
from streams.kafka.commit import CommitError
from streams.kafka.flow_control import FlowControl
from streams.observe.metrics import Metrics

JUMP_MAX_US: Final = DAY_US
"""What the wall clock may be off what has passed: clocks are set by seconds, at most by hours."""
_PASSES: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux it goes on while the machine is suspended."""


def now_us() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1000


def passed_us() -> int:
    """Microseconds since some moment, which nobody sets."""
    return time.clock_gettime_ns(_PASSES) // 1000


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
        self._clock_off_us = now_us() - passed_us()
        self._free_threads = asyncio.Semaphore(threads)

    def fail(self, error: BaseException) -> None:
        """The process must end."""
        self.failed = True
        self._fail(error)

    def check_clock(self, at_us: int) -> None:
        """ClockError where the wall clock has jumped since the worker started."""
        jumped_us = at_us - passed_us() - self._clock_off_us
        if abs(jumped_us) > JUMP_MAX_US:
            raise ClockError(
                f"the clock of this machine has jumped by {jumped_us / DAY_US:+.1f} days since the "
                "worker started, and all customers would be taken along: set it right, and this "
                "goes on; where it is right now, start the worker again"
            )

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
