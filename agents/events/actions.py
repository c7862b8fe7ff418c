"""Actions: what the company did, got in touch or took a step of the ladder."""

from agents.events.booking import INVALID, Booking, Unbookable, id_key
from agents.events.cells import NOTHING, cells_of
from agents.events.content import content_check
from agents.events.support_calls import LINE_OF_CHANNEL
from agents.policy.compiled import Policy
from schemas.base.times import LAST_DAY, day_and_micros
from schemas.base.vocabulary import STEPS
from schemas.inputs.events import Action, Kind
from schemas.state.signal_rows import NO_STEP


def book_action(wire: Action, policy: Policy) -> Booking | Unbookable:
    """The booking of an action; INVALID where a field is missing or stands with another type."""
    day, at_us = day_and_micros(wire.occurred_at)
    if not policy.intake.earliest_day <= day <= LAST_DAY or not _is_whole(wire):
        return INVALID
    cost = excess_s = 0
    cells, met_by = NOTHING, None
    if wire.channel is not None:
        spent_s = wire.duration_s or 0
        billed_s = spent_s if policy.billed_max_s is None else min(spent_s, policy.billed_max_s)
        cost = policy.cards.at(day).contact(wire.channel, billed_s, outbound=True)
        cells, excess_s = cells_of(day, [LINE_OF_CHANNEL[wire.channel], cost]), spent_s - billed_s
        met_by = (wire.by or "") if wire.channel in policy.contacts.touches else None
    return Booking(
        Kind.ACTIONS,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.ACTIONS, wire.event_id),
        content_check(Kind.ACTIONS, wire),
        cells,
        -cost,
        met_by=met_by,
        step_taken=NO_STEP if wire.step is None else STEPS.index(wire.step) + 1,
        approves=wire.outcome == "approved",
        excess_s=excess_s,
    )


def _is_whole(wire: Action) -> bool:
    """Whether it has what its type needs, and nothing of the other."""
    of_contact, of_step = (wire.channel, wire.by, wire.duration_s), (wire.step, wire.outcome)
    if wire.type == "contact":
        return wire.channel is not None and of_step == (None, None)
    return None not in of_step and of_contact == (None, None, None)
