"""Requests of transactions are cut off, unheard, or late: each commit is whole, or never was."""

import signal
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.faults.behind import kafka_behind
from tests.faults.checker import Checker
from tests.faults.conftest import Checking
from tests.faults.plan import Plan, Strike
from tests.faults.proxy import Api, Fault, How, Proxy
from tests.faults.survival import finish, nothing_lost_nothing_doubled, supervise
from tests.oracle.sample import sample
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew

PARTITIONS = 4
SECONDS = 90.0
ATTEMPTS = 4
UNDOUBTING: Final = {"kafka.commit.SENT_TWICE_S": 60.0}
"""The end right after a cut takes long, too, and would be reason enough to start again."""
TRANSACTION = (
    Api.FIND_COORDINATOR,
    Api.INIT_PRODUCER_ID,
    Api.ADD_PARTITIONS_TO_TXN,
    Api.PRODUCE,
    Api.ADD_OFFSETS_TO_TXN,
    Api.TXN_OFFSET_COMMIT,
    Api.END_TXN,
)
"""The requests of a transaction, from its producer's start to its end."""
IN_DOUBT: Final = {"late": "may have been sent twice", "hold": "_TIMED_OUT"}
EPOCH_BUMPING_END: Final = 5
"""From this version of EndTxn on the broker raises the epoch with each transaction."""
REFUSED: Final = (47, 90)
"""INVALID_PRODUCER_EPOCH, PRODUCER_FENCED."""

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def kafka(proxy: Proxy) -> Iterator[str]:
    """A Kafka that tells those behind the proxy to find it there."""
    with kafka_behind(proxy) as node:
        yield node.address


@pytest.fixture
def told(place: Place, proxy: Proxy, sample_policy: Path) -> Place:
    """The place as workers see it: through the proxy, by the events' clock, at a pace."""
    behind = replace(place, broker=proxy.address)
    plan = Plan(session_s=3, records_per_s=1_000)
    return plan.told(behind.telling(clock="event", policy=sample_policy))


@pytest.mark.fault(10)
def test_a_cut_before_or_after_each_request_of_a_transaction(
    place: Place, told: Place, watch: Watch, crew: Crew, proxy: Proxy, checking: Checking
) -> None:
    records = sample(71, 20_000, 300, partitions=PARTITIONS)
    load(place, records)
    checker = checking(place)
    mine = f"{place.app_id}-".encode()
    proxy.struck.clear()
    proxy.put(
        *(Fault(api, how, of=mine) for api in TRANSACTION for how in ("cut before", "cut after"))
    )
    crew.start(told)
    words = supervise(crew, told, "all have struck", lambda: proxy.left == 0, SECONDS)
    assert watch.unread() > 1_000
    words += finish(crew, told, watch, SECONDS)
    tell("\n".join(words))
    assert proxy.struck == {
        (api, how): 1 for api in TRANSACTION for how in ("cut before", "cut after")
    }
    assert all(word.startswith("CommitError: ") for word in words)
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(11)
@pytest.mark.parametrize("how", ["late", "hold"])
def test_a_late_end_of_a_transaction_never_commits_a_part_of_the_next(
    place: Place,
    told: Place,
    watch: Watch,
    crew: Crew,
    proxy: Proxy,
    how: How,
    checking: Checking,
) -> None:
    """librdkafka has no KIP-890: its ends have version 1, and all transactions of a producer one
    epoch, though the broker (4.x) could raise it with each. So the end that arrives late would be
    taken for that of the next transaction. It must not find one of its epoch.
    """
    records = sample(72, 10_000, 300, partitions=PARTITIONS)
    load(place, records)
    checker = checking(place)
    mine = f"{place.app_id}-0".encode()
    late = Fault(Api.END_TXN, how, 5, of=mine, until=Api.PRODUCE, seconds=60.0)
    proxy.struck.clear()
    proxy.put(late)
    crew.start(told)
    words = supervise(crew, told, "it was let go", lambda: bool(late.answer), SECONDS)
    words += finish(crew, told, watch, SECONDS)
    tell(f"{words}")
    assert proxy.struck == {(Api.END_TXN, how): 1}
    assert len(words) == 1
    assert IN_DOUBT[how] in words[0]
    _, error = struct.unpack_from(">ih", late.answer)
    assert late.version < EPOCH_BUMPING_END
    assert error in REFUSED
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(11)
def test_late_offsets_of_a_transaction_do_not_stand_against_those_of_the_next(
    bare_place: Place, crew: Crew, proxy: Proxy, sample_policy: Path
) -> None:
    """They arrive behind those of the next transaction, which has the same epoch, and overwrite
    them: the group then says less than the rows, which were written in one piece.
    """
    place = replace(bare_place, partitions=1)
    create_topics(place)
    records = sample(73, 5_000, 100, partitions=1)
    load(place, records)
    behind = replace(place, broker=proxy.address).telling(clock="event", policy=sample_policy)
    mine = f"{place.app_id}-0".encode()
    with closing(Watch(place)) as watch:
        for _ in range(ATTEMPTS):
            late = Fault(
                Api.TXN_OFFSET_COMMIT, "late", 5, mine, Api.TXN_OFFSET_COMMIT, seconds=30.0,
                answers=2,
            )  # fmt: skip
            proxy.put(late)
            strikes = (Strike("offsets.after", 6, "sleep", 2.0), Strike("end.after", 6))
            plan = Plan(strikes, session_s=3, records_per_s=500, constants=UNDOUBTING)
            first = crew.start(plan.told(behind))
            first.told_to_end = True
            assert first.wait_for_end() == -signal.SIGKILL, first.text()
            wait_until("they arrived", lambda: bool(late.answer), SECONDS)  # noqa: B023
            assert watch.unread() > 0
            if is_behind(place):
                break
        else:
            pytest.fail("late offsets never overwrote those of the next commit")
        worker = crew.start(behind)
        assert finish(crew, behind, watch, SECONDS) == []
    assert "offsets of an earlier commit came late" in worker.text()
    # what the group goes by went back: the checker would find just that
    nothing_lost_nothing_doubled(place, records, None)


def is_behind(place: Place) -> bool:
    """Whether the group's offsets are of an earlier commit than the newest row."""
    with closing(Checker(place).start()) as checker:
        return any("the group is at commit" in finding for finding in checker.finish())
