"""When the seller ought to get in touch with a customer, as its treatment promises."""

from . import instants, segments, wire
from .customer import Customer
from .fields import TIERS, Event
from .money import Terms
from .wire import Wire


def contacts_due(
    customer: Customer, terms: Terms, trigger: Wire, event: Event | None, changes: list[Wire]
) -> list[Wire]:
    """Name the reasons there are just now to get in touch, after the tier was judged."""
    if terms.contacts_due is None:
        return []
    reasons = [change["direction"] for change in changes if "notice" in change["direction"]]
    if event is not None and customer.tier in TIERS[2:]:
        if event.get("complaint") and "complaint" in terms.contacts_due:
            reasons.append("complaint")
        elif event.get("seller_fault"):
            reasons.append("seller_fault")
    reasons = [reason for reason in reasons if reason in terms.contacts_due]
    waits = terms.quiet_days and (len(reasons) > 1 or _is_quiet(customer, terms))
    if "seller_fault" in reasons and waits:
        reasons.remove("seller_fault")
    ends = interval_ends(customer, terms)
    if ends is not None and customer.today() >= ends and not (reasons and terms.quiet_days):
        reasons.append("interval")
        customer.contacted = customer.today()
    if reasons:
        customer.asked_for = customer.today()
    return [_contact(customer, terms, trigger, reason) for reason in reasons]


def _is_quiet(customer: Customer, terms: Terms) -> bool:
    """Tell whether somebody was asked to get in touch a short while ago."""
    said = customer.asked_for
    return said is not None and customer.today() < said + terms.quiet_days


def interval_ends(customer: Customer, terms: Terms) -> int | None:
    """Name the day on which the customer has been left alone for as long as it may be."""
    if terms.contacts_due is None or "interval" not in terms.contacts_due:
        return None
    every = terms.treatment.get(str(customer.tier), {}).get("contact_every_days", 0)
    if not every:
        return None
    base = customer.first_day
    if customer.last_touch is not None:
        base = instants.day_of(customer.last_touch)
    if customer.contacted is not None:
        base = max(base, customer.contacted)
    if customer.asked_for is None:
        return int(base + every)
    return int(max(base + every, customer.asked_for + terms.quiet_days))


def _contact(customer: Customer, terms: Terms, trigger: Wire, reason: str) -> Wire:
    customer.contact_sequence += 1
    held = segments.held(customer, customer.figures(terms), terms)
    return {
        "customer_id": customer.customer_id,
        "sequence": customer.contact_sequence,
        "reason": reason,
        "tier": customer.tier,
        "last_touch_at": wire.time(customer.last_touch),
        "effective_at": wire.time(customer.as_of),
        "trigger": trigger,
        "treatment": customer.granted(terms, str(customer.tier), held),
        "policy_version": terms.version,
    }
