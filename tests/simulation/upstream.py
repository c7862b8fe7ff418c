"""Programs upstream: they publish the sample's records, at once or little by little."""

from random import Random
from typing import TYPE_CHECKING

from tests.oracle.records import Record
from tests.simulation import faults
from tests.simulation.log import Place

if TYPE_CHECKING:
    from tests.simulation.world import World


class Upstream:
    """Publishes the records of a world."""

    def __init__(self, world: "World", records: tuple[Record, ...]) -> None:
        self._world, self._left = world, list(records)
        self._rng = Random(f"upstream {world.plan.seed}")
        self._number, self._open = len(records), 0

    @property
    def is_done(self) -> bool:
        """Everything is published, and no transaction is open."""
        return not self._left and not self._open

    def begin(self) -> None:
        """Publishes what lies ready before anybody comes, or the first of it."""
        if self._world.plan.ready:
            while self._left:
                self._publish(len(self._left))
        else:
            self._trickle()

    def _trickle(self) -> None:
        plan, rng = self._world.plan, self._rng
        self._publish(rng.choice((1, 2, 3) if plan.contested else (1, 2, 5, 20)))
        if self._left:
            pace_s = 2 * plan.calm_at_s / self._number
            self._world.kernel.later(None, rng.expovariate(1 / pace_s), self._trickle)

    def _publish(self, number: int) -> None:
        part, self._left = self._left[:number], self._left[number:]
        broker = self._world.broker
        for record in part:
            place = Place(record.topic, record.partition)
            broker.publish(place, (record.key, record.value, record.headers), record.timestamp_ms)

    def abort_some(self) -> None:
        """A program upstream begins a transaction and aborts it: its records never were."""
        broker, rng = self._world.broker, self._rng
        records = self._left[:3]
        if not records:
            return
        transaction = broker.begin_upstream()
        self._world.faults.strike(faults.UPSTREAM)
        self._world.tell("", f"upstream: {len(records)} records in a transaction, to be aborted")
        for record in records:
            place = Place(record.topic, record.partition)
            sent = record.key, record.value, record.headers
            broker.publish(place, sent, record.timestamp_ms, transaction)
        self._open += 1

        def abort() -> None:
            self._open -= 1
            broker.end_upstream(transaction, "abort")

        self._world.kernel.later(None, rng.uniform(0.1, 5.0), abort)
