"""What may go wrong, where and how often: the named steps of the commit cycle and the faults.

A step is a point of the product's way at which the seed is asked. Its budget of steps bounds how
often; behind it the world is free of faults, and must come to its end. Every strike is counted by
step and by fault, for the table at the end of a run: a zero there is something never tested.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

CRASH: Final = "crash"
CRASH_AFTER: Final = "crash with the request on its way"
STALL: Final = "stall"
ZOMBIE: Final = "stall beyond the session"
SLOW: Final = "slow thread"
LATE_REQUEST: Final = "request late"
LATE_ANSWER: Final = "answer late"
NO_ANSWER: Final = "answer never"
TWICE: Final = "request twice"
OVERRUN: Final = "client overruns its deadline"

PROCESS_FAULTS: Final = ((CRASH, 6), (STALL, 4), (ZOMBIE, 3))
"""What may strike a process at any step, by weight."""
REQUEST_FAULTS: Final = (
    *PROCESS_FAULTS,
    (CRASH_AFTER, 4),
    (SLOW, 2),
    (LATE_REQUEST, 3),
    (LATE_ANSWER, 3),
    (NO_ANSWER, 2),
    (TWICE, 4),
    (OVERRUN, 1),
)
"""What may strike where something is asked of the broker."""
REQUESTS_ONLY: Final = (LATE_REQUEST, LATE_ANSWER, NO_ANSWER, TWICE, OVERRUN)

FENCE: Final = "fence"
FENCED: Final = "fenced"
RESTORE: Final = "restore: begin"
READ: Final = "restore: read"
BEGINNINGS: Final = "positions: beginnings"
COMMITTED: Final = "positions: group"
OPEN: Final = "open inputs"
BEGIN: Final = "begin"
PLACES: Final = "partitions added"
OUTPUTS: Final = "outputs sent"
ROWS: Final = "rows sent"
OFFSETS: Final = "offsets sent"
END: Final = "end requested"
ENDED: Final = "end acknowledged"
SUSPEND: Final = "suspend"
JOIN: Final = "join"
ASSIGNED: Final = "assigned"
STOP: Final = "clean stop"
CLOSE: Final = "close"

REQUEST_STEPS: Final = (FENCE, READ, BEGINNINGS, COMMITTED, PLACES, OUTPUTS, ROWS, OFFSETS, END)
"""Steps at which a request goes out."""
PLAIN_STEPS: Final = (
    FENCED, RESTORE, OPEN, BEGIN, ENDED, SUSPEND, JOIN, ASSIGNED, STOP, CLOSE
)  # fmt: skip
"""Steps at which none does."""

AWAY: Final = "broker away"
EXPIRED: Final = "transaction expired"
REFUSED: Final = "record refused"
QUEUE_FULL: Final = "client's queue full"
DEAF: Final = "heartbeats lost"
KILL: Final = "kill at any time"
CLEAN_STOP: Final = "clean stop of one"
STOP_ALL: Final = "clean stop of all"
NEW_POLICY: Final = "restart with another policy"
COMPACTED: Final = "changelog compacted"
FOREIGN: Final = "foreign open transaction"
UPSTREAM: Final = "input aborted upstream"
CLOCK_LEAP: Final = "wall clock leaps"

WORLD_FAULTS: Final = (
    AWAY, EXPIRED, REFUSED, QUEUE_FULL, DEAF, KILL, CLEAN_STOP, STOP_ALL, NEW_POLICY, COMPACTED,
    FOREIGN, UPSTREAM, CLOCK_LEAP,
)  # fmt: skip
"""What comes from outside of the processes, at any time."""

ALL_FAULTS: Final = (*(name for name, _ in REQUEST_FAULTS), *WORLD_FAULTS)


@dataclass
class Counts:
    """How often what happened, in one seed or in many."""

    crashes: Counter[str]
    """By step: the process died there."""
    strikes: Counter[str]
    """By fault."""
    visits: Counter[str]
    """By step: it was reached while faults might strike."""

    @classmethod
    def none(cls) -> "Counts":
        """Nothing yet."""
        return cls(Counter(), Counter(), Counter())

    def add(self, other: "Counts") -> None:
        """What another seed counted, too."""
        self.crashes += other.crashes
        self.strikes += other.strikes
        self.visits += other.visits

    def missing(self) -> list[str]:
        """Steps where nobody crashed, and faults that never struck."""
        steps = [
            f"crash at {step}" for step in (*REQUEST_STEPS, *PLAIN_STEPS) if not self.crashes[step]
        ]
        return steps + [fault for fault in ALL_FAULTS if not self.strikes[fault]]


class Faults:
    """Draws what goes wrong, from a seed."""

    def __init__(self, rng: Random, share: float, steps: int) -> None:
        self.counts = Counts.none()
        self.steps_left = steps
        self._rng, self._share = rng, share

    def stop(self) -> None:
        """No fault strikes any more."""
        self.steps_left = 0

    @property
    def is_over(self) -> bool:
        """Whether the budget is used up."""
        return self.steps_left <= 0

    def at(self, step: str, *, is_request: bool) -> str | None:
        """The fault that strikes at this step, if one does."""
        if self.steps_left <= 0:
            return None
        self.steps_left -= 1
        self.counts.visits[step] += 1
        if self._rng.random() >= self._share:
            return None
        table = REQUEST_FAULTS if is_request else PROCESS_FAULTS
        fault = self._rng.choices([name for name, _ in table], [weight for _, weight in table])[0]
        self.strike(fault)
        if fault in {CRASH, CRASH_AFTER}:
            self.counts.crashes[step] += 1
        return fault

    def strike(self, fault: str) -> None:
        """Counts one."""
        self.counts.strikes[fault] += 1

    def seconds(self, low: float, high: float) -> float:
        """How long it lasts."""
        return self._rng.uniform(low, high)
