"""Throughput: a peer works off N loaded events; how fast, at what cost, and is it right?

Progress is what the peer has committed: the group's offsets on the broker. The steady rate is the slope between 20 % and 80 % of the events.
"""

import argparse
import json

import os
import signal
import statistics
import sys
import time

import cluster
import gen
import oracle
import peers
import processes
from session import Session
from settings import INPUTS, PARTITIONS, RESULTS, exclusive

DEFAULTS = {"commit_ms": "1000"}
POLL_S, POLL_START_S, SETTLE_S = 0.2, 0.05, 2
FAUST_TAIL_S = 6


class Watch:
    """What was seen of a run from outside, up to its last progress."""

    def __init__(self, session):
        self.session = session
        self.start = time.time()
        self.points = [(self.start, 0)]
        self.first_output = None
        self.broker0 = session.broker_cpu_seconds()
        self.machine0 = processes.machine_cpu_seconds()
        self.own0 = time.process_time()
        self.cpu = self.rss = self.broker = self.own = 0.0
        self.machine = self.machine0

    def look(self):
        """Polls once; returns the number of events committed so far."""
        session = self.session
        if self.first_output is None and any(cluster.end_offsets([session.tier_changes]).values()):
            self.first_output = time.time()
        done = self._committed()
        if done > self.points[-1][1]:
            self.points.append((time.time(), done))
            self.cpu = session.cpu_seconds()
            self.rss = processes.peak_rss_mb(session.pids())
            self.broker = session.broker_cpu_seconds() - self.broker0
            self.machine = processes.machine_cpu_seconds()
            self.own = time.process_time() - self.own0
        return self.points[-1][1]

    def _committed(self):
        session = self.session
        return cluster.committed(session.tag, peers.input_topics(session.input_prefix))

    def steady(self, n):
        """(events a second, number of points) between 20 % and 80 %."""
        inside = [point for point in self.points[1:] if 0.2 * n <= point[1] <= 0.8 * n]
        if len(inside) < 2:
            return None, len(inside)
        (t0, done0), (t1, done1) = inside[0], inside[-1]
        return round((done1 - done0) / (t1 - t0)), len(inside)

    def figures(self, n):
        """Times in seconds, rates in events a second, memory in MB."""
        end, done = self.points[-1]
        per_million = 1e6 / done if done else 0.0
        rate, points = self.steady(n)
        first = self.first_output
        others = self.machine[0] - self.machine0[0] - self.cpu - self.broker - self.own
        return {
            "committed": done,
            "steady": rate,
            "steady_points": points,
            "overall": round(done / (end - self.start)) if done else None,
            "startup_s": round(first - self.start, 2) if first else None,
            "wall_s": round(end - self.start, 2),
            "cpu_s_per_M": round(self.cpu * per_million, 2) if done else None,
            "broker_cpu_s_per_M": round(self.broker * per_million, 2) if done else None,
            "rss_mb": round(self.rss),
            "other_cpu_s": round(others, 1),
            "stolen_cpu_s": round(self.machine[1] - self.machine0[1], 1),
            "points": [(round(t - self.start, 3), count) for t, count in self.points],
        }


def measure(session, n, limit_s):
    """Starts the peer and watches it until the last event is committed, it dies or time is up."""
    session.start()
    watch = Watch(session)
    complaint = f"not done after {limit_s:.0f} s"
    while time.time() - watch.start < limit_s:
        time.sleep(POLL_S if watch.first_output else POLL_START_S)
        done = watch.look()
        if done >= n or faust_is_done(session, watch, n):
            return watch, None
        if session.exited():
            complaint = f"{session.exited()}\n{done} of {n} events were done"
            break
    return watch, complaint


def faust_is_done(session, watch, n):
    """Faust leaves the last event of a partition uncommitted: at rest just below N is the end."""
    at, done = watch.points[-1]
    tail = len(INPUTS) * PARTITIONS
    return session.peer.base == "faust" and done >= n - tail and time.time() - at > FAUST_TAIL_S


def settle(session, limit_s=20):
    """Waits until no more output comes (due times may fire after the last event)."""
    before, until = None, time.time() + limit_s
    while time.time() < until:
        now = cluster.end_offsets([session.tier_changes])
        if now == before:
            return
        before = now
        time.sleep(SETTLE_S)


def verdict(found, right):
    """EXACT, or how many customers' final tiers differ and which, for example."""
    wrong = sorted(k for k in found.keys() | right.keys() if found.get(k) != right.get(k))
    if not wrong:
        return "EXACT"
    samples = ", ".join(f"{k} {found.get(k)} not {right.get(k)}" for k in wrong[:3])
    return f"{len(wrong)} of {len(right)} differ: {samples}"


def run(peer, n, customers, limit_s):
    peer = peers.with_defaults(peer, DEFAULTS)
    prefix = gen.load(n, customers)
    right = oracle.answer(n, customers)
    load = os.getloadavg()[0]
    with Session(peer, prefix, "bench") as session:
        session.prepare()
        watch, complaint = measure(session, n, limit_s)
        changes, outcome = None, "not finished"
        if not complaint:
            settle(session)
            processes.stop(session.workers)
            changes, newest = cluster.read_latest(session.tier_changes)
            tiers = {key: change["to_tier"] for key, change in newest.items()}
            outcome = verdict(tiers, right[peer.reads_to])
        result = {
            "peer": peer.label, "tag": session.tag, "n": n, "customers": customers,
            "workers": peer.workers, "options": peer.options,
            **watch.figures(n),
            "tier_changes": changes,
            "oracle": outcome,
            "load_before": round(load, 2),
        }  # fmt: skip
    with open(RESULTS, "a") as file:
        file.write(json.dumps(result) + "\n")
    (session.folder / "result.json").write_text(json.dumps(result))
    if complaint:
        print(complaint, file=sys.stderr)
    return result


COMPARED = {
    "steady": "events a second",
    "cpu_s_per_M": "CPU-s a million events",
    "rss_mb": "peak RSS, MB",
    "startup_s": "startup, s",
}
HEADER = (
    f"{'peer':<28} {'events/s':>9} {'points':>6} {'CPU-s/M':>8} {'RSS MB':>7} {'startup s':>9} "
    f"{'wall s':>7} {'broker':>7} {'others':>7}  oracle"
)


def line(r):
    def cell(value, width):
        return f"{'-' if value is None else value:>{width}}"

    return (
        f"{r['peer'] + ' x' + str(r['workers']):<28} {cell(r['steady'], 9)} "
        f"{cell(r['steady_points'], 6)} {cell(r['cpu_s_per_M'], 8)} {cell(r['rss_mb'], 7)} "
        f"{cell(r['startup_s'], 9)} {cell(r['wall_s'], 7)} {cell(r['broker_cpu_s_per_M'], 7)} "
        f"{cell(r['other_cpu_s'], 7)}  {r['oracle']}"
    )


def summary(labels, results):
    """Medians over the rounds that ended EXACT, and their ratios to the first peer's."""
    rows, base = ["", f"median (lowest-highest) ratio to {labels[0]}"], {}
    for label in labels:
        rounds = [r for r in results if r["peer"] == label]
        good = [r for r in rounds if r["oracle"] == "EXACT"]
        rows.append(f"{label}: {len(good)} of {len(rounds)} rounds exact")
        for key, title in COMPARED.items():
            values = [r[key] for r in good if r[key] is not None]
            if not values:
                rows.append(f"  {title:<22} -")
                continue
            middle = statistics.median(values)
            if label == labels[0]:
                base[key] = middle
            ratio = f"{middle / base[key]:.2f}x" if base.get(key) else ""
            spread = f"({min(values):g}-{max(values):g})"
            rows.append(f"  {title:<22} {middle:>10g} {spread:<20} {ratio}")
    return "\n".join(rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=peers.NAMES)
    ap.add_argument("peer", nargs="?", help="NAME[:option=value]…")
    ap.add_argument("n", type=int, help="events")
    ap.add_argument("--compare", metavar="A,B,…", help="run these by turns instead of one peer")
    ap.add_argument("--rounds", type=int, default=1, metavar="R")
    ap.add_argument("--customers", type=int, help="default: N/20")
    ap.add_argument("--limit", type=float, default=900, metavar="S", help="seconds for one run")
    args = ap.parse_args()
    if bool(args.peer) == bool(args.compare):
        ap.error("name one PEER, or several with --compare")
    chosen = [peers.parse(label) for label in (args.compare or args.peer).split(",")]
    customers = args.customers or gen.default_customers(args.n)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that peers are stopped
    results = []
    with exclusive():
        print(HEADER)
        for peer in chosen * args.rounds:
            results.append(run(peer, args.n, customers, args.limit))
            print(line(results[-1]), flush=True)
    if len(results) > 1:
        print(summary(list(dict.fromkeys(peer.label for peer in chosen)), results))
    sys.exit(any(r["oracle"] != "EXACT" for r in results))


if __name__ == "__main__":
    main()
