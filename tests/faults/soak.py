"""`make soak`: some two hours of storms, and a report of what struck and what was found.

In rounds, each with traffic, a Kafka and a seed of its own: what is held against the recount has to
fit into memory. A round that finds anything wrong ends the soak with 1.
"""

import argparse
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from tests.brokers import require_kafka
from tests.faults.storm import Measure
from tests.faults.survive import Load, Survived, survive
from tests.support.reading import equals_recount, sequences_are_whole

ROUNDS: Final = 10
MEASURE: Final = Measure(
    seed=1_000,
    kills=20,
    zombies=3,
    broker_kills=2,
    broker_freezes=1,
    rolled=10,
    proxy_faults=20,
    seconds=1_800.0,
    records_per_s=2_000.0,
)
"""Of one round."""
LOAD: Final = Load(events=500_000, later=10_000, customers=5_000, partitions=8)
REPORT: Final = Path(__file__).with_name("SOAK.md")
SIM_SEEDS: Final = 100_000
_TITLES: Final = (
    "seed",
    "kills",
    "zombies fenced",
    "broker kills",
    "freezes",
    "stopped in order",
    "proxy faults",
    "tier changes",
    "signals",
    "seconds",
)
_ROOT: Final = Path(__file__).parents[2]


def main() -> int:
    """Runs the rounds and the seeds, and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sim-seeds", type=int, default=SIM_SEEDS)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args()
    require_kafka()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    logging.disable(logging.CRITICAL)  # kafka-python tells of every broker that dies
    began, counts, lines = time.monotonic(), Counter[str](), list[str]()
    with _Simulated(options.sim_seeds) as simulated:
        for number in range(options.rounds):
            measure = replace(MEASURE, seed=MEASURE.seed + number)
            with tempfile.TemporaryDirectory(prefix="whalecurve-soak-") as folder:
                survived = survive(measure, LOAD, Path(folder))
            hold(survived)
            counts += survived.counts
            lines.append(_round(measure.seed, survived))
            sys.stdout.write(f"{lines[-1]} {dict(survived.counts)} {survived.seconds}\n")
            sys.stdout.flush()
        assert counts["kills in an open transaction"] >= counts["kills"] / 2, counts
        told = simulated.told()
    hours = (time.monotonic() - began) / 3_600
    options.report.write_text(_report(options.rounds, counts, lines, told, hours))
    sys.stdout.write(f"written: {options.report}\n")
    return 0


def hold(survived: Survived) -> None:
    """Raises AssertionError where anything was lost, doubled, or seen in part."""
    assert survived.findings == [], survived.findings
    sequences_are_whole(survived.outputs)
    equals_recount(survived.outputs, survived.expected)
    later = survived.later
    assert later["consumed"] == LOAD.later
    assert later["consumed"] == later["applied"] + later["dropped"] + later["rejected"]


def _round(seed: int, survived: Survived) -> str:
    names = ("kills", "zombies fenced", "broker kills", "broker freezes", "rolled", "proxy faults")
    struck = " | ".join(str(survived.counts[name]) for name in names)
    seconds = sum(survived.seconds.values())
    changes, risks = len(survived.outputs.tier_changes), len(survived.outputs.at_risk)
    return f"| {seed} | {struck} | {changes} | {risks} | {seconds:.0f} |"


class _Simulated:
    """Worlds that are played beside the rounds, with what the rounds leave of the machine."""

    def __init__(self, seeds: int) -> None:
        self._process: subprocess.Popen[str] | None = None
        if seeds:
            command = [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds)]
            self._process = subprocess.Popen(
                ["nice", "-n", "19", *command],
                cwd=_ROOT,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)  # its own workers, too

    def told(self) -> str:
        """Waits for the last of them; what was said of them. AssertionError for what was wrong."""
        if self._process is None:
            return "not run"
        said, _ = self._process.communicate()
        assert self._process.returncode == 0, said
        return said.strip()


def _report(
    rounds: int, counts: Counter[str], lines: list[str], simulated: str, hours: float
) -> str:
    head = (
        "# The soak's report\n\n"
        f"Made by `make soak` on {datetime.now(UTC):%Y-%m-%d}, in {hours:.1f} hours: {rounds} "
        f"rounds of {LOAD.events:,} events of {LOAD.customers:,} customers, {MEASURE.workers} "
        "workers. Nothing was lost, doubled, or seen in part.\n\n"
        f"| {' | '.join(_TITLES)} |\n{'|---' * len(_TITLES)}|\n"
    )
    totals = "".join(f"- {name}: {number:,}\n" for name, number in sorted(counts.items()))
    return (
        head
        + "\n".join(lines)
        + f"\n\n## All rounds together\n\n{totals}\n## Simulated worlds\n\n```\n{simulated}\n```\n"
    )


if __name__ == "__main__":
    sys.exit(main())
