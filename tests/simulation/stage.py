"""Where the product's clients and clocks are exchanged for simulated ones: nothing else is faked.

The product's modules ask for `Producer`, `Consumer`, `Shard` and `time` by these names. While the
stage is set, what they get belongs to the process of the world that is running.
"""

import asyncio
import gc
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from agents.partition.shard import ShardSettings
from agents.policy.compiled import Policy
from streams.config.settings import Settings
from streams.kafka import changelog, commit, group, reach
from streams.observe import metrics
from streams.runtime import assignment, committer, context, pump, take_over
from tests.simulation.consumer import SimulatedConsumer
from tests.simulation.plain import PlainProducer
from tests.simulation.producer import SimulatedProducer
from tests.simulation.recording import RecordingShard
from tests.simulation.shares import SimulatedReader, Told
from tests.simulation.waiting import Awaited
from tests.simulation.world import World

IDLE_S: Final = 2.0
"""A partition at rest looks at the clock so often: eight times as seldom as in the product, for
most of a world's time nothing happens."""
_CLOCKED = (context, committer, take_over, commit, reach, changelog, metrics)


class Stage:
    """Which world plays at the moment."""

    world: World

    def producer(self, options: dict[str, Any]) -> SimulatedProducer:
        kind = SimulatedProducer if "transactional.id" in options else PlainProducer
        return kind(self.world.here(), options)

    def consumer(self, options: dict[str, Any]) -> SimulatedConsumer:
        return SimulatedConsumer(self.world.here(), options)

    def shard(self, policy: Policy, settings: ShardSettings) -> RecordingShard:
        return self.world.shard(policy, settings)

    def reader(
        self, settings: Settings, partitions: int, tell: Told, fail: Callable[[Any], None]
    ) -> SimulatedReader:
        del fail
        world = self.world
        return SimulatedReader(world.here(), settings, partitions, tell, lambda: world.is_ending)

    def threadsafe(self, work: Coroutine[Any, Any, Any], loop: Any) -> Awaited:
        """As asyncio has it, for a blocking call of a process."""
        return Awaited(self.world.kernel, loop.create_task(work))

    # what the product asks of the module `time`

    def monotonic(self) -> float:
        return self.world.kernel.now_s

    def clock_gettime_ns(self, clock: int) -> int:
        del clock
        return int(self.world.kernel.now_s * 1e9)

    def time_ns(self) -> int:
        return self.world.wall_us() * 1_000

    def time(self) -> float:
        return self.world.wall_us() / 1e6

    def play(self, world: World) -> None:
        """Plays a world to its end."""
        self.world = world
        with (
            patch.object(pump, "BUFFER_HIGH", world.plan.buffer_high),
            patch.object(pump, "BUFFER_LOW", max(1, world.plan.buffer_high // 2)),
        ):
            world.play()


@contextmanager
def staged() -> Iterator[Stage]:
    """Sets the stage for any number of worlds, one after the other."""
    stage = Stage()
    with ExitStack() as stack:
        # what a killed process was about to do is never done
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        stack.callback(gc.collect)
        stack.enter_context(patch.object(pump, "IDLE_S", IDLE_S))
        for module in _CLOCKED:
            stack.enter_context(patch.object(module, "time", stage))
        stack.enter_context(patch.object(commit, "Producer", stage.producer))
        stack.enter_context(patch.object(group, "Consumer", stage.consumer))
        stack.enter_context(patch.object(changelog, "Consumer", stage.consumer))
        stack.enter_context(patch.object(assignment, "Shard", stage.shard))
        stack.enter_context(patch.object(assignment, "SharesReader", stage.reader))
        stack.enter_context(patch.object(asyncio, "run_coroutine_threadsafe", stage.threadsafe))
        yield stage
