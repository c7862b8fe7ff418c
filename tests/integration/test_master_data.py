"""The topic `customers` may be absent: a worker does without, and reads it once it is there."""

import json
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.oracle.records import CUSTOMERS, PURCHASES, TOPICS, Record, partition_of
from tests.support.reading import Wire, last_values, read
from tests.support.topics import (
    Place,
    Watch,
    admin_of,
    bought,
    command,
    create_topics,
    load,
)
from tests.support.waiting import wait_until
from tests.support.workers import Crew

TRADE: Final = tuple(topic for topic in TOPICS if topic != CUSTOMERS)
READ_SECONDS: Final = 60.0
AT: Final = "2026-03-01T10:00:00Z"
NOW_MS: Final = 1_790_000_000_000

pytestmark = pytest.mark.kafka


def without_customers(place: Place) -> None:
    """Deletes the topic."""
    name = place.name(CUSTOMERS)
    with admin_of(place.broker) as admin:
        admin.delete_topics([name])
        wait_until("the topic is gone", lambda: name not in admin.list_topics(), READ_SECONDS)


def described(name: str, segment: str) -> Record:
    """Master data, in the partition of its customer."""
    body = {
        "event_id": f"record-{segment}",
        "customer_id": name,
        "occurred_at": AT,
        "segment": segment,
        "override": {"tier": "key", "mode": "lock", "reason": "promised"},
    }
    partition = partition_of(name.encode(), 4, "murmur2")
    return Record(CUSTOMERS, partition, 0, NOW_MS, name.encode(), json.dumps(body).encode())


def snapshot(place: Place, name: str) -> Wire:
    found = json.loads(last_values(read(place, "customer-values"))[name])
    assert isinstance(found, dict)
    return found


def test_a_worker_does_without_customers_and_reads_it_once_it_is_there(
    place: Place, crew: Crew, sample_policy: Path
) -> None:
    place = place.telling(clock="event", policy=sample_policy)
    without_customers(place)
    assert command(place, "topics", "check").returncode == 0
    load(place, [bought("ada", "e-1", AT, "10.00", NOW_MS)])
    worker = crew.start_ready(place)
    with closing(Watch(place, TRADE)) as watch:
        crew.wait_until_read(watch, READ_SECONDS)
    assert worker.metrics().number("events_applied_total") == 1
    worker.stop()
    ada = snapshot(place, "ada")
    assert (ada["tier"], ada["profile"]["segment"], ada["override"]) == ("ordinary", None, None)

    create_topics(place)
    load(place, [described("ada", "business"), described("bob", "individual")])
    load(place, [bought("ada", "e-2", AT, "5.00", NOW_MS)])
    worker = crew.start_ready(place)
    with closing(Watch(place)) as watch:
        crew.wait_until_read(watch, READ_SECONDS)
    metrics = worker.metrics()
    assert metrics.number("events_applied_total", topic=CUSTOMERS) == 2
    assert metrics.number("events_applied_total", topic=PURCHASES) == 1
    worker.stop()
    ada, bob = snapshot(place, "ada"), snapshot(place, "bob")
    assert ada["value"]["revenue"] == "15.00"
    assert (ada["tier"], ada["profile"]["segment"]) == ("key", "business")
    assert (bob["tier"], bob["profile"]["segment"]) == ("key", "individual")
