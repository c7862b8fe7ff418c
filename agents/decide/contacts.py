"""Contacts due: whom to get in touch with, and why: time, a complaint, or a notice."""

from agents.customer.state import Customer
from agents.decide.decisions import (
    COMPLAINT,
    DOWNGRADE_NOTICE,
    DOWNGRADE_OFF,
    INTERVAL,
    OUR_FAULT,
    Announcement,
)
from agents.decide.ending import is_closed, reasons_of_the_end
from agents.decide.lives import NOTICE, WITHDRAWN
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, day_of
from schemas.base.vocabulary import HIGH_RANK, ContactReason
from schemas.state.signal_rows import LadderRow


def reasons_due(
    customer: Customer,
    tier: int,
    event: Booking | None,
    announcements: list[Announcement],
    ladder: LadderRow | None,
    policy: Policy,
) -> list[ContactReason]:
    """Why to get in touch now, in order, with a customer that has this tier in force.

    `ladder` is its place from now on.
    """
    asked = policy.contacts_due
    reasons: list[ContactReason] = []
    for said in announcements:
        if said.direction == NOTICE and DOWNGRADE_NOTICE in asked:
            reasons.append(DOWNGRADE_NOTICE)
        elif said.direction == WITHDRAWN and DOWNGRADE_OFF in asked:
            reasons.append(DOWNGRADE_OFF)
    reasons += [reason for reason in reasons_of_the_end(customer, ladder) if reason in asked]
    if event is not None and tier >= HIGH_RANK:
        if event.complains and COMPLAINT in asked:
            reasons.append(COMPLAINT)
        elif event.at_fault and OUR_FAULT in asked and not _is_quiet(customer, reasons, policy):
            reasons.append(OUR_FAULT)
    if is_closed(customer, customer.day):
        return reasons
    passed = interval_day(customer, tier, policy) <= customer.day
    if passed and not (reasons and policy.quiet_days):
        reasons.append(INTERVAL)
    return reasons


def _is_quiet(customer: Customer, reasons: list[ContactReason], policy: Policy) -> bool:
    """Whether somebody was asked to get in touch a short while ago, or is just now."""
    if not policy.quiet_days:
        return False
    return bool(reasons) or customer.day < customer.touch.said_day + policy.quiet_days


def interval_day(
    customer: Customer, tier: int, policy: Policy, said: list[ContactReason] | None = None
) -> int:
    """The day on which the tier's interval since the last touch has passed; NO_DAY: none.

    An interval begins anew with the record that says it has passed, and waits for quiet days after
    any record. `said` is of now, and not known to the customer yet.
    """
    touch = customer.touch
    every_days = policy.contact_every_days[tier]
    if not every_days or INTERVAL not in policy.contacts_due:
        return NO_DAY
    since = customer.first_day if touch.last_us is None else day_of(touch.last_us)
    last = customer.day if said and INTERVAL in said else touch.interval_day
    day = max(since, last) + every_days
    if policy.quiet_days:
        day = max(day, (customer.day if said else touch.said_day) + policy.quiet_days)
    return day
