"""Tiers: which one a contribution reaches, and why."""

from math import inf

from agents.policy import Policy
from schemas.money import format_minor
from schemas.outputs import TIERS

KEY_RANK = len(TIERS) - 1


def tier_rank(contribution: int, entries: tuple[int | None, ...]) -> int:
    """The rank of the highest tier whose entry is reached; 0 (maintenance) where none is."""
    for rank in range(KEY_RANK, 0, -1):
        entry = entries[rank]
        if entry is not None and contribution >= entry:
            return rank
    return 0


def bounds(rank: int, entries: tuple[int | None, ...]) -> tuple[float, float]:
    """From which contribution on, and below which, a customer is of this tier."""
    low = entries[rank]
    high = entries[rank + 1] if rank < KEY_RANK else None
    return -inf if low is None else low, inf if high is None else high


def direction(before: int | None, now: int) -> str:
    """`assigned` the first time, then `upgrade` or `downgrade`."""
    if before is None:
        return "assigned"
    return "upgrade" if now > before else "downgrade"


def thresholds(rank: int, policy: Policy) -> list[tuple[str, str]]:
    """Why one is of this tier: (rule, entry) of the one reached and of the next, which was not."""
    return [
        (f"tiers.entry.{TIERS[judged].value}", format_minor(entry, policy.digits))
        for judged in range(rank, min(rank + 2, len(TIERS)))
        if (entry := policy.entries[judged]) is not None
    ]
