"""Tiers: which one a customer has, when it changes, and why.

The plain rule: the highest tier whose entry the contribution reaches. `[tiers.hold]` makes tiers
hold still: a band around each entry, a least stay, and a notice some days before a downgrade.
"""

from typing import Final

from agents.customer.tier_state import TierState
from agents.decide.decisions import Move
from agents.decide.lives import (
    ASSIGNED,
    DOWNGRADE,
    FALLS,
    HELD,
    NOTICE,
    NOTICED,
    RECOVERS,
    RISES,
    STAYS_BELOW,
    TIER_LIFE,
    UPGRADE,
    WITHDRAWN,
    happens,
)
from agents.policy.compiled import Policy
from schemas.base.money import Ratio, format_minor, half_even
from schemas.base.times import NO_DAY
from schemas.base.vocabulary import TIERS
from schemas.state.rows import CutoffsRow

KEY_RANK = len(TIERS) - 1
BEYOND_ALL: Final = 1 << 8_192
"""Above all that a tier is judged by, an integer as that is: a float would round what compares with
it, and none holds a fading value far from its landmark. Such a value has below 4,500 bits."""


class TierRules:
    """The tiers of one policy."""

    def __init__(self, policy: Policy, entries: tuple[int | None, ...] | None = None) -> None:
        """By the policy's entries, or by others in their place."""
        hold = policy.hold
        self.entries = policy.entries if entries is None else entries
        self._dwell_days, self._grace_days = hold.min_dwell_days, hold.grace_days
        self._one_step = hold.one_step
        ranks = range(len(TIERS))
        self._keeps = [_less(entry, hold.keep_share, hold.min_band) for entry in self.entries]
        self._ups = [_more(entry, hold.upgrade_share, hold.min_band) for entry in self.entries]
        self._stays = [
            (self._keeps[rank], self._ups[rank + 1] if rank < KEY_RANK else BEYOND_ALL)
            for rank in ranks
        ]

    def band_of(self, move: Move) -> tuple[str, int] | None:
        """The rule and the bound beside an entry that a move crossed; None without a margin."""
        upwards = move.direction == UPGRADE
        rank = move.after if upwards else move.before
        entry = None if rank is None else self.entries[rank]
        if rank is None or entry is None:
            return None
        bound = self._ups[rank] if upwards else self._keeps[rank]
        rule = "tiers.hold.upgrade_margin" if upwards else "tiers.hold.keep_margin"
        return (rule, bound) if bound != entry else None

    def moves_from(self, old: "TierRules", tier: int, index: int, *, noticed: bool) -> bool:
        """Whether these rules, in place of others, may have something to say of a customer."""
        low, high = self._stays[tier]
        if noticed:
            return low <= index
        old_low, old_high = old._stays[tier]
        return (low <= index < high) != (old_low <= index < old_high)

    def stays(self, tier_state: TierState, contribution: int) -> bool:
        """Whether there is plainly nothing to say: most judgements end here."""
        low, high = self._stays[tier_state.tier]
        return low <= contribution < high and tier_state.notice_day == NO_DAY

    def begin(self, contribution: int, day: int) -> tuple[TierState, Move]:
        """The first tier."""
        rank = tier_rank(contribution, self.entries)
        return TierState(rank, day), Move(ASSIGNED, None, rank)

    def notice_of(self, tier_state: TierState, contribution: int) -> Move:
        """The notice that stands, as it would be given now."""
        return Move(
            NOTICE,
            tier_state.tier,
            self._down_from(tier_state.tier, contribution),
            self._effect_day(tier_state, tier_state.notice_day),
        )

    def awaits(self, tier_state: TierState, contribution: int, day: int) -> bool:
        """Whether the downgrade of the notice that stands is still to come."""
        return (
            contribution < self._keeps[tier_state.tier]
            and self._effect_day(tier_state, tier_state.notice_day) > day
        )

    def bounds(self, tier_state: TierState) -> tuple[int, int]:
        """(from which value on it is kept or recovers, from which on it rises)."""
        low, high = self._stays[tier_state.tier]
        return (low, high) if tier_state.notice_day == NO_DAY else (-BEYOND_ALL, low)

    def moves(
        self, tier_state: TierState, contribution: int, day: int, *, upgrades_only: bool = False
    ) -> list[Move]:
        """What happens to the tier by value on a day, in order."""
        moves: list[Move] = []
        while (move := self._next(tier_state, contribution, day)) is not None:
            if upgrades_only and move.direction in {NOTICE, DOWNGRADE}:
                break
            moves.append(move)
            if move.direction in {UPGRADE, DOWNGRADE}:
                tier_state = tier_state.moved(move.after, day)
            else:
                notice_day = day if move.direction == NOTICE else NO_DAY
                tier_state = tier_state.noticed(notice_day, announced=False)
        return moves

    def _next(self, tier_state: TierState, contribution: int, day: int) -> Move | None:
        finding = self._finding(tier_state, contribution, day)
        state = HELD if tier_state.notice_day == NO_DAY else NOTICED
        direction = happens(TIER_LIFE, state, finding)
        tier = tier_state.tier
        if not direction:
            return None
        if direction == UPGRADE:
            return Move(UPGRADE, tier, self._up_from(tier, contribution))
        if direction == WITHDRAWN:
            return Move(WITHDRAWN, tier, tier)
        effect_day = self._effect_day(tier_state, day) if direction == NOTICE else None
        return Move(direction, tier, self._down_from(tier, contribution), effect_day)

    def _finding(self, tier_state: TierState, contribution: int, day: int) -> str:
        """How the value stands to the tier; empty: there is nothing to say."""
        tier = tier_state.tier
        if contribution >= self._keeps[tier]:
            if tier_state.notice_day != NO_DAY:
                return RECOVERS
            stayed = day >= tier_state.since_day + self._dwell_days
            return RISES if stayed and self._up_from(tier, contribution) > tier else ""
        if self._grace_days and tier_state.notice_day == NO_DAY:
            return FALLS
        effect_day = self._effect_day(tier_state, min(tier_state.notice_day, day))
        return STAYS_BELOW if day >= effect_day else ""

    def _effect_day(self, tier_state: TierState, notice_day: int) -> int:
        return max(notice_day + self._grace_days, tier_state.since_day + self._dwell_days)

    def _up_from(self, tier: int, contribution: int) -> int:
        reached = [rank for rank in range(tier + 1, len(TIERS)) if contribution >= self._ups[rank]]
        return max(reached, default=tier)

    def _down_from(self, tier: int, contribution: int) -> int:
        return tier - 1 if self._one_step else min(tier - 1, tier_rank(contribution, self.entries))

    def due_day(self, tier_state: TierState, contribution: int) -> int:
        """The first day on which there is something to say though nothing happens."""
        if tier_state.notice_day != NO_DAY:
            return self._effect_day(tier_state, tier_state.notice_day)
        if self.stays(tier_state, contribution):
            return NO_DAY
        return tier_state.since_day + self._dwell_days

    def takes_effect_day(self, tier_state: TierState) -> int | None:
        """When an announced downgrade comes; None where none is announced."""
        if tier_state.notice_day == NO_DAY:
            return None
        return self._effect_day(tier_state, tier_state.notice_day)


def _band(entry: int, share: Ratio, min_band: int) -> int:
    return max(half_even(abs(entry) * share[0], share[1]), min_band)


def _less(entry: int | None, share: Ratio, min_band: int) -> int:
    return -BEYOND_ALL if entry is None else entry - _band(entry, share, min_band)


def _more(entry: int | None, share: Ratio, min_band: int) -> int:
    return -BEYOND_ALL if entry is None else entry + _band(entry, share, min_band)


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
