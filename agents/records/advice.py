"""A customer's score and its place on the ladder, as records and snapshots tell them."""

from typing import Final

from agents.customer.state import Customer
from agents.decide.guards import answer_of, held_by
from agents.decide.ladder import name_of
from agents.policy.compiled import Policy
from schemas.base.times import day_start, format_micros
from schemas.outputs.parts import Ladder, Part, Score

POINTS_MAX: Final = 100


def score_of(customer: Customer, policy: Policy) -> Score:
    """The score, with its parts by signal."""
    weights = policy.risk.weights
    parts: list[Part] = []
    total = 0
    for risk in customer.risks.values():
        points = weights.get(risk.signal, 0)
        if risk.severity == "high":
            points += points // 2
        total += points
        parts.append(Part(risk.signal, risk.severity, points))
    return Score(min(total, POINTS_MAX), parts)


def ladder_of(customer: Customer, policy: Policy) -> Ladder | None:
    """The customer's place on the ladder; None while it stands on no step."""
    row = customer.signals.ladder
    step = None if row is None else name_of(row.step)
    if row is None or step is None:
        return None
    answer = answer_of(customer)
    hold_us = None if answer is None else answer.hold_until_us
    return Ladder(
        step=step,
        since=format_micros(day_start(row.since_day)),
        hold_until=None if hold_us is None else format_micros(hold_us),
        ends_at=None if row.ends_day is None else format_micros(day_start(row.ends_day)),
        reason=None if answer is None else answer.reason,
        answered=row.answered_day is not None,
        held_by=held_by(customer, policy),
    )
