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
HELD_UP: Final = "request held up and sent again"
"""The first of the two comes last."""
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
    (HELD_UP, 3),
    (OVERRUN, 1),
)
"""What may strike where something is asked of the broker."""
REQUESTS_ONLY: Final = (LATE_REQUEST, LATE_ANSWER, NO_ANSWER, TWICE, HELD_UP, OVERRUN)

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

ENTRIES: Final = "world of tiers by entries"
SHARES: Final = "world of tiers by shares"
PLAIN: Final = "world without transactions"
MADE: Final = "cut-offs made"
ADOPTED: Final = "cut-offs adopted"
HALFWAY: Final = "commit within an adoption"
INTERRUPTED: Final = "adoption interrupted"
REPEATED: Final = "output repeated"
TORN: Final = "commit broken after rows"
MODES: Final = (ENTRIES, SHARES, PLAIN)
"""What a seed may be about."""
PASSAGES: Final = (*MODES, MADE, ADOPTED, HALFWAY, INTERRUPTED, REPEATED, TORN)
"""What has to come about in many seeds, beside faults and steps."""


DISLIKED_SHARE: Final = 0.4
"""Of the faults so many never strike in a seed: what is left strikes together more often."""
FAVOURED_TIMES: Final = 6
SELDOM: Final = (END, SUSPEND, JOIN, STOP, CLOSE)
"""Steps that a world comes to only a few times: every seed favours them."""


@dataclass
class Counts:
    """How often what happened, in one seed or in many."""

    crashes: Counter[str]
    """By step: the process died there."""
    strikes: Counter[str]
    """By fault."""
    visits: Counter[str]
    """By step: it was reached while faults might strike."""
    requests: Counter[tuple[str, str]]
    """By step and fault what befell the requests themselves."""

    @classmethod
    def none(cls) -> "Counts":
        """Nothing yet."""
        return cls(Counter(), Counter(), Counter(), Counter())

    def add(self, other: "Counts") -> None:
        """What another seed counted, too."""
        self.crashes += other.crashes
        self.strikes += other.strikes
        self.visits += other.visits
        self.requests += other.requests

    def missing(self) -> list[str]:
        """Steps where nobody crashed, and what never struck or came about."""
        steps = [
            f"crash at {step}" for step in (*REQUEST_STEPS, *PLAIN_STEPS) if not self.crashes[step]
        ]
        return steps + [its for its in (*ALL_FAULTS, *PASSAGES) if not self.strikes[its]]

    def missing_requests(self) -> list[str]:
        """What never befell the requests of a step."""
        return [
            f"{fault} at {step}"
            for step in REQUEST_STEPS
            for fault in REQUESTS_ONLY
            if not self.requests[step, fault]
        ]


@dataclass(frozen=True)
class Character:
    """What a seed has a liking for; so rare things that have to come together do, in some."""

    share: float
    """Of the steps at which something strikes."""
    favoured_share: float
    """Of those that it favours."""
    disliked: frozenset[str]
    """Faults that never strike."""
    favoured: tuple[str, ...]
    """Steps at which something strikes more often."""


SLOW_TAKEOVERS: Final = Character(
    0.0,
    0.4,
    frozenset({CRASH, CRASH_AFTER, ZOMBIE, LATE_ANSWER, NO_ANSWER, OVERRUN}),
    (FENCE, READ, COMMITTED),
)
"""Of seeds about workers that were taken for dead: whoever comes after them takes its time."""

LATE_SLEEPERS: Final = Character(
    0.0,
    0.3,
    frozenset({CRASH, CRASH_AFTER, STALL, SLOW}),
    (JOIN, ASSIGNED, ENDED),
)
"""Of seeds about workers that sleep through a rebalance, and wake up with all they remember."""


HELD_ENDS: Final = Character(
    0.0,
    0.3,
    frozenset(name for name, _ in REQUEST_FAULTS if name != HELD_UP),
    (END, OFFSETS),
)
"""Of seeds about ends and offsets that come too late, in the next transaction."""


UNFENCED: Final = frozenset({STALL, ZOMBIE, SLOW, CRASH_AFTER, LATE_REQUEST, HELD_UP, OVERRUN})
"""What lets a worker that is taken for dead write over its successor's rows: without transactions
nothing fences it off, and nothing else is promised."""


BROKEN_COMMITS: Final = Character(
    0.0, 0.15, UNFENCED | {NO_ANSWER, LATE_ANSWER}, (OUTPUTS, ROWS, OFFSETS, ENDED)
)
"""Of seeds about commits that break between two of their writes."""


def character_of(rng: Random, never: frozenset[str] = frozenset()) -> Character:
    """What a seed has a liking for; `never`: what may not strike at all."""
    share = rng.choice((0.0, 0.01, 0.03, 0.05, 0.1))
    all_steps = (*REQUEST_STEPS, *PLAIN_STEPS)
    disliked = never.union(name for name, _ in REQUEST_FAULTS if rng.random() < DISLIKED_SHARE)
    favoured = (*SELDOM, *rng.sample(all_steps, rng.randint(0, 3)))
    return Character(share, FAVOURED_TIMES * share, disliked, favoured)


class Faults:
    """Draws what goes wrong, from a seed."""

    def __init__(self, rng: Random, character: Character, steps: int) -> None:
        self.counts = Counts.none()
        self.steps_left = steps
        self._rng, self._character = rng, character
        self._tables = {
            is_request: [its for its in table if its[0] not in character.disliked]
            for is_request, table in ((True, REQUEST_FAULTS), (False, PROCESS_FAULTS))
        }

    def stop(self) -> None:
        """No fault strikes any more."""
        self.steps_left = 0

    def at(self, step: str, *, is_request: bool) -> str | None:
        """The fault that strikes at this step, if one does."""
        its = self._character
        share = its.favoured_share if step in its.favoured else its.share
        if self.steps_left <= 0 or not share:
            return None
        self.steps_left -= 1
        self.counts.visits[step] += 1
        table = self._tables[is_request]
        if self._rng.random() >= share or not table:
            return None
        fault = self._rng.choices([name for name, _ in table], [weight for _, weight in table])[0]
        self.strike(fault)
        if fault in {CRASH, CRASH_AFTER}:
            self.counts.crashes[step] += 1
        elif fault in REQUESTS_ONLY:
            self.counts.requests[step, fault] += 1
        return fault

    def strike(self, fault: str) -> None:
        """Counts one."""
        self.counts.strikes[fault] += 1
