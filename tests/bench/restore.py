"""How long a worker takes to restore its customers from a compacted changelog.

Works off a loaded set of events once, has the broker compact the changelog, then starts a worker
anew and reads from its log how long it took from assignment until every partition was restored.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

import cluster
import gen
import peers
import processes
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from session import Session
from settings import PARTITIONS, exclusive

WORK_OFF_S, COMPACT_S, START_S = 600, 120, 60


def compact_eagerly(topic):
    """Has the broker clean what it can: all but the newest megabyte of a partition."""
    wanted = {
        "segment.bytes": "1048576",
        "min.cleanable.dirty.ratio": "0.001",
        "max.compaction.lag.ms": "1000",
    }
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in wanted.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    for future in cluster.admin().incremental_alter_configs([resource]).values():
        future.result()


def compacted(topic):
    """Waits until the cleaner left little more than a record a key; returns (records, keys)."""
    until = time.time() + COMPACT_S
    while True:
        records, newest = cluster.count_latest(topic)
        if records < 1.3 * len(newest) or time.time() > until:
            return records, len(newest)
        time.sleep(5)


def lines(session):
    return [json.loads(line) for line in session.log.read_text().splitlines() if line[:1] == "{"]


def restored(session, since):
    """(seconds from assignment to the last partition restored, rows read, customers), or None."""
    found = lines(session)[since:]
    ready = [line for line in found if line["event"] == "restored"]
    if len(ready) < PARTITIONS:
        return None
    assigned = next(line for line in found if line["event"] == "assigned")
    at = lambda line: datetime.fromisoformat(line["at"])  # noqa: E731
    seconds = (max(map(at, ready)) - at(assigned)).total_seconds()
    return seconds, sum(line["rows_read"] for line in ready), sum(line["customers"] for line in ready)


def work_off(session, n):
    session.start()
    topics = peers.input_topics(session.input_prefix)
    until = time.time() + WORK_OFF_S
    while cluster.committed(session.tag, topics) < n:
        if session.exited() or time.time() > until:
            sys.exit(session.exited() or "not done in time")
        time.sleep(0.5)
    processes.stop(session.workers)
    session.workers.clear()


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("n", type=int, help="events")
    ap.add_argument("--rounds", type=int, default=3)
    args = ap.parse_args()
    peer = peers.with_defaults(peers.parse("whalecurve"), {"commit_ms": "1000"})
    prefix = gen.load(args.n, gen.default_customers(args.n))
    with exclusive(), Session(peer, prefix, "restore") as session:
        session.prepare()
        changelog = f"{session.output_prefix}{session.tag}-changelog"
        compact_eagerly(changelog)
        work_off(session, args.n)
        records, keys = compacted(changelog)
        print(f"changelog: {records} records of {keys} keys after compaction")
        for _ in range(args.rounds):
            since = len(lines(session))
            session.start()
            until, found = time.time() + START_S, None
            while found is None and time.time() < until:
                time.sleep(0.1)
                found = restored(session, since)
            processes.stop(session.workers)
            session.workers.clear()
            if found is None:
                sys.exit(f"not restored in {START_S} s; see {session.log}")
            seconds, rows, customers = found
            print(f"restored {customers} customers from {rows} records in {seconds:.2f} s after assignment")


if __name__ == "__main__":
    main()
