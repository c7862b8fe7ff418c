"""The tier of one evaluation: by value, in force under an override, and what is announced of it."""

from typing import Final

from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.decide.decisions import Announcement, Move
from agents.decide.lives import (
    ASSIGNED,
    DOWNGRADE,
    HIDES,
    NOTICE,
    OVERRIDE_LIFE,
    SEEN,
    SHOWS,
    UNSEEN,
    UPGRADE,
    WITHDRAWN,
    happens,
)
from agents.decide.override import in_force, is_visible
from agents.decide.tiers import TierRules
from schemas.base.times import NO_DAY
from schemas.state.rows import OverrideRow

Decided = tuple[TierState, list[Announcement]]
_DOWN: Final = (NOTICE, DOWNGRADE)


def first_tier(
    rules: TierRules, customer: Customer, override: OverrideRow | None, index: int
) -> Decided:
    """The tier of a customer that is new."""
    tier_state, first = rules.begin(customer, index)
    tier_state = tier_state.shown(in_force(tier_state.tier, override), customer.day)
    return tier_state, [Announcement(first, None, tier_state.in_force, ASSIGNED)]


def next_tier(
    rules: TierRules,
    customer: Customer,
    tier_state: TierState,
    override: OverrideRow | None,
    index: int,
    on_change: str,
) -> Decided:
    """The tier as override and value have it now; `on_change`: what may move by value.

    Most customers stay what they are: then the state is the very one that was given.
    """
    announcements: list[Announcement] = []
    if customer.master is not None or tier_state.in_force != tier_state.tier:
        tier_state = _follow_override(rules, customer, tier_state, override, index, announcements)
    if on_change == "keep":
        return tier_state, announcements
    if rules.stays(tier_state, index) and not rules.may_move_prospect(customer, tier_state):
        return tier_state, announcements
    while True:
        tier_state = rules.watched(customer, tier_state, index)
        move = rules.next_move(customer, tier_state, index)
        if move is None or (on_change == "upgrades_only" and move.direction in _DOWN):
            return tier_state, announcements
        tier_state = _follow_move(tier_state, move, override, customer.day, announcements)


def _follow_override(
    rules: TierRules,
    customer: Customer,
    tier_state: TierState,
    override: OverrideRow | None,
    index: int,
    announcements: list[Announcement],
) -> TierState:
    """An override began or ended, or a notice shows that did not, or the other way round."""
    tier, day = tier_state.tier, customer.day
    now = in_force(tier, override)
    if now != tier_state.in_force:
        move = Move("", tier, tier)
        announcements.append(_shown(tier_state, move, now, by_override=True))
        tier_state = tier_state.shown(now, day)
    if tier_state.notice_day == NO_DAY:
        return tier_state
    finding = SHOWS if is_visible(tier, override) else HIDES
    direction = happens(OVERRIDE_LIFE, SEEN if tier_state.announced else UNSEEN, finding)
    if not direction or (direction == NOTICE and not rules.awaits(tier_state, index, day)):
        return tier_state
    before, after = tier_state.in_force, tier_state.in_force
    move = Move(WITHDRAWN, tier, tier)
    if direction == NOTICE:
        move = rules.notice_of(tier_state, index)
        after = in_force(move.after, override)
    announcements.append(Announcement(move, before, after, direction, by_override=True))
    told = move.after if direction == NOTICE else tier_state.notice_tier
    return tier_state.noticed(tier_state.notice_day, told, announced=direction == NOTICE)


def _follow_move(
    tier_state: TierState,
    move: Move,
    override: OverrideRow | None,
    day: int,
    announcements: list[Announcement],
) -> TierState:
    """One move of the tier by value, as far as it shows in force."""
    before = tier_state.in_force
    if move.direction == NOTICE:
        announced = is_visible(tier_state.tier, override)
        if announced:
            after = in_force(move.after, override)
            announcements.append(Announcement(move, before, after, NOTICE))
        first_day = day if tier_state.notice_day == NO_DAY else tier_state.notice_day
        return tier_state.noticed(first_day, move.after, announced=announced)
    if move.direction == WITHDRAWN:
        if tier_state.announced:
            announcements.append(Announcement(move, before, before, WITHDRAWN))
        return tier_state.noticed(NO_DAY, 0, announced=False)
    now = in_force(move.after, override)
    if now == before:
        return tier_state.moved(move.after, day)
    announcements.append(_shown(tier_state, move, now))
    return tier_state.moved(move.after, day).shown(now, day)


def _shown(
    tier_state: TierState, move: Move, now: int, *, by_override: bool = False
) -> Announcement:
    """The tier in force becomes another."""
    direction = UPGRADE if now > tier_state.in_force else DOWNGRADE
    return Announcement(move, tier_state.in_force, now, direction, by_override)
