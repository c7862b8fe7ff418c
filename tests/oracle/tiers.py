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
    stayed = free_day(customer, terms, "downgrade")
    return int(max(noticed + terms.hold["grace_days"], stayed))


def free_day(customer: Customer, terms: Terms, way: str) -> float:
    """Name the day from which the least stay does not hold back a move this way."""
    came, tier = customer.came_from, str(customer.value_tier)
    if terms.hold["dwell_holds"] == "reversals":
        rose = came is not None and TIERS.index(tier) > TIERS.index(came)
        if came is None or rose != (way == "downgrade"):
            return float("-inf")
    return float(customer.value_tier_since + terms.hold["min_dwell_days"])


def prospect(customer: Customer, terms: Terms) -> bool:
    """Tell whether it never bought, and there is a tier for such."""
    return terms.before_first_sale is not None and not customer.bought


def watch(customer: Customer, index: int, terms: Terms) -> None:
    """Remember since when the index is below what keeps the tier by value."""
    tier = customer.value_tier
    if tier is None or prospect(customer, terms):
        return
    if index >= keep_bound(tier, terms):
        customer.below_since = None
    elif customer.below_since is None:
        customer.below_since = customer.today()


def falls_day(customer: Customer, terms: Terms) -> int:
    """Name the day from which it counts that the index is below."""
    after, since = terms.hold["notice_after_days"], customer.below_since
    return customer.today() if after is None or since is None else int(since + after)


def lower_tier(tier: str, index: int, terms: Terms) -> str:
    """Name the tier that a downgrade from this one leads to."""
    place = TIERS.index(tier) - 1
    if terms.hold["downgrade"] == "full":
        place = min(place, TIERS.index(_reached(index, terms)))
    return TIERS[place]


def next_move(customer: Customer, index: int, terms: Terms) -> Move | None:
    """Find what the tier by value does next, if anything."""
    tier = customer.value_tier
    if prospect(customer, terms):
        return _move_of_prospect(customer, str(terms.before_first_sale))
    if tier is None:
        return Move("assigned", _reached(index, terms))
    if index >= keep_bound(tier, terms):
        return _upwards(customer, tier, index, terms)
    return _downwards(customer, lower_tier(tier, index, terms), terms)


def _upwards(customer: Customer, tier: str, index: int, terms: Terms) -> Move | None:
    """Find what follows from an index that keeps the tier."""
    if customer.noticed is not None:
        return Move("notice_withdrawn", tier)
    stayed = customer.today() >= free_day(customer, terms, "upgrade")
    higher = [
        its
        for its in TIERS[TIERS.index(tier) + 1 :]
        if index >= terms.entry[its] + terms.band(its, "upgrade_margin")
    ]
    return Move("upgrade", higher[-1]) if higher and stayed else None


def _downwards(customer: Customer, lower: str, terms: Terms) -> Move | None:
    """Find what follows from an index that does not."""
    if customer.noticed is None:
        if customer.today() < falls_day(customer, terms):
            return None
        if terms.hold["grace_days"] > 0:
            return Move("notice", lower)
    if customer.today() >= downgrade_day(customer, terms):
        return Move("downgrade", lower)
    other = customer.noticed is not None and lower != customer.noticed_tier
    renews = terms.hold["notice_after_days"] is not None
    return Move("notice", lower) if other and renews else None


def _move_of_prospect(customer: Customer, own: str) -> Move | None:
    """Find what brings a customer that never bought to the tier of such."""
    tier = customer.value_tier
    if tier is None:
        return Move("assigned", own)
    if customer.noticed is not None:
        return Move("notice_withdrawn", tier)
    if tier == own:
        return None
    return Move("upgrade" if TIERS.index(own) > TIERS.index(tier) else "downgrade", own)


def _reached(index: int, terms: Terms) -> str:
    """Name the highest tier whose entry is reached."""
    return [TIERS[0], *(tier for tier in TIERS[1:] if index >= terms.entry[tier])][-1]
