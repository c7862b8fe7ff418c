"""Stops, restarts, more workers and fewer, time that passes, and a worker that was thought dead."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from streams import __version__
from tests.faults.survival import finish
from tests.oracle import instants
from tests.oracle.records import PURCHASES, Record, partition_of
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY, POLICY_TOML
from tests.support.reading import Outputs, equals_recount, read, sequences_are_whole
from tests.support.topics import Place, Publisher, Watch, bought, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew, Worker

PARTITIONS = 4
STOP_SECONDS = 10.0
"""A stop takes less than three seconds; the machine may be busy."""
READ_SECONDS = 60.0
ZOMBIE_COMMIT_MS = 8_000
"""Time enough to stop it with all taken and next to nothing committed."""

pytestmark = pytest.mark.kafka


@pytest.fixture
def place(place: Place, sample_policy: Path) -> Place:
    return place.telling(clock="event", policy=sample_policy)


def equal_a_recount(place: Place, records: list[Record]) -> None:
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    equals_recount(outputs, recount(POLICY, records, partitions=PARTITIONS))


def has_taken(worker: Worker, customers: int) -> bool:
    """The worker knows all customers, and of no record that it has not taken."""
    metrics = worker.metrics()
    return metrics.number("customers") == customers and metrics.number("lag") == 0


# what it says of itself


def test_a_worker_says_what_it_is_and_which_names_are_no_settings(place: Place, crew: Crew) -> None:
    worker = crew.start_ready(place.telling(partitons=8))
    assert [
        note["names"] for note in worker.notes() if note["event"] == "these are no settings"
    ] == [["WHALECURVE_PARTITONS"]]
    metrics = worker.metrics()
    version = POLICY["version"]
    assert metrics.number("info", version=__version__, policy_version=version) == 1
    assert metrics.number("partitions_configured") == PARTITIONS
    assert "\nprocess_start_time_seconds " in worker.get("/metrics")[1]


# stop and start again


def test_a_stop_in_the_middle_ends_with_0_and_the_next_worker_goes_on(
    place: Place, watch: Watch, crew: Crew
) -> None:
    records = sample(31, 15_000, 400, partitions=PARTITIONS)
    load(place, records)
    seldom = place.telling(snapshot_seconds=3600)
    worker = crew.start(seldom)
    wait_until("it reads", lambda: watch.unread() < len(records), READ_SECONDS, every=0.005)
    took = worker.stop()
    tell(f"stopped in the middle in {took:.2f} s")
    assert took < STOP_SECONDS
    assert watch.unread() > 0

    worker = crew.start_ready(seldom)
    crew.wait_until_read(watch, READ_SECONDS)
    took = worker.stop()
    tell(f"stopped at rest in {took:.2f} s")
    assert took < STOP_SECONDS
    # the recount's last values are those of all customers: snapshots that were owed are out
    equal_a_recount(place, records)


def test_a_stop_does_not_wait_for_the_next_commits_time(
    place: Place, watch: Watch, crew: Crew
) -> None:
    load(place, sample(35, 2_000, 50, partitions=PARTITIONS))
    worker = crew.start_ready(place.telling(commit_ms=60_000))
    wait_until("all is taken", lambda: has_taken(worker, 50), READ_SECONDS)
    assert worker.stop() < STOP_SECONDS
    # the group's offsets become visible a moment after their transaction
    wait_until("all is committed", lambda: watch.unread() == 0, STOP_SECONDS)


def test_a_restart_with_nothing_new_puts_out_nothing(
    place: Place, watch: Watch, crew: Crew
) -> None:
    load(place, sample(32, 1_500, 100, partitions=PARTITIONS))
    at_once = place.telling(snapshot_seconds=0)
    worker = crew.start_ready(at_once)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.stop()
    before = vars(Outputs(place))
    worker = crew.start_ready(at_once)
    time.sleep(1.0)
    worker.stop()
    assert vars(Outputs(place)) == before


# more workers and fewer


class Feed:
    """Publishes records bit by bit from a thread."""

    def __init__(self, place: Place, records: list[Record], at_once: int, every: float) -> None:
        self._place, self._records = place, records
        self._at_once, self._every = at_once, every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def flows(self) -> bool:
        """More is to come."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Until all is published."""
        self._thread.join(READ_SECONDS)
        assert not self.flows

    def _run(self) -> None:
        publisher = Publisher(self._place)
        for at in range(0, len(self._records), self._at_once):
            publisher.publish(self._records[at : at + self._at_once])
            if self._stopped.wait(self._every):
                return


@pytest.mark.fault(5)
def test_workers_that_come_and_go_while_events_flow_lose_and_double_nothing(
    place: Place, watch: Watch, crew: Crew
) -> None:
    # of one input alone the order is sure while it flows
    records = [
        one for one in sample(33, 20_000, 300, partitions=PARTITIONS) if one.topic == PURCHASES
    ]
    first = crew.start_ready(place)
    with Feed(place, records, 100, 0.1) as feed:
        wait_until("it reads", lambda: bool(watch.committed()), READ_SECONDS)
        second = crew.start_ready(place)
        for worker in (first, second):
            worker.wait_until_reads(PARTITIONS // 2)
        took = first.stop()
        second.wait_until_reads(PARTITIONS)
        assert feed.flows
        feed.wait()
    tell(f"stopped in {took:.2f} s")
    crew.wait_until_read(watch, READ_SECONDS)
    second.stop()
    equal_a_recount(place, records)


@pytest.mark.fault(5)
def test_rebalances_in_the_middle_of_a_backlog_end_no_worker(
    place: Place, watch: Watch, crew: Crew
) -> None:
    records = sample(36, 60_000, 1_500, partitions=PARTITIONS)
    load(place, records)
    crew.start(place)
    for left in (55_000, 45_000, 35_000, 25_000):
        wait_until("they go on", lambda: watch.unread() < left, READ_SECONDS, every=0.01)  # noqa: B023 - waited for here
        crew.start(place)
    crew.wait_until_read(watch, READ_SECONDS)
    crew.stop_all()
    equal_a_recount(place, records)


# time that passes


def test_a_day_leaves_the_window_when_others_move_stream_time(place: Place, crew: Crew) -> None:
    home = partition_of(b"ada", PARTITIONS, "murmur2")
    names = (f"neighbour-{number}" for number in range(100))
    neighbour = next(
        name for name in names if partition_of(name.encode(), PARTITIONS, "murmur2") == home
    )
    now_ms = int(time.time() * 1_000)
    crew.start_ready(place)
    load(place, [bought("ada", "e-1", "2026-03-01T10:00:00Z", "1000.00", now_ms)])
    wait_until("her tier is out", lambda: len(read(place, "tier-changes")) == 1, READ_SECONDS)
    # 45 days after the first of March the window has left it
    load(place, [bought(neighbour, "e-2", "2026-04-15T00:00:00Z", "1.00", now_ms)])
    wait_until("it falls", lambda: len(read(place, "tier-changes")) == 3, READ_SECONDS)
    one, two = (out.wire for out in read(place, "tier-changes") if out.key == b"ada")
    assert (one["to_tier"], one["trigger"]["kind"]) == ("key", "event")
    assert (two["from_tier"], two["to_tier"]) == ("key", "ordinary")
    assert two["effective_at"] == "2026-04-15T00:00:00Z"
    assert two["trigger"] == {"kind": "timer", "topic": None, "event_id": None}
    assert two["value"]["contribution"] == "0.00"


def test_a_day_leaves_the_window_by_the_wall_clock_with_no_event(
    place: Place, crew: Crew, tmp_path: Path
) -> None:
    policy = tmp_path / "one-day.toml"
    policy.write_text(POLICY_TOML.replace("window_days = 45", "window_days = 1"))
    crew.start_ready(place.telling(clock="wall", policy=policy))
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    yesterday = noon - timedelta(days=1)
    at = instants.text(int(yesterday.timestamp()) * 1_000_000)
    load(place, [bought("ada", "e-1", at, "1000.00", int(time.time() * 1_000))])
    wait_until("it falls", lambda: len(read(place, "tier-changes")) == 2, READ_SECONDS)
    one, two = (out.wire for out in read(place, "tier-changes"))
    assert (one["to_tier"], one["effective_at"]) == ("key", at)
    assert (two["from_tier"], two["to_tier"]) == ("key", "ordinary")
    assert two["effective_at"] == f"{noon.date().isoformat()}T00:00:00Z"
    assert two["trigger"] == {"kind": "timer", "topic": None, "event_id": None}


# a worker that was thought dead


@pytest.mark.fault(3)
def test_a_worker_that_stood_still_too_long_ends_and_doubles_nothing(
    place: Place, watch: Watch, crew: Crew
) -> None:
    records = sample(34, 6_000, 200, partitions=PARTITIONS)
    load(place, records)
    zombie = crew.start_ready(place.telling(commit_ms=ZOMBIE_COMMIT_MS))
    wait_until("all is taken", lambda: has_taken(zombie, 200), READ_SECONDS)
    assert watch.unread() > 1_000  # and not committed
    zombie.pause()
    crew.start(place)
    wait_until("another has read all", lambda: watch.unread() == 0, READ_SECONDS)
    zombie.resume()
    zombie.must_fail()
    assert "fenced" in zombie.text()
    finish(crew, place, watch, READ_SECONDS)
    equal_a_recount(place, records)
