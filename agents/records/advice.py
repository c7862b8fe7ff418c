"""A customer's score and its place on the ladder, as records and snapshots tell them."""

from typing import Any, Final

from agents.customer.state import Customer
from agents.decide.ladder import answer_of, name_of
from agents.policy.compiled import Policy
from schemas.base.times import day_start, format_micros
from schemas.state.signal_rows import NO_STEP

POINTS_MAX: Final = 100


def score_wire(customer: Customer, policy: Policy) -> dict[str, Any]:
    """The score, with its parts by signal."""
    weights = policy.risk.weights
    parts: list[dict[str, Any]] = []
    total = 0
    for risk in customer.risks.values():
        points = weights.get(risk.signal, 0)
        if risk.severity == "high":
            points += points // 2
        total += points
        parts.append({"signal": risk.signal, "severity": risk.severity, "points": points})
    return {"points": min(total, POINTS_MAX), "parts": parts}


def ladder_wire(customer: Customer) -> dict[str, Any] | None:
    """The customer's place on the ladder; None while it stands on no step."""
    row = customer.signals.ladder
    if row is None or row.step == NO_STEP:
        return None
    answer = answer_of(customer)
    hold_us = None if answer is None else answer.hold_until_us
    return {
        "step": name_of(row.step),
        "since": format_micros(day_start(row.since_day)),
        "hold_until": None if hold_us is None else format_micros(hold_us),
        "reason": None if answer is None else answer.reason,
    }
