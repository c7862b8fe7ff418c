"""The ladder of measures: which step is recommended for a customer that costs."""

from typing import Final

from msgspec.structs import replace

from agents.customer.state import Customer
from agents.decide.decisions import Step
from agents.decide.segments import is_potential
from agents.policy.compiled import LadderRules, Policy
from agents.signals.registry import COSTLY
from schemas.base.times import NO_DUE_US, day_of, day_start
from schemas.base.vocabulary import HIGH_RANK, STEPS, TIERS, StepName
from schemas.outputs.parts import Finding
from schemas.state.rows import AnswerRow, RiskRow
from schemas.state.signal_rows import NO_STEP, LadderRow

REASSESS, EDUCATE, RENEGOTIATE, TERMINATE = 1, 2, 3, 5
STEPS_KEPT: Final = 16
Guard = tuple[int, list[Finding]]
"""The last step that is allowed, and why."""
Place = tuple[LadderRow | None, Step | None]
"""Where a customer stands from now on, and the move that led there."""


def name_of(step: int) -> StepName | None:
    """A step's name; None of no step."""
    return None if step == NO_STEP else STEPS[step - 1]


def answer_of(customer: Customer) -> AnswerRow | None:
    """What a human said last."""
    return None if customer.master is None else customer.master.ladder


class LadderMoves:
    """One policy's ladder; it changes nothing of a customer."""

    def __init__(self, rules: LadderRules, policy: Policy) -> None:
        self._rules, self._policy = rules, policy

    def place(self, customer: Customer, tier: int, risks: dict[str, RiskRow]) -> Place:
        """Where a customer stands that has this tier in force and these signals open."""
        row, step_to_set = customer.signals.ladder, customer.master_data.step_to_set
        costly = [risk for risk in risks.values() if risk.signal in COSTLY] if risks else []
        if costly and customer.is_prospect(self._policy):
            costly = []
        if row is None:
            if not costly and not step_to_set:
                return None, None
            row = LadderRow(NO_STEP, customer.day, None, None, [])
        row = _followed(row, customer.day, is_open=bool(costly))
        row, step = _set_by_human(customer, row, step_to_set)
        if step is None:
            step = self._move(customer, tier, row, costly)
        if step is not None:
            row = _followed(_taken(row, step.step, customer.day), customer.day, bool(costly))
        if row.step == NO_STEP and row.open_since_day is None:
            return None, step
        return row, step

    def _move(
        self, customer: Customer, tier: int, row: LadderRow, costly: list[RiskRow]
    ) -> Step | None:
        if row.step > EDUCATE:
            allowed, why = self._guard(customer, tier)
            if row.step > allowed:
                return Step(allowed, why)
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

    def _up(
        self, customer: Customer, tier: int, row: LadderRow, costly: list[RiskRow]
    ) -> Step | None:
        step, passed = row.step, customer.day - _dwells_from(row)
        waits, dwell_days = step != NO_STEP or _was_taken_off(customer), self._rules.dwell_days
        if step == TERMINATE or (waits and passed < dwell_days):
            return None
        if step == NO_STEP:
            return Step(REASSESS, _open_signals(customer, costly))
        if step >= EDUCATE and step + 1 > self._guard(customer, tier)[0]:
            return None
        why = [Finding("ladder.dwell_days", passed, dwell_days)]
        return Step(step + 1, why + _open_signals(customer, costly))

    def _guard(self, customer: Customer, tier: int) -> Guard:
        """How far it may go: as far as a human said, if that is further."""
        allowed, rule, observed = self._guard_of_worth(customer, tier)
        tenure_days = customer.day - _joined_day(customer)
        if tenure_days < self._rules.young_days:
            allowed, rule, observed = EDUCATE, "ladder.young_days", tenure_days
        allowed = max(allowed, _granted(customer))
        return allowed, [Finding(rule, observed, STEPS[allowed - 1])]

    def _guard_of_worth(self, customer: Customer, tier: int) -> tuple[int, str, int | str]:
        """(the last step, the rule, what was found)."""
        if tier >= HIGH_RANK:
            return RENEGOTIATE, "ladder.tier", TIERS[tier]
        if is_potential(customer, tier, self._policy):
            return RENEGOTIATE, "ladder.segment", "potential"
        return TERMINATE, "", ""

    def due_us(self, customer: Customer, tier: int, row: LadderRow | None) -> int:
        """When the step moves with no event; NO_DUE_US: never."""
        if row is None:
            return NO_DUE_US
        at_us = customer.as_of_us
        if row.open_since_day is not None:
            at_us = self._up_us(customer, tier, row)
            if at_us == NO_DUE_US:
                return NO_DUE_US
        elif row.clear_since_day is not None:
            at_us = day_start(row.clear_since_day + self._rules.clear_days)
        return max(at_us, held_until_us(customer), customer.as_of_us)

    def _up_us(self, customer: Customer, tier: int, row: LadderRow) -> int:
        """When the next step would follow, were it not held."""
        if row.step == TERMINATE:
            return NO_DUE_US
        if row.step == NO_STEP and not _was_taken_off(customer):
            return customer.as_of_us
        following = row.step + 1
        at_us = day_start(_dwells_from(row) + self._rules.dwell_days)
        if following <= _granted(customer):
            return at_us
        if following > self._guard_of_worth(customer, tier)[0]:
            return NO_DUE_US
        if following > EDUCATE:
            at_us = max(at_us, day_start(_joined_day(customer) + self._rules.young_days))
        return at_us


def left_ladder(row: LadderRow | None) -> Place:
    """Where a customer stands under a policy without a ladder: on no step."""
    return None, None if row is None or row.step == NO_STEP else Step(NO_STEP, [])


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
    return replace(row, step=step, since_day=day, steps=steps)


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
    """The day from which it stands on its step with one signal open at least."""
    assert row.open_since_day is not None
    return max(row.since_day, row.open_since_day)


def _open_signals(customer: Customer, costly: list[RiskRow]) -> list[Finding]:
    return [
        Finding(f"risk.{risk.signal}", customer.day - day_of(risk.since_us), risk.severity)
        for risk in costly
    ]


def _granted(customer: Customer) -> int:
    answer = answer_of(customer)
    return NO_STEP if answer is None or answer.set_step is None else answer.set_step


def _was_taken_off(customer: Customer) -> bool:
    """Whether a human set no step: then the first one waits, too."""
    answer = answer_of(customer)
    return answer is not None and answer.set_step == NO_STEP


def _joined_day(customer: Customer) -> int:
    master = customer.master
    if master is None or master.joined_us is None:
        return customer.first_day
    return day_of(master.joined_us)
