"""Every metric in one place. Counts of events are counts of what was committed.

`topic` is without prefix. Nothing here is labelled with a customer.
"""

import time
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from agents.partition.counts import Counters
from schemas.base.vocabulary import TIERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LATENCY: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 15, 60, 300, 3600)


class Metrics:
    """The worker's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"whalecurve_{name}", text, labels, registry=self.registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"whalecurve_{name}", text, labels, registry=self.registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"whalecurve_{name}", text, buckets=buckets, registry=self.registry)

        # what came in: consumed = applied + dropped + rejected
        self.consumed = counter("events_consumed", "events taken", "topic")
        self.applied = counter("events_applied", "events that changed a customer", "topic")
        self.dropped = counter("events_dropped", "events that came twice", "topic", "reason")
        self.rejected = counter("events_rejected", "events turned away", "topic", "reason")
        # what went out, and why
        self.outputs = counter("outputs", "records put out", "topic", "kind")
        self.due_times = counter("due_times", "due times that happened with no event")
        self.ids_forgotten = counter(
            "ids_forgotten", "event ids forgotten early: dedupe_ids_max was reached"
        )
        self.invoices_written_off = counter(
            "invoices_written_off", "open invoices given up: invoices.open_max was reached"
        )
        # how well it goes
        self.commits = counter("commits", "commits that succeeded")
        self.commit_seconds = histogram("commit_seconds", "duration of a commit", _SECONDS)
        self.commit_rows = counter("commit_rows", "rows written to the changelog")
        self.latency_seconds = histogram(
            "latency_seconds",
            "from an event's record timestamp to the commit of what followed (a sample)",
            _LATENCY,
        )
        self.lag = gauge("lag", "records on the broker that are not taken", "topic", "partition")
        self.customers = gauge("customers", "customers by tier", "tier")
        self.partition_customers = gauge(
            "partition_customers", "customers that a partition holds", "partition"
        )
        self.partition_bytes = gauge(
            "partition_bytes", "what its customers take at rest, by estimate", "partition"
        )
        self.partition_bytes_max = gauge(
            "partition_bytes_max", "what they may take at most", "partition"
        )
        self.cutoffs_version = gauge(
            "cutoffs_version", "version of the tier cut-offs judged by; 0: entries", "partition"
        )
        # taking over
        self.partitions = gauge("partitions", "partitions held", "state")
        self.partitions_configured = gauge(
            "partitions_configured", "partitions that all workers together should hold"
        )
        self.info = gauge("info", "1: what runs here", "version", "policy_version")
        self.restored_rows = counter("restored_rows", "changelog records read in restores")
        self.restore_seconds = histogram("restore_seconds", "duration of a restore", _SECONDS)
        self.restore_waiting = gauge(
            "restore_waiting", "restores that wait for another program's open transaction"
        )

    def committed(self, counters: Counters, seconds: float, rows: int) -> None:
        """A commit succeeded: what it counted becomes known."""
        self.commits.inc()
        self.commit_seconds.observe(seconds)
        self.commit_rows.inc(rows)
        for kind, topic in TOPIC_OF_KIND.items():
            self.consumed.labels(topic).inc(counters.consumed[kind])
            self.applied.labels(topic).inc(counters.applied[kind])
            self.dropped.labels(topic, "duplicate").inc(counters.duplicates[kind])
        for (kind, reason), number in counters.rejected.items():
            self.rejected.labels(TOPIC_OF_KIND[kind], reason).inc(number)
        for (topic, label), number in counters.outputs.items():
            self.outputs.labels(topic, label).inc(number)
        self.due_times.inc(counters.due_times)
        self.ids_forgotten.inc(counters.ids_forgotten)
        self.invoices_written_off.inc(counters.invoices_written_off)
        now_ms = time.time() * 1000
        for at_ms in counters.taken_at_ms:
            self.latency_seconds.observe(max(0.0, (now_ms - at_ms) / 1000))

    def show_cutoffs(self, partition: int, version: int) -> None:
        """By which cut-offs a partition's tiers are judged."""
        self.cutoffs_version.labels(str(partition)).set(version)

    def show_customers(self, partition: int, customers: int, held: int, most: int) -> None:
        """How many customers a partition holds, what they take at rest (bytes), and may take."""
        self.partition_customers.labels(str(partition)).set(customers)
        self.partition_bytes.labels(str(partition)).set(held)
        self.partition_bytes_max.labels(str(partition)).set(most)

    def show_lag(self, partition: int, lags: dict[Kind, int]) -> None:
        """How far the inputs of a partition are behind."""
        for kind, lag in lags.items():
            self.lag.labels(TOPIC_OF_KIND[kind], str(partition)).set(lag)

    def forget_partition(self, partition: int) -> None:
        """The partition was given up."""
        for topic in TOPIC_OF_KIND.values():
            self.lag.remove_by_labels({"topic": topic, "partition": str(partition)})
        for of_partition in (
            self.partition_customers,
            self.partition_bytes,
            self.partition_bytes_max,
            self.cutoffs_version,
        ):
            of_partition.remove_by_labels({"partition": str(partition)})

    def show_tiers(self, by_tier: list[int]) -> None:
        """Customers by tier, over the partitions held."""
        for tier, number in zip(TIERS, by_tier, strict=True):
            self.customers.labels(tier).set(number)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
