"""The pump of one partition: lets its shard take what was fetched, a slice at a time.

It runs on the event loop between two awaits, so that seen from outside the shard is always whole;
`STEP` bounds how long others wait.
"""

import asyncio
from typing import Final

from agents.partition.shard import Shard
from agents.ports import Batch
from streams.runtime.context import WorkerContext, now_us

STEP: Final = 2_000
"""Records taken before others get their turn: about forty milliseconds of a backlog."""
BUFFER_HIGH: Final = 4_000
BUFFER_LOW: Final = 2_000
"""Records in one buffer at which its fetching stops and goes on."""
BUFFER_BYTES_HIGH: Final = 8 * 1024 * 1024
BUFFER_BYTES_LOW: Final = BUFFER_BYTES_HIGH // 2
"""Likewise their bytes: of records of a megabyte some thousand would be too many."""
IDLE_S: Final = 0.25
"""How often a partition at rest looks at the clock."""


class Pump:
    """Feeds one shard while it runs."""

    def __init__(self, shard: Shard, context: WorkerContext) -> None:
        self.running = False
        self._shard, self._context = shard, context
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to take."""
        self._wake.set()

    def put(self, batch: Batch) -> None:
        """A batch for the shard, which goes on where the last one ended."""
        self._shard.put(batch)
        self._control_flow()
        self._wake.set()

    def open_flow(self) -> None:
        """Lets all inputs be fetched."""
        for buffer in self._shard.buffers:
            self._context.flow.resume(buffer.kind, self._shard.partition)

    def close_flow(self) -> None:
        """Lets nothing be fetched any more."""
        for kind in self._context.flow.topics:
            self._context.flow.pause(kind, self._shard.partition)

    def _control_flow(self) -> None:
        flow, partition = self._context.flow, self._shard.partition
        for buffer in self._shard.buffers:
            held_bytes = buffer.held_bytes()
            if buffer.records >= BUFFER_HIGH or held_bytes >= BUFFER_BYTES_HIGH:
                flow.pause(buffer.kind, partition)
            elif buffer.records < BUFFER_LOW and held_bytes < BUFFER_BYTES_LOW:
                flow.resume(buffer.kind, partition)

    async def run(self) -> None:
        """Takes until it is to stop; what is due happens where nothing is left to take."""
        shard, by_wall = self._shard, self._context.settings.clock == "wall"
        while self.running:
            now = now_us()
            if by_wall:
                self._context.check_clock(now)
            taken = shard.run(STEP, now)
            if not taken and shard.drained and not shard.full:
                # in event time only what a policy review made due already can be left
                until = now if by_wall else shard.stream_time_us
                taken = 0 if until is None else shard.fire_due(until, STEP, now)
            if taken:
                self._control_flow()
                await asyncio.sleep(0)
                continue
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), IDLE_S)
            except TimeoutError:
                continue
