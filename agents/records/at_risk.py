"""Records for `at-risk`: which signal turned, which step follows, and the score."""

from typing import Final

from agents.customer.state import Customer
from agents.decide.decisions import Decision, Transition
from agents.decide.ending import TERMINATE
from agents.decide.guards import held_by, leading
from agents.decide.ladder import name_of
from agents.decide.lives import CLEARED, STEP_CHANGED, STEP_REMINDED
from agents.decide.stage import stage_name
from agents.policy.compiled import Policy
from agents.records.advice import score_of
from agents.records.head import Output, next_id, trigger_of
from agents.signals.registry import COSTLY, LEAVING, TEACHING
from schemas.base.money import format_minor
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import STEPS, TIERS, Action, Severity
from schemas.outputs.at_risk import AtRisk
from schemas.outputs.parts import CheaperChannel, Score, StepTaken, Trigger
from schemas.outputs.records import AT_RISK, NOT_YET
from schemas.state.signal_rows import NO_STEP, LadderRow

LADDER: Final = "ladder"
"""In place of a signal: the step moved, and no costly signal that turned tells of it."""


def at_risk(customer: Customer, decision: Decision, policy: Policy) -> list[Output]:
    """What one decision has to say of a customer's signals and its step, in order."""
    transitions = [*decision.transitions, *_step_alone(decision)]
    if not transitions:
        return []
    score, trigger = score_of(customer, policy), trigger_of(decision)
    return [
        Output(AT_RISK, said.status, _record(customer, said, policy, score, trigger))
        for said in transitions
    ]


def _step_alone(decision: Decision) -> list[Transition]:
    """The step's own record, unless a costly signal's tells of it."""
    step = decision.step
    if step is None:
        return []
    told = any(said.signal in COSTLY and said.status != CLEARED for said in decision.transitions)
    if told and not step.reminds:
        return []
    costly = [risk.severity for risk in decision.risks.values() if risk.signal in COSTLY]
    severity: Severity = "high" if "high" in costly else "watch"
    status = STEP_REMINDED if step.reminds else STEP_CHANGED
    return [Transition(LADDER, status, severity, step.evidence)]


def _record(
    customer: Customer, said: Transition, policy: Policy, score: Score, trigger: Trigger
) -> AtRisk:
    assert customer.tier is not None
    row = _place(customer, said, policy)
    step, rules = NO_STEP if row is None else row.step, policy.ladder
    ends, approved = step == TERMINATE, row is not None and row.ends_day is not None
    return AtRisk(
        event_id=next_id(customer, AT_RISK),
        customer_id=customer.customer_id,
        sequence=customer.sequence,
        effective_at=format_micros(customer.as_of_us),
        policy_version=policy.version,
        signal=said.signal,
        status=said.status,
        severity=said.severity,
        evidence=said.evidence,
        tier=TIERS[customer.tier],
        stage=stage_name(customer.standing),
        recommended_step=name_of(step),
        recommended_action=_action(said, customer.tier, policy),
        at_stake=_at_stake(customer, said, policy),
        to_break_even=_to_break_even(customer, said, policy),
        cheaper_channel=_cheaper_channel(customer, said, policy),
        playbook=_playbook(customer, said, policy, step),
        requires_approval=ends and not approved,
        notice_days=rules.notice_days if ends and rules is not None else None,
        steps=[] if row is None else [_taken(*taken) for taken in row.steps],
        held_by=None if row is None else held_by(customer, policy),
        score=score,
        trigger=trigger,
        evaluated_at=NOT_YET,
    )


def _playbook(customer: Customer, said: Transition, policy: Policy, step: int) -> str | None:
    """The text for the step: of this signal; of the ladder, of the open one that weighs most."""
    rules, signal = policy.ladder, said.signal
    if rules is None:
        return None
    if signal == LADDER:
        weights = policy.risk.weights
        risks = leading(customer, customer.risks, rules, policy)
        signal = max(risks, key=lambda risk: weights[risk.signal]).signal if risks else ""
    texts = rules.playbook[step]
    return texts.get(signal, texts.get("any"))


def _place(customer: Customer, said: Transition, policy: Policy) -> LadderRow | None:
    """The step to tell of, for one who costs; None: none."""
    row, signal = customer.signals.ladder, said.signal
    if policy.ladder is None or (signal != LADDER and signal not in COSTLY):
        return None
    return None if row is None or row.step == NO_STEP else row


def _action(said: Transition, tier: int, policy: Policy) -> Action | None:
    """What to do for one who leaves."""
    if said.status in {CLEARED, STEP_CHANGED, STEP_REMINDED}:
        return None
    actions = policy.risk.actions.get(said.signal)
    return None if actions is None else actions[tier]


def _at_stake(customer: Customer, said: Transition, policy: Policy) -> str | None:
    """What a customer brings that may leave."""
    if said.signal not in LEAVING or said.status == CLEARED:
        return None
    return format_minor(customer.contribution, policy.digits)


def _to_break_even(customer: Customer, said: Transition, policy: Policy) -> str | None:
    """What a customer would have to bring more, or cost less, that costs."""
    missing = -customer.judged(policy)
    if missing <= 0 or said.status == CLEARED or said.signal not in {LADDER, *COSTLY}:
        return None
    return format_minor(missing, policy.digits)


def _cheaper_channel(customer: Customer, said: Transition, policy: Policy) -> CheaperChannel | None:
    """What it would cost less if its contacts came by the channel that the policy names."""
    channel = None if policy.ladder is None else policy.ladder.cheaper_channel
    saves = customer.value.by_cheaper_channel
    if channel is None or saves <= 0 or said.status == CLEARED:
        return None
    if said.signal not in {LADDER, *COSTLY, *TEACHING}:
        return None
    return CheaperChannel(channel, format_minor(saves, policy.digits))


def _taken(step: int, day: int) -> StepTaken:
    return StepTaken(STEPS[step - 1], format_micros(day_start(day)))
