"""Virtual time: one loop for all simulated processes, their timers, tasks and blocking calls.

Nothing sleeps. What is to happen lies in a heap by its time, and the clock jumps to the next of it.
What happens at one time happens in the order in which it was asked for, as asyncio promises; chance
has its place in the delays, so that each order a real machine could have is reached by some seed.

A process is what a kill ends: its callbacks, tasks and blocking calls belong to it. Killed, it
never runs again, not even its `finally`. Stalled, all that is due waits for its end and then
happens in order: to the process it looks as if the clock had leapt. Blocking work runs in a
greenlet, so that it can be left in the middle of a call while everything else goes on.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final, cast

from greenlet import getcurrent, greenlet

STEPS_MAX: Final = 400_000
"""So many callbacks and a world is taken for one that runs in circles."""


class RunawayError(Exception):
    """The world never comes to rest."""


class Handle:
    """Something that is going to happen, unless it is cancelled; asyncio knows it as its own."""

    __slots__ = ("_args", "_call", "_cancelled", "process")

    def __init__(
        self, process: "Process | None", call: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        self.process = process
        self._call, self._args = call, args
        self._cancelled = False

    def cancel(self) -> None:
        """It is not going to happen."""
        self._cancelled = True
        self._args = ()

    def cancelled(self) -> bool:
        """Whether it is not going to happen."""
        return self._cancelled


class Process:
    """What a kill ends; `name` tells a story's reader which one."""

    def __init__(self, kernel: "Kernel", name: str) -> None:
        self.kernel, self.name = kernel, name
        self.alive = True
        self.stalled_until_s = 0.0
        self.skew_us = 0
        """By how much its wall clock is wrong."""
        self.loop = ProcessLoop(self)
        self.calls = 0
        """Blocking calls that have not returned."""
        self.ended: Callable[[], None] = lambda: None
        """Called when it ends, however it does."""

    def kill(self) -> None:
        """Ends it at once."""
        if self.alive:
            self.alive = False
            self.ended()

    def stall(self, seconds: float) -> None:
        """It stands still for so long."""
        self.stalled_until_s = max(self.stalled_until_s, self.kernel.now_s + seconds)


class ProcessLoop:
    """The event loop that a process's tasks see: as much of one as the product asks for."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def as_asyncio(self) -> asyncio.AbstractEventLoop:
        """The same under the type that asyncio knows."""
        return cast("asyncio.AbstractEventLoop", self)

    def time(self) -> float:
        return self._process.kernel.now_s

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> Handle:
        del context
        return self._process.kernel.soon(self._process, callback, *args)

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> Handle:
        del context
        return self._process.kernel.later(self._process, delay, callback, *args)

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self.as_asyncio)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Any = None
    ) -> "asyncio.Task[Any]":
        del context
        return asyncio.Task(coro, loop=self.as_asyncio, name=name or "task")

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        del executor
        future = self.create_future()
        process, kernel = self._process, self._process.kernel

        process.calls += 1

        def done(outcome: Any, error: BaseException | None) -> None:
            process.calls -= 1
            if future.done():
                return  # nobody waits any more
            if error is None:
                future.set_result(outcome)
            else:
                future.set_exception(error)

        def work() -> None:
            try:
                outcome = func(*args)
            except Exception as error:  # noqa: BLE001 - whoever waits is told
                kernel.soon(process, done, None, error)
            else:
                kernel.soon(process, done, outcome, None)

        kernel.thread(process, work)
        return future

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tasks of a process that was killed are never ended: nothing to say of it."""


class Kernel:
    """The clock and all that is going to happen."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.current: Process | None = None
        """Whose callback or blocking call is running."""
        self.stopped = False
        self.steps = 0
        self._ready: deque[Handle] = deque()
        self._timers: list[tuple[float, int, Handle]] = []
        self._asked = 0
        self._hub = getcurrent()
        self._threads: list[greenlet] = []

    # what is going to happen

    def soon(self, process: Process | None, call: Callable[..., Any], *args: Any) -> Handle:
        """It happens now, after all that was asked for before."""
        handle = Handle(process, call, args)
        self._ready.append(handle)
        return handle

    def later(
        self, process: Process | None, delay_s: float, call: Callable[..., Any], *args: Any
    ) -> Handle:
        """It happens after so long."""
        return self.at(process, self.now_s + max(0.0, delay_s), call, *args)

    def at(
        self, process: Process | None, when_s: float, call: Callable[..., Any], *args: Any
    ) -> Handle:
        """It happens then."""
        handle = Handle(process, call, args)
        self._put(when_s, handle)
        return handle

    def _put(self, when_s: float, handle: Handle) -> None:
        self._asked += 1
        heappush(self._timers, (when_s, self._asked, handle))

    # blocking work

    def thread(self, process: Process, work: Callable[[], None]) -> None:
        """Runs blocking work, which may pause, as a thread of a process would."""
        its = greenlet(work, parent=self._hub)
        self._threads.append(its)
        self.soon(process, its.switch)

    def pause(self) -> Any:
        """Leaves the blocking call that is running, until someone switches back to it."""
        return self._hub.switch()

    def sleep(self, seconds: float) -> None:
        """A blocking call lets time pass."""
        self.later(self.current, seconds, getcurrent().switch)
        self.pause()

    # running

    def run(self) -> None:
        """Lets everything happen until `stopped` is set or nothing is left to happen."""
        try:
            while not self.stopped:
                handle = self._next()
                if handle is None:
                    return
                process = handle.process
                if handle._cancelled or (process is not None and not process.alive):
                    continue
                if process is not None and process.stalled_until_s > self.now_s:
                    self._put(process.stalled_until_s, handle)
                    continue
                self.steps += 1
                if self.steps > STEPS_MAX:
                    raise RunawayError(f"{STEPS_MAX} callbacks, and still no rest")
                if process is not self.current:
                    self.current = process
                    _set_running(None if process is None else process.loop)
                handle._call(*handle._args)
        finally:
            self.current = None
            _set_running(None)

    def _next(self) -> Handle | None:
        if self._ready:
            return self._ready.popleft()
        if not self._timers:
            return None
        when_s, _, handle = heappop(self._timers)
        self.now_s = max(self.now_s, when_s)
        return handle

    def close(self) -> None:
        """Ends blocking calls that were left in the middle, in the order of their start."""
        for its in self._threads:
            if not its.dead:
                its.throw()
        self._threads.clear()
        self._ready.clear()
        self._timers.clear()


def _set_running(loop: ProcessLoop | None) -> None:
    # asyncio keeps it by thread, and all processes share one
    asyncio._set_running_loop(None if loop is None else loop.as_asyncio)


class Signal:
    """Something that blocking calls wait for, each until it happens or its time is over."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._waiting: list[tuple[Process | None, greenlet, Handle]] = []

    def wait(self, seconds: float) -> None:
        """Waits for the next time it happens, or so long."""
        kernel, mine = self._kernel, getcurrent()
        timer = kernel.later(kernel.current, seconds, mine.switch)
        entry = (kernel.current, mine, timer)
        self._waiting.append(entry)
        kernel.pause()
        if entry in self._waiting:
            self._waiting.remove(entry)

    def happen(self) -> None:
        """Wakes all that wait."""
        waiting, self._waiting = self._waiting, []
        for process, its, timer in waiting:
            timer.cancel()
            self._kernel.soon(process, its.switch)
