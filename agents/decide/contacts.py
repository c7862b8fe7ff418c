"""Contacts due: whom to get in touch with, and why: time, a complaint, or a notice."""

from agents.customer.state import Customer
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, day_of
from schemas.outputs.records import HIGH_RANK

INTERVAL, COMPLAINT, NOTICE = "interval", "complaint", "notice"


def reasons_due(
    customer: Customer, event: Booking | None, notices: int, policy: Policy
) -> list[str]:
    """Why to get in touch now, in order; an interval begins anew with that."""
    asked, tier, touch = policy.contacts_due, customer.tier, customer.touch
    assert tier is not None
    assert touch is not None
    found = [NOTICE] * notices if NOTICE in asked else []
    if event is not None and event.complains and COMPLAINT in asked and tier >= HIGH_RANK:
        found.append(COMPLAINT)
    if interval_day(customer, policy) <= customer.day:
        touch.interval_day = customer.day
        found.append(INTERVAL)
    return found


def interval_day(customer: Customer, policy: Policy) -> int:
    """The day on which the tier's interval since the last touch has passed; NO_DUE: none."""
    tier = customer.tier
    touch = customer.touch
    if tier is None or touch is None or INTERVAL not in policy.contacts_due:
        return NO_DAY
    every_days = policy.contact_every_days[tier]
    if not every_days:
        return NO_DAY
    since = customer.first_day if touch.last_us is None else day_of(touch.last_us)
    return max(since, touch.interval_day) + every_days
