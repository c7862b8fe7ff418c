"""Contacts due: whom to get in touch with, and why: time, a complaint, or a notice."""

from agents.customer.state import Customer
from agents.decide.decisions import COMPLAINT, DOWNGRADE_NOTICE, INTERVAL, Announcement
from agents.decide.lives import NOTICE
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, day_of
from schemas.base.vocabulary import HIGH_RANK, ContactReason


def reasons_due(
    customer: Customer,
    tier: int,
    event: Booking | None,
    announcements: list[Announcement],
    policy: Policy,
) -> list[ContactReason]:
    """Why to get in touch now, in order, with a customer that has this tier in force."""
    asked = policy.contacts_due
    reasons: list[ContactReason] = []
    if announcements and DOWNGRADE_NOTICE in asked:
        reasons += [DOWNGRADE_NOTICE for said in announcements if said.direction == NOTICE]
    if event is not None and event.complains and COMPLAINT in asked and tier >= HIGH_RANK:
        reasons.append(COMPLAINT)
    if interval_day(customer, tier, policy) <= customer.day:
        reasons.append(INTERVAL)
    return reasons


def interval_day(customer: Customer, tier: int, policy: Policy, began_day: int = NO_DAY) -> int:
    """The day on which the tier's interval since the last touch has passed; NO_DAY: none.

    An interval begins anew with the record that says it has passed, which may be of now: then
    `began_day` is its day.
    """
    touch = customer.touch
    every_days = policy.contact_every_days[tier]
    if not every_days or INTERVAL not in policy.contacts_due:
        return NO_DAY
    since = customer.first_day if touch.last_us is None else day_of(touch.last_us)
    last = touch.interval_day if began_day == NO_DAY else began_day
    return max(since, last) + every_days
