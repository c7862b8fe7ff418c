"""`contacts-due`: somebody should get in touch with a customer."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.base.vocabulary import ContactReason, Tier
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
            "the tier's `contact_every_days` passed; a key or important customer complained, or "
            "had a return or contact that is our fault; a downgrade was announced, or is off; "
            "a human approved the end of the relation, or took that back"
        ),
    ]
    tier: Annotated[Tier, means("the customer's tier in force")]
    last_touch_at: Annotated[Moment | None, means("the latest purchase or contact; null: none yet")]
    ends_at: Annotated[
        Moment | None, means("of `termination_notice`: the UTC day on which the relation ends")
    ]
    effective_at: EffectiveAt
    trigger: Cause
    treatment: Granted
    policy_version: PolicyVersion
    evaluated_at: EvaluatedAt
