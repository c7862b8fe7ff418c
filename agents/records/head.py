"""What records begin and end with: who, in which order, and what made them."""

from typing import Any

import msgspec

from agents.customer.state import Customer
from agents.decide.decisions import Decision, Trigger
from schemas.base.times import format_micros
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import CUTOFFS, output_id


class Output(msgspec.Struct, frozen=True):
    """One record to put out, but for the clock's time."""

    topic: str
    label: str
    """Its kind within the topic (direction, status or reason), for the metrics."""
    wire: dict[str, Any]


def head(customer: Customer, topic: str, policy_version: str) -> dict[str, Any]:
    """What a record begins with; counts the customer's next sequence."""
    customer.sequence += 1
    return {
        "event_id": output_id(customer.customer_id, customer.origin, customer.sequence, topic),
        "customer_id": customer.customer_id,
        "sequence": customer.sequence,
        "effective_at": format_micros(customer.as_of_us),
        "policy_version": policy_version,
    }


def trigger_wire(decision: Decision, *, by_override: bool = False) -> dict[str, str | None]:
    """What made Whalecurve decide: an event with its topic and id, or only a kind."""
    event = decision.event
    if by_override and (event is None or event.kind is not Kind.CUSTOMERS):
        return {"kind": "override", "topic": None, "event_id": None}
    if event is not None:
        kind = "override" if by_override else "event"
        return {"kind": kind, "topic": TOPIC_OF_KIND[event.kind], "event_id": event.event_id}
    if decision.trigger is Trigger.ADOPTION:
        return {"kind": "policy", "topic": CUTOFFS, "event_id": None}
    return {"kind": decision.trigger.value, "topic": None, "event_id": None}
