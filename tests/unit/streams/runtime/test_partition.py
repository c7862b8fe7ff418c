"""A partition that is held and given up, without a broker: what fails is said, whenever it does."""

import asyncio
import threading
from unittest.mock import AsyncMock, Mock, patch

import pytest
from aiokafka import TopicPartition

from schemas.inputs.events import Kind
from streams.kafka.access import AccessError
from streams.kafka.commit import CommitError
from streams.runtime.assignment import RESTORES_AT_ONCE, THREADS_MAX
from tests.support.batches import batch_of
from tests.support.feeding import Desk, sale
from tests.support.looping import in_a_loop
from tests.support.partitions import (
    ALL_INPUTS,
    DEADLINE_S,
    DistantLog,
    EmptyInputs,
    KeepingLog,
    SlowLog,
    committing,
    first_word,
    holding,
    shards_on,
    until,
)
from tests.support.policies import policy


@in_a_loop
async def test_a_commit_waits_for_a_broker_that_is_away() -> None:
    log = DistantLog()
    async with shards_on(lambda: log) as (shards, failures):
        await holding(shards)
        await shards.take(first_word(shards))
        await until(log.looked_for.is_set)
        assert not log.asked.is_set()
        log.there = True
        await until(log.asked.is_set)
        log.go_on.set()
    assert failures == []


@in_a_loop
async def test_who_stops_does_not_wait_for_a_broker_for_ever() -> None:
    log = DistantLog()
    with patch("streams.runtime.committer.WORD_DEADLINE_S", 0.05):
        async with shards_on(lambda: log) as (shards, failures):
            await holding(shards)
            await shards.take(first_word(shards))
            await until(log.looked_for.is_set)
            await asyncio.wait_for(shards.revoked(), DEADLINE_S)
    assert "the broker is away" in str(failures[0])
    assert not log.asked.is_set()


@in_a_loop
async def test_a_commit_that_fails_while_a_rebalance_begins_ends_the_process() -> None:
    log = SlowLog(CommitError("no"))
    async with shards_on(lambda: log) as (shards, failures):
        await committing(shards, [log])
        rebalance = asyncio.create_task(shards.revoked())
        await asyncio.sleep(0.01)
        log.go_on.set()
        await asyncio.wait_for(rebalance, DEADLINE_S)
    assert isinstance(failures[0], CommitError)


@in_a_loop
async def test_a_rebalance_that_ends_during_a_clean_stop_takes_nothing_over() -> None:
    logs: list[SlowLog] = []

    def make() -> SlowLog:
        logs.append(SlowLog())
        return logs[-1]

    async with shards_on(make) as (shards, failures):
        await committing(shards, logs)
        stop = asyncio.create_task(shards.stop())
        await asyncio.sleep(0.01)
        await shards.reassigned(ALL_INPUTS)
        logs[0].go_on.set()
        await asyncio.wait_for(stop, DEADLINE_S)
        assert not shards.ready
        assert [log.closed for log in logs] == [True]
        assert not failures


@in_a_loop
async def test_a_commit_does_not_wait_behind_restores() -> None:
    log, go_on = KeepingLog(), threading.Event()
    async with shards_on(lambda: log) as (shards, failures):
        await holding(shards)
        restores = [
            asyncio.create_task(shards._context.restoring(lambda: go_on.wait(DEADLINE_S)))
            for _ in range(THREADS_MAX + RESTORES_AT_ONCE)
        ]
        await shards.take(first_word(shards))
        await until(log.asked.is_set)
        assert not go_on.is_set()
        go_on.set()
        await asyncio.gather(*restores)
        assert not failures


@in_a_loop
async def test_a_client_at_rest_is_heard_and_may_end_the_process() -> None:
    log = KeepingLog()
    log.hear = Mock(side_effect=AccessError("no user"))  # type: ignore[method-assign]
    async with shards_on(lambda: log) as (shards, failures):
        await holding(shards)
        await until(lambda: bool(failures))
    assert isinstance(failures[0], AccessError)


@pytest.mark.parametrize("when", ["beginnings", "committed", "open_inputs"])
@in_a_loop
async def test_a_client_that_dies_while_a_partition_is_taken_over_ends_the_process(
    when: str,
) -> None:
    cancelled = AsyncMock(side_effect=asyncio.CancelledError)
    async with shards_on(lambda: SlowLog(asyncio.CancelledError())) as (shards, failures):
        with patch.object(EmptyInputs, when, cancelled):
            await shards.reassigned(ALL_INPUTS)
            await until(lambda: bool(failures))
        assert [type(its) for its in failures] == [asyncio.CancelledError]


@in_a_loop
async def test_a_commit_that_is_cancelled_is_in_doubt_and_ends_the_process() -> None:
    log = SlowLog()
    async with shards_on(lambda: log) as (shards, failures):
        await committing(shards, [log])
        for task in shards._held[0]._tasks:
            task.cancel()
        await until(lambda: bool(failures))
        log.go_on.set()
        assert asyncio.CancelledError in [type(its) for its in failures]


@in_a_loop
async def test_an_input_of_which_many_bytes_lie_here_is_not_read_on() -> None:
    async with shards_on(KeepingLog) as (shards, failures):
        await holding(shards)
        flow = shards._flow
        value: bytes | None = b"x" * 1_000_000
        before = flow.readable()
        ends = {Kind.PURCHASES: 9}  # of the others nothing is heard yet: they are waited for
        await shards.take(batch_of(0, 9, [value] * 9, ends=ends, epoch=flow.epoch))
        await until(lambda: flow.readable() != before)
        assert before - flow.readable() == {TopicPartition("purchases", 0)}
        await shards.stop()
        assert not failures


@in_a_loop
async def test_what_a_policy_review_makes_due_already_happens_though_nothing_comes() -> None:
    desk, log = Desk(), KeepingLog()
    desk.feed(Kind.PURCHASES, sale(1, amount="600"), sale(3, customer_id="bob"))
    desk.commit(stop=True)
    entry = {"tiers.entry.important": "700.00"}
    newer = policy({"version": "test-2", "tiers.review_days": 0}, entry)
    async with shards_on(lambda: log, desk.rows, newer, clock="event") as (shards, failures):
        await holding(shards)
        ends = dict.fromkeys(Kind, 0) | {Kind.PURCHASES: 2}
        await shards.take(batch_of(2, 2, ends=ends, epoch=shards._flow.epoch))
        await until(lambda: any(its.topic == "tier-changes" for its in log.outputs))
        await shards.stop()
        assert not failures
