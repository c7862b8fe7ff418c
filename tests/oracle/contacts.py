"""When the seller ought to get in touch with a customer, who does, and on which channel."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from . import instants, segments, tickets, wire
from .customer import Customer
from .fields import CHANNELS, TIERS, Event
from .money import Terms
from .wire import Wire

ENDS = "termination_notice"


class Asked(NamedTuple):
    """What may ask for a contact just now."""

    event: Event | None
    changes: list[Wire]
    end: str | None
    """Whether a termination was approved or taken back."""
    is_over: bool


def contacts_due(customer: Customer, terms: Terms, trigger: Wire, asked: Asked) -> list[Wire]:
    """Say with whom to get in touch just now, after the tier was judged."""
    if terms.contacts_due is None:
        return []
    event, said = asked.event, [change["direction"] for change in asked.changes]
    found = [] if asked.end is None else [asked.end]
    found += [direction for direction in said if "notice" in direction]
    of_note = _of_note(event, customer)
    if of_note.get("complaint"):
        found.append("complaint")
    reasons = [reason for reason in found if reason in terms.contacts_due]
    if not reasons and _is_quiet(customer, terms):
        return []
    if of_note.get("seller_fault") and "seller_fault" in terms.contacts_due:
        reasons.append("seller_fault")
    records: list[tuple[list[str], str | None]] = []
    cadences = [] if asked.is_over else sorted(_cadences(customer, terms), key=_by_day)
    for ends, _, role in cadences:
        if ends <= customer.today() and not (records and terms.quiet_days):
            records.append(([*reasons, "interval"], role))
            reasons = []
    if reasons:
        records.append((reasons, None))
    for why, role in records:
        customer.asked_for = customer.today()
        if "interval" in why:
            customer.contacted[role] = customer.today()
    return [_contact(customer, terms, trigger, why, role) for why, role in records]


def _of_note(event: Event | None, customer: Customer) -> Event:
    """Give what a customer of a high tier did or said itself; nothing else is of note."""
    if event is None or customer.tier not in TIERS[2:]:
        return {}
    is_a_call = "ticket_id" in event
    return event if not is_a_call or tickets.is_own(event) else {}


def _by_day(cadence: tuple[int, int, str | None]) -> tuple[int, int]:
    return cadence[:2]


def _is_quiet(customer: Customer, terms: Terms) -> bool:
    """Tell whether somebody was asked to get in touch a short while ago."""
    said = customer.asked_for
    return said is not None and customer.today() < said + terms.quiet_days


def interval_ends(customer: Customer, terms: Terms) -> int | None:
    """Name the day on which the customer has been left alone for as long as it may be."""
    ends = min((its[0] for its in _cadences(customer, terms)), default=None)
    if ends is None or customer.asked_for is None:
        return ends
    return max(ends, customer.asked_for + terms.quiet_days)


def _cadences(customer: Customer, terms: Terms) -> Iterator[tuple[int, int, str | None]]:
    """Give the day on which each cadence of the tier is over, its place, and whose it is."""
    if terms.contacts_due is None or "interval" not in terms.contacts_due:
        return
    tier = str(customer.tier)
    every = terms.treatment.get(tier, {}).get("contact_every_days", 0)
    listed = [(its["role"], its["every_days"]) for its in terms.cadence.get(tier, [])]
    met = _met(customer, terms)
    since = customer.first_day if met is None else instants.day_of(met)
    for place, (role, days) in enumerate(listed or ([(None, every)] if every else [])):
        # a record for nobody in particular is one for everybody, and the other way round
        said = [
            on for whose, on in customer.contacted.items() if None in {role, whose} or whose == role
        ]
        yield max([since, *said]) + days, place, role


def _met(customer: Customer, terms: Terms) -> int | None:
    """Find the latest of the touches that count."""
    counting = (when for when, what in customer.touches if what in terms.touches)
    return max(counting, default=None)


def _channel(customer: Customer, terms: Terms) -> str | None:
    """Find the channel of most contacts in the window, of equal ones the one used last."""
    begin = customer.today() - terms.channel_days + 1
    used = [
        (instants.day_of(call["occurred_at"]), call["channel"])
        for call in customer.calls
        if instants.day_of(call["occurred_at"]) >= begin
    ]
    numbers = Counter(what for _, what in used)

    def rank(channel: str) -> tuple[int, int, int]:
        last = max(day for day, what in used if what == channel)
        return numbers[channel], last, -CHANNELS.index(channel)

    return max(numbers, key=rank, default=None)


def _contact(
    customer: Customer, terms: Terms, trigger: Wire, reasons: list[str], role: str | None
) -> Wire:
    customer.contact_sequence += 1
    held = segments.held(customer, customer.figures(terms), terms)
    return {
        "customer_id": customer.customer_id,
        "sequence": customer.contact_sequence,
        "reason": reasons[0],
        "reasons": reasons,
        "role": role,
        "channel": _channel(customer, terms) if terms.channel_days else None,
        "tier": customer.tier,
        "last_touch_at": wire.time(_met(customer, terms)),
        "ends_at": wire.midnight(customer.standing.ends) if ENDS in reasons else None,
        "effective_at": wire.time(customer.as_of),
        "trigger": trigger,
        "treatment": customer.granted(terms, str(customer.tier), held),
        "policy_version": terms.version,
    }
