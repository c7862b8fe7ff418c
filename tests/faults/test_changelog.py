"""The changelog changes, or hides its end, while a worker restores from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from confluent_kafka import Producer

from tests.brokers.kafka import KafkaNode
from tests.faults.behind import kafka_behind
from tests.faults.conftest import Checking
from tests.faults.plan import Plan
from tests.faults.proxy import Proxy, Weather
from tests.faults.survival import finish, nothing_lost_nothing_doubled
from tests.oracle.records import Record
from tests.oracle.sample import sample
from tests.support.reading import read
from tests.support.topics import CHANGELOG, Place, Watch, configure, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew, Worker

PARTITIONS = 4
SECONDS = 60.0
FOREIGN_SECONDS = 30.0
WAITS = "restore waits for another program's open transaction"

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def node(proxy: Proxy) -> Iterator[KafkaNode]:
    """A Kafka whose cleaner looks about often."""
    overrides = {"log.cleaner.backoff.ms": "100", "log.retention.check.interval.ms": "1000"}
    with kafka_behind(proxy, overrides) as found:
        yield found


@pytest.fixture(scope="module")
def kafka(node: KafkaNode) -> str:
    return node.address


def read_half(place: Place, told: Place, watch: Watch, crew: Crew) -> list[Record]:
    """Half of the inputs is read by a worker that then dies."""
    records = sample(97, 10_000, 300, partitions=PARTITIONS)
    load(place, records)
    worker = crew.start(Plan(session_s=3, records_per_s=1_000).told(told))
    wait_until("half is read", lambda: watch.unread() < len(records) / 2, SECONDS)
    worker.kill()
    return records


def rows_read(worker: Worker) -> int:
    """By all its restores."""
    return sum(note["rows_read"] for note in worker.notes() if note["event"] == "restored")


def compacted(node: KafkaNode, place: Place) -> bool:
    """Whether the cleaner has been through all partitions of the changelog."""
    done = (node.log.parent / "logs" / "cleaner-offset-checkpoint").read_text()
    return done.count(f"{place.name(CHANGELOG)} ") == PARTITIONS


@pytest.mark.fault(20)
def test_the_changelog_is_compacted_while_a_worker_restores(
    place: Place, told: Place, watch: Watch, crew: Crew, node: KafkaNode, proxy: Proxy
) -> None:
    configure(place, CHANGELOG, segment_ms=300, min_compaction_lag_ms=2**62)
    records = read_half(place, told, watch, crew)
    wait_until("it lies still", lambda: watch.hidden(CHANGELOG) == 0, SECONDS)
    rows = len(read(place, CHANGELOG))
    worker = crew.start(Plan(session_s=10).told(replace(told, broker=proxy.address)))
    worker.wait_for_start()
    # a fetch brings no more than one segment of a partition: many slow ones are to be made
    proxy.weather = Weather(latency_s=0.5)
    wait_until("it restores", lambda: '"assigned"' in worker.text(), SECONDS)
    configure(place, CHANGELOG, min_compaction_lag_ms=0, min_cleanable_dirty_ratio=0.01)
    wait_until("it is compacted", lambda: compacted(node, place), SECONDS)
    assert rows_read(worker) == 0
    assert worker.get("/readyz")[0] == 503
    proxy.weather = Weather()
    worker.wait_until_ready()
    tell(f"{rows_read(worker)} of {rows} rows were read")
    assert 0 < rows_read(worker) < rows
    assert finish(crew, told, watch, SECONDS) == []
    # rows that were replaced are gone: their numbers have gaps for whoever reads
    nothing_lost_nothing_doubled(place, records, None)


@contextmanager
def open_transaction(place: Place) -> Iterator[Producer]:
    """Another program's, on the first partition of the changelog; it is never committed."""
    options = {"bootstrap.servers": place.broker, "transactional.id": f"of-others-{place.app_id}"}
    foreign = Producer(options)
    foreign.init_transactions(FOREIGN_SECONDS)
    foreign.begin_transaction()
    foreign.produce(place.name(CHANGELOG), key=b"nobody", value=b"nothing", partition=0)
    assert foreign.flush(FOREIGN_SECONDS) == 0
    yield foreign
    foreign.abort_transaction(FOREIGN_SECONDS)


@pytest.mark.fault(24)
def test_a_restore_waits_for_another_programs_transaction_and_goes_on_when_it_is_aborted(
    place: Place, told: Place, watch: Watch, crew: Crew, checking: Checking
) -> None:
    checker = checking(place)
    records = read_half(place, told, watch, crew)
    with open_transaction(place):
        worker = crew.start(told)
        wait_until("it waits", lambda: WAITS in worker.text(), SECONDS, otherwise=worker.text)
        assert worker.metrics().number("restore_waiting") == 1
        assert worker.get("/readyz")[0] == 503
        said = next(note for note in worker.notes() if note["event"] == WAITS)
        assert (said["topic"], said["partition"]) == (place.name(CHANGELOG), 0)
    worker.wait_until_ready()
    assert worker.metrics().number("restore_waiting") == 0
    assert finish(crew, told, watch, SECONDS) == []
    nothing_lost_nothing_doubled(place, records, checker)


@pytest.mark.fault(24)
def test_a_restore_behind_a_transaction_that_does_not_end_parks_its_partition_and_names_it(
    place: Place, told: Place, watch: Watch, crew: Crew, checking: Checking
) -> None:
    checker = checking(place)
    records = read_half(place, told, watch, crew)
    impatient = Plan(constants={"kafka.changelog.STALL_DEADLINE_S": 2.0}).told(told)
    with open_transaction(place):
        why = crew.start(impatient).must_park()
        assert watch.unread() > 0
    said = "nothing came for 2 s: another program's transaction is open there: find it and end it"
    assert why == f"RestoreError: {place.name(CHANGELOG)}-0: {said}"
    assert finish(crew, told, watch, SECONDS) == []
    nothing_lost_nothing_doubled(place, records, checker)
