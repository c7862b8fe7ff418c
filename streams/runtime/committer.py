"""The committer of one partition: every commit carries all that changed, or nothing of it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from agents.partition.shard import Shard
from streams.kafka.commit import CommitError, Log, RefusedError
from streams.observe.logs import note
from streams.runtime.context import WorkerContext, now_us

WORD_DEADLINE_S: Final = 15.0
"""For a commit, whatever the client's own timeouts do: they were seen to be overrun by minutes
when a broker died within a commit."""
HEAR_EVERY_S: Final = 5.0
"""So often a client at rest is heard: what it complains of would gather as long as it rests."""
AGAIN_S: Final = 0.1
"""Between two looks for a broker that is away."""


class Committer:
    """Commits one shard's changes, one commit at a time."""

    def __init__(
        self, shard: Shard, log: Log, context: WorkerContext, wake: Callable[[], None]
    ) -> None:
        """`wake` is called when a commit has made room for more."""
        self.running = False
        self._shard, self._log, self._context, self._wake = shard, log, context, wake
        self._halted = asyncio.Event()
        self._committing = asyncio.Lock()
        self._hear_at = 0.0

    def start(self) -> None:
        """`run` may go on."""
        self.running = True
        self._halted.clear()

    def halt(self) -> None:
        """No commit is begun by itself any more."""
        self.running = False
        self._halted.set()

    async def run(self) -> None:
        """Commits as often as the settings say, the next never before the last has ended."""
        every_s = self._context.settings.commit_ms / 1000
        while self.running:
            began = time.monotonic()
            if not await self.commit():
                await self._hear(began)
            with suppress(TimeoutError):
                left_s = max(0.0, every_s - (time.monotonic() - began))
                await asyncio.wait_for(self._halted.wait(), left_s)

    async def _hear(self, now_s: float) -> None:
        if now_s >= self._hear_at and not self._context.failed:
            self._hear_at = now_s + HEAR_EVERY_S
            await self._context.blocking(self._log.hear)

    async def commit(self, *, all_snapshots: bool = False) -> bool:
        """Commits what changed, if anything did.

        RefusedError where a topic refuses a record of it; any other error must end the process.
        """
        async with self._committing:
            if self._context.failed:
                return False  # memory is not trusted any more
            before = self._shard.commit_number
            changes = self._shard.changes(now_us(), all_snapshots=all_snapshots)
            if changes is None:
                return False
            assert changes.number == before + 1, "commits are numbered without a gap"
            self._wake()
            try:
                if not await self._reach():
                    return False
                began = time.monotonic()
                await self._context.hear_within(WORD_DEADLINE_S, lambda: self._log.commit(changes))
            except RefusedError:
                raise  # nothing was committed: the partition is parked
            except Exception as error:
                # told here: whoever waits for a partition that is given up hears no errors
                self._context.fail(error)
                raise
            except asyncio.CancelledError as error:
                self._context.fail(error)  # nobody knows whether it was committed
                raise
            metrics = self._context.metrics
            partition, seconds = self._shard.partition, time.monotonic() - began
            metrics.committed(partition, changes.counters, seconds, len(changes.rows))
            metrics.show_lag(partition, self._shard.lag())
            return True

    async def _reach(self) -> bool:
        """Waits for a broker that is away; False where something failed meanwhile.

        Only what was begun is in doubt. Whoever gives the partition up waits no longer than for a
        commit.
        """
        began, told = time.monotonic(), False
        while not await self._context.blocking(self._log.reach):
            if self._context.failed:
                return False
            if self._halted.is_set() and time.monotonic() - began > WORD_DEADLINE_S:
                raise CommitError(
                    f"partition {self._shard.partition}: the broker is away; what came since the "
                    "last commit is read again: start again when it is back"
                )
            if not told:
                note("a commit waits for the broker", partition=self._shard.partition)
                told = True
            await asyncio.sleep(AGAIN_S)
        return not self._context.failed
