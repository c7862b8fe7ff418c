"""What a blocking call waits for that a task of its process does."""

import asyncio
from typing import Any

from tests.simulation.kernel import Kernel, Signal


class Awaited:
    """The outcome of a task, as `asyncio.run_coroutine_threadsafe` gives it to a thread."""

    def __init__(self, kernel: Kernel, task: "asyncio.Task[Any]") -> None:
        self._kernel, self._task = kernel, task
        self._ended = Signal(kernel)
        task.add_done_callback(lambda _: self._ended.happen())

    def result(self, timeout: float) -> Any:
        """Waits for it; TimeoutError where it does not come in time."""
        until_s = self._kernel.now_s + timeout
        while not self._task.done():
            left_s = until_s - self._kernel.now_s
            if left_s <= 0:
                raise TimeoutError
            self._ended.wait(left_s)
        return self._task.result()
