"""What a seed decides before anything happens: the traffic, the policy, the workers, the faults."""

import tomllib
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Final, Literal

from agents.policy.compiled import Policy
from streams.config.settings import Settings
from tests.oracle.instants import DAY
from tests.oracle.records import Record
from tests.oracle.sample import END, POLICY_TOML, START, sample
from tests.oracle.sample_policy import RISKS_TOML, WHOLE_TOML
from tests.simulation import faults
from tests.support.shards import policy_of

APP: Final = "sim"
SAMPLES: Final = 24
"""So many samples of traffic there are of each kind: making and recounting one takes longest."""
CONTESTED_SHARE: Final = 0.2
HELD_SHARE: Final = 0.1
TEXTS: Final = {"plain": POLICY_TOML, "whole": WHOLE_TOML, "risks": RISKS_TOML}
OTHERS: Final = (
    (),
    (('version = "sample-7"', 'version = "next"'), ('ordinary = "0.00"', 'ordinary = "25.00"')),
    (
        ('version = "sample-7"', 'version = "last"'),
        ("window_days = 45", "window_days = 30"),
        ('key = "900.00"', 'key = "500.00"'),
    ),
)
"""What changes from policy to policy: its entries, its window."""

Traffic = Literal["plain", "whole", "risks"]


@cache
def records_of(traffic: Traffic, number: int, partitions: int) -> tuple[Record, ...]:
    """One sample."""
    rng = Random(f"{traffic} {number}")
    events = rng.randint(40, 90) if traffic == "plain" else rng.randint(30, 50)
    made = sample(
        number,
        events,
        rng.randint(5, 12),
        partitions=partitions,
        bad_share=0.06,
        whole=traffic != "plain",
        risks=traffic == "risks",
    )
    return tuple(made)


def text_of(traffic: Traffic, number: int) -> str:
    """A policy's text; number 0 is the first, later ones have another version."""
    text = TEXTS[traffic]
    for old, new in OTHERS[number]:
        assert old in text
        text = text.replace(old, new)
    return text


@cache
def policy(traffic: Traffic, number: int) -> Policy:
    """The same, compiled."""
    return policy_of(text_of(traffic, number))


@cache
def raw_policy(traffic: Traffic, number: int) -> dict[str, Any]:
    """The same as the recount reads it."""
    return tomllib.loads(text_of(traffic, number))


@dataclass(frozen=True)
class Plan:
    """Everything that a seed decides beforehand."""

    seed: int
    traffic: Traffic
    sample: int
    partitions: int
    workers: int
    contested: bool
    """It is about workers that are taken for dead and go on, with much to commit."""
    ready: bool
    """All records lie ready before the first worker starts."""
    settings: Settings
    wall_base_us: int
    skews: bool
    """Workers' clocks are wrong, by up to an hour."""
    changed_max: int
    """So much fills a commit."""
    objects_bytes: int
    """What customers that are touched may take; 0: everybody rests after each commit."""
    buffer_high: int
    fetch_max: int
    queue_max: int
    character: faults.Character
    slowness: tuple[float, ...]
    """How many times longer requests and answers travel; each worker has one of these."""
    calm_at_s: float
    """From then on no fault strikes."""
    outside: tuple[tuple[float, str], ...]
    """Faults from outside, by time."""
    recounts: bool
    """The recount of the tests is asked, beside the product's own shards."""

    @property
    def changes_policy(self) -> bool:
        """Workers may be restarted with another policy."""
        return any(fault == faults.NEW_POLICY for _, fault in self.outside)


def plan_of(seed: int) -> Plan:
    """What a seed decides."""
    rng = Random(f"plan {seed}")
    traffic: Traffic = rng.choices(("plain", "whole", "risks"), (88, 8, 4))[0]
    partitions = rng.choices((1, 2, 3), (4, 4, 2))[0]
    clock: Literal["wall", "event"] = rng.choice(("event", "event", "wall"))
    contested = rng.random() < CONTESTED_SHARE
    calm_at_s = rng.uniform(25.0, 45.0) if contested else rng.uniform(3.0, 30.0)
    ready = not contested and rng.random() < 0.55
    outside = _outside(rng, calm_at_s)
    character = faults.character_of(rng)
    if contested:
        asleep = rng.random() < 0.5
        character = faults.LATE_SLEEPERS if asleep else faults.SLOW_TAKEOVERS
        disturbance = faults.CLEAN_STOP if asleep else faults.DEAF
        outside += [(rng.uniform(2.0, 25.0), disturbance) for _ in range(4)]
    if not contested and rng.random() < HELD_SHARE:
        character = faults.HELD_ENDS
    wall_us = rng.randint(START, END + 20 * DAY)
    if rng.random() < 0.5:
        wall_us = wall_us // DAY * DAY - rng.randint(0, 40_000_000)
    return Plan(
        seed,
        traffic,
        rng.randrange(SAMPLES),
        partitions,
        rng.choice((2, 3)) if contested else rng.choices((1, 2, 3), (3, 5, 2))[0],
        contested,
        ready,
        Settings(
            app_id=APP,
            partitions=partitions,
            clock=clock,
            commit_ms=300 if contested else rng.choice((300, 1_000, 3_000)),
            snapshot_seconds=rng.choice((0, 1, 10)),
        ),
        wall_us,
        rng.random() < 0.3,
        rng.choice((2, 8, 10_000)),
        0 if seed % 2 else 1_000_000_000,
        rng.choice((4, 16, 4_000)),
        rng.choice((3, 12, 200)),
        rng.randint(3, 12) if rng.random() < 0.15 else 1_000_000,
        character,
        (1.0, 200.0) if contested else (rng.choice((1.0, 1.0, 1.0, 20.0, 150.0)),),
        calm_at_s,
        tuple(sorted(outside)),
        (ready and clock == "event") or rng.random() < 0.25,
    )


def _outside(rng: Random, until_s: float) -> list[tuple[float, str]]:
    chosen = [fault for fault in faults.WORLD_FAULTS if rng.random() < 0.12]
    if rng.random() < 0.3:
        chosen += [faults.KILL] * rng.randint(1, 3)
    return [(rng.uniform(0.0, until_s), fault) for fault in chosen]
