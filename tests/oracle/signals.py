"""The records of a customer at risk: its signals, the step that follows, and the score."""

from . import wire
from .climbing import climb, held_by
from .customer import Customer, Figures
from .episodes import Happening, happen
from .guarding import leading
from .ledger import CHEAPER
from .money import Terms
from .opinion import HIGH, WATCH
from .risk_terms import COSTLY, TEACHING
from .stages import LEAVING
from .wire import Wire

LADDER = "ladder"
STEPS_MAX = 16


def turned(customer: Customer, figures: Figures, terms: Terms) -> list[Happening]:
    """Judge the customer's signals and its step; give what happened to them."""
    happenings = happen(customer, figures, terms)
    move = climb(customer, figures, terms)
    told = any(its.signal in COSTLY and its.status != "cleared" for its in happenings)
    if move is not None and (move.reminds or not told):
        severities = {customer.risks[name].severity for name in COSTLY if name in customer.risks}
        severity = HIGH if HIGH in severities else WATCH
        status = "step_reminded" if move.reminds else "step_changed"
        happenings.append(Happening(LADDER, status, severity, move.evidence))
    return happenings


def signalled(
    customer: Customer, figures: Figures, terms: Terms, trigger: Wire, happenings: list[Happening]
) -> list[Wire]:
    """Give the risks to publish."""
    held = held_by(customer, figures, terms) if happenings else None
    return [_risk(customer, its, terms, trigger, held) for its in happenings]


def score(customer: Customer, terms: Terms) -> Wire:
    """Add up the points of the open signals."""
    points, parts = 0, []
    for signal, risk in sorted(customer.risks.items()):
        weight = terms.risk.weights[signal]
        its = weight * 3 // 2 if risk.severity == HIGH else weight
        points += its
        parts.append({"signal": signal, "severity": risk.severity, "points": its})
    return {"points": min(100, points), "parts": parts}


def _risk(
    customer: Customer, happening: Happening, terms: Terms, trigger: Wire, held: Wire | None
) -> Wire:
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
        "stage": customer.stage,
        "recommended_action": action,
        "at_stake": _at_stake(customer, happening, terms),
        "to_break_even": _missing(customer, happening, terms),
        "cheaper_channel": _cheaper(customer, happening, terms),
        **_recommended(customer, happening, terms, held),
        "score": score(customer, terms),
        "effective_at": wire.time(customer.as_of),
        "trigger": trigger,
        "policy_version": terms.version,
    }


def _at_stake(customer: Customer, happening: Happening, terms: Terms) -> str | None:
    if happening.signal not in LEAVING or happening.status == "cleared":
        return None
    return terms.text(customer.figures(terms).contribution)


def _missing(customer: Customer, happening: Happening, terms: Terms) -> str | None:
    judged = customer.figures(terms).judged
    if happening.status == "cleared" or judged >= 0:
        return None
    return terms.text(-judged) if happening.signal in (*COSTLY, LADDER) else None


def _cheaper(customer: Customer, happening: Happening, terms: Terms) -> Wire | None:
    saves = customer.figures(terms).lines[CHEAPER]
    told = happening.signal in (*COSTLY, *TEACHING, LADDER) and happening.status != "cleared"
    if terms.risk.cheaper_channel is None or not told or not saves:
        return None
    return {"channel": terms.risk.cheaper_channel, "saves": terms.text(saves)}


def _recommended(customer: Customer, happening: Happening, terms: Terms, held: Wire | None) -> Wire:
    """Recommend the step that the customer stands on, where the record is about what costs."""
    standing, rule = customer.standing, terms.risk.ladder
    step = standing.step if happening.signal in {*COSTLY, LADDER} else None
    ends = step == "terminate"
    since = standing.steps[-STEPS_MAX:] if step is not None else ()
    return {
        "recommended_step": step,
        "playbook": None if rule is None else _text(customer, happening, terms, step),
        "requires_approval": ends and standing.ends is None,
        "notice_days": rule["notice_days"] if ends and rule is not None else None,
        "steps": [{"step": name, "since": wire.midnight(day)} for name, day in since],
        "held_by": None if step is None else held,
    }


def _text(customer: Customer, happening: Happening, terms: Terms, step: str | None) -> str | None:
    """Find what the policy says of a step: for the signal, or the open one that weighs most."""
    rule = terms.risk.ladder or {}
    texts = rule["playbook"].get(step, {})
    if isinstance(texts, str):
        return texts
    signal = happening.signal
    if signal == LADDER:
        opened = leading(customer, terms)
        signal = max(opened, key=terms.risk.weights.__getitem__) if opened else ""
    text: str | None = texts.get(signal, texts.get("any"))
    return text
