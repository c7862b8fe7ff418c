"""The ladder of measures: which step is recommended for a customer that costs."""

from typing import Final

from msgspec.structs import replace

from agents.customer.master_data import MasterData
from agents.customer.state import Customer
from agents.decide.decisions import Step
from agents.decide.ending import TERMINATE, approved, end_of
from agents.decide.guards import (
    EDUCATE,
    YOUNG,
    answer_of,
    contacts_and_most,
    granted,
    guards_before,
    is_at_rest,
    is_left_alone,
    joined_day,
    leading,
    rested_days,
)
from agents.decide.stage import open_since, stages_of
from agents.policy.compiled import LadderRules, Policy
from agents.signals.registry import COSTLY
from schemas.base.money import format_minor
from schemas.base.times import NO_DUE_US, day_start
from schemas.base.vocabulary import STEPS, StepName
from schemas.outputs.parts import Finding
from schemas.state.rows import RiskRow
from schemas.state.signal_rows import NO_STEP, LadderRow

REASSESS: Final = 1
STEPS_KEPT: Final = 16
Place = tuple[LadderRow | None, Step | None]
"""Where a customer stands from now on, and the move that led there."""


def name_of(step: int) -> StepName | None:
    """A step's name; None of no step."""
    return None if step == NO_STEP else STEPS[step - 1]


class LadderMoves:
    """One policy's ladder; it changes nothing of a customer."""

    def __init__(self, rules: LadderRules, policy: Policy) -> None:
        self._rules, self._policy = rules, policy
        self._stages = stages_of(policy)

    def place(self, customer: Customer, tier: int, risks: dict[str, RiskRow]) -> Place:
        """Where a customer stands that has this tier in force and these signals open."""
        row, master = customer.signals.ladder, customer.master_data
        costly = leading(customer, risks, self._rules, self._policy)
        if row is None:
            if not costly and not master.step_to_set:
                return None, None
            row = LadderRow(NO_STEP, customer.day, None, None, [])
        row = _followed(row, customer.day, is_open=bool(costly))
        if self._rules.waits_for_answer and row.step != NO_STEP:
            row = _answered(row, master, customer.day)
        row, step = _set_by_human(customer, row, master.step_to_set)
        to_set = TERMINATE if _approves_the_end(row, master) else master.step_to_set
        if self._stages is not None and to_set is not None:
            row = approved(row, customer.day, to_set, self._rules.notice_days)
        if row.ends_day is not None:
            step = end_of(row, customer.day, self._rules.notice_days) or step
        elif step is None:
            step = self._move(customer, tier, row, costly)
        if step is not None and step.reminds:
            row = replace(row, reminded=True)
        elif step is not None:
            row = _followed(_taken(row, step.step, customer.day), customer.day, bool(costly))
        if row.step == NO_STEP and row.open_since_day is None:
            return None, step
        return row, step

    def _move(
        self, customer: Customer, tier: int, row: LadderRow, costly: list[RiskRow]
    ) -> Step | None:
        back = self._back(customer, tier, row, costly)
        if back is not None:
            return back
        if customer.as_of_us < held_until_us(customer):
            return None
        if costly:
            return self._up(customer, tier, row, costly)
        if row.step == NO_STEP or row.clear_since_day is None:
            return None
        passed, clear_days = customer.day - row.clear_since_day, self._rules.clear_days
        if passed < clear_days:
            return None
        return Step(NO_STEP, [Finding("ladder.clear_days", passed, clear_days)])

    def _back(
        self, customer: Customer, tier: int, row: LadderRow, costly: list[RiskRow]
    ) -> Step | None:
        """Off, at rest or lost; and no further than the guards allow."""
        if row.step == NO_STEP or row.step <= granted(customer):
            return None
        if is_at_rest(customer, self._rules):
            rested, at_rest_days = rested_days(customer), self._rules.at_rest_days
            return Step(NO_STEP, [Finding("ladder.at_rest_days", rested, at_rest_days or 0)])
        if self._stages is not None and is_left_alone(customer, self._policy):
            return Step(NO_STEP, [self._stages.why_lost(customer)])
        if row.step == REASSESS:
            return None
        guards = guards_before(customer, tier, row.step, costly, self._policy)
        if not guards:
            return None
        allowed = max(guards[0].allowed, granted(customer))
        return Step(allowed, [guards[0].finding(customer)])

    def _up(
        self, customer: Customer, tier: int, row: LadderRow, costly: list[RiskRow]
    ) -> Step | None:
        step, passed = row.step, customer.day - _dwells_from(row)
        waits, dwell_days = step != NO_STEP or _was_taken_off(customer), self._rules.dwell_days
        if waits and passed < dwell_days:
            return None
        open_signals = self._open_signals(customer, costly)
        if step == NO_STEP:
            return Step(REASSESS if _costs(costly) else EDUCATE, open_signals)
        why = [Finding("ladder.dwell_days", passed, dwell_days), *open_signals]
        if self._waits_for_answer(row):
            return None if row.reminded else Step(step, why, reminds=True)
        if step == TERMINATE or guards_before(customer, tier, step + 1, costly, self._policy):
            return None
        return Step(step + 1, why)

    def dwells_until_day(self, row: LadderRow) -> int:
        """The day from which the next step may follow, of a place with a signal that leads on."""
        return _dwells_from(row) + self._rules.dwell_days

    def lacks_answer(self, row: LadderRow) -> bool:
        """Whether the policy waits for a human's word on the step, and there is none."""
        return row.step != NO_STEP and self._waits_for_answer(row)

    def _waits_for_answer(self, row: LadderRow) -> bool:
        return self._rules.waits_for_answer and row.answered_day is None

    def _open_signals(self, customer: Customer, costly: list[RiskRow]) -> list[Finding]:
        found = [open_since(customer, risk) for risk in costly]
        share, digits = self._rules.service_share, self._policy.digits
        if share is not None and not _costs(costly):
            cost, most = contacts_and_most(customer, share, self._policy)
            texts = format_minor(cost, digits), format_minor(most, digits)
            found.append(Finding("ladder.service_share", *texts))
        return found

    def due_us(
        self, customer: Customer, tier: int, row: LadderRow | None, risks: dict[str, RiskRow]
    ) -> int:
        """When the step moves with no event; NO_DUE_US: never."""
        if row is None:
            return NO_DUE_US
        if row.ends_day is not None:
            return max(day_start(row.ends_day), customer.as_of_us)
        rests_us = self._rests_us(customer, row)
        at_us = customer.as_of_us
        if row.open_since_day is not None:
            at_us = self._up_us(customer, tier, row, risks)
            if at_us == NO_DUE_US:
                return rests_us
        elif row.clear_since_day is not None:
            at_us = day_start(row.clear_since_day + self._rules.clear_days)
        return min(rests_us, max(at_us, held_until_us(customer), customer.as_of_us))

    def _rests_us(self, customer: Customer, row: LadderRow) -> int:
        """When it comes to rest, where that changes something."""
        at_rest_days, rested = self._rules.at_rest_days, rested_days(customer)
        leads = row.open_since_day is not None or row.step > granted(customer)
        if at_rest_days is None or not leads or rested >= at_rest_days:
            return NO_DUE_US
        return day_start(customer.day - rested + at_rest_days)

    def _up_us(
        self, customer: Customer, tier: int, row: LadderRow, risks: dict[str, RiskRow]
    ) -> int:
        """When the next step would follow, were it not held."""
        if row.step == NO_STEP and not _was_taken_off(customer):
            return customer.as_of_us
        at_us = day_start(_dwells_from(row) + self._rules.dwell_days)
        if row.step == NO_STEP:
            return at_us
        if self._waits_for_answer(row):
            return NO_DUE_US if row.reminded else at_us
        if row.step == TERMINATE:
            return NO_DUE_US
        costly = leading(customer, risks, self._rules, self._policy)
        for guard in guards_before(customer, tier, row.step + 1, costly, self._policy):
            if guard.rule != YOUNG:
                return NO_DUE_US
            at_us = max(at_us, day_start(joined_day(customer) + self._rules.young_days))
        return at_us


def left_ladder(row: LadderRow | None) -> Place:
    """Where a customer stands under a policy without a ladder: on no step."""
    return None, None if row is None or row.step == NO_STEP else Step(NO_STEP, [])


def _answered(row: LadderRow, master: MasterData, day: int) -> LadderRow:
    """The step is answered by a human's word, or by an action of its own days."""
    if master.answered:
        return replace(row, answered_day=day)
    if not _speaks_of(row, master):
        return row
    taken_day = master.step_taken[1]
    answered_day = taken_day if row.answered_day is None else max(row.answered_day, taken_day)
    return replace(row, answered_day=answered_day)


def _speaks_of(row: LadderRow, master: MasterData) -> bool:
    """Whether an action is of the step that the customer stands on, and of its own days."""
    step, taken_day, _ = master.step_taken
    return step == row.step and taken_day >= row.since_day


def _approves_the_end(row: LadderRow, master: MasterData) -> bool:
    """Whether an action approves the end, where that is the step."""
    return row.step == TERMINATE and master.step_taken[2] and _speaks_of(row, master)


def _followed(row: LadderRow, day: int, is_open: bool) -> LadderRow:  # noqa: FBT001
    """Since when one costly signal is open, or none."""
    if is_open:
        since = day if row.open_since_day is None else row.open_since_day
        open_since, clear_since = since, None
    else:
        open_since, clear_since = None, row.clear_since_day
        if row.step == NO_STEP:
            clear_since = None
        elif clear_since is None:
            clear_since = day
    if (open_since, clear_since) == (row.open_since_day, row.clear_since_day):
        return row
    return replace(row, open_since_day=open_since, clear_since_day=clear_since)


def _taken(row: LadderRow, step: int, day: int) -> LadderRow:
    steps = [] if step == NO_STEP else [*row.steps, (step, day)][-STEPS_KEPT:]
    row = replace(row, step=step, since_day=day, steps=steps, answered_day=None, reminded=False)
    return row if step == TERMINATE else replace(row, ends_day=None)


def _costs(leading_signals: list[RiskRow]) -> bool:
    return any(risk.signal in COSTLY for risk in leading_signals)


def _set_by_human(
    customer: Customer, row: LadderRow, step_to_set: int | None
) -> tuple[LadderRow, Step | None]:
    """A human's word is taken as it is."""
    if step_to_set is None:
        return row, None
    if step_to_set == row.step:
        if step_to_set == NO_STEP:
            row = replace(row, since_day=customer.day)
        return row, None
    answer = answer_of(customer)
    reason = "" if answer is None else answer.reason
    why = [Finding("ladder.set_step", name_of(step_to_set) or "none", reason)]
    return replace(row, clear_since_day=None), Step(step_to_set, why)


def held_until_us(customer: Customer) -> int:
    """Until when a human lets the step stay; a time long past where nobody said so."""
    answer = answer_of(customer)
    if answer is None or answer.hold_until_us is None:
        return -NO_DUE_US
    return answer.hold_until_us


def _dwells_from(row: LadderRow) -> int:
    """The day from which it stands on its step, answered, with one signal open at least."""
    assert row.open_since_day is not None
    return max(row.since_day, row.open_since_day, row.answered_day or row.since_day)


def _was_taken_off(customer: Customer) -> bool:
    """Whether a human set no step: then the first one waits, too."""
    answer = answer_of(customer)
    return answer is not None and answer.set_step == NO_STEP
