"""Which tier a customer has: by its value, and in force, which a human may have overridden."""

from schemas.base.times import NO_DAY, NO_DUE_US
from schemas.state.rows import MasterRow, OverrideRow

FLOOR = "floor"


class TierState:
    """A customer's tier and what holds it."""

    __slots__ = ("in_force", "in_force_since_day", "notice_day", "since_day", "tier", "told")

    def __init__(
        self,
        tier: int,
        since_day: int,
        notice_day: int = NO_DAY,
        told: bool = False,  # noqa: FBT001, FBT002 - as the row has it
        in_force: int | None = None,
        in_force_since_day: int | None = None,
    ) -> None:
        self.tier = tier
        """By value."""
        self.since_day = since_day
        self.notice_day = notice_day
        """The day on which a downgrade was announced; NO_DAY: none is."""
        self.told = told
        """Whether that notice was put out: under an override it may not have been."""
        self.in_force = tier if in_force is None else in_force
        self.in_force_since_day = since_day if in_force_since_day is None else in_force_since_day


def active_override(master: MasterRow | None, at_us: int) -> OverrideRow | None:
    """The override that holds at a time."""
    if master is None or master.override is None:
        return None
    expires_us = master.override.expires_us
    return master.override if expires_us is None or at_us < expires_us else None


def override_ends_us(master: MasterRow | None, at_us: int) -> int:
    """When the override that holds at a time ends by itself."""
    override = active_override(master, at_us)
    if override is None or override.expires_us is None:
        return NO_DUE_US
    return override.expires_us


def in_force(tier: int, override: OverrideRow | None) -> int:
    """The tier in force of a customer that has this one by value."""
    if override is None:
        return tier
    return max(tier, override.tier) if override.mode == FLOOR else override.tier


def is_visible(tier: int, override: OverrideRow | None) -> bool:
    """Whether the tier in force would go down if the one by value did."""
    return override is None or (override.mode == FLOOR and tier > override.tier)
