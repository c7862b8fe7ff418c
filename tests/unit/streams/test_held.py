"""A partition that is held: whatever becomes of it, a commit that failed ends the process."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.ports import InvariantError
from schemas.events import Kind
from streams.commit import CommitError
from streams.held import Held, Surroundings
from streams.metrics import Metrics
from streams.settings import Settings
from streams.transport import Gate

SECONDS = 10.0


class FailingLog:
    """A log whose commit takes until it is let go, and then fails."""

    def __init__(self) -> None:
        self.began, self.let_go = threading.Event(), threading.Event()

    def start(self) -> None:
        """There is nothing to fence."""

    def commit(self, changes: Any) -> None:
        del changes
        self.began.set()
        assert self.let_go.wait(SECONDS)
        raise CommitError("in doubt")

    def close(self) -> None:
        """There is nothing to close."""


class Group:
    """A broker with all events still there, and a group that says where it stands."""

    def __init__(self, offset: int, number: int) -> None:
        self._offset, self._number = offset, number

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 0)

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, int | None]:
        return dict.fromkeys(tps, self._offset)

    async def commit_of(self, _: TopicPartition) -> int:
        return self._number

    async def open_inputs(self, _: dict[TopicPartition, int]) -> None:
        """There are none."""


def read_on_at(offset: int, number: int) -> dict[Kind, int]:
    """Where a partition reads on whose row has offset 20 and commit 6, the group this one."""
    shard: Any = SimpleNamespace(partition=0, commit_number=6)
    settings = Settings()
    gate = Gate(settings)
    gate.set_inputs({Kind.PURCHASES: "purchases"})
    with ThreadPoolExecutor(1) as executor:
        around = Surroundings(settings, gate, Metrics(), executor, lambda _: None)
        around.inputs = Group(offset, number)
        held = Held(shard, FailingLog(), lambda *_: {}, around)
        return asyncio.run(held._positions({Kind.PURCHASES: 20}))


def test_the_row_rules_over_offsets_of_an_earlier_commit_that_came_late() -> None:
    assert read_on_at(20, 6) == {Kind.PURCHASES: 20}
    assert read_on_at(10, 5) == {Kind.PURCHASES: 20}


@pytest.mark.parametrize(("offset", "number"), [(10, 0), (10, 6), (10, 7), (30, 5), (30, 7)])
def test_any_other_offset_of_the_group_is_refused(offset: int, number: int) -> None:
    with pytest.raises(InvariantError, match="someone moved the group's offsets"):
        read_on_at(offset, number)


async def suspended_in_a_commit_that_fails() -> list[BaseException]:
    log, failures = FailingLog(), list[BaseException]()
    shard: Any = SimpleNamespace(partition=0, changes=lambda *_, **__: object())
    with ThreadPoolExecutor(1) as executor:
        settings = Settings()
        around = Surroundings(settings, Gate(settings), Metrics(), executor, failures.append)
        held = Held(shard, log, lambda *_: {}, around)
        held.running = True
        held._spawn(held._commit_regularly())
        await asyncio.to_thread(log.began.wait, SECONDS)
        suspending = asyncio.create_task(held.suspend())
        await asyncio.sleep(0)
        log.let_go.set()
        await asyncio.wait_for(suspending, SECONDS)
    return failures


def test_a_commit_that_fails_while_its_partition_is_given_up_ends_the_process() -> None:
    failures = asyncio.run(suspended_in_a_commit_that_fails())
    assert [str(failure) for failure in failures] == ["in doubt"]
