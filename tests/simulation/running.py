"""Many seeds over all cores, and one seed with its story."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Final

from tests.simulation.checks import WrongError
from tests.simulation.faults import Counts
from tests.simulation.kernel import RunawayError
from tests.simulation.plan import plan_of
from tests.simulation.stage import Stage, staged
from tests.simulation.world import STEPS, World

AT_ONCE: Final = 25
"""Seeds that a process is given at once."""


@dataclass
class Report:
    """What came of some seeds."""

    seeds: int = 0
    counts: Counts = field(default_factory=Counts.none)
    wrong: dict[int, str] = field(default_factory=dict)
    """By seed what it found."""
    commits: int = 0
    virtual_s: float = 0.0

    def add(self, other: "Report") -> None:
        """What other seeds brought, too."""
        self.seeds += other.seeds
        self.counts.add(other.counts)
        self.wrong |= other.wrong
        self.commits += other.commits
        self.virtual_s += other.virtual_s


def play(stage: Stage, seed: int, steps: int, report: Report, *, tells: bool = False) -> World:
    """Plays one seed and notes what it found."""
    world = World(plan_of(seed), steps, tells=tells)
    try:
        stage.play(world)
    except (WrongError, RunawayError) as error:
        report.wrong[seed] = str(error)
        world.tell("", f"WRONG: {error}")
    report.seeds += 1
    report.counts.add(world.faults.counts)
    report.commits += world.checks.commits
    report.virtual_s += world.kernel.now_s
    return world


def play_some(seeds: range, steps: int = STEPS) -> Report:
    """Plays seeds one after the other."""
    report = Report()
    with staged() as stage:
        for seed in seeds:
            play(stage, seed, steps, report)
    return report


def play_many(first: int, number: int, steps: int = STEPS) -> Iterator[Report]:
    """Plays seeds on all cores; yields what each part of them brought, in any order."""
    parts = [
        range(at, min(at + AT_ONCE, first + number)) for at in range(first, first + number, AT_ONCE)
    ]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        left = [pool.submit(play_some, part, steps) for part in parts]
        for done in as_completed(left):
            yield done.result()


def story(seed: int, steps: int = STEPS) -> tuple[list[str], Report]:
    """Plays one seed; its story line by line, and what it found."""
    report = Report()
    with staged() as stage:
        world = play(stage, seed, steps, report, tells=True)
    return world.lines, report
