"""What a rebalance leaves, and what a partition owes on its way in and out, without a broker."""

import asyncio
import threading
from typing import Any, Literal
from unittest.mock import AsyncMock, patch

import pytest
from aiokafka import TopicPartition

from agents.ports import Batch, InvariantError
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import CUSTOMER_VALUES
from streams.kafka.commit import CommitError
from streams.runtime.assignment import Assignment
from tests.support.batches import batch_of
from tests.support.feeding import sale
from tests.support.looping import in_a_loop
from tests.support.making import LATER_MS, POLICY, raw
from tests.support.partitions import (
    ALL_INPUTS,
    DEADLINE_S,
    EmptyInputs,
    KeepingLog,
    first_word,
    holding,
    shards_on,
    until,
)

PURCHASES = TopicPartition("purchases", 0)
READ = "streams.kafka.changelog.Changelog.read"


async def rebalanced(shards: Assignment) -> None:
    """The group gives back what was held."""
    await shards.revoked()
    await shards.reassigned(ALL_INPUTS)
    await until(lambda: shards.ready)


async def in_the_middle(of: "asyncio.Task[None]") -> None:
    """Whatever it may do without what it waits for is done."""
    await asyncio.sleep(0.02)
    assert not of.done()


def bought(shards: Assignment, offset: int, day: int) -> Batch:
    """One sale, the last record that there is."""
    ends = dict.fromkeys(Kind, 0) | {Kind.PURCHASES: offset + 1}
    epoch = shards._flow.epoch
    batch = batch_of(offset, offset + 1, [raw(sale(day))], ends=ends, epoch=epoch)
    batch.keys, batch.timestamps_ms = [b"ada"], [LATER_MS]
    return batch


@in_a_loop
async def test_what_was_fetched_before_a_rebalance_is_void_after_it() -> None:
    async with shards_on(KeepingLog) as (shards, failures):
        await holding(shards)
        before = batch_of(0, 3, epoch=shards._flow.epoch)
        await rebalanced(shards)
        await shards.take(before)
        assert shards._held[0].shard.buffer(Kind.PURCHASES).position == 0
        assert not failures


@in_a_loop
async def test_what_was_lost_on_the_way_through_a_rebalance_is_fetched_once_more() -> None:
    opened = AsyncMock()
    async with shards_on(KeepingLog) as (shards, failures):
        with patch.object(EmptyInputs, "open_inputs", opened):
            await holding(shards)
            await shards.take(batch_of(5, 7, epoch=shards._flow.epoch))
            await until(lambda: opened.await_count > 1)
        assert opened.await_args is not None
        assert opened.await_args.args == ({PURCHASES: 0},)
        assert not failures


@in_a_loop
async def test_a_rebalance_waits_for_a_restore_to_end() -> None:
    reads, go_on = threading.Event(), threading.Event()

    def read(*_: Any) -> dict[bytes, bytes]:
        reads.set()
        assert go_on.wait(DEADLINE_S)
        return {}

    async with shards_on(KeepingLog) as (shards, failures):
        with patch(READ, read):
            await shards.reassigned(ALL_INPUTS)
            await until(reads.is_set)
            rebalance = asyncio.create_task(shards.revoked())
            try:
                await in_the_middle(rebalance)
            finally:
                go_on.set()
            await asyncio.wait_for(rebalance, DEADLINE_S)
        assert not shards._held[0].running
        assert not failures


@in_a_loop
async def test_a_partition_that_is_given_up_while_it_opens_takes_nothing() -> None:
    opens, go_on = asyncio.Event(), asyncio.Event()

    async def opened(_: object) -> None:
        opens.set()
        await go_on.wait()

    async with shards_on(KeepingLog) as (shards, failures):
        with patch.object(EmptyInputs, "open_inputs", AsyncMock(side_effect=opened)):
            await shards.reassigned(ALL_INPUTS)
            await asyncio.wait_for(opens.wait(), DEADLINE_S)
            rebalance = asyncio.create_task(shards.revoked())
            await in_the_middle(rebalance)
            go_on.set()
            await asyncio.wait_for(rebalance, DEADLINE_S)
        assert not shards._held[0].running
        assert shards._flow.readable() == set()
        assert not failures


@pytest.mark.parametrize(("guarantee", "restores"), [("exactly_once", 1), ("at_least_once", 2)])
@in_a_loop
async def test_only_a_fence_lets_a_partition_keep_its_memory_through_a_rebalance(
    guarantee: Literal["exactly_once", "at_least_once"], restores: int
) -> None:
    logs: list[KeepingLog] = []

    def make() -> KeepingLog:
        logs.append(KeepingLog())
        return logs[-1]

    async with shards_on(make, guarantee=guarantee) as (shards, failures):
        await holding(shards)
        await rebalanced(shards)
        assert [log.closed for log in logs] == [True] * (restores - 1) + [False]
        assert not failures


@in_a_loop
async def test_the_changelog_is_read_behind_the_fence() -> None:
    order: list[str] = []

    def read(*_: Any) -> dict[bytes, bytes]:
        order.append("read")
        return {}

    with patch.object(KeepingLog, "start", lambda _: order.append("fence")):
        async with shards_on(KeepingLog) as (shards, failures):
            with patch(READ, read):
                await holding(shards)
            assert not failures
    assert order == ["fence", "read"]


@in_a_loop
async def test_after_a_failure_not_even_a_clean_stop_commits() -> None:
    log = KeepingLog()
    async with shards_on(lambda: log) as (shards, _):
        await holding(shards)
        shards._context.fail(CommitError("no"))
        await shards.take(first_word(shards))
        await shards.stop()
    assert not log.asked.is_set()


@in_a_loop
async def test_a_clean_stop_puts_out_the_snapshots_that_are_owed() -> None:
    log = KeepingLog()

    def snapshots() -> int:
        return [its.topic for its in log.outputs].count(CUSTOMER_VALUES)

    async with shards_on(lambda: log, its=POLICY, clock="event") as (shards, failures):
        await holding(shards)
        await shards.take(bought(shards, 0, day=1))
        await until(lambda: snapshots() == 1)
        await shards.take(bought(shards, 1, day=2))
        await until(lambda: shards._held[0].shard.drained)
        await shards.stop()
        assert not failures
    assert snapshots() == 2


@in_a_loop
async def test_of_a_partition_that_is_given_up_nothing_is_fetched_on() -> None:
    async with shards_on(KeepingLog) as (shards, _):
        await holding(shards)
        assert shards._flow.readable() != set()
        shards._held[0].halt()
        assert shards._flow.readable() == set()


@in_a_loop
async def test_an_input_is_read_on_once_its_full_buffer_was_taken() -> None:
    async with shards_on(KeepingLog) as (shards, failures):
        await holding(shards)
        flow, held = shards._flow, shards._held[0]
        value: bytes | None = b"x" * 1_000_000
        await shards.take(batch_of(0, 9, [value] * 9, epoch=flow.epoch))
        assert PURCHASES not in flow.readable()
        held.shard.see_ends(dict.fromkeys(Kind, 0))
        held._pump.wake()
        await until(lambda: PURCHASES in flow.readable())
        assert not failures


@pytest.mark.parametrize("topic", TOPIC_OF_KIND.values())
@in_a_loop
async def test_inputs_with_unlike_partitions_are_refused(topic: str) -> None:
    async with shards_on(KeepingLog) as (shards, _):
        with pytest.raises(InvariantError, match="unlike partitions"):
            await shards.reassigned(ALL_INPUTS | {topic: set()})
