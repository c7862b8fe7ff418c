"""Which records of `support-calls` are contacts, whose, and which one of a ticket it is."""

from dataclasses import dataclass, field

from . import instants, ledger
from .fields import CHANNELS, Event
from .money import Terms
from .records import SUPPORT_CALLS


def is_contact(event: Event) -> bool:
    """Tell whether somebody got in touch; closing and answering is not that."""
    return bool(event["kind"] == "contact")


def is_own(event: Event) -> bool:
    """Tell whether it was the customer who did."""
    return is_contact(event) and event["direction"] == "inbound"


def is_ours(event: Event) -> bool:
    """Tell whether it was the seller who did."""
    return is_contact(event) and not is_own(event)


def word(event: Event) -> bool | None:
    """Find what it says of its issue: resolved, or not, or nothing."""
    said: bool | None = event["resolved"]
    if event["kind"] == "resolution":
        return True if said is None else said
    if is_ours(event):
        return True if said else None
    return said


def rating(event: Event) -> int | None:
    """Find what the customer answers; nobody answers while we call."""
    given: int | None = event["satisfaction"]
    return given if is_own(event) or not is_contact(event) else None


@dataclass
class Tickets:
    """The contact of each ticket that is remembered."""

    contacts: dict[str, Event] = field(default_factory=dict)

    def second(self, event: Event, today: int, terms: Terms) -> Event | None:
        """Find what is no contact, now that this is known: it, the one that was, or nothing."""
        name = event["ticket_id"]
        self.forget(today, terms)
        young = today - instants.day_of(event["occurred_at"]) < terms.ticket_days
        if name is None or not is_contact(event) or not young:
            return None
        of_it = [*([self.contacts[name]] if name in self.contacts else []), event]
        self.contacts[name] = first = min(of_it, key=lambda record: _place(record, terms))
        while len(self.contacts) > terms.tickets_max:
            goes = min(self.contacts, key=lambda its: self.contacts[its]["occurred_at"])
            del self.contacts[goes]
        return next((record for record in of_it if record is not first), None)

    def forget(self, today: int, terms: Terms) -> None:
        """Forget the tickets whose contact is long ago."""
        self.contacts = {
            name: event
            for name, event in self.contacts.items()
            if today - instants.day_of(event["occurred_at"]) < terms.ticket_days
        }


def _place(event: Event, terms: Terms) -> tuple[bool, int, int, int, bool, int, int]:
    """Rank the records of a ticket; the customer's come first, then the earlier."""
    card = terms.card(instants.day_of(event["occurred_at"]))
    fixed, _ = card.contact.get((event["direction"], event["channel"]), (0, 0))
    channel = CHANNELS.index(event["channel"])
    first = not is_own(event), event["occurred_at"], channel, fixed, event["seller_fault"]
    lines = ledger.booked(SUPPORT_CALLS, event, terms).lines
    complains = lines[event["channel"]] if ledger.complains(event) else -1
    return *first, lines[ledger.CHEAPER], complains
