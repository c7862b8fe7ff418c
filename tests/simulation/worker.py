"""One simulated worker: the product's `Shards` in a process that comes, lives, fails and goes.

It stands where `streams.runtime.worker` and Faust stand: it joins the group, calls `revoked` and
`reassigned` as Faust does, sends heartbeats, stops on SIGTERM within its 28 s, and ends when it is
told that something failed.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from agents.policy.compiled import Policy
from schemas.inputs.events import TOPIC_OF_KIND
from streams.config.settings import HEARTBEAT_S, Settings
from streams.runtime.assignment import Assignment
from streams.runtime.worker import LEAVE_DEADLINE_S, STOP_DEADLINE_S
from tests.simulation import faults
from tests.simulation.fetching import SimulatedInputs, WatchedGate
from tests.simulation.group import OK, Group
from tests.simulation.site import Site

CLEAN: Final = 0
FAILED: Final = 1


class Worker:
    """A worker that runs."""

    def __init__(
        self,
        site: Site,
        group: Group,
        settings: Settings,
        policy: Policy,
        policy_number: int,
        fetch_max: int,
        ended: Callable[["Worker", int], None],
        parked: Callable[["Worker", Exception, bool], None],
    ) -> None:
        self.site, self.process = site, site.process
        self.policy_number = policy_number
        self.failure: BaseException | None = None
        self.was_fenced = False
        """When it failed the broker had ended a producer of it."""
        self.stopping = False
        self.deaf_until_s = 0.0
        self._group, self._settings, self._policy = group, settings, policy
        self._fetch_max, self._ended, self._parked = fetch_max, ended, parked
        self._way = site.connect()
        self._joins = 0
        self._kernel = site.process.kernel
        self._kernel.soon(self.process, self._begin)

    def _begin(self) -> None:
        self.site.tell(f"starts, policy {self.policy_number}")
        names = self._settings.names
        flow = WatchedGate(self._settings)
        flow.set_inputs({kind: names.of(topic) for kind, topic in TOPIC_OF_KIND.items()})
        self.shards = Assignment(
            self._settings, self._policy, self._settings.partitions, flow, self.fail
        )
        park = self.shards._parking.park

        def watched(partition: int, error: Exception) -> float:
            self.site.tell(f"parks {partition}: {type(error).__name__}: {error}")
            self._kernel.soon(None, self._parked, self, error, self.site.is_fenced)
            return park(partition, error)

        self.shards._parking.park = watched  # type: ignore[method-assign]
        self._flow = flow
        self._inputs = SimulatedInputs(self.site, flow, self.shards.take, self._fetch_max)
        self.shards.attach(self._inputs)  # type: ignore[arg-type]
        self._told = asyncio.Event()
        self._member = self.process.loop.create_task(self._live())
        self._heartbeat()

    # membership

    @property
    def name(self) -> str:
        """As the group knows it at the moment."""
        return f"{self.process.name}.{self._joins}"

    async def _live(self) -> None:
        self._joins = 1
        while True:
            partitions = await self._joined()
            self._told.clear()
            self._inputs.assign(partitions)
            await self.site.async_point(faults.ASSIGNED)
            try:
                await self.shards.reassigned(dict.fromkeys(self._flow.kinds, partitions))
            except Exception as error:  # noqa: BLE001 - as the product does
                self.fail(error)
            await self._told.wait()
            await self.site.async_point(faults.SUSPEND)
            await self.shards.revoked()
            await self.site.async_point(faults.JOIN)
            if self.name not in self._group.store:
                self._joins += 1

    async def _joined(self) -> set[int]:
        given: asyncio.Future[set[int]] = self.process.loop.create_future()

        def assigned(partitions: set[int]) -> None:
            self._kernel.later(self.process, 0.001, tell, partitions)

        def tell(partitions: set[int]) -> None:
            if not given.done():
                given.set_result(partitions)

        name = self.name
        self._way.send(lambda: self._group.join(name, assigned), _ignored)
        return await given

    def _heartbeat(self) -> None:
        self._kernel.later(self.process, HEARTBEAT_S, self._heartbeat)
        if self._kernel.now_s >= self.deaf_until_s and self._joins:
            name = self.name
            self._way.send(lambda: self._group.heartbeat(name), self._answered)

    def _answered(self, word: str) -> None:
        if word != OK:
            self._told.set()

    @property
    def is_settled(self) -> bool:
        """It holds what the group gave it, restored, nothing is wrong, and nothing under way."""
        return (
            self.failure is None
            and self.shards.ready
            # who kept a partition that another had in between learns it when it takes something
            and all(held.shard.drained for held in self.shards._held.values())
            and not any(held.shard._shares.is_adopting for held in self.shards._held.values())
            and not self.process.calls
            and self.process.stalled_until_s <= self._kernel.now_s
        )

    # the end

    def fail(self, error: BaseException) -> None:
        """Something failed: the process ends within moments, with or without a word."""
        if self.failure is not None:
            return
        self.failure, self.was_fenced = error, self.site.is_fenced
        self.site.tell(f"fails: {type(error).__name__}: {error}")
        rng = self.site.rng
        if rng.random() < 0.5:
            name = self.name
            self._way.send(lambda: self._group.leave(name), _ignored)
        self._kernel.later(self.process, rng.uniform(0.0, LEAVE_DEADLINE_S), self._exit, FAILED)

    def terminate(self) -> None:
        """SIGTERM."""
        if self.process.alive and not self.stopping:
            self.stopping = True
            self._kernel.soon(self.process, self._stop)

    def _stop(self) -> None:
        if self.failure is None:
            self.site.tell("is told to stop")
            self._kernel.later(self.process, STOP_DEADLINE_S, self._overdue)
            self.process.loop.create_task(self._stop_cleanly())

    async def _stop_cleanly(self) -> None:
        await self.site.async_point(faults.STOP)
        try:
            await self.shards.stop()
        except Exception as error:  # noqa: BLE001 - a last commit that failed is a failure
            self.fail(error)
        if self.failure is None:
            self._member.cancel()
            self.shards.close()
            name = self.name
            self._way.send(lambda: self._group.leave(name), _ignored)
            self._exit(CLEAN)

    def _overdue(self) -> None:
        self.site.tell("did not stop in time")
        self._exit(FAILED)

    def kill(self) -> None:
        """SIGKILL."""
        if self.process.alive:
            self.site.tell("is killed")
            self.process.kill()

    def _exit(self, status: int) -> None:
        self.site.tell(f"ends with {status}")
        self.process.kill()
        # by itself: a task would keep to itself what the world has to say to it
        self._kernel.soon(None, self._ended, self, status)


def _ignored(_: object) -> None:
    """Nobody waits for this answer."""
