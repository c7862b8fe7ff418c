"""How long outputs pause when one of two workers is killed or stopped, and how fast rows come back.

`python -m tests.bench.resume`. 100,000 customers, 4 partitions, the product's own session timeout
and heartbeats, Kafka with `group.initial.rebalance.delay.ms=0`. One event a partition and tenth of a
second is published; each gives a snapshot. What is measured is the longest time that a reader of what is
committed waits for the next one on a partition that the worker had.

Before that, in topics of their own, how fast one worker restores 200,000 customers of 8 partitions:
of fewer the fences, up to half a second, would take as long as the rows.
"""

import argparse
import json
import logging
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from kafka import KafkaConsumer

from tests.brokers.kafka import KafkaNode
from tests.oracle.records import partition_of
from tests.support.topics import Place, Publisher, Watch, bought, create_topics, load
from tests.support.workers import Crew

PARTITIONS = 4
RESTORED_PARTITIONS = 8
RESTORED_PER_PAUSED = 2
"""Customers that are restored, for each of those who lie there when outputs pause."""
FEED_EVERY_S = 0.1
SETTLE_S = 5.0
WATCHED_S = 20.0
"""After the strike: longer than a session and what follows it."""
LAST_S = 2.0


def now_text():
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Feed:
    """One event a partition, again and again."""

    def __init__(self, place):
        names = (f"feed-{number}" for number in range(10_000))
        by_partition = {partition_of(n.encode(), PARTITIONS, "murmur2"): n for n in names}
        self.names, self.place, self.number = list(by_partition.values()), place, 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        publisher = Publisher(self.place)
        while not self.stopped.wait(FEED_EVERY_S):
            self.number += 1
            now_ms = int(time.time() * 1000)
            publisher.publish(
                [bought(name, f"f-{self.number}", now_text(), "1.00", now_ms) for name in self.names]
            )


class Seen:
    """When snapshots of each partition came, for a reader of what is committed."""

    def __init__(self, place):
        self.arrivals = {partition: [] for partition in range(PARTITIONS)}
        self.consumer = KafkaConsumer(
            bootstrap_servers=place.broker,
            isolation_level="read_committed",
            enable_auto_commit=False,
        )
        tps = place.tps("customer-values")
        self.consumer.assign(tps)
        self.consumer.seek_to_end(*tps)
        for tp in tps:
            self.consumer.position(tp)

    def read(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for tp in self.consumer.poll(timeout_ms=20):
                self.arrivals[tp.partition].append(time.monotonic())

    def longest_pause(self, partitions):
        """In seconds, of these partitions; one that ends still paused is wrong."""
        now, pauses = time.monotonic(), []
        for partition in partitions:
            times = self.arrivals[partition]
            assert now - times[-1] < LAST_S, f"partition {partition} stands still"
            pauses += [after - before for before, after in pairwise(times)]
        return max(pauses)


def partitions_of(worker):
    held = [note["partitions"] for note in worker.notes() if note["event"] == "assigned"]
    return set(held[-1])


def fill(crew, place, customers):
    """Makes topics and a changelog with a row for each of so many customers."""
    create_topics(place)
    now, now_ms = now_text(), int(time.time() * 1000)
    load(
        place,
        [
            bought(f"c-{n}", f"e-{n}", now, "10.00", now_ms, place.partitions)
            for n in range(customers)
        ],
    )
    with closing(Watch(place)) as watch:
        crew.start_ready(place)
        crew.wait_until_read(watch, 300.0)
        crew.stop_all()


def restored_per_s(crew, place, customers):
    """Rows that one worker restores in a second, from its assignment to its last partition."""
    worker = crew.start_ready(place)
    by_event = defaultdict(list)
    for note in worker.notes():
        by_event[note["event"]].append(note)
    worker.stop()
    ends = [datetime.fromisoformat(note["at"]) for note in by_event["restored"]]
    began = datetime.fromisoformat(by_event["assigned"][0]["at"])
    rows = sum(note["rows_read"] for note in by_event["restored"])
    assert sum(note["customers"] for note in by_event["restored"]) == customers
    return rows / (max(ends) - began).total_seconds()


def strike(crew, place, how):
    """Two workers at work, one of them is struck: the longest pause of its partitions, in s."""
    workers = [crew.start_ready(place) for _ in range(2)]
    for worker in workers:
        worker.wait_until_reads(PARTITIONS // 2)
    victim, other = workers
    lost = partitions_of(victim)
    seen = Seen(place)
    with closing(seen.consumer):
        seen.read(SETTLE_S)
        if how == "kill":
            victim.kill()
        else:
            threading.Thread(target=victim.stop).start()
        seen.read(WATCHED_S)
        pause = seen.longest_pause(lost)
    other.stop()
    return pause


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory() as folder,
        KafkaNode(jvm=()) as node,
        closing(Crew(Path(folder))) as crew,
    ):
        lot = Place(node.address, "restore.", "restore", RESTORED_PARTITIONS)
        customers = RESTORED_PER_PAUSED * args.customers
        fill(crew, lot, customers)
        rates = [f"{restored_per_s(crew, lot, customers):,.0f}" for _ in range(args.rounds)]
        place = Place(node.address, "resume.", "resume", PARTITIONS).telling(snapshot_seconds=0)
        fill(crew, place, args.customers)
        feed = Feed(place)
        feed.thread.start()
        found = {
            how: [round(strike(crew, place, how), 2) for _ in range(args.rounds)]
            for how in ("kill", "stop")
        }
        feed.stopped.set()
        feed.thread.join()
        node.kill()
    print(json.dumps({"outputs pause, seconds": found, "customers": args.customers}))
    print(f"rows restored a second by one worker, fencing and all: {', '.join(rates)}")


if __name__ == "__main__":
    sys.exit(main())
