"""Tiers: which one a customer has, when it changes, and why.

The plain rule: the highest tier whose entry the contribution reaches. `[tiers.hold]` makes tiers
hold still: a band around each entry, a least stay, and a notice some days before a downgrade.
Before its first sale a customer may be of one tier, whatever it costs.
"""

from typing import Final, Literal, NamedTuple

from agents.customer.state import Customer
from agents.customer.tier_state import FELL, ROSE, TierState
from agents.decide.decisions import Move
from agents.decide.entries import KEY_RANK, tier_rank
from agents.decide.lives import (
    ASSIGNED,
    DOWNGRADE,
    FALLS,
    FALLS_ELSEWHERE,
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
from schemas.base.money import Ratio, half_even
from schemas.base.times import BEFORE_ALL_DAYS, NO_DAY
from schemas.base.vocabulary import TIERS

BEYOND_ALL: Final = 1 << 8_192
"""Above all that a tier is judged by, an integer as that is: a float would round what compares with
it, and none holds a fading value far from its landmark. Such a value has below 4,500 bits."""


class Wait(NamedTuple):
    """What keeps a tier by value from following its value."""

    by: Literal["grace", "dwell", "notice", "margin", "review"]
    """Days of grace after a notice, the least stay, the days before a notice, the margin beside an
    entry, or that a policy's change lets nothing move before the next occasion."""
    rank: int
    """The tier that it would be."""
    until_day: int
    """The UTC day on which that comes if the value stays; NO_DAY: not by time."""


class TierRules:
    """The tiers of one policy."""

    def __init__(self, policy: Policy, entries: tuple[int | None, ...] | None = None) -> None:
        """By the policy's entries, or by others in their place."""
        hold = policy.hold
        self.entries = policy.entries if entries is None else entries
        self._dwell_days, self._grace_days = hold.min_dwell_days, hold.grace_days
        self._one_step, self._only_reversals = hold.one_step, hold.only_reversals
        self._notice_after_days = hold.notice_after_days
        self._policy = policy
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

    def moves_from(self, old: "TierRules", tier: int, index: int, *, falling: bool) -> bool:
        """Whether these rules, in place of others, may have something to say of a customer."""
        low, high = self._stays[tier]
        if falling:
            return low <= index or self._notice_after_days is not None
        old_low, old_high = old._stays[tier]
        return (low <= index < high) != (old_low <= index < old_high)

    def stays(self, tier_state: TierState, contribution: int) -> bool:
        """Whether there is plainly nothing to say: most judgements end here."""
        low, high = self._stays[tier_state.tier]
        return low <= contribution < high and not tier_state.is_falling

    def begin(self, customer: Customer, contribution: int) -> tuple[TierState, Move]:
        """The first tier."""
        rank = tier_rank(contribution, self.entries)
        if customer.is_prospect(self._policy):
            assert self._policy.before_first_sale is not None
            rank = self._policy.before_first_sale
        return TierState(rank, customer.day), Move(ASSIGNED, None, rank)

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
        """Within which values there is nothing new to say but by its due day."""
        low, high = self._stays[tier_state.tier]
        if not tier_state.is_falling:
            return low, high
        if self._notice_after_days is None or self._one_step or tier_state.notice_day == NO_DAY:
            return -BEYOND_ALL, low
        told, above = tier_state.notice_tier, self.entries[tier_state.notice_tier + 1]
        entry = self.entries[told]
        return (
            -BEYOND_ALL if entry is None else entry,
            low if above is None else min(low, above),
        )

    def watched(self, customer: Customer, tier_state: TierState, contribution: int) -> TierState:
        """With the day since which the value stands below, where a notice waits for that."""
        if self._notice_after_days is None or customer.is_prospect(self._policy):
            return tier_state
        is_below = contribution < self._keeps[tier_state.tier]
        if is_below == (tier_state.below_day != NO_DAY):
            return tier_state
        return tier_state.seen_below(customer.day if is_below else NO_DAY)

    def next_move(
        self, customer: Customer, tier_state: TierState, contribution: int
    ) -> Move | None:
        """What happens next to the tier by value; None: there is nothing to say."""
        tier, day = tier_state.tier, customer.day
        if customer.is_prospect(self._policy):
            return self._move_of_prospect(tier_state)
        finding = self._finding(tier_state, contribution, day)
        state = HELD if tier_state.notice_day == NO_DAY else NOTICED
        direction = happens(TIER_LIFE, state, finding)
        if not direction:
            return None
        if direction == UPGRADE:
            return Move(UPGRADE, tier, self._up_from(tier, contribution))
        if direction == WITHDRAWN:
            return Move(WITHDRAWN, tier, tier)
        effect_day = None
        if direction == NOTICE:
            told_day = day if state == HELD else tier_state.notice_day
            effect_day = self._effect_day(tier_state, told_day)
        return Move(direction, tier, self._down_from(tier, contribution), effect_day)

    def may_move_prospect(self, customer: Customer, tier_state: TierState) -> bool:
        """Whether a customer without a sale is not of the tier for such."""
        is_prospect = customer.is_prospect(self._policy)
        return is_prospect and tier_state.tier != self._policy.before_first_sale

    def _move_of_prospect(self, tier_state: TierState) -> Move | None:
        """To the tier before the first sale, of one that another policy judged."""
        tier, own = tier_state.tier, self._policy.before_first_sale
        assert own is not None
        if tier_state.notice_day != NO_DAY:
            return Move(WITHDRAWN, tier, tier)
        if tier == own:
            return None
        return Move(UPGRADE if own > tier else DOWNGRADE, tier, own)

    def _finding(self, tier_state: TierState, contribution: int, day: int) -> str:
        """How the value stands to the tier; empty: there is nothing to say."""
        tier = tier_state.tier
        if contribution >= self._keeps[tier]:
            if tier_state.notice_day != NO_DAY:
                return RECOVERS
            may_rise = day >= self._may_rise_day(tier_state)
            return RISES if may_rise and self._up_from(tier, contribution) > tier else ""
        if tier_state.notice_day != NO_DAY:
            return self._finding_of_noticed(tier_state, contribution, day)
        if day < self._falls_day(tier_state, day):
            return ""
        if self._grace_days:
            return FALLS
        return STAYS_BELOW if day >= self._may_fall_day(tier_state) else ""

    def _finding_of_noticed(self, tier_state: TierState, contribution: int, day: int) -> str:
        if day >= self._effect_day(tier_state, tier_state.notice_day):
            return STAYS_BELOW
        renews = self._notice_after_days is not None
        is_other = self._down_from(tier_state.tier, contribution) != tier_state.notice_tier
        return FALLS_ELSEWHERE if renews and is_other else ""

    def _falls_day(self, tier_state: TierState, day: int) -> int:
        """From when on its being below counts."""
        if self._notice_after_days is None:
            return day
        return min(tier_state.below_day, day) + self._notice_after_days

    def _may_rise_day(self, tier_state: TierState) -> int:
        if self._only_reversals and tier_state.came != FELL:
            return BEFORE_ALL_DAYS
        return tier_state.since_day + self._dwell_days

    def _may_fall_day(self, tier_state: TierState) -> int:
        if self._only_reversals and tier_state.came != ROSE:
            return BEFORE_ALL_DAYS
        return tier_state.since_day + self._dwell_days

    def _effect_day(self, tier_state: TierState, notice_day: int) -> int:
        return max(notice_day + self._grace_days, self._may_fall_day(tier_state))

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
        if contribution >= self._keeps[tier_state.tier]:
            return self._may_rise_day(tier_state)
        if tier_state.below_day == NO_DAY:
            return self._may_fall_day(tier_state)
        falls_day = self._falls_day(tier_state, tier_state.below_day)
        return falls_day if self._grace_days else max(falls_day, self._may_fall_day(tier_state))

    def rises_at(self, rank: int) -> int:
        """The value, in minor units, from which on one rises to a tier; its margin is in it."""
        return self._ups[rank]

    def falls_below(self, tier: int, rank: int) -> int | None:
        """The value below which one of a tier is let fall to a lower one; None: not at once."""
        if rank == tier - 1:
            return self._keeps[tier]
        above = self.entries[rank + 1]
        if self._one_step or above is None:
            return None
        return min(self._keeps[tier], above)

    def waits(self, tier_state: TierState, contribution: int, day: int) -> Wait | None:
        """What keeps the tier by value from being that of its value; None: nothing does."""
        tier = tier_state.tier
        if tier_state.notice_day != NO_DAY:
            ends_day = self._effect_day(tier_state, tier_state.notice_day)
            is_grace = ends_day == tier_state.notice_day + self._grace_days
            return Wait("grace" if is_grace else "dwell", tier_state.notice_tier, ends_day)
        reached, rises = tier_rank(contribution, self.entries), self._up_from(tier, contribution)
        if contribution < self._keeps[tier]:
            falls = self._down_from(tier, contribution)
            falls_day = self._falls_day(tier_state, day)
            if falls_day > day:
                return Wait("notice", falls, falls_day)
            may_fall_day = self._may_fall_day(tier_state)
            is_held = not self._grace_days and may_fall_day > day
            return Wait("dwell", falls, may_fall_day) if is_held else Wait("review", falls, NO_DAY)
        if rises > tier:
            may_rise_day = self._may_rise_day(tier_state)
            is_held = may_rise_day > day
            return Wait("dwell", rises, may_rise_day) if is_held else Wait("review", rises, NO_DAY)
        return None if reached == tier else Wait("margin", reached, NO_DAY)

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
