"""`tier-changes`: what happened to a customer's tier, and why."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.base.vocabulary import Direction, Stage, Tier
from schemas.outputs.common import (
    Cause,
    CustomerId,
    CutoffsVersion,
    EffectiveAt,
    EvaluatedAt,
    EventId,
    Figures,
    Granted,
    OverrideInForce,
    PolicyVersion,
    SegmentsHeld,
    Sequence,
    StageInForce,
    TierByValue,
)
from schemas.outputs.kinds import Moment
from schemas.outputs.parts import Finding


class TierChange(msgspec.Struct, gc=False):
    """A record on `tier-changes`."""

    event_id: EventId
    customer_id: CustomerId
    sequence: Sequence
    effective_at: EffectiveAt
    policy_version: PolicyVersion
    from_tier: Annotated[Tier | None, means("the tier before; null the first time")]
    to_tier: Annotated[Tier, means("the tier from now on")]
    direction: Annotated[
        Direction,
        means(
            "`assigned` is the first time; a `notice` announces a downgrade that has not happened "
            "yet: `to_tier` is where it would lead today; `treatment`: the tier stays, and "
            "`treatment` is another; `stage`: the tier stays, and `stage` is another; `segment`: "
            "tier and treatment stay, and `segments` are others"
        ),
    ]
    takes_effect_at: Annotated[
        Moment | None,
        means("of a `notice`: when the downgrade comes, unless the customer recovers"),
    ]
    stage: StageInForce
    from_stage: Annotated[Stage | None, means("of `stage`: the stage before")]
    tier_by_value: TierByValue
    override: OverrideInForce
    cutoffs_version: CutoffsVersion
    value: Figures
    reasons: Annotated[
        list[Finding],
        means(
            "the entry that was reached, the next one, which was not, the bound beside an entry "
            "that `[tiers.hold]` sets, the override, and what its segments rest on; of "
            "`treatment` the open signals and the segments that change it"
        ),
    ]
    trigger: Cause
    treatment: Granted
    segments: SegmentsHeld
    evaluated_at: EvaluatedAt
