"""A worker's partitions without a broker: logs, inputs and a changelog that a test makes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from unittest.mock import patch

from aiokafka import TopicPartition

from agents.partition.shard import Changes, Message
from agents.policy.compiled import Policy
from agents.ports import Batch, Committed
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams.config.settings import Settings
from streams.kafka.commit import Log
from streams.kafka.flow_control import FlowControl
from streams.runtime.assignment import Assignment
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.batches import batch_of
from tests.support.shards import policy_of

DEADLINE_S = 5.0
ALL_INPUTS = {topic: {0} for topic in TOPIC_OF_KIND.values()}


class SlowLog:
    """A log whose commits wait until they are let go."""

    def __init__(self, outcome: BaseException | None = None) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self.closed = False
        self._outcome = outcome

    def start(self) -> None:
        """Nobody is fenced."""

    def reach(self) -> bool:
        return True

    def commit(self, changes: Changes) -> None:
        del changes
        self.asked.set()
        assert self.go_on.wait(DEADLINE_S)
        if self._outcome is not None:
            raise self._outcome

    def hear(self) -> None:
        """There is no client."""

    def close(self) -> None:
        self.closed = True


class DistantLog(SlowLog):
    """A log whose broker is away until it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_for, self.there = threading.Event(), False

    def reach(self) -> bool:
        self.looked_for.set()
        return self.there


class KeepingLog(SlowLog):
    """A log that commits at once, and keeps the outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on.set()
        self.outputs: list[Message] = []

    def commit(self, changes: Changes) -> None:
        self.outputs += changes.outputs
        super().commit(changes)


class EmptyInputs:
    """Inputs without a record."""

    async def open_inputs(self, positions: dict[TopicPartition, int]) -> None:
        """There is nowhere to go."""

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 0)

    async def committed(self, _: list[TopicPartition]) -> dict[TopicPartition, Committed]:
        return {}


@asynccontextmanager
async def shards_on(
    make_log: Callable[[], Log],
    rows: dict[bytes, bytes] | None = None,
    its: Policy | None = None,
    clock: Literal["wall", "event"] = "wall",
    guarantee: Literal["exactly_once", "at_least_once"] = "exactly_once",
    partitions: int = 1,
) -> AsyncIterator[tuple[Assignment, list[Any]]]:
    """A worker's shards over logs that are made here; with what it failed of."""
    settings = Settings(partitions=partitions, commit_ms=1, clock=clock, guarantee=guarantee)
    failures: list[Any] = []
    flow = FlowControl(settings)
    flow.set_inputs(TOPIC_OF_KIND)
    with (
        patch.object(Assignment, "_log", lambda *_: make_log()),
        patch("streams.kafka.changelog.Changelog.read", lambda *_: dict(rows or {})),
        patch("streams.runtime.assignment.GroupMetadata"),
    ):
        judged_by = its or policy_of(POLICY_TOML)
        shards = Assignment(settings, judged_by, partitions, flow, failures.append)
        shards.attach(EmptyInputs())  # type: ignore[arg-type]
        try:
            yield shards, failures
        finally:
            for held in shards._held.values():
                held.halt()  # wait_for may swallow the cancellation that ends a test
            shards.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110 - a thread of the product's tells, and no event
            await asyncio.sleep(0.001)


def first_word(shards: Assignment) -> Batch:
    """The broker says that an input is empty: the partition has something to commit."""
    return batch_of(ends=dict.fromkeys(Kind, 0), epoch=shards._flow.epoch)


async def holding(shards: Assignment) -> None:
    """Holds the partition, restored."""
    await shards.reassigned(ALL_INPUTS)
    await until(lambda: shards.ready)


async def committing(shards: Assignment, logs: list[SlowLog]) -> None:
    """Holds the partition, in the middle of a commit."""
    await holding(shards)
    await shards.take(first_word(shards))
    await until(logs[0].asked.is_set)
