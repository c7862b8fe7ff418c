"""Which tier a customer has: by its value, and in force, which a human may have overridden."""

from typing import Final

from schemas.base.times import NO_DAY

FELL: Final = -1
CAME: Final = 0
ROSE: Final = 1


class TierState:
    """A customer's tier and what holds it; a value: it is never changed but replaced."""

    __slots__ = (
        "announced",
        "below_day",
        "came",
        "in_force",
        "in_force_since_day",
        "notice_day",
        "notice_tier",
        "since_day",
        "tier",
    )

    def __init__(
        self,
        tier: int,
        since_day: int,
        in_force: int | None = None,
        in_force_since_day: int | None = None,
        came: int = CAME,
    ) -> None:
        self.tier = tier
        """By value."""
        self.since_day = since_day
        self.in_force = tier if in_force is None else in_force
        self.in_force_since_day = since_day if in_force_since_day is None else in_force_since_day
        self.came = came
        """How it came to the tier by value: it rose, fell, or had it from the beginning."""
        self.below_day = NO_DAY
        """The day since which its value stands below; NO_DAY: it doesn't, or nothing asks."""
        self.notice_day = NO_DAY
        """The day on which a downgrade was decided; NO_DAY: none is."""
        self.notice_tier = 0
        """The rank of the tier which that notice names."""
        self.announced = False
        """Whether that notice was put out: under an override it may not have been."""

    @property
    def is_falling(self) -> bool:
        """Whether its value stands below, as far as somebody keeps that."""
        return self.notice_day != NO_DAY or self.below_day != NO_DAY

    def moved(self, tier: int, day: int) -> "TierState":
        """With another tier by value from a day on; what was noticed has come or is void."""
        came = ROSE if tier > self.tier else FELL
        return TierState(tier, day, self.in_force, self.in_force_since_day, came)

    def noticed(self, notice_day: int, notice_tier: int, *, announced: bool) -> "TierState":
        """With a downgrade to a tier decided on a day; NO_DAY: with none any more."""
        other = self._copy()
        other.notice_day, other.notice_tier, other.announced = notice_day, notice_tier, announced
        return other

    def free_of_notice(self) -> "TierState":
        """With nothing that would let it go down by itself."""
        return self.noticed(NO_DAY, 0, announced=False).seen_below(NO_DAY)

    def seen_below(self, day: int) -> "TierState":
        """With its value below since a day; NO_DAY: not any more."""
        other = self._copy()
        other.below_day = day
        return other

    def shown(self, tier: int, day: int) -> "TierState":
        """With another tier in force from a day on."""
        other = self._copy()
        other.in_force, other.in_force_since_day = tier, day
        return other

    def as_kept(
        self, below_day: int, notice_day: int, notice_tier: int, *, announced: bool
    ) -> "TierState":
        """With what a row has of its falling."""
        other = self._copy()
        other.below_day, other.announced = below_day, announced
        other.notice_day, other.notice_tier = notice_day, notice_tier
        return other

    def _copy(self) -> "TierState":
        other = TierState(
            self.tier, self.since_day, self.in_force, self.in_force_since_day, self.came
        )
        other.below_day, other.announced = self.below_day, self.announced
        other.notice_day, other.notice_tier = self.notice_day, self.notice_tier
        return other
