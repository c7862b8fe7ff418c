"""Which tier a customer has: by its value, and in force, which a human may have overridden."""

from schemas.base.times import NO_DAY


class TierState:
    """A customer's tier and what holds it; a value: it is never changed but replaced."""

    __slots__ = ("announced", "in_force", "in_force_since_day", "notice_day", "since_day", "tier")

    def __init__(
        self,
        tier: int,
        since_day: int,
        notice_day: int = NO_DAY,
        announced: bool = False,  # noqa: FBT001, FBT002 - as the row has it
        in_force: int | None = None,
        in_force_since_day: int | None = None,
    ) -> None:
        self.tier = tier
        """By value."""
        self.since_day = since_day
        self.notice_day = notice_day
        """The day on which a downgrade was decided; NO_DAY: none is."""
        self.announced = announced
        """Whether that notice was put out: under an override it may not have been."""
        self.in_force = tier if in_force is None else in_force
        self.in_force_since_day = since_day if in_force_since_day is None else in_force_since_day

    def moved(self, tier: int, day: int) -> "TierState":
        """With another tier by value from a day on; what was noticed has come or is void."""
        return TierState(
            tier,
            day,
            in_force=self.in_force,
            in_force_since_day=self.in_force_since_day,
        )

    def noticed(self, notice_day: int, *, announced: bool) -> "TierState":
        """With a downgrade decided on a day; NO_DAY: with none any more."""
        return TierState(
            self.tier,
            self.since_day,
            notice_day,
            announced,
            self.in_force,
            self.in_force_since_day,
        )

    def shown(self, tier: int, day: int) -> "TierState":
        """With another tier in force from a day on."""
        return TierState(self.tier, self.since_day, self.notice_day, self.announced, tier, day)
