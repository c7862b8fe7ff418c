"""`value-histograms`: how many customers of a partition are worth how much."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.outputs.common import PolicyVersion
from schemas.outputs.kinds import Amount, Buckets, Counting, Whole


class ValueHistogram(msgspec.Struct, frozen=True, gc=False):
    """A record on `value-histograms`."""

    partition: Annotated[Whole, means("whose customers are counted")]
    commit_number: Annotated[Counting, means("as of which of its commits")]
    cutoffs_version: Annotated[Whole, means("the version that it adopted; 0: none yet")]
    caught_up: Annotated[bool, means("whether nothing was left to take then")]
    policy_hash: Annotated[str, means("of the policy that judged")]
    policy_version: PolicyVersion
    customers: Annotated[Whole, means("how many are counted")]
    total: Annotated[Amount, means("what they are worth together")]
    buckets: Annotated[
        Buckets,
        means(
            "by ascending bucket (`agents/models/histogram.py`); the exact sum in minor units, "
            "as text"
        ),
    ]
