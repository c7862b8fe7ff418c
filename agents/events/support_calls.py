"""Support calls: what a contact costs, on any channel and by whomever's fault."""

from typing import Final

from agents.events.booking import (
    INVALID,
    NAME_CHARS,
    Booking,
    Contact,
    Unbookable,
    id_key,
    text_key,
)
from agents.events.cells import cells_of
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import Costs
from schemas.base.times import LAST_DAY, day_and_micros
from schemas.base.value_lines import (
    CHEAPER_CHANNEL,
    COMPLAINT_COSTS,
    COMPLAINTS,
    CONTACTS,
    SELLER_FAULT,
)
from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.inputs.events import Kind, SupportCall

LINE_OF_CHANNEL: Final = {
    channel: CONTACTS + place for place, channel in enumerate(CONTACT_CHANNELS)
}


def book_support_call(wire: SupportCall, policy: Policy) -> Booking | Unbookable:
    """The booking of a contact: its fixed cost and handling time, rounded once."""
    day, at_us = day_and_micros(wire.occurred_at)
    if not policy.intake.earliest_day <= day <= LAST_DAY:
        return INVALID
    costs = policy.cards.at(day)
    cost = costs.contact(wire.channel, wire.duration_s)
    at_fault = bool(wire.seller_fault)
    amounts = [LINE_OF_CHANNEL[wire.channel], cost]
    if at_fault:
        amounts += [SELLER_FAULT, cost]
    else:
        amounts += _of_its_own(wire, cost, costs, policy)
    return Booking(
        Kind.SUPPORT_CALLS,
        wire.customer_id,
        wire.event_id,
        at_us,
        day,
        id_key(Kind.SUPPORT_CALLS, wire.event_id),
        content_check(Kind.SUPPORT_CALLS, wire),
        cells_of(day, amounts),
        -cost,
        cost if at_fault else 0,
        contacts=int(wire.channel in policy.keeps.contact_channels),
        channel=CONTACT_CHANNELS.index(wire.channel),
        touches=True,
        meets=wire.channel in policy.contacts.touches,
        complains=bool(wire.complaint),
        at_fault=at_fault,
        contact=_contact(wire, policy),
    )


def _of_its_own(wire: SupportCall, cost: int, costs: Costs, policy: Policy) -> list[int]:
    """What a contact that was nobody's fault could have saved, and whether it complained."""
    amounts: list[int] = []
    if policy.ladder is not None and policy.ladder.cheaper_channel is not None:
        by_cheaper = costs.contact(policy.ladder.cheaper_channel, wire.duration_s)
        amounts += [CHEAPER_CHANNEL, max(0, cost - by_cheaper)]
    return [*amounts, COMPLAINTS, 1, COMPLAINT_COSTS, cost] if wire.complaint else amounts


def _contact(wire: SupportCall, policy: Policy) -> Contact | None:
    """What it says of its issue, where a signal asks for that."""
    keeps = policy.keeps
    if not keeps.issues_forgotten_days and not keeps.answers:
        return None
    return Contact(
        text_key(wire.issue),
        wire.issue[:NAME_CHARS],
        wire.resolved,
        bool(wire.complaint),
        bool(wire.seller_fault),
        wire.satisfaction,
    )
