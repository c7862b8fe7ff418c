"""The records of a customer at risk: its signals, the step that follows, and the score."""

from . import wire
from .climbing import climb
from .customer import Customer, Figures
from .episodes import Happening, happen
from .money import Terms
from .opinion import HIGH, WATCH
from .risk_terms import COSTLY
from .wire import Wire

LADDER = "ladder"
STEPS_MAX = 16


def signalled(customer: Customer, figures: Figures, terms: Terms, trigger: Wire) -> list[Wire]:
    """Judge the customer's signals and its step; give the risks to publish."""
    happenings = happen(customer, figures, terms)
    evidence = climb(customer, figures, terms)
    told = any(its.signal in COSTLY and its.status != "cleared" for its in happenings)
    if evidence is not None and not told:
        severities = {customer.risks[name].severity for name in COSTLY if name in customer.risks}
        severity = HIGH if HIGH in severities else WATCH
        happenings.append(Happening(LADDER, "step_changed", severity, evidence))
    return [_risk(customer, its, terms, trigger) for its in happenings]


def score(customer: Customer, terms: Terms) -> Wire:
    """Add up the points of the open signals."""
    points, parts = 0, []
    for signal, risk in sorted(customer.risks.items()):
        weight = terms.risk.weights[signal]
        its = weight * 3 // 2 if risk.severity == HIGH else weight
        points += its
        parts.append({"signal": signal, "severity": risk.severity, "points": its})
    return {"points": min(100, points), "parts": parts}


def _risk(customer: Customer, happening: Happening, terms: Terms, trigger: Wire) -> Wire:
    customer.sequence += 1
    action = None
    if happening.status in {"raised", "escalated"}:
        actions = terms.risk.actions.get(happening.signal, {})
        action = actions.get(str(customer.tier))
    return {
        "customer_id": customer.customer_id,
        "sequence": customer.sequence,
        "signal": happening.signal,
        "status": happening.status,
        "severity": happening.severity,
        "evidence": happening.evidence,
        "tier": customer.tier,
        "recommended_action": action,
        **_recommended(customer, happening, terms),
        "score": score(customer, terms),
        "effective_at": wire.time(customer.as_of),
        "trigger": trigger,
        "policy_version": terms.version,
    }


def _recommended(customer: Customer, happening: Happening, terms: Terms) -> Wire:
    """Recommend the step that the customer stands on, where the record is about what costs."""
    standing, rule = customer.standing, terms.risk.ladder
    step = standing.step if happening.signal in {*COSTLY, LADDER} else None
    ends = step == "terminate"
    since = standing.steps[-STEPS_MAX:] if step is not None else ()
    return {
        "recommended_step": step,
        "playbook": None if rule is None else rule.get("playbook", {}).get(step),
        "requires_approval": ends,
        "notice_days": rule["notice_days"] if ends and rule is not None else None,
        "steps": [{"step": name, "since": wire.midnight(day)} for name, day in since],
    }
