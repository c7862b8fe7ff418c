"""Three brokers, each away for a while: what is committed on two of them is lost with none.

The coordinators of the group and of the transactions, and the leaders of partitions, move with
every one that goes. A worker may end in doubt; supervised, it loses and doubles nothing.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from kafka.errors import KafkaError

from tests.brokers import require_kafka
from tests.brokers.cluster import Cluster
from tests.faults.conftest import Checking
from tests.faults.plan import Plan
from tests.faults.survival import finish, nothing_lost_nothing_doubled, supervise
from tests.oracle.sample import sample
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.waiting import tell
from tests.support.workers import Crew

SECONDS = 120.0
EVENTS = 20_000
RECORDS_PER_S = 60.0
"""Of each partition: slow enough for every restart to find work to do."""
PARTITIONS = 4


@pytest.mark.kafka
@pytest.mark.fault(7)
def test_brokers_are_restarted_one_after_the_other_and_one_is_killed(
    sample_policy: Path, crew: Crew, checking: Checking
) -> None:
    require_kafka()
    with Cluster() as cluster:
        place = Place(cluster.address, "three.", "three", PARTITIONS)
        create_topics(place)
        plan = Plan(session_s=3, records_per_s=RECORDS_PER_S)
        place = plan.told(place.telling(clock="event", policy=sample_policy))
        records = sample(96, EVENTS, 300, partitions=PARTITIONS)
        load(place, records)
        checker = checking(place)
        crew.start(place)
        words = supervise(crew, place, "it reads", less_than(place, EVENTS), SECONDS)
        for broker in cluster.brokers:
            words += supervise(crew, place, "all are in sync", cluster.is_whole, SECONDS)
            broker.stop()
            left = unread(place)
            words += supervise(crew, place, "two go on", less_than(place, left), SECONDS)
            broker.start()
        words += supervise(crew, place, "all are in sync", cluster.is_whole, SECONDS)
        killed = cluster.brokers[0]
        killed.kill()
        left = unread(place)
        words += supervise(crew, place, "two go on", less_than(place, left), SECONDS)
        assert unread(place) > 1_000, "nothing was left to do: take fewer a second"
        killed.start()
        with closing(Watch(place)) as watch:
            words += finish(crew, place, watch, SECONDS)
        tell("\n".join(words))
        nothing_lost_nothing_doubled(place, records, checker)


def unread(place: Place) -> int:
    """As soon as somebody answers: a broker is just going."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            with closing(Watch(place)) as watch:
                return watch.unread()
        except KafkaError:
            if time.monotonic() > until:
                raise


def less_than(place: Place, left: int) -> Callable[[], bool]:
    """Holds once there is less left to read."""
    return lambda: unread(place) < left
