"""Support calls: what a contact costs, on any channel and by whomever's fault.

A contact costs a fixed amount and its handling time. A record that is none costs its handling time
alone: one that closes an issue or answers a survey, or whose ticket has its contact already.
"""

from typing import Final

import msgspec

from agents.events.booking import (
    INVALID,
    NAME_CHARS,
    NO_CHANNEL,
    Booking,
    Contact,
    Unbookable,
    id_key,
    text_key,
)
from agents.events.cells import CELL, Cells, cells_of
from agents.events.content import content_check
from agents.policy.compiled import Policy
from agents.policy.rates import Costs
from schemas.base.times import DAY_US, LAST_DAY, day_and_micros
from schemas.base.value_lines import (
    CHEAPER_CHANNEL,
    COMPLAINT_COSTS,
    COMPLAINTS,
    CONTACT_LINES,
    LINE_MASK,
    SELLER_FAULT,
)
from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.inputs.events import Kind, SupportCall
from schemas.state.signal_rows import NO_COMPLAINT, TicketRow

LINE_OF_CHANNEL: Final = dict(zip(CONTACT_CHANNELS, CONTACT_LINES, strict=True))
NO_ISSUE: Final = b""


def book_support_call(wire: SupportCall, policy: Policy) -> Booking | Unbookable:
    """The booking of a record: its cost, rounded once, and whose contact it is."""
    day, at_us = day_and_micros(wire.occurred_at)
    if not policy.intake.earliest_day <= day <= LAST_DAY:
        return INVALID
    is_contact, outbound = wire.kind is None or wire.kind == "contact", wire.direction == "outbound"
    is_own, at_fault = is_contact and not outbound, bool(wire.seller_fault)
    costs, billed_s = policy.cards.at(day), wire.duration_s
    if policy.billed_max_s is not None and billed_s > policy.billed_max_s:
        billed_s = policy.billed_max_s
    cost = costs.contact(wire.channel, billed_s, outbound=outbound, time_alone=not is_contact)
    line, saves, complaint_cost = LINE_OF_CHANNEL[wire.channel], 0, NO_COMPLAINT
    amounts = [line, cost]
    if at_fault:
        fault = [SELLER_FAULT, cost]
        amounts = [*amounts, *fault] if line < SELLER_FAULT else [*fault, *amounts]
    elif is_own:
        saves = _saves(cost, billed_s, costs, policy)
        amounts += [CHEAPER_CHANNEL, saves]
        if wire.complaint:
            complaint_cost = cost
            amounts += [COMPLAINTS, 1, COMPLAINT_COSTS, cost]
    contact = _contact(wire, policy, is_contact=is_contact, is_own=is_own)
    contacts = int(is_own and wire.channel in policy.keeps.contact_channels)
    ticket: TicketRow | None = None
    if is_contact and wire.ticket_id is not None:
        spent = costs.contact(wire.channel, billed_s, outbound=outbound, time_alone=True)
        ticket = TicketRow(
            text_key(wire.ticket_id),
            outbound,
            at_us,
            CONTACT_CHANNELS.index(wire.channel),
            cost - spent,
            at_fault,
            contacts,
            contact.key if contact is not None and contact.counts else NO_ISSUE,
            saves,
            complaint_cost,
        )
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
        contacts=contacts,
        channel=CONTACT_CHANNELS.index(wire.channel) if is_own else NO_CHANNEL,
        touches=is_own,
        meets=is_own and wire.channel in policy.contacts.touches,
        met_by="" if is_contact and outbound and wire.channel in policy.contacts.touches else None,
        complains=is_own and bool(wire.complaint),
        at_fault=is_own and at_fault,
        contact=contact,
        ticket=ticket,
        excess_s=wire.duration_s - billed_s,
    )


def _saves(cost: int, billed_s: int, costs: Costs, policy: Policy) -> int:
    """What it would have cost less by the channel that the policy names."""
    if policy.ladder is None or policy.ladder.cheaper_channel is None:
        return 0
    return max(0, cost - costs.contact(policy.ladder.cheaper_channel, billed_s))


def of_known_ticket(event: Booking, ticket: TicketRow) -> Booking:
    """The same where another is its ticket's contact: it costs its handling time, and is none."""
    contact = event.contact
    if contact is not None and contact.counts:
        contact = msgspec.structs.replace(contact, counts=False)
    amounts = {
        event.cells[at] & LINE_MASK: event.cells[at + 1] for at in range(0, len(event.cells), CELL)
    }
    for line, amount in _as_contact(ticket):
        amounts[line] = amounts.get(line, 0) - amount
    return msgspec.structs.replace(
        event,
        cells=cells_of(event.day, [number for cell in sorted(amounts.items()) for number in cell]),
        brought=event.brought + ticket.fixed,
        excused=event.excused - ticket.fixed if ticket.at_fault else event.excused,
        contacts=0,
        channel=NO_CHANNEL,
        contact=contact,
    )


def cells_taken_back(ticket: TicketRow) -> Cells:
    """What is to be booked where a record is no more its ticket's contact."""
    amounts = sorted((line, -amount) for line, amount in _as_contact(ticket))
    return cells_of(ticket.at_us // DAY_US, [number for cell in amounts for number in cell])


def _as_contact(ticket: TicketRow) -> list[tuple[int, int]]:
    """(line, amount) of what a record books because it is its ticket's contact."""
    fixed = ticket.fixed
    found = [(CONTACT_LINES[ticket.channel], fixed), (CHEAPER_CHANNEL, ticket.saves)]
    if ticket.at_fault:
        found.append((SELLER_FAULT, fixed))
    if ticket.complaint_cost != NO_COMPLAINT:
        found += [(COMPLAINTS, 1), (COMPLAINT_COSTS, ticket.complaint_cost)]
    return found


def _contact(
    wire: SupportCall, policy: Policy, *, is_contact: bool, is_own: bool
) -> Contact | None:
    """What it says of its issue, where a signal asks for that.

    A contact that we made says only that something is resolved; what closes an issue says so
    unless it says otherwise.
    """
    keeps = policy.keeps
    if not keeps.issues_forgotten_days and not keeps.answers:
        return None
    resolved, satisfaction = wire.resolved, wire.satisfaction
    if is_contact and not is_own:
        resolved, satisfaction = resolved or None, None
    elif wire.kind == "resolution" and resolved is None:
        resolved = True
    if not is_own and resolved is None and satisfaction is None:
        return None
    return Contact(
        text_key(wire.issue),
        wire.issue[:NAME_CHARS],
        resolved,
        is_own and bool(wire.complaint),
        is_own and bool(wire.seller_fault),
        satisfaction,
        is_own,
        is_own,
    )
