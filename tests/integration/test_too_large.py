"""What does not fit into a topic: a commit is all of it or nothing, and the worker says why."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import Producer
from kafka import TopicPartition

from schemas.inputs.oversized import EXCERPT_BYTES
from schemas.state.rows import PARTITION_KEY
from streams.config.settings import FETCH_BYTES
from tests.oracle.records import PURCHASES, Record
from tests.oracle.recount import recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY
from tests.support.reading import Out, Outputs, equals_recount, read, sequences_are_whole
from tests.support.topics import CHANGELOG, OUTPUTS, Place, Watch, configure, create_topics, load
from tests.support.workers import Crew

PARTITIONS = 1
"""A commit then carries all that was fetched."""
TINY = 64
"""Bytes; less than any record of ours."""
DEFAULT_LIMIT = 1_048_588
"""Kafka's max.message.bytes."""
BATCH_OVERHEAD = 150
"""More than what a batch, a record, a short key and a short header come to."""
NOW_MS = 1_790_000_000_000
READ_SECONDS = 60.0

pytestmark = [pytest.mark.kafka, pytest.mark.fault(16)]


@pytest.fixture
def place(bare_place: Place, sample_policy: Path) -> Place:
    told = bare_place.telling(clock="event", policy=sample_policy, snapshot_seconds=3600)
    place = replace(told, partitions=PARTITIONS)
    create_topics(place)
    return place


Seen = tuple[dict[str, list[Out]], dict[TopicPartition, int]]


def seen(place: Place, watch: Watch) -> Seen:
    """What a reader of committed records sees, and how far the inputs are said to be read."""
    found = {topic: read(place, topic) for topic in (*OUTPUTS, CHANGELOG)}
    # of nothing but the partition's own row a commit may be made at any time
    found[CHANGELOG] = [one for one in found[CHANGELOG] if one.key != PARTITION_KEY]
    return found, watch.committed()


@pytest.mark.parametrize(
    ("topic", "more"),
    [
        ("tier-changes", 600),
        ("customer-values", 600),
        ("changelog", 600),
        ("tier-changes", 12_000),  # more is still being handed over when the broker says no
    ],
)
def test_a_message_that_does_not_fit_parks_its_partition_until_it_does(
    place: Place, watch: Watch, crew: Crew, topic: str, more: int
) -> None:
    records = sample(5, 600 + more, 60 + more // 10, partitions=PARTITIONS)
    load(place, records[:600])
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    before = seen(place, watch)

    configure(place, topic, max_message_bytes=TINY)
    load(place, records[600:])
    said = worker.must_park()
    assert "MSG_SIZE_TOO_LARGE" in said
    assert place.name(topic) in said
    assert seen(place, watch) == before

    configure(place, topic, max_message_bytes=DEFAULT_LIMIT)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.wait_until_ready()
    worker.stop()
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    equals_recount(outputs, recount(POLICY, records, partitions=PARTITIONS))


def test_whatever_an_input_admits_fits_into_rejected_events(
    place: Place, watch: Watch, crew: Crew
) -> None:
    rng = random.Random(6)
    much = rng.randbytes(DEFAULT_LIMIT - BATCH_OVERHEAD)
    records = [
        Record(PURCHASES, 0, 0, NOW_MS, b"whale", much, (("trace", b"1"),)),
        Record(PURCHASES, 0, 1, NOW_MS, much, b"{}", (("trace", b"2"),)),
        Record(PURCHASES, 0, 2, NOW_MS, b"whale", b"{}", (("trace", much),)),
    ]
    load(place, records)
    crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    found = read(place, "rejected-events")
    assert [(one.key, one.value, one.headers[:-5]) for one in found] == [
        (record.key, record.value, record.headers) for record in records
    ]
    assert [dict(one.headers[-5:])["reason"] for one in found] == [
        b"too_large",
        b"missing_field",
        b"missing_field",
    ]


def test_of_a_record_that_unpacks_to_more_than_its_topic_admits_the_beginning_goes_on(
    place: Place, watch: Watch, crew: Crew
) -> None:
    digits = random.Random(7).randbytes(850_000).hex().encode()
    producer = Producer(
        {
            "bootstrap.servers": place.broker,
            "compression.type": "zstd",
            "message.max.bytes": 4_000_000,
        }
    )
    producer.produce(place.name(PURCHASES), digits, b"whale", 0, timestamp=NOW_MS)
    assert producer.flush(READ_SECONDS) == 0
    assert watch.unread() == 1
    crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    (found,) = read(place, "rejected-events")
    assert (found.key, found.value) == (b"whale", digits[:EXCERPT_BYTES])
    told = dict(found.headers)
    assert (told["reason"], told["value_bytes"]) == (b"too_large", str(len(digits)).encode())


@pytest.mark.fault(17)
def test_a_batch_above_what_a_fetch_asks_for_is_fetched_whole(
    place: Place, watch: Watch, crew: Crew
) -> None:
    records = sample(8, 600, 60, partitions=PARTITIONS)
    configure(place, PURCHASES, max_message_bytes=4 * DEFAULT_LIMIT)
    configure(place, "rejected-events", max_message_bytes=8 * DEFAULT_LIMIT)
    at = next(
        number for number, one in enumerate(records) if one.topic == PURCHASES and number > 99
    )
    value = records[at].value
    assert value is not None
    # padding that does not shrink, and that JSON passes over
    blanks = bytes(random.Random(8).choices(b" \n\t", k=3 * FETCH_BYTES))
    records[at] = replace(records[at], value=value + blanks)
    load(place, records)
    told = place.telling(max_event_bytes=4 * DEFAULT_LIMIT)
    worker = crew.start_ready(told)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.stop()
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    expected = recount(POLICY, records, partitions=PARTITIONS, max_event_bytes=4 * DEFAULT_LIMIT)
    equals_recount(outputs, expected)
