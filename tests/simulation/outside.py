"""Faults that come from outside of the processes: kills, stops, the broker, the network, clocks."""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from schemas.topics.declared import CHANGELOG
from tests.simulation import faults
from tests.simulation.log import MESSAGE_MAX_BYTES, Place
from tests.simulation.plan import OTHERS

if TYPE_CHECKING:
    from tests.simulation.worker import Worker
    from tests.simulation.world import World


class Outside:
    """Lets the plan's faults strike at their times."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._rng = Random(f"outside {world.plan.seed}")
        self._strikes: dict[str, Callable[[], bool]] = {
            faults.AWAY: self._away,
            faults.EXPIRED: self._expire,
            faults.REFUSED: self._refuse,
            faults.QUEUE_FULL: lambda: False,
            faults.DEAF: self._deafen,
            faults.KILL: self._kill,
            faults.CLEAN_STOP: self._stop_one,
            faults.STOP_ALL: self._stop_all,
            faults.NEW_POLICY: self._change_policy,
            faults.COMPACTED: self._compact,
            faults.FOREIGN: self._hold_open,
            faults.UPSTREAM: self._abort_upstream,
            faults.CLOCK_LEAP: self._leap,
        }

    def begin(self) -> None:
        """Sets the times."""
        for at_s, fault in self._world.plan.outside:
            self._world.kernel.later(None, at_s, self._strike, fault)

    def end(self) -> None:
        """What lasts is over: the broker is back and takes what it took, all is heard, and soon."""
        broker = self._world.broker
        broker.away_until_s, broker.impatient = 0.0, False
        broker.message_max_bytes = MESSAGE_MAX_BYTES
        for worker in self._world.workers:
            worker.deaf_until_s = 0.0
            worker.site.hurry()

    def _strike(self, fault: str) -> None:
        world = self._world
        if not world.is_calm and self._strikes[fault]():
            world.faults.strike(fault)
            world.tell("", f"from outside: {fault}")

    def _any_worker(self) -> "Worker | None":
        alive = [worker for worker in self._world.workers if worker.failure is None]
        return self._rng.choice(alive) if alive else None

    def _away(self) -> bool:
        world = self._world
        world.broker.away_until_s = world.kernel.now_s + self._rng.uniform(0.2, 14.0)
        return True

    def _expire(self) -> bool:
        self._world.broker.impatient = True
        return False  # it is counted when it happens

    def _refuse(self) -> bool:
        broker = self._world.broker
        broker.message_max_bytes = self._rng.choice((150, 400, 900))

        def allow() -> None:
            broker.message_max_bytes = MESSAGE_MAX_BYTES

        self._world.kernel.later(None, self._rng.uniform(0.5, 6.0), allow)
        return False  # it is counted when it happens

    def _deafen(self) -> bool:
        worker = self._any_worker()
        if worker is not None:
            worker.deaf_until_s = self._world.kernel.now_s + self._rng.choice((3.0, 20.0, 35.0))
        return worker is not None

    def _kill(self) -> bool:
        worker = self._any_worker()
        if worker is not None:
            worker.kill()
        return worker is not None

    def _stop_one(self) -> bool:
        worker = self._any_worker()
        if worker is not None:
            worker.terminate()
        return worker is not None

    def _stop_all(self) -> bool:
        for worker in list(self._world.workers):
            worker.terminate()
        return bool(self._world.workers)

    def _change_policy(self) -> bool:
        """All workers go, one way or another, and come again with another policy."""
        world = self._world
        if world.policy_number + 1 >= len(OTHERS):
            return False
        world.policy_number += 1
        for worker in list(world.workers):
            if self._rng.random() < 0.5:
                worker.kill()
            else:
                worker.terminate()
        return True

    def _changelog(self) -> Place:
        plan = self._world.plan
        return Place(plan.settings.names.of(CHANGELOG), self._rng.randrange(plan.partitions))

    def _compact(self) -> bool:
        return self._world.broker.logs[self._changelog()].compact() > 0

    def _hold_open(self) -> bool:
        """A transaction of another program hides what lies behind it in the changelog."""
        world, broker = self._world, self._world.broker
        transaction = broker.begin_upstream()
        broker.publish(self._changelog(), (b"foreign", b"never seen", ()), 0, transaction)
        world.kernel.later(
            None, self._rng.uniform(0.5, 15.0), broker.end_upstream, transaction, "abort"
        )
        return True

    def _abort_upstream(self) -> bool:
        self._world.upstream.abort_some()
        return False  # it is counted when it happens

    def _leap(self) -> bool:
        worker = self._any_worker()
        if worker is not None:
            worker.process.skew_us += (
                self._rng.choice((-1, 1)) * self._rng.randint(1, 3_600) * 10**6
            )
        return worker is not None
