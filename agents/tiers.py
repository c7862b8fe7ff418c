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


def reasons(rank: int, contribution: int, policy: Policy) -> list[dict[str, str | int]]:
    """The entry that was reached, and the next one, which was not: findings as they go out."""
    observed = format_minor(contribution, policy.digits)
    found: list[dict[str, str | int]] = []
    for judged in range(rank, min(rank + 2, len(TIERS))):
        entry = policy.entries[judged]
        if entry is not None:
            threshold = format_minor(entry, policy.digits)
            rule = f"tiers.entry.{TIERS[judged]}"
            found.append({"rule": rule, "observed": observed, "threshold": threshold})
    return found
