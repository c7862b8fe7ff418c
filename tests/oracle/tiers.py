"""The tier of a customer: what its value says of it, and what an override makes of that."""

from typing import NamedTuple

from .customer import Customer
from .fields import TIERS, Event
from .money import Terms


class Move(NamedTuple):
    """What the tier by value does next, and which tier that is about."""

    direction: str
    tier: str


def in_force(value_tier: str, override: Event | None) -> str:
    """Name the tier in force where this is the tier by value."""
    if override is None:
        return value_tier
    tier: str = override["tier"]
    return tier if override["mode"] == "lock" else max(value_tier, tier, key=TIERS.index)


def seen(value_tier: str, override: Event | None) -> bool:
    """Tell whether what becomes of this tier by value shows in the tier in force."""
    if override is None:
        return True
    above = TIERS.index(value_tier) > TIERS.index(override["tier"])
    return override["mode"] == "floor" and above


def keep_bound(tier: str, terms: Terms) -> float:
    """Name the index from which a tier is kept."""
    if tier == TIERS[0]:
        return float("-inf")
    return terms.entry[tier] - terms.band(tier, "keep_margin")


def upgrade_bound(tier: str, terms: Terms) -> float:
    """Name the index from which there is a higher tier to go to."""
    higher = TIERS[TIERS.index(tier) + 1 :]
    entries = [terms.entry[its] + terms.band(its, "upgrade_margin") for its in higher]
    return min(entries, default=float("inf"))


def downgrade_day(customer: Customer, terms: Terms) -> int:
    """Name the day on which a downgrade that was decided on comes."""
    noticed = customer.today() if customer.noticed is None else customer.noticed
    stayed = customer.value_tier_since + terms.hold["min_dwell_days"]
    return int(max(noticed + terms.hold["grace_days"], stayed))


def lower_tier(tier: str, index: int, terms: Terms) -> str:
    """Name the tier that a downgrade from this one leads to."""
    place = TIERS.index(tier) - 1
    if terms.hold["downgrade"] == "full":
        place = min(place, TIERS.index(_reached(index, terms)))
    return TIERS[place]


def next_move(customer: Customer, index: int, terms: Terms) -> Move | None:
    """Find what the tier by value does next, if anything."""
    tier = customer.value_tier
    if tier is None:
        return Move("assigned", _reached(index, terms))
    if index >= keep_bound(tier, terms):
        if customer.noticed is not None:
            return Move("notice_withdrawn", tier)
        stayed = customer.today() - customer.value_tier_since >= terms.hold["min_dwell_days"]
        higher = [
            its
            for its in TIERS[TIERS.index(tier) + 1 :]
            if index >= terms.entry[its] + terms.band(its, "upgrade_margin")
        ]
        return Move("upgrade", higher[-1]) if higher and stayed else None
    lower = lower_tier(tier, index, terms)
    if customer.noticed is None and terms.hold["grace_days"] > 0:
        return Move("notice", lower)
    due = customer.today() >= downgrade_day(customer, terms)
    return Move("downgrade", lower) if due else None


def _reached(index: int, terms: Terms) -> str:
    """Name the highest tier whose entry is reached."""
    return [TIERS[0], *(tier for tier in TIERS[1:] if index >= terms.entry[tier])][-1]
