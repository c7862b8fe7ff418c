"""Where a partition reads on: the rows, the group and the broker have to agree."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.ports import Committed, InvariantError
from schemas.inputs.events import Kind
from streams.config.settings import Settings
from streams.kafka.flow_control import FlowControl
from streams.observe.metrics import Metrics
from streams.runtime.context import WorkerContext
from streams.runtime.take_over import TakeOver

ROW = {Kind.PURCHASES: 20}


class Group:
    """A broker that has events from an offset on, and a group that says where it stands."""

    def __init__(self, offset: int, number: int, first: int) -> None:
        self._offset, self._number, self._first = offset, number, first

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, self._first)

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, Committed]:
        return dict.fromkeys(tps, Committed(self._offset, self._number))

    async def open_inputs(self, _: dict[TopicPartition, int]) -> None:
        """There are none."""


def read_on_at(
    offset: int, number: int, *, first: int = 0, row: dict[Kind, int] = ROW
) -> dict[Kind, int]:
    """Where a partition reads on whose row has these offsets and commit 6, the group this one."""
    shard: Any = SimpleNamespace(partition=0, commit_number=6)
    settings = Settings()
    flow = FlowControl(settings)
    flow.set_inputs({Kind.PURCHASES: "purchases"})
    with ThreadPoolExecutor(1) as executor:
        context = WorkerContext(
            settings,
            flow,
            Metrics(),
            executor,
            executor,
            1,
            lambda _: None,
            lambda _, __: None,
            lambda _: None,
        )
        context.inputs = Group(offset, number, first)
        unused: Any = None
        take_over = TakeOver(shard, unused, unused, context, lambda: False)
        return asyncio.run(take_over.positions(row))


def test_the_row_rules_over_offsets_of_an_earlier_commit_that_came_late() -> None:
    assert read_on_at(20, 6) == {Kind.PURCHASES: 20}
    assert read_on_at(10, 5) == {Kind.PURCHASES: 20}


@pytest.mark.parametrize(("offset", "number"), [(10, 0), (10, 6), (30, 5), (30, 6)])
def test_any_other_offset_of_the_group_is_refused(offset: int, number: int) -> None:
    with pytest.raises(InvariantError, match="someone moved the group's offsets"):
        read_on_at(offset, number)


@pytest.mark.parametrize("offset", [10, 20, 30])
def test_a_changelog_that_ends_before_the_group_s_last_commit_is_refused(offset: int) -> None:
    with pytest.raises(InvariantError, match=r"ends with commit 6, .* had 7"):
        read_on_at(offset, 7)


def test_the_first_record_that_is_left_may_be_the_next_one() -> None:
    assert read_on_at(20, 6, first=20) == {Kind.PURCHASES: 20}


@pytest.mark.parametrize(("own", "first"), [(20, 21), (0, 1)])
def test_an_event_that_was_deleted_unread_is_refused(own: int, first: int) -> None:
    with pytest.raises(InvariantError, match=f"first is {first}: events were deleted unread"):
        read_on_at(own, 6, first=first, row={Kind.PURCHASES: own})
