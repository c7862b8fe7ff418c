"""What is counted is known from the start, and of what was committed."""

import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agents.partition.counts import Counters
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.rejects import Reason
from streams.observe.metrics import Metrics
from tests.support.feeding import Desk
from tests.support.making import purchase

NOW_S = 1_700_000_000.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.observe.metrics.time.time", lambda: NOW_S)


def _place(label: str) -> tuple[bool, str]:
    return label != "topic", label


def series(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """The values of one name, by those of its labels: the topic first."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        tuple(sample.labels[label] for label in sorted(sample.labels, key=_place)): sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"whalecurve_{name}"
    }


def test_what_may_ever_be_counted_stands_at_zero_from_the_start() -> None:
    metrics = Metrics()
    topics = list(TOPIC_OF_KIND.values())
    for name in ("events_consumed_total", "events_applied_total"):
        assert series(metrics, name) == {(topic,): 0 for topic in topics}
    assert series(metrics, "events_dropped_total") == {(topic, "duplicate"): 0 for topic in topics}
    assert series(metrics, "events_rejected_total") == {
        (topic, reason): 0 for topic in topics for reason in Reason
    }
    assert set(series(metrics, "partitions").values()) == {0}
    assert set(series(metrics, "customers").values()) == {0}


def test_no_output_is_counted_that_was_not_known() -> None:
    metrics = Metrics()
    known = set(series(metrics, "outputs_total"))
    desk = Desk()
    desk.feed(Kind.PURCHASES, purchase(amount="5000.00"), purchase(customer_id="other"))
    changes = desk.commit()
    assert changes is not None
    assert set(changes.counters.outputs) <= known
    metrics.committed(3, changes.counters, 0.1, 1)
    after = series(metrics, "outputs_total")
    assert set(after) == known
    assert sum(after.values()) == changes.counters.outputs.total() > 0


def test_no_series_tells_when_another_was_made() -> None:
    assert b"_created" not in Metrics().text()


def test_how_far_an_input_is_behind_is_told_in_seconds() -> None:
    metrics = Metrics()
    now_ms = int(NOW_S * 1000)
    lags = {Kind.CUSTOMERS: 5, Kind.PURCHASES: 5, Kind.SUPPORT_CALLS: 5, Kind.PAYMENTS: 0}
    oldest_ms = {
        Kind.CUSTOMERS: None,
        Kind.PURCHASES: now_ms - 90_000,
        Kind.SUPPORT_CALLS: now_ms + 90_000,
        Kind.PAYMENTS: now_ms - 90_000,
    }
    metrics.show_lag_seconds(3, lags, oldest_ms)
    lag = series(metrics, "lag_seconds")
    assert math.isnan(lag.pop(("customers", "3")))
    assert lag == {("purchases", "3"): 90, ("payments", "3"): 0, ("support-calls", "3"): 0}


def test_what_belongs_to_a_partition_goes_with_it() -> None:
    metrics = Metrics()
    for partition in (3, 4):
        metrics.show_lag(partition, {Kind.PURCHASES: 5})
        metrics.show_lag_seconds(partition, {Kind.PURCHASES: 5}, {Kind.PURCHASES: None})
        metrics.show_customers(partition, 8, 500, 1_000)
        metrics.show_stream_time(partition, 86_400_000_000)
        metrics.show_cutoffs(partition, 1)
        metrics.committed(partition, Counters(), 0.1, 1)
    assert series(metrics, "partition_customers") == {("3",): 8, ("4",): 8}
    assert series(metrics, "partition_bytes") == {("3",): 500, ("4",): 500}
    assert series(metrics, "partition_bytes_max") == {("3",): 1_000, ("4",): 1_000}
    assert series(metrics, "stream_time_timestamp_seconds") == {("3",): 86_400, ("4",): 86_400}
    assert series(metrics, "last_commit_timestamp_seconds") == {("3",): NOW_S, ("4",): NOW_S}
    assert b'partition="3"' in metrics.text()
    metrics.forget_partition(3)
    assert b'partition="3"' not in metrics.text()
    assert b'partition="4"' in metrics.text()
