"""What the company knows of a customer, as the newest record of `customers` has it."""

from agents.customer.commitment import leakage, leakage_day
from agents.customer.part import Part
from agents.customer.windows import ValueWindow
from agents.events.booking import Booking
from agents.events.cells import CELL, Cells
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, NO_DUE_US, day_start
from schemas.base.value_lines import LINE_MASK, REVENUE
from schemas.state.rows import CommitmentRow, MasterRow


class MasterData(Part):
    """The newest record, with what was bought of the volume that it promises."""

    __slots__ = ("_window", "newest", "step_to_set")

    def __init__(self, row: MasterRow | None, window: ValueWindow) -> None:
        """`window` is the customer's own: of a promise that is new what was bought already."""
        self.newest = row
        """None: there was no record."""
        self.step_to_set: int | None = None
        """The step that a human's newest record sets, until it was decided on."""
        self._window = window

    @property
    def commitment(self) -> CommitmentRow | None:
        """The volume that it promised."""
        return None if self.newest is None else self.newest.commitment

    def leakage(self, day: int, policy: Policy) -> int:
        """The discount that was granted and is not earned, in minor units."""
        commitment = self.commitment
        if commitment is None or policy.discount is None:
            return 0
        return leakage(commitment, day, policy.discount)

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """What was bought counts for the promise; a record replaces what an older one said."""
        if self.newest is not None and event.cells:
            commitment = self.newest.commitment
            if commitment is not None and commitment.starts_day <= event.day <= commitment.ends_day:
                commitment.revenue += _revenue(event.cells)
        if event.master is not None:
            self._learn(event.master, day, policy)

    def _learn(self, master: MasterRow, day: int, policy: Policy) -> None:
        known = self.newest
        if known is not None and master.at_us < known.at_us:
            return
        commitment, before = master.commitment, self.commitment
        if commitment is not None:
            term = commitment.starts_day, commitment.ends_day
            if before is not None and (before.starts_day, before.ends_day) == term:
                commitment.revenue = before.revenue
            else:
                first_day = max(term[0], day - policy.window_days + 1)
                commitment.revenue = self._window.sum_of(REVENUE, first_day, term[1])
        answer = master.ladder
        if answer is not None and (known is None or known.ladder != answer):
            self.step_to_set = answer.set_step
        self.newest = master

    def next_due_us(self, day: int, policy: Policy) -> int:
        """When discount leaks that did not."""
        commitment = self.commitment
        if commitment is None or policy.discount is None:
            return NO_DUE_US
        leaks = leakage_day(commitment, day, policy.discount)
        return NO_DUE_US if leaks == NO_DAY else day_start(leaks)

    def row(self, policy: Policy) -> MasterRow | None:
        """As it is."""
        return self.newest


def _revenue(booked: Cells) -> int:
    lines = range(0, len(booked), CELL)
    return sum([booked[at + 1] for at in lines if booked[at] & LINE_MASK == REVENUE])
