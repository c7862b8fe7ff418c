"""A human's override of the tier: whether it holds, and what it makes of the tier by value."""

from schemas.base.times import NO_DUE_US
from schemas.state.rows import MasterRow, OverrideRow


def active_override(master: MasterRow | None, at_us: int) -> OverrideRow | None:
    """The override that holds at a time."""
    if master is None or master.override is None:
        return None
    expires_us = master.override.expires_us
    return master.override if expires_us is None or at_us < expires_us else None


def override_ends_us(override: OverrideRow | None) -> int:
    """When an override that holds ends by itself."""
    if override is None or override.expires_us is None:
        return NO_DUE_US
    return override.expires_us


def in_force(tier: int, override: OverrideRow | None) -> int:
    """The tier in force of a customer that has this one by value."""
    if override is None:
        return tier
    return max(tier, override.tier) if override.mode == "floor" else override.tier


def is_visible(tier: int, override: OverrideRow | None) -> bool:
    """Whether the tier in force would go down if the one by value did."""
    return override is None or (override.mode == "floor" and tier > override.tier)
