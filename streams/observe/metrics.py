"""Every metric in one place. Counts of events are counts of what was committed.

`topic` is without prefix. Nothing here is labelled with a customer.
"""

import math
import time
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from agents.partition.counts import Counters
from schemas.base.vocabulary import CONTACT_REASONS, DIRECTIONS, SIGNAL_STATUSES, TIERS
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.inputs.rejects import Reason
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    TIER_CHANGES,
)

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LATENCY: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 15, 60, 300, 3600)
_DUPLICATE: Final = "duplicate"
_STATES: Final = ("running", "restoring", "parked")
_OUTPUT_KINDS: Final = {
    TIER_CHANGES: DIRECTIONS,
    AT_RISK: SIGNAL_STATUSES,
    CONTACTS_DUE: CONTACT_REASONS,
    CUSTOMER_VALUES: ("snapshot",),
    CUTOFFS: ("made",),
    ERASURES: ("erased",),
}


class Metrics:
    """The worker's metrics, in a registry of their own."""

    def __init__(self) -> None:
        # a series more for each count, that no query of ours asks for
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        # what came in: consumed = applied + dropped + rejected
        self.consumed = self._counter("events_consumed", "events taken", "topic")
        self.applied = self._counter("events_applied", "events that changed a customer", "topic")
        self.dropped = self._counter("events_dropped", "events that came twice", "topic", "reason")
        self.rejected = self._counter("events_rejected", "events turned away", "topic", "reason")
        # what went out, and why
        self.outputs = self._counter("outputs", "records put out", "topic", "kind")
        self.due_times = self._counter("due_times", "due times that happened with no event")
        self.ids_forgotten = self._counter(
            "ids_forgotten", "event ids forgotten early: dedupe_ids_max was reached"
        )
        self.contact_excess_seconds = self._counter(
            "contact_excess_seconds",
            "handling time beyond service.max_minutes of a contact: it was not billed",
        )
        self.invoices_written_off = self._counter(
            "invoices_written_off", "open invoices given up: invoices.open_max was reached"
        )
        # how well it goes
        self.commits = self._counter("commits", "commits that succeeded")
        self.commit_seconds = self._histogram("commit_seconds", "duration of a commit", _SECONDS)
        self.commit_rows = self._counter("commit_rows", "rows written to the changelog")
        self.latency_seconds = self._histogram(
            "latency_seconds",
            "from an event's record timestamp to the commit of what followed (a sample)",
            _LATENCY,
        )
        self._declare_partitions()
        # taking over
        self.partitions = self._gauge("partitions", "partitions held", "state")
        self.partitions_configured = self._gauge(
            "partitions_configured", "partitions that all workers together should hold"
        )
        self.info = self._gauge("info", "1: what runs here", "version", "policy_version", "app_id")
        self.restored_rows = self._counter("restored_rows", "changelog records read in restores")
        self.restore_seconds = self._histogram("restore_seconds", "duration of a restore", _SECONDS)
        self.restore_waiting = self._gauge(
            "restore_waiting", "restores that wait for another program's open transaction"
        )
        self._begin_at_zero()

    def _declare_partitions(self) -> None:
        """What is told of each partition, and goes with it; and of all customers."""
        self.lag = self._gauge(
            "lag", "records on the broker that are not taken", "topic", "partition"
        )
        self.lag_seconds = self._gauge(
            "lag_seconds",
            "age of the next record to be taken, by its timestamp (where it is not fetched yet, of "
            "the one before it); 0: none waits; NaN: not known yet",
            "topic",
            "partition",
        )
        self.last_commit = self._gauge(
            "last_commit_timestamp_seconds",
            "when the last commit succeeded, in unix time; one at rest commits nothing",
            "partition",
        )
        self.stream_time = self._gauge(
            "stream_time_timestamp_seconds",
            "the latest occurred_at applied, in unix time",
            "partition",
        )
        self.customers = self._gauge("customers", "customers by tier", "tier")
        self.partition_customers = self._gauge(
            "partition_customers", "customers that a partition holds", "partition"
        )
        self.partition_bytes = self._gauge(
            "partition_bytes", "what its customers take at rest, by estimate", "partition"
        )
        self.partition_bytes_max = self._gauge(
            "partition_bytes_max", "what they may take at most", "partition"
        )
        self.cutoffs_version = self._gauge(
            "cutoffs_version", "version of the tier cut-offs judged by; 0: entries", "partition"
        )
        self.partition_parked = self._gauge(
            "partition_parked",
            "1: the partition stands still, and is tried again",
            "partition",
            "reason",
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"whalecurve_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"whalecurve_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"whalecurve_{name}", text, buckets=buckets, registry=self.registry)

    def _begin_at_zero(self) -> None:
        """Makes every series whose labels are known: of one that comes later no rate is seen."""
        for topic in TOPIC_OF_KIND.values():
            self.consumed.labels(topic)
            self.applied.labels(topic)
            self.dropped.labels(topic, _DUPLICATE)
            for reason in Reason:
                self.rejected.labels(topic, reason)
        for topic, kinds in _OUTPUT_KINDS.items():
            for kind in kinds:
                self.outputs.labels(topic, kind)
        for tier in TIERS:
            self.customers.labels(tier)
        for state in _STATES:
            self.partitions.labels(state)

    def committed(self, partition: int, counters: Counters, seconds: float, rows: int) -> None:
        """A commit succeeded: what it counted becomes known."""
        self.commits.inc()
        self.commit_seconds.observe(seconds)
        self.commit_rows.inc(rows)
        for kind, topic in TOPIC_OF_KIND.items():
            self.consumed.labels(topic).inc(counters.consumed[kind])
            self.applied.labels(topic).inc(counters.applied[kind])
            self.dropped.labels(topic, _DUPLICATE).inc(counters.duplicates[kind])
        for (kind, reason), number in counters.rejected.items():
            self.rejected.labels(TOPIC_OF_KIND[kind], reason).inc(number)
        for (topic, label), number in counters.outputs.items():
            self.outputs.labels(topic, label).inc(number)
        self.due_times.inc(counters.due_times)
        self.ids_forgotten.inc(counters.ids_forgotten)
        self.contact_excess_seconds.inc(counters.excess_s)
        self.invoices_written_off.inc(counters.invoices_written_off)
        now_ms = time.time() * 1000
        self.last_commit.labels(str(partition)).set(now_ms / 1000)
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

    def show_lag_seconds(
        self, partition: int, lags: dict[Kind, int], oldest_ms: dict[Kind, int | None]
    ) -> None:
        """How long the next record of each input waits, by the record timestamps."""
        now_ms = time.time() * 1000
        for kind, lag in lags.items():
            oldest, seconds = oldest_ms[kind], 0.0
            if lag:
                seconds = math.nan if oldest is None else max(0.0, (now_ms - oldest) / 1000)
            self.lag_seconds.labels(TOPIC_OF_KIND[kind], str(partition)).set(seconds)

    def show_stream_time(self, partition: int, stream_time_us: int | None) -> None:
        """How far a partition has come in event time; None: nothing was applied yet."""
        if stream_time_us is not None:
            self.stream_time.labels(str(partition)).set(stream_time_us / 1_000_000)

    def show_partitions(self, held: int, running: int, parked: int) -> None:
        """How many partitions are held, how many of them run, and how many stand still."""
        for state, number in zip(_STATES, (running, held - running - parked, parked), strict=True):
            self.partitions.labels(state).set(number)

    def forget_partition(self, partition: int) -> None:
        """The partition was given up."""
        for topic in TOPIC_OF_KIND.values():
            for of_input in (self.lag, self.lag_seconds):
                of_input.remove_by_labels({"topic": topic, "partition": str(partition)})
        for of_partition in (
            self.last_commit,
            self.stream_time,
            self.partition_customers,
            self.partition_bytes,
            self.partition_bytes_max,
            self.cutoffs_version,
        ):
            of_partition.remove_by_labels({"partition": str(partition)})

    def forget_parked(self, partition: int, reason: str) -> None:
        """The partition is not parked any more."""
        self.partition_parked.remove_by_labels({"partition": str(partition), "reason": reason})

    def show_tiers(self, by_tier: list[int]) -> None:
        """Customers by tier, over the partitions held."""
        for tier, number in zip(TIERS, by_tier, strict=True):
            self.customers.labels(tier).set(number)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
