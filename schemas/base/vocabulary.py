"""Every closed list of words that crosses Kafka, once: as a type, and as a tuple where one is used.

A word's place in its tuple is its number wherever it has one. Why events are rejected stands with
its words in `schemas.inputs.rejects`.
"""

from typing import Final, Literal, get_args

Tier = Literal["maintenance", "ordinary", "important", "key"]
"""How a customer is treated, worst first: a tier's place in this list is its rank."""
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
HIGH_RANK: Final = TIERS.index("important")
"""`important` or above is a high tier."""
OverrideMode = Literal["floor", "lock"]
"""At least that tier, or just that one."""

Direction = Literal[
    "assigned",
    "upgrade",
    "downgrade",
    "notice",
    "notice_withdrawn",
    "treatment",
    "stage",
    "segment",
]
"""What happens to a tier; the last three: nothing, but treatment, stage or segments are others."""
DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)

Stage = Literal["prospect", "new", "active", "slipping", "lost", "returned", "closed"]
"""Of a customer's life; a stage's place in this list is its number."""
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

Severity = Literal["watch", "high"]
"""Of a signal."""
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
SignalStatus = Literal["raised", "escalated", "cleared", "step_changed", "step_reminded"]
"""What happens to a signal; the last two to the ladder alone."""
SIGNAL_STATUSES: Final[tuple[SignalStatus, ...]] = get_args(SignalStatus)
Action = Literal["call", "win_back", "fix_issue", "escalate"]
"""What to do for one who leaves."""

StepName = Literal["reassess", "educate", "renegotiate", "migrate", "terminate"]
"""Of the ladder, the mildest first; a step's number is its place here, from 1."""
STEPS: Final[tuple[StepName, ...]] = get_args(StepName)
StepToSet = Literal["none", StepName]
"""What a human may say of it."""
STEPS_TO_SET: Final[tuple[StepToSet, ...]] = get_args(StepToSet)

ActionType = Literal["contact", "step"]
"""What the company did for or with a customer."""
StepOutcome = Literal["done", "refused", "approved"]
"""What became of a step of the ladder; refused: the customer would not have it; approved: whoever
decides on it lets it be done."""

ContactReason = Literal[
    "interval",
    "complaint",
    "notice",
    "notice_withdrawn",
    "seller_fault",
    "termination_notice",
    "termination_withdrawn",
]
"""Why somebody should get in touch."""
CONTACT_REASONS: Final[tuple[ContactReason, ...]] = get_args(ContactReason)
TriggerKind = Literal["event", "timer", "policy", "override"]
"""What began an evaluation."""

ContactChannel = Literal[
    "phone", "chat", "email", "store", "self_service", "sms", "whatsapp", "social", "video"
]
"""How a customer comes to the service; a channel's place is its number in stored rows."""
CONTACT_CHANNELS: Final[tuple[ContactChannel, ...]] = get_args(ContactChannel)
ContactDirection = Literal["inbound", "outbound"]
"""Who got in touch: the customer, or the company."""
ContactKind = Literal["contact", "resolution", "survey"]
"""What a record of `support-calls` tells: a contact, that an issue is closed, or an answer."""
Touch = Literal[ContactChannel, "purchase"]
"""How customer and company meet: a contact by its channel, or a sale or return."""
TOUCHES: Final[tuple[Touch, ...]] = get_args(Touch)
CustomerSegment = Literal["business", "individual"]
"""What kind of customer."""
SegmentName = Literal[
    "best", "fake_big", "over_served", "potential", "worst", "latent", "prompt_payer"
]
"""What is remarkable beside the tier; a name's place is its bit in stored rows: only add."""
SEGMENTS: Final[tuple[SegmentName, ...]] = get_args(SegmentName)
PurchaseType = Literal["sale", "return", "refund", "replacement", "cancel"]
"""What happens to an order; a refund is money back alone, a replacement goods sent for nothing."""
PaymentStatus = Literal["paid", "failed", "reversed"]
