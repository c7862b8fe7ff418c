"""What may be shown to the customer itself: no figure of ours, no signal, no step."""

from typing import Any, Final

import msgspec
import orjson

from agents.decide.lives import DOWNGRADE, UPGRADE
from agents.explain.found import Explanation, TierNeed
from agents.policy.compiled import Policy
from schemas.base.vocabulary import TIERS

LEVELS: Final = len(TIERS)


class ForCustomer(msgspec.Struct, frozen=True):
    """A tier as a level, what it comes with, and what moves it."""

    level: int
    """1 is the lowest tier; tiers' names are words among ourselves."""
    levels: int
    benefits: dict[str, Any]
    """What the policy grants the tier, but for texts: these are told to our people."""
    next_level: int | None
    """Null: there is no higher one."""
    purchases_needed: str | None
    """One purchase that is enough at the default margin; null: that can't be said, or none is."""
    currency: str
    reaches_next_at: str | None
    """When the next level comes by itself; null: not by time."""
    kept_until: str | None
    """When the level goes down if nothing is bought; null: not as far as was looked."""


def for_customer(its: Explanation, policy: Policy) -> ForCustomer:
    """The same customer, in its own view; `policy` is that of all customers."""
    now = its.now
    segment = now.profile.segment
    own = policy if segment is None else policy.kinds.get(segment, policy)
    rank = TIERS.index(now.tier)
    granted: dict[str, Any] = orjson.loads(bytes(own.grants.of(rank, (), ()).wire))
    need = _next(its, rank)
    return ForCustomer(
        level=rank + 1,
        levels=LEVELS,
        benefits={name: held for name, held in granted.items() if not isinstance(held, str)},
        next_level=rank + 2 if rank + 1 < LEVELS else None,
        purchases_needed=None if need is None else need.sale,
        currency=policy.base_currency,
        reaches_next_at=_turns(its, UPGRADE),
        kept_until=_turns(its, DOWNGRADE),
    )


def _next(its: Explanation, rank: int) -> TierNeed | None:
    for need in its.tiers:
        if need.direction == "up" and TIERS.index(need.tier) == rank + 1:
            return need
    return None


def _turns(its: Explanation, direction: str) -> str | None:
    """When the tier in force first moves that way."""
    return min(
        (turn.at for turn in its.ahead.turns if turn.what == "tier" and turn.name == direction),
        default=None,
    )
