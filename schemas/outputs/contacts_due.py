"""`contacts-due`: somebody should get in touch with a customer."""

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.base.meanings import means
from schemas.base.vocabulary import ContactChannel, ContactReason, Tier
from schemas.outputs.common import (
    Cause,
    CustomerId,
    EffectiveAt,
    EvaluatedAt,
    EventId,
    Granted,
    PolicyVersion,
)
from schemas.outputs.kinds import Counting, Moment


class ContactDue(msgspec.Struct, gc=False):
    """A record on `contacts-due`."""

    event_id: EventId
    customer_id: CustomerId
    sequence: Annotated[
        Counting, means("counts one customer's records on this topic: no gap, no repeat")
    ]
    reason: Annotated[
        ContactReason,
        means(
            "the first of `reasons`: a cadence of the tier, or its `contact_every_days`, passed; a "
            "key or important customer complained, or had a return or contact that is our fault; a "
            "downgrade was announced, or is off; a human approved the end of the relation, or took "
            "that back"
        ),
    ]
    reasons: Annotated[
        Annotated[list[ContactReason], Meta(min_length=1)],
        means("all that fell on this moment: of the end, notice, complaint, our fault, interval"),
    ]
    role: Annotated[
        str | None, means("who should, by the cadence that passed; null: the policy names nobody")
    ]
    channel: Annotated[
        ContactChannel | None,
        means(
            "of the customer's most contacts within `contacts_due.channel_days`, of equal ones the "
            "latest by day; null: none, or the policy does not ask"
        ),
    ]
    tier: Annotated[Tier, means("the customer's tier in force")]
    last_touch_at: Annotated[
        Moment | None, means("the latest touch by `contacts_due.touches`; null: none yet")
    ]
    ends_at: Annotated[
        Moment | None, means("of `termination_notice`: the UTC day on which the relation ends")
    ]
    effective_at: EffectiveAt
    trigger: Cause
    treatment: Granted
    policy_version: PolicyVersion
    evaluated_at: EvaluatedAt
