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
from tests.oracle.sample_policy import ANSWERED_TOML, WHOLE_TOML
from tests.simulation import faults
from tests.support.shards import by_share, policy_of

APP: Final = "sim"
SAMPLES: Final = 24
"""So many samples of traffic there are of each kind: making and recounting one takes longest."""
CONTESTED_SHARE: Final = 0.2
HELD_SHARE: Final = 0.1
TEXTS: Final = {"plain": POLICY_TOML, "whole": WHOLE_TOML, "risks": ANSWERED_TOML}
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
SHARES_SHARE: Final = 0.15
PLAIN_SHARE: Final = 0.15
"""Of the seeds so many are about tiers by shares, and about commits without transactions."""
NOT_SHARES: Final = {faults.NEW_POLICY}
"""Who judges whom when a policy changes in the middle of an adoption nobody promised."""
NOT_PLAIN: Final = {faults.NEW_POLICY, faults.DEAF, faults.EXPIRED, faults.FOREIGN}
"""There is nothing to expire and nobody else's transaction; of who is taken for dead `UNFENCED`."""


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


def mode_of(seed: int) -> str:
    """What a seed is about: one of `faults.MODES`."""
    drawn = Random(f"mode {seed}").random()
    if drawn < SHARES_SHARE:
        return faults.SHARES
    return faults.PLAIN if drawn < SHARES_SHARE + PLAIN_SHARE else faults.ENTRIES


def text_of(traffic: Traffic, number: int, mode: str = faults.ENTRIES) -> str:
    """A policy's text; number 0 is the first, later ones have another version."""
    text = by_share(TEXTS[traffic]) if mode == faults.SHARES else TEXTS[traffic]
    for old, new in OTHERS[number]:
        assert old in text
        text = text.replace(old, new)
    return text


@cache
def policy(traffic: Traffic, number: int, mode: str = faults.ENTRIES) -> Policy:
    """The same, compiled."""
    return policy_of(text_of(traffic, number, mode))


@cache
def raw_policy(traffic: Traffic, number: int) -> dict[str, Any]:
    """The same as the recount reads it."""
    return tomllib.loads(text_of(traffic, number))


@dataclass(frozen=True)
class Plan:
    """Everything that a seed decides beforehand."""

    seed: int
    mode: str
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

    def policy(self, number: int) -> Policy:
        """One of its policies, in the order in which workers are given them."""
        return policy(self.traffic, number, self.mode)

    @property
    def is_plain(self) -> bool:
        """Its commits are no transactions."""
        return self.mode == faults.PLAIN

    @property
    def by_shares(self) -> bool:
        """Its tiers go by shares."""
        return self.mode == faults.SHARES

    @property
    def changes_policy(self) -> bool:
        """Workers may be restarted with another policy."""
        return any(fault == faults.NEW_POLICY for _, fault in self.outside)


def plan_of(seed: int) -> Plan:
    """What a seed decides."""
    rng, mode = Random(f"plan {seed}"), mode_of(seed)
    is_plain = mode == faults.PLAIN
    traffic: Traffic = rng.choices(("plain", "whole", "risks"), (88, 8, 4))[0]
    partitions = rng.choices((1, 2, 3), (4, 4, 2))[0]
    clock: Literal["wall", "event"] = rng.choice(("event", "event", "wall"))
    if is_plain:
        clock = "event"  # then the order is the contract's, and repeated outputs are the same
    contested = rng.random() < CONTESTED_SHARE and not is_plain
    calm_at_s = rng.uniform(25.0, 45.0) if contested else rng.uniform(3.0, 30.0)
    ready = is_plain or (not contested and rng.random() < 0.55)
    outside = _outside(rng, calm_at_s)
    never = faults.UNFENCED if is_plain else frozenset[str]()
    character = faults.character_of(rng, never)
    if contested:
        asleep = rng.random() < 0.5
        character = faults.LATE_SLEEPERS if asleep else faults.SLOW_TAKEOVERS
        disturbance = faults.CLEAN_STOP if asleep else faults.DEAF
        outside += [(rng.uniform(2.0, 25.0), disturbance) for _ in range(4)]
    if not contested and rng.random() < HELD_SHARE and not is_plain:
        character = faults.HELD_ENDS
    banned = {faults.SHARES: NOT_SHARES, faults.PLAIN: NOT_PLAIN}.get(mode, set())
    outside = [(at_s, fault) for at_s, fault in outside if fault not in banned]
    changed_max, breaks = None, False
    if mode != faults.ENTRIES:  # an adoption, and what has no transaction, break between commits
        own = Random(f"broken {seed}")
        changed_max, breaks = own.choice((1, 2, 8)), own.random() < 0.5
    if breaks and is_plain:
        character = faults.BROKEN_COMMITS
    elif breaks:
        # all is read, and cut-offs are made, while faults strike; each customer has a commit
        ready, calm_at_s, changed_max = True, calm_at_s + 60.0, 1
    wall_us = rng.randint(START, END + 20 * DAY)
    if clock == "wall":  # a record far beyond it would park its partition
        wall_us = END + 60 * DAY + (wall_us - START) % (20 * DAY)
    if rng.random() < 0.5:
        wall_us = wall_us // DAY * DAY - rng.randint(0, 40_000_000)
    return Plan(
        seed,
        mode,
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
            guarantee="at_least_once" if is_plain else "exactly_once",
            commit_ms=300
            if contested or mode == faults.SHARES
            else rng.choice((300, 1_000, 3_000)),
            snapshot_seconds=rng.choice((0, 1) if mode == faults.SHARES else (0, 1, 10)),
        ),
        wall_us,
        rng.random() < 0.3,
        rng.choice((2, 8, 10_000)) if changed_max is None else changed_max,
        0 if seed % 2 else 1_000_000_000,
        rng.choice((4, 16, 4_000)),
        rng.choice((3, 12, 200)),
        rng.randint(3, 12) if rng.random() < 0.15 else 1_000_000,
        character,
        (1.0, 200.0) if contested else (rng.choice((1.0, 1.0, 1.0, 20.0, 150.0)),),
        calm_at_s,
        tuple(sorted(outside)),
        mode == faults.ENTRIES and ((ready and clock == "event") or rng.random() < 0.25),
    )


def _outside(rng: Random, until_s: float) -> list[tuple[float, str]]:
    chosen = [fault for fault in faults.WORLD_FAULTS if rng.random() < 0.12]
    if rng.random() < 0.3:
        chosen += [faults.KILL] * rng.randint(1, 3)
    return [(rng.uniform(0.0, until_s), fault) for fault in chosen]
