"""Records for `at-risk`: which signal turned, which step follows, and the score."""

from typing import Any, Final

from agents.customer.state import Customer
from agents.decide.decisions import Decision, Transition
from agents.decide.ladder import TERMINATE, name_of
from agents.decide.lives import CLEARED, STEP_CHANGED
from agents.policy.compiled import Policy
from agents.records.advice import score_wire
from agents.records.head import Output, head, trigger_wire
from agents.signals.registry import COSTLY
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import TIERS
from schemas.outputs.records import AT_RISK
from schemas.state.signal_rows import NO_STEP

LADDER: Final = "ladder"
"""In place of a signal: the step moved, and no costly signal that turned tells of it."""


def at_risk(customer: Customer, decision: Decision, policy: Policy) -> list[Output]:
    """What one decision has to say of a customer's signals and its step, in order."""
    transitions = [*decision.transitions, *_step_alone(decision)]
    if not transitions:
        return []
    score = score_wire(customer, policy)
    trigger = trigger_wire(decision)
    outputs: list[Output] = []
    for transition in transitions:
        wire = _record(customer, transition, policy)
        _add_advice(wire, customer, transition, policy)
        wire["score"] = score
        wire["trigger"] = trigger
        outputs.append(Output(AT_RISK, transition.status, wire))
    return outputs


def _step_alone(decision: Decision) -> list[Transition]:
    """The step's own record, unless a costly signal's tells of it."""
    step = decision.step
    if step is None or any(
        said.signal in COSTLY and said.status != CLEARED for said in decision.transitions
    ):
        return []
    costly = [risk.severity for risk in decision.risks.values() if risk.signal in COSTLY]
    return [
        Transition(LADDER, STEP_CHANGED, "high" if "high" in costly else "watch", step.evidence)
    ]


def _record(customer: Customer, transition: Transition, policy: Policy) -> dict[str, Any]:
    assert customer.tier is not None
    wire = head(customer, AT_RISK, policy.version)
    wire["signal"] = transition.signal
    wire["status"] = transition.status
    wire["severity"] = transition.severity
    wire["evidence"] = [finding.wire() for finding in transition.evidence]
    wire["tier"] = TIERS[customer.tier]
    return wire


def _add_advice(
    wire: dict[str, Any], customer: Customer, transition: Transition, policy: Policy
) -> None:
    """What to do: a step for one who costs, an action for one who leaves."""
    rules, row, signal = policy.ladder, customer.signals.ladder, transition.signal
    step = NO_STEP
    if (signal == LADDER or signal in COSTLY) and row is not None and rules is not None:
        step = row.step
    wire["recommended_step"] = name_of(step)
    wire["recommended_action"] = None
    if transition.status not in {CLEARED, STEP_CHANGED}:
        actions = policy.risk.actions.get(signal)
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
