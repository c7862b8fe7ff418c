"""The broker dies, stands still, is away: supervised workers lose and double nothing."""

import json
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.conftest import Checking
from tests.faults.outages import passes
from tests.faults.plan import Plan
from tests.faults.survival import finish, nothing_lost_nothing_doubled, supervise
from tests.oracle.sample import sample
from tests.support.topics import CHANGELOG, Place, Watch, create_topics, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew

PARTITIONS = 4
SECONDS = 90.0
KILLS = 3
STILL_SECONDS = 14.0
"""Longer than a request (10 s) and a commit (12 s) may take."""
AWAY_SECONDS = 70.0
"""Longer than every timeout of a worker; the longest is that of its consumer's requests, 40 s."""
REST_SECONDS = 3.0
COMPLAIN_SECONDS = 12.0
"""Less than a minute, and longer than it takes until a client at rest is heard."""
COMPLAINTS_MAX = 20
"""In that time they complain some hundred times a second, of about ten causes."""
ROOM_BYTES = 16_384
NO_ROOM = "java.io.IOException: File too large"
NO_WORD = ("CommitError: ", "RestoreError: ")
AWAY = "whalecurve: no Kafka broker answers at "
EXPECTED = (*NO_WORD, AWAY, "whalecurve: the Kafka broker at ", "KafkaConnectionError: ")
"""How last words begin, whenever a broker goes or comes back."""

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def node() -> Iterator[KafkaNode]:
    """A Kafka of this module's own, to be killed."""
    require_kafka()
    with KafkaNode() as found:
        yield found
        found.kill()


@pytest.fixture
def paced(node: KafkaNode, sample_policy: Path) -> Callable[[str], Place]:
    """Places of that name, with topics, whose workers take their time."""

    def make(name: str) -> Place:
        place = Place(node.address, f"{name}.", name, PARTITIONS)
        create_topics(place)
        plan = Plan(session_s=3, records_per_s=500)
        return plan.told(place.telling(clock="event", policy=sample_policy))

    return make


def unread(place: Place) -> int:
    with closing(Watch(place)) as watch:
        return watch.unread()


def reads_on(place: Place, left: int) -> Callable[[], bool]:
    """Holds once there is less left to read."""
    return lambda: unread(place) < left


def read_on(crew: Crew, place: Place) -> list[str]:
    """The rest is read under supervision; the last words of those that failed on the way."""
    with closing(Watch(place)) as watch:
        words = finish(crew, place, watch, SECONDS)
    tell("\n".join(words))
    return words


@pytest.mark.fault(7)
def test_the_broker_is_killed_again_and_again_in_the_middle(
    node: KafkaNode, paced: Callable[[str], Place], crew: Crew, checking: Checking
) -> None:
    records = sample(91, 16_000, 300, partitions=PARTITIONS)
    place = paced("killed")
    load(place, records)
    checker = checking(place)
    crew.start(place)
    words, left = [], len(records)
    for _ in range(KILLS):
        words += supervise(crew, place, "it reads", reads_on(place, left), SECONDS)
        node.kill()
        words += supervise(crew, place, "the broker is away", passes(1.0), SECONDS)
        node.start()
        left = unread(place)
        assert left > 1_000
    words += read_on(crew, place)
    assert all(word.startswith(EXPECTED) for word in words)
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(8)
def test_the_broker_stands_still_for_longer_than_requests_may_take(
    node: KafkaNode, paced: Callable[[str], Place], crew: Crew, checking: Checking
) -> None:
    records = sample(92, 10_000, 300, partitions=PARTITIONS)
    place = paced("still")
    load(place, records)
    checker = checking(place)
    crew.start(place)
    wait_until("it reads", reads_on(place, len(records)), SECONDS)
    assert node.pid is not None
    os.kill(node.pid, signal.SIGSTOP)
    try:
        words = supervise(crew, place, "it stands still", passes(STILL_SECONDS), SECONDS)
    finally:
        os.kill(node.pid, signal.SIGCONT)
    assert unread(place) > 1_000
    words += read_on(crew, place)
    assert all(word.startswith(EXPECTED) for word in words)
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(9)
def test_the_broker_is_away_for_longer_than_every_timeout(
    node: KafkaNode, paced: Callable[[str], Place], crew: Crew, checking: Checking
) -> None:
    records = sample(93, 10_000, 300, partitions=PARTITIONS)
    place = paced("away")
    load(place, records)
    checker = checking(place)
    crew.start(place)
    wait_until("it reads", reads_on(place, len(records)), SECONDS)
    node.kill()
    crew.start(place)
    words = supervise(crew, place, "the broker is away", passes(AWAY_SECONDS), 2 * AWAY_SECONDS)
    node.start()
    assert unread(place) > 1_000
    words += read_on(crew, place)
    assert f"{AWAY}{node.address}" in "\n".join(words)
    assert all(word.startswith(EXPECTED) for word in words)
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(7)
def test_a_worker_at_rest_says_little_of_a_broker_that_is_away(
    node: KafkaNode, paced: Callable[[str], Place], crew: Crew
) -> None:
    place = paced("rest")
    worker = crew.start_ready(place)
    wait_until(
        "each partition has committed where it begins",
        lambda: worker.metrics().number("commits_total") >= PARTITIONS,
        SECONDS,
    )
    wait_until("it is at rest", passes(REST_SECONDS), SECONDS)
    node.kill()
    try:
        wait_until("its clients complain", passes(COMPLAIN_SECONDS), SECONDS)
    finally:
        node.start()
    crew.all_are_well()
    lines = [json.loads(line) for line in worker.text().splitlines()]
    complaints = [line for line in lines if line["level"] == "error"]
    assert {line["logger"].partition(".")[0] for line in complaints} == {"aiokafka", "librdkafka"}
    assert len(complaints) <= COMPLAINTS_MAX
    wait_until("it reads on", lambda: worker.ready, SECONDS)
    worker.stop()


def largest_bytes(node: KafkaNode, place: Place) -> int:
    """Of the changelog's files, and of the broker's own log of what happened."""
    logs = (node.log.parent / "logs").glob(f"{place.name(CHANGELOG)}-*/*.log")
    return max(path.stat().st_size for path in (*logs, node.log))


@pytest.mark.fault(25)
def test_the_broker_has_no_room_for_its_log(
    node: KafkaNode, paced: Callable[[str], Place], crew: Crew, checking: Checking
) -> None:
    """No file of the broker may grow any more: as on a full disk, an append fails."""
    records = sample(94, 20_000, 300, partitions=PARTITIONS)
    place = paced("full")
    load(place, records)
    checker = checking(place)
    crew.start(place)
    wait_until("it reads", reads_on(place, len(records)), SECONDS)
    assert node.pid is not None
    _, hard = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
    limit = largest_bytes(node, place) + ROOM_BYTES
    resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (limit, hard))
    words = supervise(crew, place, "the broker ends", lambda: not node.running, SECONDS)
    assert NO_ROOM in node.log.read_text()
    words += supervise(crew, place, "the broker is away", passes(1.0), SECONDS)
    node.kill()
    node.start()
    assert unread(place) > 1_000
    words += read_on(crew, place)
    assert all(word.startswith(EXPECTED) for word in words)
    nothing_lost_nothing_doubled(place, records, checker)
