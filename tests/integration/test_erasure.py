"""Who is erased is gone: from state, from what is to come, and in the end from the broker's disk.

The first part is about what can be read and what follows, through stops and kills. The second one
is about bytes: Kafka takes them off its disk when it compacts, and its files are searched.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

import pytest

from schemas.base.times import NO_DUE_US
from schemas.state.codec import decode_customer, read_head
from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.oracle import instants
from tests.oracle.records import CUSTOMERS, PURCHASES, SUPPORT_CALLS, Record, partition_of
from tests.oracle.sample_policy import WHOLE_TOML
from tests.support.reading import (
    Outputs,
    Wire,
    last_values,
    newest,
    read,
    sequences_are_whole,
    subject_of,
)
from tests.support.topics import CHANGELOG, Place, Watch, configure, create_topics, load
from tests.support.waiting import tell, wait_until
from tests.support.workers import Crew

PARTITIONS: Final = 4
READ_SECONDS: Final = 60.0
SECRET: Final = "known to the tests alone"  # noqa: S105 - it keeps nothing secret
SNAPSHOTS: Final = "customer-values"
PAST: Final = ("tier-changes", "at-risk", "contacts-due")
"""What was said of a customer, and stays as long as the topic's owner keeps it."""

pytestmark = pytest.mark.kafka


def neighbours(name: str) -> Iterator[str]:
    """Customers in the partition of another one."""
    home = partition_of(name.encode(), PARTITIONS, "murmur2")
    names = (f"neighbour-{number}@example.org" for number in count())
    return (one for one in names if partition_of(one.encode(), PARTITIONS, "murmur2") == home)


ADA: Final = "ada.lovelace@example.org"
BOB, STRANGER, CLOCK = islice(neighbours(ADA), 3)
"""One who does all that Ada does and is not erased, one never heard of, and one who moves time."""


@pytest.fixture(scope="module")
def whole_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policies") / "whole.toml"
    path.write_text(WHOLE_TOML)
    return path


@pytest.fixture(scope="module")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secrets") / "erasure"
    path.write_text(f"{SECRET}\n")
    return path


# what happens


def record(topic: str, name: str, at: str, value: bytes | None) -> Record:
    """A record that arrives as what it tells happens."""
    partition = partition_of(name.encode(), PARTITIONS, "murmur2")
    return Record(topic, partition, 0, instants.parse(at) // 1_000, name.encode(), value)


def event(topic: str, name: str, at: str, **fields: Any) -> Record:
    body = {"event_id": f"{topic} {at}", "customer_id": name, "occurred_at": at} | fields
    return record(topic, name, at, json.dumps(body).encode())


def sale(name: str, at: str, amount: str, **fields: Any) -> Record:
    body = {"order_id": at, "amount": amount, "cost": "0", "currency": "USD"} | fields
    return event(PURCHASES, name, at, **body)


def complaint(name: str, at: str) -> Record:
    body = {"issue": "invoice", "channel": "phone", "duration_s": 60, "complaint": True}
    return event(SUPPORT_CALLS, name, at, **body)


def erased(name: str, at: str) -> Record:
    """The word to forget a customer."""
    return record(CUSTOMERS, name, at, None)


def history(name: str) -> list[Record]:
    """A customer of whom there is something in every corner, and to whom much is to happen."""
    master = {
        "segment": "business",
        "region": "north",
        "wallet": {"amount": "9000", "currency": "USD"},
        "commitment": {
            "amount": "5000",
            "currency": "USD",
            "discount_rate": "0.2",
            "starts_on": "2026-03-01",
            "ends_on": "2026-05-31",
        },
        "override": {
            "tier": "important",
            "mode": "floor",
            "reason": "promised",
            "expires_at": "2026-03-20T12:00:00Z",
        },
    }
    calls = [complaint(name, f"2026-03-02T10:0{minute}:00Z") for minute in range(4)]
    return [
        event(CUSTOMERS, name, "2026-03-01T08:00:00Z", **master),
        sale(name, "2026-03-01T09:00:00Z", "1000", invoice_id="i-1", due_at="2026-03-06T09:00:00Z"),
        *calls,
    ]


def said_of(place: Place, name: str) -> dict[str, list[Wire]]:
    """A customer's past, by topic."""
    return {
        topic: [one.wire for one in read(place, topic) if one.key == name.encode()]
        for topic in PAST
    }


# what can be read


def has_much_to_come(place: Place, name: str) -> None:
    """There is a row with an open invoice and a due time, a snapshot with a risk, and a past."""
    row = newest(read(place, CHANGELOG))[name.encode()]
    assert row is not None
    assert read_head(row).due_us < NO_DUE_US
    assert decode_customer(row).invoices
    assert name in last_values(read(place, SNAPSHOTS))
    past = said_of(place, name)
    assert all(past[topic] for topic in PAST)


def is_gone(place: Place, name: str) -> None:
    """The last word on it is null, of its row and of its snapshot."""
    for topic in (CHANGELOG, SNAPSHOTS):
        assert newest(read(place, topic)).get(name.encode(), b"nothing") is None


def receipts_name_nobody(place: Place) -> None:
    found = {one.key: one.wire for one in read(place, "erasures")}
    ada, stranger = (subject_of(name, SECRET) for name in (ADA, STRANGER))
    assert set(found) == {ada.encode(), stranger.encode()}
    wire = found[ada.encode()]
    assert set(wire) == {"event_id", "subject", "held", "erased_at", "evaluated_at"}
    assert (wire["subject"], wire["held"]) == (ada, True)
    assert wire["erased_at"] == "2026-03-05T00:00:00Z"
    assert found[stranger.encode()]["held"] is False
    assert ADA not in json.dumps(list(found.values()))
    # whoever knows no secret can't try ids
    assert subject_of(ADA) != ada


def begins_anew(place: Place, before: dict[str, list[Wire]]) -> None:
    """What comes after is of a customer never heard of, with ids of its own."""
    after = said_of(place, ADA)
    for topic in PAST:
        assert after[topic][: len(before[topic])] == before[topic]
    first, *_ = new = after["tier-changes"][len(before["tier-changes"]) :]
    assert [wire["sequence"] for wire in new] == list(range(1, len(new) + 1))
    assert (first["from_tier"], first["direction"], first["to_tier"]) == (None, "assigned", "key")
    (contact,) = after["contacts-due"][len(before["contacts-due"]) :]
    assert (contact["sequence"], contact["reason"]) == (1, "complaint")
    assert before["contacts-due"][0]["sequence"] == 1
    assert contact["event_id"] != before["contacts-due"][0]["event_id"]
    snapshot = json.loads(last_values(read(place, SNAPSHOTS))[ADA])
    assert snapshot["value"]["revenue"] == "1000.00"
    assert snapshot["tenure_days"] == 0
    assert snapshot["sequence"] == len(new)
    assert snapshot["profile"] == dict.fromkeys(("segment", "region", "industry", "joined_at"))
    assert (snapshot["override"], snapshot["wallet_share"], snapshot["risks"]) == (None, None, [])
    sequences_are_whole(Outputs(place))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_of_an_erased_customer_comes_back_and_who_comes_again_is_new(
    place: Place, watch: Watch, crew: Crew, whole_policy: Path, secret_file: Path, end: str
) -> None:
    # snapshots that are owed wait for the clean stop
    place = place.telling(clock="event", policy=whole_policy, snapshot_seconds=3600)
    place = place.telling(erasure_secret_file=secret_file)

    def happen(*records: Record) -> None:
        load(place, records)
        crew.wait_until_read(watch, READ_SECONDS)

    load(place, [*history(ADA), *history(BOB)])  # lying ready they are taken in their order
    worker = crew.start_ready(place)
    happen()
    for name in (ADA, BOB):
        has_much_to_come(place, name)
    happen(*(erased(name, "2026-03-05T00:00:00Z") for name in (ADA, STRANGER)))
    before = said_of(place, ADA)
    is_gone(place, ADA)
    worker.stop() if end == "stop" else worker.kill()
    is_gone(place, ADA)

    worker = crew.start_ready(place)
    happen(sale(CLOCK, "2026-03-21T00:00:00Z", "1"))
    happen(sale(CLOCK, "2026-06-30T00:00:00Z", "1"))
    worker.stop()
    is_gone(place, ADA)
    assert said_of(place, ADA) == before
    spared = said_of(place, BOB)
    for topic in PAST:
        assert "timer" in {wire["trigger"]["kind"] for wire in spared[topic]}, topic
    receipts_name_nobody(place)

    worker = crew.start_ready(place)
    happen(sale(ADA, "2026-07-02T00:00:00Z", "1000"))
    happen(complaint(ADA, "2026-07-02T01:00:00Z"))
    worker.stop()
    begins_anew(place, before)
    receipts_name_nobody(place)


# bytes

STORED: Final = (CHANGELOG, SNAPSHOTS)
CLEAN_SOON: Final = {
    "compression_type": "uncompressed",  # workers send lz4, in which nothing could be searched
    "segment_ms": 100,
    "min_cleanable_dirty_ratio": 0.001,
    "min_compaction_lag_ms": 0,
    "max_compaction_lag_ms": 100,
    "delete_retention_ms": 0,
    "file_delete_delay_ms": 0,
}
CLEANED_SECONDS: Final = 90.0
NEXT_WRITE_SECONDS: Final = 1.0


class Disk:
    """A broker's folder of partitions, searched byte for byte."""

    def __init__(self, data: Path) -> None:
        self._logs = data / "logs"

    def topics_with(self, needle: bytes) -> set[str]:
        """The topics, by the broker's names, in whose partitions a file of any kind holds it."""
        return {
            path.parent.name.rpartition("-")[0]
            for path in self._logs.glob("*-*/*")
            if needle in _content(path)
        }


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # cleaned meanwhile: it is searched again at rest
        return b""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "kafka"


@pytest.fixture
def node(data: Path) -> Iterator[KafkaNode]:
    """A Kafka of its own, that looks for something to clean again and again."""
    require_kafka()
    with KafkaNode(data=data, overrides={"log.cleaner.backoff.ms": "100"}) as node:
        yield node
        node.kill()


def write_on_until_cleaned(place: Place, disk: Disk, crew: Crew, watch: Watch) -> int:
    """Lets others buy until nothing of Ada is found; how many had to.

    Kafka does nothing about the segment that is written to: a first record after the tombstone
    begins a new one, so that the old rows can go. The tombstone, marked then with the time from
    which on it may go, goes with the next cleaning: there is one only once there is something to
    clean, for which another segment has to end, by another record.
    """
    stored = {place.name(topic) for topic in STORED}
    names = neighbours(ADA)
    next(names)  # Bob
    for number in count(1):
        assert number * NEXT_WRITE_SECONDS < CLEANED_SECONDS, "it stays on the disk"
        load(place, [sale(next(names), f"2026-03-06T00:00:{number % 60:02}Z", "1")])
        crew.wait_until_read(watch, READ_SECONDS)
        try:
            wait_until(
                "nothing is found",
                lambda: not disk.topics_with(ADA.encode()) & stored,
                NEXT_WRITE_SECONDS,
            )
        except AssertionError:
            continue
        return number
    raise AssertionError


def test_no_byte_of_an_erased_customer_stays_in_rows_or_snapshots(
    node: KafkaNode, data: Path, crew: Crew, whole_policy: Path, secret_file: Path
) -> None:
    place = Place(node.address, "bytes.", "bytes", PARTITIONS)
    place = place.telling(clock="event", policy=whole_policy, erasure_secret_file=secret_file)
    create_topics(place)
    for topic in STORED:
        configure(place, topic, **CLEAN_SOON)
    stored, disk = {place.name(topic) for topic in STORED}, Disk(data)
    load(place, [*history(ADA), *history(BOB)])
    worker = crew.start_ready(place)
    with closing(Watch(place)) as watch:
        crew.wait_until_read(watch, READ_SECONDS)
        assert disk.topics_with(ADA.encode()) >= stored  # a search finds what is there
        load(place, [erased(ADA, "2026-03-05T00:00:00Z")])
        crew.wait_until_read(watch, READ_SECONDS)
        is_gone(place, ADA)
        assert disk.topics_with(ADA.encode()) >= stored
        written = write_on_until_cleaned(place, disk, crew, watch)
    tell(f"cleaned after {written} more commits")
    for topic in STORED:
        assert ADA.encode() not in newest(read(place, topic))
    worker.stop()

    # who stays is restored from what the cleaner left
    worker = crew.start_ready(place)
    assert worker.metrics().number("customers") == 1 + written
    worker.stop()
    assert set(last_values(read(place, SNAPSHOTS))) >= {BOB}

    node.kill()
    # at rest no file is on its way from one name to another
    found = disk.topics_with(ADA.encode())
    kept = {place.name(topic) for topic in (*PAST, PURCHASES, SUPPORT_CALLS, CUSTOMERS)}
    assert found <= kept
    assert disk.topics_with(BOB.encode()) >= stored
