"""`customer-values`: the newest snapshot of a customer."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.base.vocabulary import Tier
from schemas.outputs.common import (
    CustomerId,
    CutoffsVersion,
    Figures,
    Granted,
    OverrideInForce,
    PolicyVersion,
    SegmentsHeld,
    StageInForce,
    TierByValue,
)
from schemas.outputs.kinds import Counting, Moment, Share, Whole
from schemas.outputs.parts import Ladder, Lifetime, OpenRisk, Profile, Score


class CustomerValue(msgspec.Struct, frozen=True, gc=False):
    """A record on `customer-values`."""

    customer_id: CustomerId
    as_of: Annotated[Moment, means("event time of the figures")]
    tier: Annotated[Tier, means("the customer's tier")]
    tier_since: Annotated[Moment, means("the UTC day on which it got it")]
    downgrade_at: Annotated[
        Moment | None, means("when an announced downgrade comes; null: none is")
    ]
    stage: StageInForce
    stage_since: Annotated[Moment | None, means("the UTC day since which it has it")]
    tier_by_value: TierByValue
    treatment: Granted
    override: OverrideInForce
    cutoffs_version: CutoffsVersion
    value: Figures
    tenure_days: Annotated[Whole, means("UTC days from its earliest event to `as_of`")]
    wallet_share: Annotated[
        Share | None,
        means("the window's revenue, brought to a year, as a part of the wallet; null: not known"),
    ]
    profile: Annotated[Profile, means("master data, as `customers` has it")]
    segments: SegmentsHeld
    risks: Annotated[list[OpenRisk], means("the open signals, by name")]
    score: Annotated[Score, means("how much is wrong, of all of these")]
    ladder: Annotated[Ladder | None, means("its step; null: it stands on none")]
    lifetime: Annotated[
        Lifetime | None,
        means("what it may yet bring, by a model; null: not reckoned, or it never bought"),
    ]
    sequence: Annotated[Counting, means("of the customer's last tier change or signal")]
    policy_version: PolicyVersion
