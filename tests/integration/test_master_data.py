"""Optional topics may be absent: a worker does without, and reads them once they are there."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from tests.oracle.records import (
    ACTIONS,
    CUSTOMERS,
    PURCHASES,
    TOPICS,
    Record,
    partition_of,
)
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

OPTIONAL: Final = (CUSTOMERS, ACTIONS)
TRADE: Final = tuple(topic for topic in TOPICS if topic not in OPTIONAL)
READ_SECONDS: Final = 60.0
AT: Final = "2026-03-01T10:00:00Z"
NOW_MS: Final = 1_790_000_000_000

pytestmark = pytest.mark.kafka


def without_optional(place: Place) -> None:
    """Deletes the topics."""
    names = {place.name(topic) for topic in OPTIONAL}
    with admin_of(place.broker) as admin:
        admin.delete_topics(list(names))
        wait_until("they are gone", lambda: names.isdisjoint(admin.list_topics()), READ_SECONDS)


def described(name: str, segment: str) -> Record:
    """Master data, in the partition of its customer."""
    body = {
        "event_id": f"record-{segment}",
        "customer_id": name,
        "occurred_at": AT,
        "segment": segment,
        "override": {"tier": "key", "mode": "lock", "reason": "promised"},
    }
    return of(CUSTOMERS, body)


def called(name: str) -> Record:
    """A call that the company made, in the partition of its customer."""
    body = {
        "event_id": "called",
        "customer_id": name,
        "occurred_at": AT,
        "type": "contact",
        "channel": "phone",
        "duration_s": 60,
    }
    return of(ACTIONS, body)


def of(topic: str, body: dict[str, Any]) -> Record:
    key = body["customer_id"].encode()
    partition = partition_of(key, 4, "murmur2")
    return Record(topic, partition, 0, NOW_MS, key, json.dumps(body).encode())


def snapshot(place: Place, name: str) -> Wire:
    found = json.loads(last_values(read(place, "customer-values"))[name])
    assert isinstance(found, dict)
    return found


def test_a_worker_does_without_optional_topics_and_reads_them_once_they_are_there(
    place: Place, crew: Crew, sample_policy: Path
) -> None:
    place = place.telling(clock="event", policy=sample_policy)
    without_optional(place)
    checked = command(place, "topics", "check")
    assert checked.returncode == 0
    missing = [line.split()[0] for line in checked.stdout.splitlines() if " missing " in line]
    assert set(missing) == {place.name(topic) for topic in OPTIONAL}
    load(place, [bought("ada", "e-1", AT, "10.00", NOW_MS)])
    worker = crew.start_ready(place)
    with closing(Watch(place, TRADE)) as watch:
        crew.wait_until_read(watch, READ_SECONDS)
    assert worker.metrics().number("events_applied_total") == 1
    assert not worker.metrics().number("lag", topic=ACTIONS)
    worker.stop()
    ada = snapshot(place, "ada")
    assert (ada["tier"], ada["profile"]["segment"], ada["override"]) == ("ordinary", None, None)

    create_topics(place)
    load(place, [described("ada", "business"), described("bob", "individual"), called("ada")])
    load(place, [bought("ada", "e-2", AT, "5.00", NOW_MS)])
    worker = crew.start_ready(place)
    with closing(Watch(place)) as watch:
        crew.wait_until_read(watch, READ_SECONDS)
    metrics = worker.metrics()
    assert metrics.number("events_applied_total", topic=CUSTOMERS) == 2
    assert metrics.number("events_applied_total", topic=PURCHASES) == 1
    assert metrics.number("events_applied_total", topic=ACTIONS) == 1
    worker.stop()
    ada, bob = snapshot(place, "ada"), snapshot(place, "bob")
    assert ada["value"]["revenue"] == "15.00"
    assert float(ada["value"]["lines"]["contacts"]["phone"]) > 0
    assert (ada["tier"], ada["profile"]["segment"]) == ("key", "business")
    assert (bob["tier"], bob["profile"]["segment"]) == ("key", "individual")
