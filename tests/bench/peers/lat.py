"""Latency: from an event sent to its tier change read by a read_committed consumer.

Every event is the first of a fresh customer, so each makes exactly one tier change. All three
inputs are fed, in the mix of gen.py, at a steady rate; the first seconds are not counted.
"""

import argparse
import json
import signal
import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition

import cluster
import gen
import peers
from session import Session
from settings import BROKER, INPUTS, PARTITIONS, RESULTS, exclusive

DEFAULTS = {"commit_ms": "100", "linger_ms": "5"}
WARM_S, START_LIMIT_S, TAIL_S = 8, 60, 12
MIX = [0] * 12 + [1] * 3 + [2] * 5  # purchases, support calls, payments


FIRST_WARM_UP = 900_000_000  # their numbers are above those of the counted events


def key_of(i):
    return "c%09d" % i


class Reader(threading.Thread):
    """Notes when each customer's tier change could be read."""

    def __init__(self, topic):
        super().__init__(daemon=True)
        self.seen = {}
        self.ended = threading.Event()
        self.consumer = Consumer({
            "bootstrap.servers": BROKER, "group.id": "peers-lat", "enable.auto.commit": False,
            "isolation.level": "read_committed", "fetch.wait.max.ms": 5,
            "fetch.error.backoff.ms": 5,
        })  # fmt: skip
        self.consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])

    def run(self):
        while not self.ended.is_set():
            for message in self.consumer.consume(500, 0.02):
                if not message.error():
                    self.seen.setdefault(cluster.text_key(message), time.time())
        self.consumer.close()


class Sender:
    """Sends the i-th event, of the i-th customer, and notes when."""

    def __init__(self, prefix):
        self.topics = peers.input_topics(prefix)
        self.sent = {}
        self.producer = Producer(
            {"bootstrap.servers": BROKER, "linger.ms": 0, "partitioner": "murmur2_random"}
        )

    def send(self, i):
        key, index = key_of(i), MIX[i * 7 % len(MIX)]  # 7: the inputs take turns
        now = time.time()
        ms = int(now * 1000)
        at = gen.iso(ms)
        if index == 0:
            text = gen.PURCHASE % (i, key, at, i, "20.00", "10.00", "books", "web")
        elif index == 1:
            text = gen.CALL % (i, key, at, "billing", "phone", 60)
        else:
            text = gen.PAYMENT % (i, key, at, i, "20.00", at)
        self.sent[key] = now
        self.producer.produce(self.topics[index], text.encode(), key.encode(), timestamp=ms)
        self.producer.poll(0)


def warm_up(session, sender, reader):
    """Sends until the peer answers."""
    start, i = time.time(), FIRST_WARM_UP
    while not reader.seen:
        if session.exited():
            sys.exit(session.exited())
        if time.time() - start > START_LIMIT_S:
            sys.exit(f"no tier change in {START_LIMIT_S} s; see {session.log}")
        sender.send(i)
        i += 1
        time.sleep(0.2)


def feed(session, sender, rate, seconds):
    """Sends at the rate; returns the peer's CPU-seconds over the counted part."""
    start, sent, total, cpu = time.time(), 0, rate * (WARM_S + seconds), None
    while sent < total:
        due = min(int((time.time() - start) * rate), total)
        while sent < due:
            sender.send(sent)
            sent += 1
        if cpu is None and sent >= rate * WARM_S:
            cpu = session.cpu_seconds()
        time.sleep(0.002)
    cpu = session.cpu_seconds() - cpu
    sender.producer.flush()
    return cpu


def quantile(sorted_values, share):
    if not sorted_values:
        return None
    return round(sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))], 1)


def run(peer, rate, seconds):
    peer = peers.with_defaults(peer, DEFAULTS)
    with Session(peer, None, "lat") as session:
        gen.create_inputs(session.input_prefix)
        session.prepare()
        session.start()
        reader, sender = Reader(session.tier_changes), Sender(session.input_prefix)
        reader.start()
        try:
            warm_up(session, sender, reader)
            cpu = feed(session, sender, rate, seconds)
            keys = [key_of(i) for i in range(rate * WARM_S, rate * (WARM_S + seconds))]
            until = time.time() + TAIL_S
            while time.time() < until and not all(key in reader.seen for key in keys):
                time.sleep(0.3)
            if session.exited():
                sys.exit(session.exited())
        finally:
            reader.ended.set()
            reader.join()
    ms = [1000 * (reader.seen[key] - sender.sent[key]) for key in keys if key in reader.seen]
    ms.sort()
    result = {
        "latency": peer.label, "tag": session.tag, "options": peer.options, "rate": rate,
        "inputs": len(INPUTS), "sent": len(keys), "seen": len(ms), "p50_ms": quantile(ms, 0.5),
        "p95_ms": quantile(ms, 0.95), "p99_ms": quantile(ms, 0.99), "max_ms": quantile(ms, 1),
        "cpu_percent_of_a_core": round(100 * cpu / seconds, 1),
    }  # fmt: skip
    with open(RESULTS, "a") as file:
        file.write(json.dumps(result) + "\n")
    return result


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=peers.NAMES)
    ap.add_argument("peer", help="NAME[:option=value]…")
    ap.add_argument("--rate", type=int, default=500, help="events a second (500)")
    ap.add_argument("--seconds", type=int, default=15, help="counted, after 8 of warming up (15)")
    args = ap.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that peers are stopped
    with exclusive():
        r = run(peers.parse(args.peer), args.rate, args.seconds)
    print(
        f"{r['latency']} at {r['rate']}/s over {r['inputs']} inputs: p50 {r['p50_ms']} ms, "
        f"p95 {r['p95_ms']}, p99 {r['p99_ms']}, max {r['max_ms']}; {r['seen']} of {r['sent']} "
        f"seen; CPU {r['cpu_percent_of_a_core']} % of a core"
    )
    sys.exit(r["seen"] != r["sent"])


if __name__ == "__main__":
    main()
