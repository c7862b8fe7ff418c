"""The entries of the tiers: which one a value reaches, and by what customers are judged."""

from typing import Final

from agents.policy.compiled import Policy
from schemas.base.money import format_minor
from schemas.base.vocabulary import TIERS
from schemas.state.rows import CutoffsRow

KEY_RANK: Final = len(TIERS) - 1


def tier_rank(contribution: int, entries: tuple[int | None, ...]) -> int:
    """The rank of the highest tier whose entry is reached; 0 (maintenance) where none is."""
    for rank in range(KEY_RANK, 0, -1):
        entry = entries[rank]
        if entry is not None and contribution >= entry:
            return rank
    return 0


def thresholds(
    rank: int, entries: tuple[int | None, ...], digits: int, *, by_share: bool
) -> list[tuple[str, str]]:
    """Why one is of this tier: (rule, entry) of the one reached and of the next, which was not."""
    return [
        (_rule_of(judged, by_share=by_share), format_minor(entry, digits))
        for judged in range(rank, min(rank + 2, len(TIERS)))
        if (entry := entries[judged]) is not None
    ]


def _rule_of(rank: int, *, by_share: bool) -> str:
    return f"tiers.{'share' if by_share and rank > 1 else 'entry'}.{TIERS[rank]}"


def entries_of(policy: Policy, cutoffs: CutoffsRow | None) -> tuple[int | None, ...]:
    """The entries by which customers are judged, by rank; a higher one is never below a lower."""
    if policy.share is None or cutoffs is None:
        return policy.entries
    ordinary = policy.entries[1]
    assert ordinary is not None
    important = max(cutoffs.important, ordinary)
    return None, ordinary, important, max(cutoffs.key, important)
