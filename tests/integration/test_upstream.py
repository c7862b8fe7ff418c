"""Inputs written in transactions: what was aborted never counts, and markers hold nothing up."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.oracle.records import PURCHASES, partition_of
from tests.support.reading import read
from tests.support.topics import Place, Watch
from tests.support.waiting import wait_until
from tests.support.workers import Crew

AT_MS = 1_772_000_000_000
AT = "2026-02-25T06:13:20Z"
"""The same instant."""
READ_SECONDS = 60.0
SECONDS = 20.0

pytestmark = pytest.mark.kafka


class Shop:
    """Sells to one customer, for 10.00 a time, in transactions."""

    def __init__(self, place: Place) -> None:
        self._topic = place.name(PURCHASES)
        self._partition = partition_of(b"ada", place.partitions, "murmur2")
        self.producer = Producer(
            {"bootstrap.servers": place.broker, "transactional.id": f"{place.app_id}-shop"}
        )
        self.producer.init_transactions(SECONDS)

    def sell(self, event_id: str) -> None:
        """Begins a transaction with a sale, which then lies on the broker."""
        sale = {
            "event_id": event_id,
            "customer_id": "ada",
            "occurred_at": AT,
            "order_id": event_id,
            "amount": "10.00",
            "currency": "USD",
        }
        self.producer.begin_transaction()
        self.producer.produce(
            self._topic, json.dumps(sale).encode(), b"ada", self._partition, timestamp=AT_MS
        )
        self.producer.flush(SECONDS)

    def commit(self) -> None:
        self.producer.commit_transaction(SECONDS)

    def abort(self) -> None:
        self.producer.abort_transaction(SECONDS)


def test_aborted_events_never_count_and_committed_ones_count_once(
    place: Place, watch: Watch, crew: Crew, sample_policy: Path
) -> None:
    shop = Shop(place)
    for event_id, end in (
        ("e-1", shop.commit),
        ("e-2", shop.abort),
        ("e-3", shop.commit),
        ("e-4", shop.abort),
    ):
        shop.sell(event_id)
        end()
    worker = crew.start_ready(place.telling(clock="event", policy=sample_policy))
    # markers have offsets, too: the end of the input is behind the last one
    crew.wait_until_read(watch, READ_SECONDS)
    assert worker.metrics().number("events_consumed_total") == 2

    shop.sell("e-5")
    wait_until("it lies on the broker", lambda: watch.unread() == 1, READ_SECONDS)
    assert worker.metrics().number("events_consumed_total") == 2
    shop.commit()
    crew.wait_until_read(watch, READ_SECONDS)
    assert worker.metrics().number("events_consumed_total") == 3
    assert worker.metrics().number("lag") == 0
    worker.stop()
    assert read(place, "customer-values")[-1].wire["value"]["revenue"] == "30.00"
