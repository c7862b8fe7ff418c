"""Records for `contacts-due`: somebody should get in touch."""

from typing import Any

from agents.customer.state import Customer
from agents.decide.decisions import Decision
from agents.policy.compiled import Policy
from agents.records.head import Output, trigger_wire
from schemas.base.times import format_micros
from schemas.base.vocabulary import TIERS, ContactReason
from schemas.outputs.records import CONTACTS_DUE, output_id


def contact_due(
    customer: Customer, reason: ContactReason, decision: Decision, policy: Policy
) -> Output:
    """One reason; counts the customer's next sequence of this topic."""
    touch = customer.touch
    assert customer.tier is not None
    assert touch is not None
    touch.sequence += 1
    last_us = touch.last_us
    wire: dict[str, Any] = {
        "event_id": output_id(customer.customer_id, customer.origin, touch.sequence, CONTACTS_DUE),
        "customer_id": customer.customer_id,
        "sequence": touch.sequence,
        "reason": reason,
        "tier": TIERS[customer.tier],
        "last_touch_at": None if last_us is None else format_micros(last_us),
        "effective_at": format_micros(customer.as_of_us),
        "trigger": trigger_wire(decision),
        "treatment": policy.treatment[TIERS[customer.tier]],
        "policy_version": policy.version,
    }
    return Output(CONTACTS_DUE, reason, wire)
