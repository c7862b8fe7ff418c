"""Restarts of the broker under a worker that is at rest, or has much to do.

`python -m tests.faults.outages --restarts 50` makes many of them, of 3 to 300 s, and says what came
of it. A worker at rest goes on after each. One in the middle of a commit may be in doubt, and then
ends: a supervisor starts another.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kafka.errors import KafkaError

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.faults.checker import Checker
from tests.faults.plan import Plan
from tests.faults.survival import nothing_lost_nothing_doubled, supervise
from tests.oracle.records import Record
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.topics import Place, Watch, bought, create_topics, load
from tests.support.workers import Crew

RESTARTS: Final = 50
LONG_EVERY: Final = 12
"""Every so many restarts one is long."""
LONG_S: Final = (60.0, 300.0, 30.0, 120.0)
SHORT_S: Final = (3.0, 12.0)
IDLE_S: Final = (0.5, 1.5, 3.0, 6.0, 15.0)
"""So long nothing comes before the broker is stopped, and again after it is back."""
FEW: Final = 40
MANY: Final = 4_000
"""Events that are still being read when the broker stops."""
RECORDS_PER_S: Final = 250.0
"""Of each partition, so that there is something to do."""
HALF_DONE: Final = MANY - 500
SECONDS: Final = 120.0
FIRST_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMERS: Final = 50


@dataclass(frozen=True)
class Outage:
    """One restart."""

    away_s: float
    idle_s: float
    """Without an event before it and after it; 0: in the middle of work."""
    kill: bool = False
    """The broker gets no time to say goodbye."""


@dataclass
class Outlived:
    """What came of restarts."""

    ended_at_rest: list[str] = field(default_factory=list)
    """The last words of workers that had nothing to do when the broker went."""
    ended_at_work: list[str] = field(default_factory=list)


class Purchases:
    """Purchases in the order of their time, so that their parts make what the whole makes."""

    def __init__(self, place: Place) -> None:
        self.all: list[Record] = []
        self._place = place

    def publish(self, number: int) -> None:
        """So many more."""
        first = len(self.all)
        more = [self._make(first + at) for at in range(number)]
        load(self._place, more)
        self.all += more

    def _make(self, number: int) -> Record:
        at = FIRST_AT + timedelta(minutes=number)
        return bought(
            f"c-{number % CUSTOMERS}", f"e-{number}", at.isoformat(), f"{number * 37 % 900}.50",
            int(at.timestamp() * 1_000), self._place.partitions,
        )  # fmt: skip


def outlive(node: KafkaNode, place: Place, crew: Crew, outages: list[Outage]) -> Outlived:
    """Restarts the broker so, and holds what came out against the recount."""
    outlived, purchases = Outlived(), Purchases(place)
    with closing(Checker(place).start()) as checker:
        crew.start_ready(place)
        for number, outage in enumerate(outages):
            words = _restart(node, place, crew, purchases, outage)
            (outlived.ended_at_rest if outage.idle_s else outlived.ended_at_work).extend(words)
            _say(f"{number + 1}/{len(outages)}: {outage}: {words or 'outlived'}")
        crew.stop_all()
        nothing_lost_nothing_doubled(place, purchases.all, checker)
    return outlived


def _restart(
    node: KafkaNode, place: Place, crew: Crew, purchases: Purchases, outage: Outage
) -> list[str]:
    """The last words of workers that ended of it."""

    def until(what: str, holds: Callable[[], bool]) -> None:
        words.extend(supervise(crew, place, what, holds, outage.away_s + SECONDS))

    words: list[str] = []
    purchases.publish(FEW if outage.idle_s else MANY)
    until("it reads", _at_most(place, 0 if outage.idle_s else HALF_DONE))
    until("nothing comes", passes(outage.idle_s))
    if outage.kill:
        node.kill()
    else:
        node.stop()
    until("the broker is away", passes(outage.away_s))
    node.start()
    until("nothing comes again", passes(outage.idle_s))
    purchases.publish(FEW)
    until("it reads on", _at_most(place, 0))
    return words


def _at_most(place: Place, left: int) -> Callable[[], bool]:
    """Holds once there is no more left to read."""

    def holds() -> bool:
        try:
            with closing(Watch(place)) as watch:
                return watch.unread() <= left
        except KafkaError:  # a broker that was just started
            return False

    return holds


def passes(seconds: float) -> Callable[[], bool]:
    """Holds once so much time is over."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def planned(restarts: int, seed: int) -> list[Outage]:
    """Mostly short ones; half of them while there is nothing to do, a third with `kill -9`."""
    rng = random.Random(seed)
    made = []
    for number in range(restarts):
        is_long = number % LONG_EVERY == LONG_EVERY - 1
        away_s = LONG_S[number // LONG_EVERY % len(LONG_S)] if is_long else rng.uniform(*SHORT_S)
        idle_s = rng.choice(IDLE_S) if number % 2 else 0.0
        made.append(Outage(round(away_s, 1), idle_s, kill=rng.random() < 1 / 3))
    return made


def main() -> int:
    """Makes the restarts; 1 where a worker at rest ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.outages", description=__doc__)
    parser.add_argument("--restarts", type=int, default=RESTARTS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    require_kafka()
    logging.disable(logging.CRITICAL)  # kafka-python tells of every broker that is away
    with (
        tempfile.TemporaryDirectory(prefix="whalecurve-outages-") as folder,
        KafkaNode() as node,
        closing(Crew(Path(folder))) as crew,
    ):
        policy = Path(folder) / "policy.toml"
        policy.write_text(POLICY_TOML)
        place = Place(node.address, "outages.", "outages")
        create_topics(place)
        place = Plan(records_per_s=RECORDS_PER_S).told(place.telling(clock="event", policy=policy))
        outlived = outlive(node, place, crew, planned(options.restarts, options.seed))
        node.kill()
    at_rest, at_work = outlived.ended_at_rest, outlived.ended_at_work
    _say(f"workers that ended at rest: {at_rest}\nin the middle of work: {at_work}")
    return 1 if at_rest else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
