"""A row of the changelog that can't be read parks its partition, and is never a default."""

from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.faults.checker import PARTITION_KEY
from tests.oracle.sample import sample
from tests.support.reading import Out, read
from tests.support.topics import CHANGELOG, Place, Watch, load
from tests.support.waiting import wait_until
from tests.support.workers import Crew

PARTITIONS = 4
READ_SECONDS = 60.0
NEWER = 99

pytestmark = [pytest.mark.kafka, pytest.mark.fault(21)]


@pytest.fixture
def place(place: Place, sample_policy: Path) -> Place:
    return place.telling(clock="event", policy=sample_policy)


def overwrite(place: Place, row: Out, value: bytes) -> int | None:
    """Puts other bytes in the place of a row; their offset."""
    offsets: list[int | None] = []
    producer = Producer({"bootstrap.servers": place.broker})
    producer.produce(
        place.name(CHANGELOG),
        value,
        row.key,
        row.partition,
        on_delivery=lambda _, message: offsets.append(message.offset()),
    )
    assert producer.flush(READ_SECONDS) == 0
    return offsets[0]


def of_a_customer(rows: list[Out]) -> Out:
    return next(row for row in rows if row.key != PARTITION_KEY and row.value)


def of_a_partition(rows: list[Out]) -> Out:
    return next(row for row in reversed(rows) if row.key == PARTITION_KEY)


CASES: dict[str, tuple[Callable[[list[Out]], Out], Callable[[bytes], bytes], str]] = {
    "a customer's, cut off": (of_a_customer, lambda value: value[:9], "at least"),
    "a customer's, garbled": (
        of_a_customer,
        lambda value: value[:40] + b"\xc1" * 9,
        "corrupt",
    ),
    "a customer's, newer": (
        of_a_customer,
        lambda value: bytes([NEWER]) + value[1:],
        "another Whalecurve",
    ),
    "a partition's, garbled": (of_a_partition, lambda value: value[:5], "that are none"),
    "a partition's, newer": (
        of_a_partition,
        lambda value: bytes([NEWER]) + value[1:],
        "another Whalecurve",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_row_that_cannot_be_read_parks_its_partition_and_no_other(
    name: str, place: Place, watch: Watch, crew: Crew
) -> None:
    pick, garble, words = CASES[name]
    records = sample(85, 400, 20, partitions=PARTITIONS)
    load(place, records)
    worker = crew.start_ready(place)
    crew.wait_until_read(watch, READ_SECONDS)
    worker.stop()
    row = pick(read(place, CHANGELOG))
    assert row.value is not None
    offset = overwrite(place, row, garble(row.value))
    said = {topic: read(place, topic) for topic in ("tier-changes", "at-risk", "customer-values")}

    # one that is only read when its customer is touched: all of them are
    load(place, sample(86, 800, 20, partitions=PARTITIONS))
    worker = crew.start(place)
    why = worker.must_park()
    assert f"{place.name(CHANGELOG)}-{row.partition}, offset {offset}," in why
    assert words in why
    wait_until(
        "the others are read", lambda: watch.unread_partitions() == {row.partition}, READ_SECONDS
    )
    worker.stop()

    of_it = [one for topic in said for one in read(place, topic) if one.key == row.key]
    assert of_it == [one for topic in said.values() for one in topic if one.key == row.key]
