"""What is to strike a worker, and when: written by the test, read by `tests.faults.worker`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

from tests.support.topics import Place

SETTING: Final = "WHALECURVE_FAULTS"
"""Read by nothing but the tests' own entry to the worker."""

STEPS: Final = (
    "fence.before",
    "fence.after",
    "restore.reading",
    "restore.after",
    "begin.before",
    "begin.after",
    "outputs.sending",
    "news.out",
    "rows.before",
    "rows.after",
    "offsets.before",
    "offsets.after",
    "end.before",
    "end.after",
)
"""Points that a worker passes on its way: taking over, and every commit."""

How = Literal["kill", "stand still", "terminate", "sleep"]
Mutant = Literal[
    "",
    "unchecked producer",
    "restore before fence",
    "offsets outside",
    "skipped reject",
    "repeated output",
]


@dataclass(frozen=True)
class Strike:
    """At the nth passing of a step something happens to the worker, once."""

    step: str
    nth: int = 1
    how: How = "kill"
    seconds: float = 0.0
    """For a sleep."""


@dataclass(frozen=True)
class Plan:
    """What one worker is in for."""

    strikes: tuple[Strike, ...] = ()
    session_s: int | None = None
    """Instead of the product's session timeout."""
    records_per_s: float | None = None
    """So fast is each partition taken; as fast as it goes without."""
    clock_off_s: float = 0.0
    """How far its wall clock is ahead."""
    constants: Mapping[str, float] = field(default_factory=dict)
    """The product's own, by module and name, made shorter than a test can wait for."""
    mutant: Mutant = ""
    """An error built in, that the checker has to find."""
    struck: str = ""
    """A file that gets a line whenever something strikes."""

    def told(self, place: Place) -> Place:
        """The place, where workers are in for it."""
        return place.telling(faults=json.dumps(asdict(self)))


def read_plan(text: str) -> Plan:
    """The plan of a worker's environment."""
    wire = json.loads(text)
    strikes = tuple(Strike(**strike) for strike in wire.pop("strikes"))
    return Plan(strikes=strikes, **wire)


class Struck(NamedTuple):
    """Something struck at a step, of a transactional id where it was a producer's."""

    step: str
    transactional_id: str


def struck(path: Path) -> list[Struck]:
    """All that struck, in order."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Struck(*line.split(" ", 1)) for line in lines]
