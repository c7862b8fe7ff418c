"""A storm over a backlog, and what came out of it: for the test of every push and for the soak.

The events lie ready but for the last ones, which come when the storm is over and every worker was
stopped: what is made of them shows that the restored state is the recount's.
"""

import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.behind import kafka_behind
from tests.faults.checker import Checker
from tests.faults.proxy import Proxy
from tests.faults.storm import Measure, Storm
from tests.oracle.records import Record
from tests.oracle.recount import Outcome
from tests.oracle.sample import sample
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.reading import Outputs
from tests.support.recounting import Recounting
from tests.support.topics import Place, Watch, create_topics, load
from tests.support.workers import Crew

READ_SECONDS: Final = 600.0
WHATS: Final = ("consumed", "applied", "dropped", "rejected")


@dataclass(frozen=True)
class Load:
    """How much there is to read."""

    events: int
    later: int
    """Of them, come when the storm is over."""
    customers: int
    partitions: int


@dataclass
class Survived:
    """What came out in the end, and what should have."""

    counts: Counter[str]
    findings: list[str]
    outputs: Outputs
    later: dict[str, int]
    """How many of the last events were consumed, applied, dropped, rejected."""
    expected: Outcome
    seconds: dict[str, float]
    """What took how long."""


def survive(measure: Measure, load_: Load, folder: Path) -> Survived:
    """Loads, lets it storm, reads to the end, and recounts."""
    policy = folder / "policy.toml"
    policy.write_text(POLICY_TOML)
    records = sample(measure.seed, load_.events, load_.customers, partitions=load_.partitions)
    records, later = records[: -load_.later], records[-load_.later :]
    clock = _Clock()
    with (
        closing(Recounting(POLICY_TOML, records, load_.partitions, later)) as recounting,
        Proxy(measure.seed) as proxy,
        kafka_behind(proxy) as node,
        closing(Crew(folder)) as crew,
    ):
        place = Place(node.address, "storm.", "storm", load_.partitions).telling(
            clock="event", policy=policy
        )
        create_topics(place)
        load(place, records)
        through = proxy if measure.proxy_faults else None
        storm = Storm(measure, node, place, crew, folder, through)
        clock.stop("loading")
        with closing(Checker(place).start()) as checker:
            storm.rage()
            storm.counts["events read while it raged"] = len(records) - storm.unread
            clock.stop("the storm")
            consumed = _read_on(place, crew, measure.workers, later)
            clock.stop("reading on")
            findings = checker.finish()
        outputs = Outputs(place)
        clock.stop("checking")
        expected = recounting.outcome()
        clock.stop("the recount's rest")
    return Survived(storm.counts, findings, outputs, consumed, expected, clock.seconds)


def _read_on(place: Place, crew: Crew, workers: int, later: list[Record]) -> dict[str, int]:
    """Unharmed workers read the rest; then one that restores everything reads what comes later."""
    with closing(Watch(place)) as watch:
        for _ in range(workers):
            crew.start(place)
        crew.wait_until_read(watch, READ_SECONDS)
        crew.stop_all()
        load(place, later)
        last = crew.start_ready(place)
        crew.wait_until_read(watch, READ_SECONDS)
        metrics = last.metrics()
        consumed = {what: int(metrics.number(f"events_{what}_total")) for what in WHATS}
        crew.stop_all()
    return consumed


class _Clock:
    """Takes the time of one stretch after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._at = time.monotonic()

    def stop(self, what: str) -> None:
        """A stretch ends and the next one begins."""
        now = time.monotonic()
        self.seconds[what] = round(now - self._at, 1)
        self._at = now
