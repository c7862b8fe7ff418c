"""What concerns one partition parks that one: it is said once, tried again, and holds up nobody."""

import asyncio
import time
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from agents.partition.shard import Changes
from agents.ports import Batch, ClockError, InvariantError, LimitError, UnfitPolicyError
from schemas.base.times import DAY_US
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.state.codec import UnreadableRowError
from streams.kafka.access import AccessError
from streams.kafka.changelog import Changelog, RestoreError
from streams.kafka.commit import CommitError, RefusedError
from streams.kafka.fetching import UnreadableInputError
from streams.observe.metrics import Metrics
from streams.runtime import parking
from streams.runtime.assignment import Assignment
from streams.runtime.parking import PAUSES_S, WELL_S, Parking, ParkReason
from tests.support.batches import batch_of
from tests.support.looping import in_a_loop
from tests.support.partitions import KeepingLog, SlowLog, shards_on, until

ILL, WELL = 0, 1
BOTH = {topic: {ILL, WELL} for topic in TOPIC_OF_KIND.values()}
ERRORS: dict[Exception, ParkReason] = {
    UnreadableInputError("no"): ParkReason.RECORD,
    UnreadableRowError(b"k", "no"): ParkReason.ROW,
    LimitError("no"): ParkReason.LIMIT,
    ClockError("no"): ParkReason.CLOCK,
    RefusedError("no"): ParkReason.MESSAGE,
    InvariantError("no"): ParkReason.STATE,
    RestoreError("no"): ParkReason.CHANGELOG,
    IndexError("no"): ParkReason.UNFORESEEN,
}
ENDS = [CommitError("in doubt"), AccessError("no right"), UnfitPolicyError("older")]


@pytest.fixture
def soon() -> Iterator[None]:
    with patch.object(parking, "PAUSES_S", (0.01, 0.02)):
        yield


def parked(shards: Assignment) -> list[tuple[str, ...]]:
    """Partition and reason, as the metric has them."""
    (metric,) = shards.metrics.partition_parked.collect()
    assert all(sample.value == 1 for sample in metric.samples)
    return [(its.labels["partition"], its.labels["reason"]) for its in metric.samples]


def empty(shards: Assignment, partition: int) -> Batch:
    batch = batch_of(ends=dict.fromkeys(Kind, 0), epoch=shards._flow.epoch)
    batch.partition = partition
    return batch


def fails_of(error: Exception, times: int) -> Callable[..., dict[bytes, bytes]]:
    """The changelog of one partition can't be read, so often."""
    left = [error] * times

    def read(changelog: Changelog, *_: object) -> dict[bytes, bytes]:
        if changelog._tp.partition == ILL and left:
            raise left.pop()
        return {}

    return read


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@in_a_loop
async def test_it_stands_still_alone_and_goes_on_once_the_cause_is_gone(error: Exception) -> None:
    log = KeepingLog()
    async with shards_on(lambda: log, partitions=2) as (shards, failures):
        with (
            patch("streams.kafka.changelog.Changelog.read", fails_of(error, 2)),
            patch("streams.kafka.changelog.Changelog.offset_of", lambda *_: 7),
        ):
            await shards.reassigned(BOTH)
            await until(lambda: bool(parked(shards)))
            assert parked(shards) == [(str(ILL), ERRORS[error])]
            assert shards.parked == {ILL: ERRORS[error]}
            assert not shards.ready
            await until(lambda: shards._held[WELL].running)
            await until(lambda: shards.ready)
        assert (parked(shards), shards.parked, failures) == ([], {}, [])
        await shards.stop()


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
@in_a_loop
async def test_what_is_in_doubt_or_the_worker_s_own_fault_ends_the_process(
    error: Exception,
) -> None:
    async with shards_on(KeepingLog, partitions=2) as (shards, failures):
        with patch("streams.kafka.changelog.Changelog.read", fails_of(error, 1)):
            await shards.reassigned(BOTH)
            await until(lambda: bool(failures))
        assert (failures, parked(shards)) == ([error], [])


@in_a_loop
async def test_a_rebalance_neither_tries_it_at_once_nor_forgets_it() -> None:
    tries = []

    def read(changelog: Changelog, *_: object) -> dict[bytes, bytes]:
        if changelog._tp.partition == ILL:
            tries.append(1)
            raise LimitError("no")
        return {}

    async with shards_on(KeepingLog, partitions=2) as (shards, failures):
        with (
            patch.object(parking, "PAUSES_S", (60.0,)),
            patch("streams.kafka.changelog.Changelog.read", read),
        ):
            await shards.reassigned(BOTH)
            await until(lambda: bool(shards.parked) and shards._held[WELL].running)
            for _ in range(3):
                await shards.revoked()
                await shards.reassigned(BOTH)
            await until(lambda: shards._held[WELL].running)
            assert (len(tries), shards.parked) == (1, {ILL: ParkReason.LIMIT})
            await shards.revoked()
            await shards.reassigned({topic: {WELL} for topic in BOTH})
            assert (parked(shards), shards.parked) == ([], {})
        assert not failures


@pytest.mark.usefixtures("soon")
@in_a_loop
async def test_a_clock_that_jumps_parks_what_it_would_take_along_until_it_is_set_right() -> None:
    off_us = 0
    with patch("streams.runtime.pump.now_us", lambda: time.time_ns() // 1_000 + off_us):
        async with shards_on(KeepingLog) as (shards, failures):
            await shards.reassigned({topic: {ILL} for topic in BOTH})
            await until(lambda: shards.ready)
            for jump_us in (-2 * DAY_US, 400 * DAY_US):
                off_us = jump_us
                await until(lambda: shards.parked == {ILL: ParkReason.CLOCK})
                off_us = DAY_US // 2
                await until(lambda: shards.ready)
            assert not failures


class Refusing(SlowLog):
    """A log whose first commit is refused, when it is let go."""

    made = 0

    def __init__(self) -> None:
        Refusing.made += 1
        super().__init__(RefusedError("no") if Refusing.made == 1 else None)

    def commit(self, changes: Changes) -> None:
        if self._outcome is None:
            self.go_on.set()
        super().commit(changes)


@pytest.mark.usefixtures("soon")
@in_a_loop
async def test_what_a_refused_commit_carried_is_taken_again_though_a_rebalance_began() -> None:
    logs: list[Refusing] = []

    def make() -> Refusing:
        logs.append(Refusing())
        return logs[-1]

    one = {topic: {ILL} for topic in BOTH}
    async with shards_on(make) as (shards, failures):
        await shards.reassigned(one)
        await until(lambda: shards.ready)
        await shards.take(empty(shards, ILL))
        await until(logs[0].asked.is_set)
        rebalance = asyncio.create_task(shards.revoked())
        await asyncio.sleep(0.01)
        logs[0].go_on.set()
        await rebalance
        await shards.reassigned(one)
        await until(lambda: shards.ready)
        assert [log.closed for log in logs] == [True, False]
        assert shards._held[ILL].shard.commit_number == 0  # nothing was taken over from memory
        assert not failures


def test_pauses_grow_until_it_has_run_well_for_a_while() -> None:
    places, error = Parking(Metrics()), LimitError("no")
    with patch("time.monotonic") as clock:
        clock.return_value = 0.0
        assert tuple(places.park(3, error) for _ in PAUSES_S) == PAUSES_S
        assert places.park(3, error) == PAUSES_S[-1]
        places.runs(3)
        clock.return_value = WELL_S - 1
        assert places.park(3, error) == PAUSES_S[-1]
        places.runs(3)
        clock.return_value = 2 * WELL_S
        assert places.park(3, error) == PAUSES_S[0]
