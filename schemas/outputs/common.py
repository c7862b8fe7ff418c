"""Fields that several outputs have, each with its meaning."""

from typing import Annotated

from schemas.base.meanings import means
from schemas.base.vocabulary import Stage, Tier
from schemas.outputs.kinds import Counting, Id, Moment, Treatment, Whole
from schemas.outputs.parts import Override, Trigger, Value

CustomerId = Annotated[Id, means("whom this is about; also the record's key")]
EventId = Annotated[
    str, means("the same whenever the same output is made again: drop what came twice")
]
Sequence = Annotated[
    Counting,
    means("counts one customer's records on tier-changes and at-risk together: no gap, no repeat"),
]
EffectiveAt = Annotated[Moment, means("event time at which it holds")]
EvaluatedAt = Annotated[
    Moment, means("the clock when it was judged: all that may differ between two runs")
]
PolicyVersion = Annotated[str, means("the `version` of the policy that judged")]
Cause = Annotated[Trigger, means("what made Whalecurve judge")]
Figures = Annotated[Value, means("the figures of the customer's window")]
TierByValue = Annotated[Tier, means("the tier that would be in force without an override")]
OverrideInForce = Annotated[Override | None, means("the override in force; null: none is")]
CutoffsVersion = Annotated[
    Whole | None,
    means(
        "the version of the cut-offs on tier-cutoffs by which the tier was judged; null: by entries"
    ),
]
StageInForce = Annotated[
    Stage | None,
    means("the stage of the customer's life from now on; null: the policy has no `[stage]`"),
]
Granted = Annotated[
    Treatment,
    means("what the policy grants the tier in force, with its open signals and its segments"),
]
SegmentsHeld = Annotated[
    list[str], means("the names of the `[segments.…]` sections whose rule holds, by name")
]
