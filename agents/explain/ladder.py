"""Where a customer stands on the ladder, and what its next step waits for."""

from agents.customer.state import Customer
from agents.decide.ending import TERMINATE
from agents.decide.guards import held_by, leading
from agents.decide.ladder import REASSESS, LadderMoves, held_until_us, name_of
from agents.explain.found import LadderFound
from agents.explain.texts import day_text
from agents.policy.compiled import LadderRules, Policy
from schemas.base.times import day_start, format_micros
from schemas.outputs.parts import StepTaken
from schemas.state.signal_rows import NO_STEP, LadderRow


def ladder_found(customer: Customer, policy: Policy) -> LadderFound | None:
    """The place on the ladder; None: it never stood on a step, or there is no ladder."""
    row, rules = customer.signals.ladder, policy.ladder
    if row is None or rules is None:
        return None
    waits_for, until = _waits(customer, row, rules, policy)
    leads = leading(customer, customer.risks, rules, policy)
    climbs = bool(leads) and row.ends_day is None and row.step < TERMINATE
    steps = []
    for step, day in row.steps:
        name = name_of(step)
        if name is not None:
            steps.append(StepTaken(name, format_micros(day_start(day))))
    return LadderFound(
        step=name_of(row.step),
        since=format_micros(day_start(row.since_day)),
        steps=steps,
        next_step=name_of(max(REASSESS, row.step + 1)) if climbs else None,
        waits_for=waits_for,
        until=until,
        held_by=held_by(customer, policy),
    )


def _waits(
    customer: Customer, row: LadderRow, rules: LadderRules, policy: Policy
) -> tuple[str, str | None]:
    """What is waited for, and until when where time does it."""
    if row.ends_day is not None:
        return "end", day_text(row.ends_day)
    if leading(customer, customer.risks, rules, policy):
        return _waits_to_climb(customer, row, rules, policy)
    if row.step == NO_STEP or row.clear_since_day is None:
        return "signal", None
    hold_us, clears_us = held_until_us(customer), day_start(row.clear_since_day + rules.clear_days)
    return ("hold" if hold_us > clears_us else "clear"), format_micros(max(hold_us, clears_us))


def _waits_to_climb(
    customer: Customer, row: LadderRow, rules: LadderRules, policy: Policy
) -> tuple[str, str | None]:
    """The same while a signal leads on."""
    if row.step == TERMINATE:
        return "human", None
    hold_us = held_until_us(customer)
    if hold_us > customer.as_of_us:
        return "hold", format_micros(hold_us)
    moves = LadderMoves(rules, policy)
    dwells_day = moves.dwells_until_day(row)
    if customer.day < dwells_day:
        return "dwell", day_text(dwells_day)
    return ("answer" if moves.lacks_answer(row) else "guard"), None
