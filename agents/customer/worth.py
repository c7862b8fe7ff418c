"""What a customer brings: the rolling window, the window before, and the sum that fades."""

from array import array

from agents.customer.part import Part
from agents.customer.windows import ValueWindow, WindowBefore, contributions
from agents.events.booking import Booking
from agents.events.cells import CELL, Cells
from agents.models.decay import Decay
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, NO_DUE_US, day_start
from schemas.base.value_lines import (
    LINE_BITS,
    LINE_MASK,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SIGNS,
)
from schemas.state.rows import WeightedRow, WorthRow


class Worth(Part):
    """The bookings of one customer, as far as the policy counts them."""

    __slots__ = ("before", "earned", "weighted", "window")

    def __init__(self, row: WorthRow, policy: Policy) -> None:
        cells = row.cells
        self.window = ValueWindow(array("q", cells) if isinstance(cells, bytes) else cells)
        self.before: WindowBefore | None = None
        """What was booked in the window before; None: nothing asks for it."""
        if policy.segments.potential is not None:
            self.before = WindowBefore(list(row.days_before))
        self.earned = row.earned
        """What it brought in all its time, less what is excused."""
        self.weighted = 0
        """The contribution that fades, relative to the policy's landmark; 0: nothing asks for it"""
        if policy.decay is not None:
            self.weighted = _weighted(row.weighted, self.window, policy, policy.decay)

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """What it adds to its own day."""
        if event.cells:
            excused, refunded = event.excused, event.refunded
            booked_day = event.cells[0] >> LINE_BITS
            self._add(booked_day, event.cells, event.brought, excused, refunded, day, policy)

    def add(self, cells: Cells, today: int, policy: Policy) -> None:
        """Books cells of a day of a customer whose day is `today`."""
        brought = excused = refunded = 0
        for at in range(0, len(cells), CELL):
            line, amount = cells[at] & LINE_MASK, cells[at + 1]
            brought += SIGNS[line] * amount
            if line == SELLER_FAULT:
                excused = amount
            elif line == SELLER_FAULT_REFUNDS:
                refunded = amount
        self._add(cells[0] >> LINE_BITS, cells, brought, excused, refunded, today, policy)

    def _add(
        self,
        day: int,
        cells: Cells,
        brought: int,
        excused: int,
        refunded: int,
        today: int,
        policy: Policy,
    ) -> None:
        age_days = today - day
        judged = brought + excused + refunded if policy.excuses else brought
        self.earned += judged
        if age_days < policy.window_days:
            self.window.book(cells, brought)
        elif self.before is not None and age_days < 2 * policy.window_days:
            self.before.add(day, judged)
        if policy.decay is not None:
            self.weighted += judged * policy.decay.weight(day)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Moves expired days to the window before, if it is kept; drops what expires there."""
        last_expired = day - policy.window_days
        if self.window.counts_from <= last_expired:
            expired = self.window.expire(last_expired)
            if self.before is not None:
                for cell_day, amount in contributions(expired, excuses=policy.excuses):
                    self.before.add(cell_day, amount)
        if self.before is not None and self.before.counts_from <= last_expired - policy.window_days:
            self.before.expire(last_expired - policy.window_days)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """A window may be shorter now."""
        self.advance(as_of_us, day, policy)

    def next_due_us(self, day: int, policy: Policy) -> int:
        """When the oldest day leaves."""
        # of counts alone nothing changes that a policy asks for, unless a signal goes by them
        leaves = self.window.counts_from if policy.keeps.counts else self.window.amounts_from()
        before = self.before
        due = NO_DAY if leaves == NO_DAY else leaves + policy.window_days
        if before is not None and before.counts_from != NO_DAY:
            due = min(due, before.counts_from + 2 * policy.window_days)
        return NO_DUE_US if due == NO_DAY else day_start(due)

    def row(self, policy: Policy) -> WorthRow:
        """The cells as they lie in memory."""
        cells, decay, before = self.window.cells, policy.decay, self.before
        return WorthRow(
            cells.tobytes() if isinstance(cells, array) else cells,
            [] if before is None else before.cells,
            None
            if decay is None
            else WeightedRow(decay.half_life_days, decay.landmark_day, self.weighted),
            self.earned,
        )


def _weighted(row: WeightedRow | None, window: ValueWindow, policy: Policy, decay: Decay) -> int:
    """As the row has it; by weights that are new, from what lies in the window."""
    if row is not None and (row.half_life_days, row.landmark_day) == (
        decay.half_life_days,
        decay.landmark_day,
    ):
        return row.weighted
    booked = contributions(window.cells, excuses=policy.excuses)
    return sum(amount * decay.weight(day) for day, amount in booked)
