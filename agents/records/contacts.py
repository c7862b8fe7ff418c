"""Records for `contacts-due`: somebody should get in touch."""

from agents.customer.state import Customer
from agents.decide.decisions import END_NOTICE, Decision
from agents.decide.ending import ends_day_of
from agents.policy.compiled import Policy
from agents.records.head import Output, trigger_of
from schemas.base.times import day_start, format_micros
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
        ends_at=_ends_at(customer) if reason == END_NOTICE else None,
        effective_at=format_micros(customer.as_of_us),
        trigger=trigger_of(decision),
        treatment=policy.grants.of(customer.tier, customer.risks).wire,
        policy_version=policy.version,
        evaluated_at=NOT_YET,
    )
    return Output(CONTACTS_DUE, reason, record)


def _ends_at(customer: Customer) -> str | None:
    """When the relation ends."""
    day = ends_day_of(customer.signals.ladder)
    return None if day is None else format_micros(day_start(day))
