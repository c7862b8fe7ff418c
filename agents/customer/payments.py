"""The last payments of a customer: how late each was."""

from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.policy.compiled import Policy

_paid_at: Final = itemgetter(0)


class LastPayments(Part):
    """As many as the policy asks for, by the time at which they were made."""

    __slots__ = ("last",)

    def __init__(self, last: list[tuple[int, int]]) -> None:
        self.last = last
        """(when in µs, whole days late), the latest last."""

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A payment that was made."""
        if event.days_late is not None and policy.keeps.payments:
            insort(self.last, (event.at_us, event.days_late), key=_paid_at)
            del self.last[: -policy.keeps.payments]

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Fewer may be asked for now."""
        del self.last[: max(0, len(self.last) - policy.keeps.payments)]

    def row(self, policy: Policy) -> list[tuple[int, int]]:
        """As they are."""
        return self.last
