"""The last payments of a customer: how late each was."""

from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import BEFORE_ALL_DAYS, day_of

_paid_at: Final = itemgetter(0)


class LastPayments(Part):
    """As many as the policy asks for, by the time at which they were made."""

    __slots__ = ("last", "late_day")

    def __init__(self, last: list[tuple[int, int]], late_day: int | None) -> None:
        self.last = last
        """(when in µs, whole days late), the latest last."""
        self.late_day = BEFORE_ALL_DAYS if late_day is None else late_day
        """The latest day of one that came late; BEFORE_ALL_DAYS: of none, or nothing asks."""

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A payment that was made."""
        if event.days_late is None:
            return
        if policy.keeps.payments:
            insort(self.last, (event.at_us, event.days_late), key=_paid_at)
            del self.last[: -policy.keeps.payments]
        if event.days_late > 0 and policy.segments.prompt_payments is not None:
            self.late_day = max(self.late_day, event.day)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Fewer may be asked for now, or for the first time when one was late."""
        if policy.segments.prompt_payments is None:
            self.late_day = BEFORE_ALL_DAYS
        else:
            late = [day_of(at_us) for at_us, days_late in self.last if days_late > 0]
            self.late_day = max([self.late_day, *late])
        del self.last[: max(0, len(self.last) - policy.keeps.payments)]

    def row(self, policy: Policy) -> list[tuple[int, int]]:
        """As they are."""
        return self.last
