"""What has to be true in the end where commits are no transactions (`at_least_once`).

Outputs may come again, with the same id and the same content; none is missing, and each customer's
come in order. The state is applied once: rows and newest snapshots are those of a shard that was
never interrupted, and the partition's rows count its commits without a gap.

What a commit put out of a customer that it erased may come again with ids of its own, and is then
erased again: that is told to those who read (`docs/downstream.md`).
"""

from collections.abc import Callable
from typing import Any

from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    ERASURES,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from schemas.state.codec import decode_partition
from schemas.state.rows import PARTITION_KEY
from schemas.topics.declared import CHANGELOG
from tests.simulation.broker import Broker
from tests.simulation.faults import REPEATED
from tests.simulation.log import Place
from tests.simulation.plan import Plan
from tests.simulation.reference import Uninterrupted, Wires, outputs_of, rows_differ

WITH_IDS = (TIER_CHANGES, AT_RISK, CONTACTS_DUE, ERASURES)
Told = tuple[bytes, dict[str, Any]]
"""A record's key, and the record."""


class PlainChecks:
    """Looks at what one partition put out and stored."""

    def __init__(
        self, plan: Plan, broker: Broker, partition: int, strike: Callable[[str], None]
    ) -> None:
        self.commits = 0
        self._plan, self._broker, self._partition = plan, broker, partition
        self._strike = strike

    def wrong(self) -> str:
        """What is wrong; empty where nothing is."""
        told = self._commit_numbers()
        if told or not self.commits:
            return told
        uninterrupted = Uninterrupted(self._plan, self._broker, self._partition, 0)
        wanted = uninterrupted.run_ready()
        found = outputs_of(self._plan, self._broker, self._partition)
        return self._outputs(found, wanted) or rows_differ(
            self._plan, self._broker, self._partition, uninterrupted
        )

    def _commit_numbers(self) -> str:
        place = Place(self._plan.settings.names.of(CHANGELOG), self._partition)
        numbers = [
            decode_partition(its.value).commit_number
            for its in self._broker.logs[place].visible()
            if its.key == PARTITION_KEY and its.value is not None
        ]
        if any(now - before not in {0, 1} for before, now in zip(numbers, numbers[1:])):  # noqa: B905, RUF007 - pairs
            return f"the partition's rows count {numbers}"
        self.commits = len(set(numbers))
        return ""

    def _outputs(self, found: Wires, wanted: Wires) -> str:
        erased = self._erased()
        for topic in WITH_IDS:
            told = self._records(topic, found[topic], wanted[topic], erased)
            if told:
                return f"{topic}: {told}"
        rejected = list(dict.fromkeys(found[REJECTED_EVENTS]))
        if rejected != wanted[REJECTED_EVENTS]:
            return f"{REJECTED_EVENTS}: {len(rejected)} of {len(wanted[REJECTED_EVENTS])} in order"
        if found[CUSTOMER_VALUES] != wanted[CUSTOMER_VALUES]:
            return f"{CUSTOMER_VALUES}: the newest are others"
        return ""

    def _records(
        self, topic: str, found: list[Told], wanted: list[Told], erased: set[bytes]
    ) -> str:
        by_id: dict[str, Told] = {}
        for key, wire in found:
            event_id = wire["event_id"]
            if event_id in by_id:
                self._strike(REPEATED)
            first = by_id.setdefault(event_id, (key, wire))
            if first != (key, wire):
                return f"{event_id} came as {first}, and again as {wire}"
        came = list(by_id.values())
        missing = [its for its in wanted if its not in came]
        if missing:
            return f"{len(missing)} are missing, the first is {missing[0]}"
        kept = [its for its in came if its[0] not in erased]
        if topic != ERASURES and kept != [its for its in wanted if its[0] not in erased]:
            return f"{len(kept)} came of customers that stay: too many, or in another order"
        return ""

    def _erased(self) -> set[bytes]:
        """Whom a null value names."""
        names = self._plan.settings.names
        place = Place(names.of(TOPIC_OF_KIND[Kind.CUSTOMERS]), self._partition)
        entries = self._broker.logs[place].visible()
        return {its.key for its in entries if its.value is None and its.key is not None}
