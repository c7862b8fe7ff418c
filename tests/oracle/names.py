"""What an event is known by, so that it counts once."""

from .fields import Event
from .records import PAYMENTS

EventName = tuple[str, ...]
"""An event's topic and its `event_id`; or a payment's status, invoice and `payment_id`."""


def names(topic: str, event: Event) -> list[EventName]:
    """List what an event is known by: its id, and the payment that it tells of."""
    known: list[EventName] = [(topic, event["event_id"])]
    if topic == PAYMENTS and event["payment_id"] is not None and event["status"] != "failed":
        known.append((topic, event["status"], event["invoice_id"], event["payment_id"]))
    return known
