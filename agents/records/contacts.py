"""Records for `contacts-due`: somebody should get in touch."""

from agents.customer.state import Customer
from agents.decide.decisions import Decision
from agents.decide.segments import names_of
from agents.policy.compiled import Policy
from agents.records.head import Output, trigger_of
from schemas.base.times import format_micros
from schemas.base.vocabulary import TIERS, ContactReason
from schemas.outputs.contacts_due import ContactDue
from schemas.outputs.records import CONTACTS_DUE, NOT_YET, output_id


def contact_due(
    customer: Customer, reason: ContactReason, decision: Decision, policy: Policy
) -> Output:
    """One reason; counts the customer's next sequence of this topic."""
    touch = customer.touch
    assert customer.tier is not None
    touch.sequence += 1
    last_us, tier = touch.last_us, TIERS[customer.tier]
    record = ContactDue(
        event_id=output_id(customer.customer_id, customer.origin, touch.sequence, CONTACTS_DUE),
        customer_id=customer.customer_id,
        sequence=touch.sequence,
        reason=reason,
        tier=tier,
        last_touch_at=None if last_us is None else format_micros(last_us),
        effective_at=format_micros(customer.as_of_us),
        trigger=trigger_of(decision),
        treatment=policy.grants.of(customer.tier, customer.risks, names_of(decision.segments)).wire,
        policy_version=policy.version,
        evaluated_at=NOT_YET,
    )
    return Output(CONTACTS_DUE, reason, record)
