"""The last payments of a customer: how late each was."""

from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import BEFORE_ALL_DAYS, day_of

_paid_at: Final = itemgetter(0)
KEYED: Final = 2
"""Where the key stands in an entry that has one."""


class LastPayments(Part):
    """As many as the policy asks for, by the time at which they were made."""

    __slots__ = ("last", "late_day")

    def __init__(self, last: list[tuple[int, ...]], late_day: int | None) -> None:
        self.last = last
        """(when in µs, whole days late), the latest last; of late ones where lateness is an
        invoice's also the invoice's key as a number: the latest of each."""
        self.late_day = BEFORE_ALL_DAYS if late_day is None else late_day
        """The latest day of one that came late; BEFORE_ALL_DAYS: of none, or nothing asks."""

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """A payment that was made."""
        if event.days_late is None:
            return
        if policy.keeps.payments:
            self._keep(event, event.days_late, policy)
            del self.last[: -policy.keeps.payments]
        if event.days_late > 0 and policy.segments.prompt_payments is not None:
            self.late_day = max(self.late_day, event.day)

    def _keep(self, event: Booking, days_late: int, policy: Policy) -> None:
        """Keeps a payment; of several late ones of an invoice the latest stands for all."""
        rules, entry = policy.invoices, event.invoice
        if days_late <= 0 or rules is None or rules.paid_days is None or entry is None:
            insort(self.last, (event.at_us, days_late), key=_paid_at)
            return
        key = int.from_bytes(entry.key, "little")
        for at, kept in enumerate(self.last):
            if len(kept) > KEYED and kept[KEYED] == key:
                if (kept[0], kept[1]) >= (event.at_us, days_late):
                    return
                del self.last[at]
                break
        insort(self.last, (event.at_us, days_late, key), key=_paid_at)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Fewer may be asked for now, or for the first time when one was late."""
        if policy.segments.prompt_payments is None:
            self.late_day = BEFORE_ALL_DAYS
        else:
            late = [day_of(paid[0]) for paid in self.last if paid[1] > 0]
            self.late_day = max([self.late_day, *late])
        del self.last[: max(0, len(self.last) - policy.keeps.payments)]

    def row(self, policy: Policy) -> list[tuple[int, ...]]:
        """As they are."""
        return self.last
