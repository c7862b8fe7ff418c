"""`tier-cutoffs`: from which value on customers are important and key, by shares of the whole."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.outputs.common import PolicyVersion
from schemas.outputs.kinds import Amount, Counting, Currency, Moment
from schemas.outputs.parts import Source, WhaleCurve


class TierCutoffs(msgspec.Struct, frozen=True, gc=False):
    """A record on `tier-cutoffs`."""

    version: Annotated[Counting, means("1, 2, 3, …")]
    currency: Annotated[Currency, means("of all amounts here")]
    important: Annotated[Amount, means("the value from which on a customer is important")]
    key: Annotated[Amount, means("and from which on key")]
    made_at: Annotated[Moment, means("the clock when they were made")]
    policy_hash: Annotated[str, means("of the policy they were made by")]
    policy_version: PolicyVersion
    whale_curve: Annotated[WhaleCurve, means("cumulative value by rank, then")]
    partitions: Annotated[list[Source], means("which histograms they were made of")]
