"""`at-risk`: what happened to a customer's signals and its step on the ladder."""

from typing import Annotated

import msgspec

from schemas.base.meanings import means
from schemas.base.vocabulary import Action, Severity, SignalStatus, StepName, Tier
from schemas.outputs.common import (
    Cause,
    CustomerId,
    EffectiveAt,
    EvaluatedAt,
    EventId,
    PolicyVersion,
    Sequence,
    StageInForce,
)
from schemas.outputs.kinds import Amount, Whole
from schemas.outputs.parts import CheaperChannel, Finding, Score, StepTaken


class AtRisk(msgspec.Struct, gc=False):
    """A record on `at-risk`."""

    event_id: EventId
    customer_id: CustomerId
    sequence: Sequence
    effective_at: EffectiveAt
    policy_version: PolicyVersion
    signal: Annotated[str, means("the name of its `[risk.…]` section in the policy; or `ladder`")]
    status: Annotated[
        SignalStatus,
        means(
            "what became of it; of the ladder alone: `step_changed`: `recommended_step` is new, "
            "`step_reminded`: nobody has answered to it"
        ),
    ]
    severity: Annotated[Severity, means("`watch` where no rule says otherwise")]
    evidence: Annotated[list[Finding], means("the rules that spoke")]
    tier: Annotated[Tier, means("the customer's tier at that time")]
    stage: StageInForce
    recommended_step: Annotated[
        StepName | None,
        means("the step of the ladder, for what costs; null where no rule says otherwise"),
    ]
    recommended_action: Annotated[
        Action | None,
        means("what to do for one who leaves, by `[risk.actions]`; null where it says nothing"),
    ]
    at_stake: Annotated[
        Amount | None,
        means(
            "of one who may leave: what the customer brought in the policy's window, in its base "
            "currency; null of other signals, and of one that is cleared"
        ),
    ]
    to_break_even: Annotated[
        Amount | None,
        means(
            "of what costs, and of the ladder: what is missing in the window until it costs "
            "no more than it brings, by a fee, a price or less service; null where nothing is, of "
            "other signals, and of one that is cleared"
        ),
    ]
    cheaper_channel: Annotated[
        CheaperChannel | None,
        means(
            "of what costs, of `support_spike` and of the ladder: what the customer's contacts in "
            "the window would have cost less by a cheaper channel; null where that is nothing, of "
            "other signals, and of one that is cleared"
        ),
    ]
    playbook: Annotated[str | None, means("the policy's text for that step")]
    requires_approval: Annotated[bool, means("true of `terminate` until a human has approved it")]
    notice_days: Annotated[Whole | None, means("of `terminate`, as the policy has it")]
    steps: Annotated[list[StepTaken], means("those taken since there was none, oldest first")]
    held_by: Annotated[
        Finding | None,
        means("what holds the customer back from the next step: the rule, and the step it allows"),
    ]
    score: Annotated[Score, means("how much is wrong, of all open signals")]
    trigger: Cause
    evaluated_at: EvaluatedAt
