"""What time alone brings: the customer goes on to its due times, until enough is known."""

from typing import Final

from agents.decide.decisions import Decision
from agents.decide.ladder import name_of
from agents.decide.lives import SEGMENT, STAGE, STEP_CHANGED, STEP_REMINDED, TREATMENT
from agents.decide.stage import stage_name
from agents.explain.found import Ahead, Due, Turn
from agents.explain.standing import Standing
from agents.explain.texts import moment_text
from agents.policy.compiled import Policy
from schemas.base.money import format_minor
from schemas.base.times import DAY_US, NO_DUE_US, format_micros
from schemas.base.vocabulary import TIERS

FIRED_MAX: Final = 3_000
"""So many due times are looked at, at most."""
LOOKED_DAYS: Final = 800
"""And none that is so many days away: two windows of a year, and what comes of them."""


def look_ahead(standing: Standing, policy: Policy, fired_max: int = FIRED_MAX) -> Ahead:
    """Lets the customer's time pass; it is of no use for the present any more."""
    customer = standing.customer
    until_us = customer.as_of_us + LOOKED_DAYS * DAY_US
    next_due: Due | None = None
    first: dict[tuple[str, str, str], Turn] = {}
    for _ in range(fired_max):
        if customer.due_us > until_us:
            break
        before, index = customer.contribution, customer.index(policy)
        turns = [turn for decision in standing.fire() for turn in turns_of(decision, standing)]
        if next_due is None:
            next_due = Due(
                at=format_micros(customer.as_of_us),
                contribution_before=format_minor(before, policy.digits),
                contribution_after=format_minor(customer.contribution, policy.digits),
                index_before=format_minor(index, policy.digits),
                index_after=format_minor(customer.index(policy), policy.digits),
                turns=turns,
            )
        for turn in turns:
            first.setdefault((turn.what, turn.name, turn.becomes), turn)
    at_rest = customer.due_us == NO_DUE_US
    looked_until = None if at_rest else moment_text(min(customer.due_us, until_us))
    return Ahead(next_due, list(first.values()), looked_until)


def turns_of(decision: Decision, standing: Standing) -> list[Turn]:
    """What goes out of one decision that the customer has taken over."""
    at = format_micros(standing.customer.as_of_us)
    turns = []
    for said in decision.announcements:
        becomes: str = TIERS[said.after]
        if said.direction == STAGE:
            becomes = stage_name(decision.standing) or "none"
        elif said.direction in (TREATMENT, SEGMENT):
            becomes = TIERS[said.in_force]
        turns.append(Turn(at, "tier", said.direction, becomes))
    turns += [Turn(at, "signal", one.signal, one.status) for one in decision.transitions]
    step = decision.step
    if step is not None:
        status = STEP_REMINDED if step.reminds else STEP_CHANGED
        turns.append(Turn(at, "ladder", name_of(step.step) or "none", status))
    for contact in decision.contacts:
        turns += [Turn(at, "contact", reason, contact.role or "") for reason in contact.reasons]
    return turns
