"""Records about customers at risk: what turned, which step follows, and the score."""

from typing import Any

from agents.customer.state import Customer
from agents.decide.episodes import CLEARED, Transition
from agents.decide.ladder import TERMINATE, Step, name_of
from agents.policy.compiled import Policy
from agents.records.advice import score_wire
from agents.records.tier_changes import Output, Trigger, Wording, trigger_wire
from agents.signals.registry import COSTLY
from agents.signals.rule import HIGH, SEVERITIES, WATCH
from schemas.base.times import day_start, format_micros
from schemas.outputs.records import AT_RISK, TIER_NAMES
from schemas.state.signal_rows import NO_STEP

LADDER, STEP_CHANGED = "ladder", "step_changed"


def records(
    customer: Customer,
    turns: list[Transition],
    step: Step | None,
    cause: Trigger,
    wording: Wording,
    policy: Policy,
) -> list[Output]:
    """What one judgement has to say of a customer's signals and its step, in order."""
    told = [_record(customer, turn, wording) for turn in turns]
    alone = step is not None and not any(
        turn.signal in COSTLY and turn.status != CLEARED for turn in turns
    )
    if step is not None and alone:
        costly = [risk.severity for risk in customer.risks.values() if risk.signal in COSTLY]
        severity = SEVERITIES[HIGH if SEVERITIES[HIGH] in costly else WATCH]
        told.append(
            _record(customer, Transition(LADDER, STEP_CHANGED, severity, step.evidence), wording)
        )
    score = score_wire(customer, policy)
    for output in told:
        _add_advice(output.wire, customer, policy)
        output.wire["score"] = score
        output.wire["trigger"] = trigger_wire(cause)
    return told


def _record(customer: Customer, turn: Transition, wording: Wording) -> Output:
    assert customer.tier is not None
    wire = wording.head(customer, AT_RISK)
    wire["signal"] = turn.signal
    wire["status"] = turn.status
    wire["severity"] = turn.severity
    wire["evidence"] = [finding.wire() for finding in turn.evidence]
    wire["tier"] = TIER_NAMES[customer.tier]
    return Output(AT_RISK, turn.status, wire)


def _add_advice(wire: dict[str, Any], customer: Customer, policy: Policy) -> None:
    """What to do: a step for one who costs, an action for one who leaves."""
    rules, row = policy.ladder, customer.signals.ladder
    speaks = wire["signal"] == LADDER or wire["signal"] in COSTLY
    step = NO_STEP
    if speaks and row is not None and rules is not None:
        step = row.step
    wire["recommended_step"] = name_of(step)
    wire["recommended_action"] = None
    if wire["status"] not in {CLEARED, STEP_CHANGED}:
        actions = policy.risk.actions.get(wire["signal"])
        assert customer.tier is not None
        wire["recommended_action"] = None if actions is None else actions[customer.tier]
    ends = step == TERMINATE
    wire["playbook"] = None
    wire["requires_approval"] = ends
    wire["notice_days"] = None
    wire["steps"] = []
    if step != NO_STEP and row is not None and rules is not None:
        wire["playbook"] = rules.playbook[step]
        wire["notice_days"] = rules.notice_days if ends else None
        wire["steps"] = [
            {"step": name_of(taken), "since": format_micros(day_start(day))}
            for taken, day in row.steps
        ]
