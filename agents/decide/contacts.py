"""Contacts due: whom to get in touch with, and why: time, a complaint, a notice, our own fault."""

from agents.customer.state import Customer
from agents.decide.decisions import (
    COMPLAINT,
    DOWNGRADE_NOTICE,
    DOWNGRADE_OFF,
    INTERVAL,
    OUR_FAULT,
    Announcement,
    DueContact,
)
from agents.decide.ending import is_closed, reasons_of_the_end
from agents.decide.lives import NOTICE, WITHDRAWN
from agents.events.booking import Booking
from agents.policy.compiled import Cadence, Policy
from schemas.base.times import NO_DAY, day_of
from schemas.base.vocabulary import HIGH_RANK, ContactReason
from schemas.state.signal_rows import LadderRow


def contacts_due(
    customer: Customer,
    tier: int,
    event: Booking | None,
    announcements: list[Announcement],
    ladder: LadderRow | None,
    policy: Policy,
) -> list[DueContact]:
    """With whom to get in touch now, in order: a record each, the customer's tier as in force.

    All reasons of one moment are one record. Only cadences of several roles are several, and with
    quiet days they come one after the other. `ladder` is its place from now on.
    """
    asked = policy.contacts.reasons
    reasons = [reason for reason in reasons_of_the_end(customer, ladder) if reason in asked]
    reasons += _pressing(tier, event, announcements, policy)
    if not reasons and _is_quiet(customer, policy):
        return []
    if event is not None and tier >= HIGH_RANK and event.at_fault and OUR_FAULT in asked:
        reasons.append(OUR_FAULT)
    passed = [] if is_closed(customer, customer.day) else _passed(customer, tier, policy)
    if not passed:
        return [DueContact(reasons, None)] if reasons else []
    due = [DueContact([*reasons, INTERVAL], passed[0].role)]
    if not policy.contacts.quiet_days:
        due += [DueContact([INTERVAL], cadence.role) for cadence in passed[1:]]
    return due


def _pressing(
    tier: int, event: Booking | None, announcements: list[Announcement], policy: Policy
) -> list[ContactReason]:
    """Why somebody has to get in touch whenever the last time was."""
    asked = policy.contacts.reasons
    reasons: list[ContactReason] = []
    for said in announcements:
        if said.direction == NOTICE and DOWNGRADE_NOTICE in asked:
            reasons.append(DOWNGRADE_NOTICE)
        elif said.direction == WITHDRAWN and DOWNGRADE_OFF in asked:
            reasons.append(DOWNGRADE_OFF)
    if event is not None and event.complains and tier >= HIGH_RANK and COMPLAINT in asked:
        reasons.append(COMPLAINT)
    return reasons


def _is_quiet(customer: Customer, policy: Policy) -> bool:
    """Whether somebody was asked to get in touch a short while ago."""
    quiet_days = policy.contacts.quiet_days
    return bool(quiet_days) and customer.day < customer.touch.said_day + quiet_days


def _passed(customer: Customer, tier: int, policy: Policy) -> list[Cadence]:
    """The cadences of the tier that have passed, the longest overdue first."""
    passed = [
        (day, place)
        for place, cadence in enumerate(policy.contacts.cadences[tier])
        if (day := _day_passed(customer, cadence, policy)) <= customer.day
    ]
    return [policy.contacts.cadences[tier][place] for _, place in sorted(passed)]


def _day_passed(customer: Customer, cadence: Cadence, policy: Policy) -> int:
    """The day on which a cadence has passed, since the last touch or its last record."""
    met_us = customer.touches.met_us(policy)
    since = customer.first_day if met_us is None else day_of(met_us)
    return max(since, customer.touches.said_day(cadence.role)) + cadence.every_days


def next_contact_day(
    customer: Customer, tier: int, policy: Policy, said: list[DueContact] | None = None
) -> int:
    """The day on which a contact is due by time alone; NO_DAY: none is.

    A cadence begins anew with the record that says it has passed, and waits for quiet days after
    any record. `said` is of now, and not known to the customer yet.
    """
    day = NO_DAY
    for cadence in policy.contacts.cadences[tier]:
        if said and any(INTERVAL in its.reasons and its.role == cadence.role for its in said):
            day = min(day, customer.day + cadence.every_days)
        else:
            day = min(day, _day_passed(customer, cadence, policy))
    quiet_days = policy.contacts.quiet_days
    if quiet_days and day != NO_DAY:
        day = max(day, (customer.day if said else customer.touch.said_day) + quiet_days)
    return day
