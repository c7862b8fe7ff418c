"""The ladder of measures: which step is recommended for a customer that costs."""

from typing import Final

import msgspec

from agents.customer.state import Customer
from agents.decide.segments import is_potential
from agents.policy.compiled import LadderRules, Policy
from agents.signals.registry import COSTLY
from schemas.base.times import NO_DUE_US, day_of, day_start
from schemas.base.vocabulary import STEPS
from schemas.outputs.records import HIGH_RANK, TIER_NAMES, Finding
from schemas.state.rows import AnswerRow
from schemas.state.signal_rows import NO_STEP, LadderRow

REASSESS, EDUCATE, RENEGOTIATE, TERMINATE = 1, 2, 3, 5
STEPS_KEPT: Final = 16
Guard = tuple[int, list[Finding]]
"""The last step that is allowed, and why."""


class Step(msgspec.Struct, frozen=True):
    """A move on the ladder."""

    step: int
    evidence: list[Finding]


def name_of(step: int) -> str | None:
    """A step's name; None of no step."""
    return None if step == NO_STEP else STEPS[step - 1]


def answer_of(customer: Customer) -> AnswerRow | None:
    """What a human said last."""
    return None if customer.master is None else customer.master.ladder


def judge(customer: Customer, policy: Policy) -> Step | None:
    """The move that is due now, if one is; the customer's place follows."""
    rules, signals = policy.ladder, customer.signals
    told, customer.told_step = customer.told_step, None
    row = signals.ladder
    if rules is None:
        signals.ladder = None
        return None if row is None or row.step == NO_STEP else Step(NO_STEP, [])
    costly = [name for name in customer.risks if name in COSTLY] if customer.risks else []
    if row is None:
        if not costly and not told:
            return None
        row = signals.ladder = LadderRow(NO_STEP, customer.day, None, None, [])
    _follow(row, customer.day, is_open=bool(costly))
    move = _set(customer, row, told) or _move(customer, row, costly, rules, policy)
    if move is not None:
        _take(row, move.step, customer.day)
        _follow(row, customer.day, is_open=bool(costly))
    if row.step == NO_STEP and row.open_since_day is None:
        signals.ladder = None
    return move


def _follow(row: LadderRow, day: int, *, is_open: bool) -> None:
    """Since when one costly signal is open, or none."""
    if is_open:
        row.clear_since_day = None
        if row.open_since_day is None:
            row.open_since_day = day
    else:
        row.open_since_day = None
        if row.step == NO_STEP:
            row.clear_since_day = None
        elif row.clear_since_day is None:
            row.clear_since_day = day


def _take(row: LadderRow, step: int, day: int) -> None:
    row.step, row.since_day = step, day
    row.steps = [] if step == NO_STEP else [*row.steps, (step, day)][-STEPS_KEPT:]


def _set(customer: Customer, row: LadderRow, told: int | None) -> Step | None:
    """A human's word is taken as it is."""
    if told is None:
        return None
    if told == row.step:
        if told == NO_STEP:
            row.since_day = customer.day
        return None
    row.clear_since_day = None
    answer = answer_of(customer)
    reason = "" if answer is None else answer.reason
    return Step(told, [Finding("ladder.set_step", name_of(told) or "none", reason)])


def _move(
    customer: Customer, row: LadderRow, costly: list[str], rules: LadderRules, policy: Policy
) -> Step | None:
    if row.step > EDUCATE:
        allowed, why = _guard(customer, rules, policy)
        if row.step > allowed:
            return Step(allowed, why)
    if customer.as_of_us < held_until_us(customer):
        return None
    if costly:
        return _up(customer, row, costly, rules, policy)
    if row.step == NO_STEP or row.clear_since_day is None:
        return None
    passed = customer.day - row.clear_since_day
    if passed < rules.clear_days:
        return None
    return Step(NO_STEP, [Finding("ladder.clear_days", passed, rules.clear_days)])


def _up(
    customer: Customer, row: LadderRow, costly: list[str], rules: LadderRules, policy: Policy
) -> Step | None:
    step, passed = row.step, customer.day - _dwells_from(row)
    waits = step != NO_STEP or _was_taken_off(customer)
    if step == TERMINATE or (waits and passed < rules.dwell_days):
        return None
    if step == NO_STEP:
        return Step(REASSESS, _open_signals(customer, costly))
    if step >= EDUCATE and step + 1 > _guard(customer, rules, policy)[0]:
        return None
    why = [Finding("ladder.dwell_days", passed, rules.dwell_days)]
    return Step(step + 1, why + _open_signals(customer, costly))


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


def _open_signals(customer: Customer, costly: list[str]) -> list[Finding]:
    found = [customer.risks[name] for name in costly]
    return [
        Finding(f"risk.{risk.signal}", customer.day - day_of(risk.since_us), risk.severity)
        for risk in found
    ]


def _guard(customer: Customer, rules: LadderRules, policy: Policy) -> Guard:
    """How far it may go: as far as a human said, if that is further."""
    allowed, rule, observed = _guard_of_worth(customer, policy)
    tenure_days = customer.day - _joined_day(customer)
    if tenure_days < rules.young_days:
        allowed, rule, observed = EDUCATE, "ladder.young_days", tenure_days
    allowed = max(allowed, _granted(customer))
    return allowed, [Finding(rule, observed, STEPS[allowed - 1])]


def _guard_of_worth(customer: Customer, policy: Policy) -> tuple[int, str, int | str]:
    """(the last step, the rule, what was found)."""
    tier = customer.tier
    if tier is not None and tier >= HIGH_RANK:
        return RENEGOTIATE, "ladder.tier", TIER_NAMES[tier]
    if is_potential(customer, policy):
        return RENEGOTIATE, "ladder.segment", "potential"
    return TERMINATE, "", ""


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


def due_us(customer: Customer, policy: Policy) -> int:
    """When the step moves with no event; NO_DUE_US: never."""
    rules, row = policy.ladder, customer.signals.ladder
    if rules is None or row is None:
        return NO_DUE_US
    at_us = customer.as_of_us
    if row.open_since_day is not None:
        following = row.step + 1
        if row.step == TERMINATE:
            return NO_DUE_US
        if row.step != NO_STEP or _was_taken_off(customer):
            at_us = day_start(_dwells_from(row) + rules.dwell_days)
            granted = _granted(customer)
            if following > granted:
                if following > _guard_of_worth(customer, policy)[0]:
                    return NO_DUE_US
                if following > EDUCATE:
                    at_us = max(at_us, day_start(_joined_day(customer) + rules.young_days))
    elif row.clear_since_day is not None:
        at_us = day_start(row.clear_since_day + rules.clear_days)
    return max(at_us, held_until_us(customer), customer.as_of_us)
