"""What records begin and end with: who, in which order, and what made them."""

import msgspec

from agents.customer.state import Customer
from agents.decide.decisions import Decision, Trigger
from schemas.base.vocabulary import TriggerKind
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs import parts
from schemas.outputs.records import CUTOFFS, Evaluated, output_id


class Output(msgspec.Struct, frozen=True):
    """One record to put out, but for the clock's time."""

    topic: str
    label: str
    """Its kind within the topic (direction, status or reason), for the metrics."""
    record: Evaluated


def next_id(customer: Customer, topic: str) -> str:
    """The record's id; counts the customer's next sequence."""
    customer.sequence += 1
    return output_id(customer.customer_id, customer.origin, customer.sequence, topic)


def trigger_of(decision: Decision, *, by_override: bool = False) -> parts.Trigger:
    """What made Whalecurve decide: an event with its topic and id, or only a kind."""
    event = decision.event
    if by_override and (event is None or event.kind is not Kind.CUSTOMERS):
        return parts.Trigger("override", None, None)
    if event is not None:
        kind: TriggerKind = "override" if by_override else "event"
        return parts.Trigger(kind, TOPIC_OF_KIND[event.kind], event.event_id)
    if decision.trigger is Trigger.ADOPTION:
        return parts.Trigger("policy", CUTOFFS, None)
    return parts.Trigger("policy" if decision.trigger is Trigger.POLICY else "timer", None, None)
