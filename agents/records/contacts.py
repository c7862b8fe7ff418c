"""Records for `contacts-due`: somebody should get in touch."""

from agents.customer.state import Customer
from agents.decide.decisions import END_NOTICE, Decision, DueContact
from agents.decide.ending import ends_day_of
from agents.decide.segments import names_of
from agents.policy.compiled import Policy
from agents.records.head import Output, trigger_of
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import TIERS
from schemas.outputs.contacts_due import ContactDue
from schemas.outputs.records import CONTACTS_DUE, NOT_YET, output_id


def contact_due(customer: Customer, due: DueContact, decision: Decision, policy: Policy) -> Output:
    """One record; counts the customer's next sequence of this topic."""
    touch = customer.touch
    assert customer.tier is not None
    touch.sequence += 1
    met_us, tier = customer.touches.met_us(policy), TIERS[customer.tier]
    record = ContactDue(
        event_id=output_id(customer.customer_id, customer.origin, touch.sequence, CONTACTS_DUE),
        customer_id=customer.customer_id,
        sequence=touch.sequence,
        reason=due.reasons[0],
        reasons=due.reasons,
        role=due.role,
        channel=customer.touches.channel(),
        tier=tier,
        last_touch_at=None if met_us is None else format_micros(met_us),
        ends_at=_ends_at(customer) if END_NOTICE in due.reasons else None,
        effective_at=format_micros(customer.as_of_us),
        trigger=trigger_of(decision),
        treatment=policy.grants.of(customer.tier, customer.risks, names_of(decision.segments)).wire,
        policy_version=policy.version,
        evaluated_at=NOT_YET,
    )
    return Output(CONTACTS_DUE, due.reasons[0], record)


def _ends_at(customer: Customer) -> str | None:
    """When the relation ends."""
    day = ends_day_of(customer.signals.ladder)
    return None if day is None else format_micros(day_start(day))
