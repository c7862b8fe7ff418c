"""Workers that come and go: each has its share after every rebalance, and few partitions move."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.plan import Plan
from tests.support.topics import Place, create_topics
from tests.support.waiting import wait_until
from tests.support.workers import Crew, Worker

PARTITIONS = 6
SECONDS = 60.0

pytestmark = pytest.mark.kafka


def wait_for_shares(crew: Crew, *shares: int) -> None:
    """Waits until the workers that run read so many partitions each."""

    def holds() -> bool:
        crew.all_are_well()
        return sorted(worker.partitions for worker in crew.running()) == list(shares)

    wait_until(f"shares of {shares}", holds, SECONDS, otherwise=crew.tails)


def last_assigned(worker: Worker) -> Any:
    return [note for note in worker.notes() if note["event"] == "assigned"][-1]


def test_a_worker_that_comes_back_gets_its_share_and_the_others_keep_theirs(
    bare_place: Place, crew: Crew
) -> None:
    place = Plan(session_s=3).told(replace(bare_place, partitions=PARTITIONS))
    create_topics(place)
    workers = [crew.start(place) for _ in range(4)]
    wait_for_shares(crew, 1, 1, 2, 2)
    workers[0].kill()
    wait_for_shares(crew, 2, 2, 2)
    before = [set(last_assigned(worker)["partitions"]) for worker in workers[1:]]
    crew.start(place)
    wait_for_shares(crew, 1, 1, 2, 2)
    after = [last_assigned(worker) for worker in workers[1:]]
    assert sum(len(one["kept"]) for one in after) == PARTITIONS - 1
    for held, one in zip(before, after, strict=True):
        assert set(one["partitions"]) <= held
