"""What the company knows of a customer, as the newest record of `customers` has it."""

from typing import Final

from msgspec.structs import replace

from agents.customer.commitment import leakage, leakage_day
from agents.customer.part import Part
from agents.customer.windows import ValueWindow
from agents.events.booking import Booking
from agents.events.cells import CELL, Cells
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, NO_DUE_US, day_start
from schemas.base.value_lines import LINE_BITS, LINE_MASK, REVENUE
from schemas.state.rows import CommitmentRow, MasterRow
from schemas.state.signal_rows import NO_STEP

NO_ACTION: Final = (NO_STEP, 0, False)
"""No action spoke of a step."""


class MasterData(Part):
    """The newest record, with what was bought of the volume that it promises."""

    __slots__ = ("_window", "answered", "newest", "step_taken", "step_to_set")

    def __init__(self, row: MasterRow | None, window: ValueWindow) -> None:
        """`window` is the customer's own: of a promise that is new what was bought already."""
        self.newest = row
        """None: there was no record."""
        self.step_to_set: int | None = None
        """The step that a human's newest record sets, until it was decided on."""
        self.answered = False
        """Whether a human's newest record said something of the step, until that was heard."""
        self.step_taken = NO_ACTION
        """(the step that an action speaks of, the UTC day, whether it approves), until heard."""
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
            self.count(event.cells)
        if event.step_taken != NO_STEP:
            self.step_taken = event.step_taken, event.day, event.approves
        if event.master is not None:
            self._learn(event.master, day, policy)

    def heard(self) -> None:
        """What people said and did was decided on."""
        self.step_to_set, self.answered, self.step_taken = None, False, NO_ACTION

    def count(self, cells: Cells) -> None:
        """What was bought on a day, or is taken back of it, counts for the promise."""
        commitment = self.commitment
        if commitment is not None:
            day = cells[0] >> LINE_BITS
            if commitment.starts_day <= day <= commitment.ends_day:
                commitment.revenue += _revenue(cells)

    def _learn(self, master: MasterRow, day: int, policy: Policy) -> None:
        known = self.newest
        if known is not None and master.at_us < known.at_us:
            return
        if known is not None and is_answer_alone(master):
            # who answers to a step knows nothing of the rest, and takes nothing back
            master = replace(known, at_us=master.at_us, ladder=master.ladder)
        commitment, before = master.commitment, self.commitment
        if commitment is not None and commitment is not before:
            held_from = day - policy.window_days + 1
            commitment.revenue = self._bought(commitment, before, held_from)
        answer = master.ladder
        if answer is not None and (known is None or known.ladder != answer):
            self.step_to_set, self.answered = answer.set_step, True
        self.newest = master

    def _bought(self, term: CommitmentRow, before: CommitmentRow | None, held_from: int) -> int:
        """What was bought in a term so far; `held_from` is the first day that the window holds.

        Another end is the same term: what was bought in it counts on, and of the days between the
        two ends what the window holds comes or goes.
        """
        if before is None or before.starts_day != term.starts_day:
            return self._window.sum_of(REVENUE, max(term.starts_day, held_from), term.ends_day)
        old, new = before.ends_day, term.ends_day
        longer = self._window.sum_of(REVENUE, max(old + 1, held_from), new)
        shorter = self._window.sum_of(REVENUE, max(new + 1, held_from), old)
        return before.revenue + longer - shorter

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


def is_answer_alone(master: MasterRow) -> bool:
    """Whether a record says nothing but something of the step."""
    return master == MasterRow(at_us=master.at_us, ladder=master.ladder) and bool(master.ladder)


def _revenue(booked: Cells) -> int:
    lines = range(0, len(booked), CELL)
    return sum([booked[at + 1] for at in lines if booked[at] & LINE_MASK == REVENUE])
