"""The inbound events: their shape, and the quick way from bytes to a decoded event.

`decode` takes the fast path of a typed decoder; what that refuses goes to
`schemas.inputs.first_fault`, which judges field by field in the contract's order and finds the
words for it. Amounts stay text here: how many digits they may have depends on the currency beside
them (`schemas.base.money`).
"""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final

import msgspec

from schemas.base.vocabulary import (
    ActionType,
    ContactChannel,
    ContactDirection,
    ContactKind,
    CustomerSegment,
    OverrideMode,
    PaymentStatus,
    PurchaseType,
    StepName,
    StepOutcome,
    StepToSet,
    Tier,
)
from schemas.inputs.fine_times import FineTimes, may_be_fine
from schemas.inputs.nesting import is_deeper
from schemas.inputs.rejects import Reason, Rejection

MAX_DEPTH: Final = 64
MAX_ID_CHARS: Final = 128
MAX_REASON_CHARS: Final = 1_000
MAX_ROLE_CHARS: Final = 64
"""As of a role in the policy's cadences."""
MAX_KEPT_CHARS: Final = 1_000
"""Of a text that a customer's row keeps whole: one event must not outgrow the changelog."""
MAX_ITEMS: Final = 100_000
MAX_DURATION_S: Final = 604_800

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Items = Annotated[int, msgspec.Meta(ge=0, le=MAX_ITEMS)]
Duration = Annotated[int, msgspec.Meta(ge=0, le=MAX_DURATION_S)]
Satisfaction = Annotated[int, msgspec.Meta(ge=1, le=5)]
ReasonText = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REASON_CHARS)]
Role = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ROLE_CHARS)]
KeptText = Annotated[str, msgspec.Meta(max_length=MAX_KEPT_CHARS)]


class Kind(IntEnum):
    """The inputs, in the order that breaks ties of event time."""

    CUSTOMERS = 0
    PURCHASES = 1
    SUPPORT_CALLS = 2
    PAYMENTS = 3
    ACTIONS = 4


TOPIC_OF_KIND: Final[dict[Kind, str]] = {
    Kind.CUSTOMERS: "customers",
    Kind.PURCHASES: "purchases",
    Kind.SUPPORT_CALLS: "support-calls",
    Kind.PAYMENTS: "payments",
    Kind.ACTIONS: "actions",
}
KIND_OF_TOPIC: Final = {topic: kind for kind, topic in TOPIC_OF_KIND.items()}


class Purchase(msgspec.Struct, frozen=True, gc=False):
    """A sale, goods or money that went back, goods sent again, or an order's end (`purchases`)."""

    event_id: Id
    customer_id: Id
    occurred_at: Moment
    order_id: str
    amount: str | None = None
    currency: str | None = None
    type: PurchaseType | None = None
    cost: str | None = None
    list_amount: str | None = None
    items: Items | None = None
    invoice_id: str | None = None
    due_at: Moment | None = None
    fee: str | None = None
    seller_fault: bool | None = None
    category: str | None = None
    channel: str | None = None
    location: str | None = None
    gross_amount: str | None = None
    ordered_at: Moment | None = None


class SupportCall(msgspec.Struct, frozen=True, gc=False):
    """One contact of a customer with the service, or what became of it (`support-calls`)."""

    event_id: Id
    customer_id: Id
    occurred_at: Moment
    issue: str
    channel: ContactChannel
    duration_s: Duration
    seller_fault: bool | None = None
    complaint: bool | None = None
    resolved: bool | None = None
    satisfaction: Satisfaction | None = None
    direction: ContactDirection | None = None
    kind: ContactKind | None = None
    ticket_id: Id | None = None


class Payment(msgspec.Struct, frozen=True, gc=False):
    """An invoice paid, an attempt that failed, or a payment taken back (`payments`)."""

    event_id: Id
    customer_id: Id
    occurred_at: Moment
    invoice_id: str
    amount: str
    currency: str
    due_at: Moment
    status: PaymentStatus | None = None
    payment_id: str | None = None


class Action(msgspec.Struct, frozen=True, gc=False):
    """What the company did for or with a customer (`actions`)."""

    event_id: Id
    customer_id: Id
    occurred_at: Moment
    type: ActionType
    channel: ContactChannel | None = None
    by: Role | None = None
    duration_s: Duration | None = None
    step: StepName | None = None
    outcome: StepOutcome | None = None
    reason: ReasonText | None = None


class Wallet(msgspec.Struct, frozen=True, gc=False):
    """A customer's yearly spend with all suppliers."""

    amount: str
    currency: str


class Commitment(msgspec.Struct, frozen=True, gc=False):
    """A volume promised for a term, for a discount."""

    amount: str
    currency: str
    discount_rate: str
    starts_on: str
    ends_on: str


class Override(msgspec.Struct, frozen=True, gc=False):
    """A human's word on a customer's tier."""

    tier: Tier
    mode: OverrideMode
    reason: ReasonText
    expires_at: Moment | None = None


class LadderAnswer(msgspec.Struct, frozen=True, gc=False):
    """A human's word on a customer's step on the ladder."""

    reason: ReasonText
    set_step: StepToSet | None = None
    hold_until: Moment | None = None


class CustomerRecord(msgspec.Struct, frozen=True, gc=False):
    """Master data of a customer, whole (`customers`)."""

    event_id: Id
    customer_id: Id
    occurred_at: Moment
    segment: CustomerSegment | None = None
    region: KeptText | None = None
    industry: KeptText | None = None
    joined_at: Moment | None = None
    wallet: Wallet | None = None
    commitment: Commitment | None = None
    override: Override | None = None
    ladder: LadderAnswer | None = None


Wire = Purchase | SupportCall | Payment | CustomerRecord | Action

WIRE_OF_KIND: Final[dict[Kind, type[Wire]]] = {
    Kind.CUSTOMERS: CustomerRecord,
    Kind.PURCHASES: Purchase,
    Kind.SUPPORT_CALLS: SupportCall,
    Kind.PAYMENTS: Payment,
    Kind.ACTIONS: Action,
}
_DECODERS: Final = {kind: msgspec.json.Decoder(wire) for kind, wire in WIRE_OF_KIND.items()}
_TIMES: Final = {kind: FineTimes(wire) for kind, wire in WIRE_OF_KIND.items()}


def decode(kind: Kind, value: bytes | None) -> Wire | None:
    """The event of a record's value, or None where `first_fault` has to look at it.

    Amounts are not parsed yet; everything else about the fields holds.
    """
    if value is None:
        return None
    if not value.isascii() and not _is_utf8(value):
        return None
    # nearly every event is one flat object: its only brace is the first
    if (value.rfind(b"{") or b"[" in value) and is_deeper(value, MAX_DEPTH):
        return None
    try:
        wire = _DECODERS[kind].decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    if isinstance(wire, Purchase) and not _is_whole(wire):
        return None
    return _TIMES[kind].cut_off(wire, value) if may_be_fine(value) else wire


def _is_whole(wire: Purchase) -> bool:
    """Whether it says what was paid: only a cancel may leave that out."""
    return wire.type == "cancel" or not (wire.amount is None or wire.currency is None)


def no_json(value: bytes | None) -> Rejection | None:
    """Why a value can't be JSON, by its bytes alone; None where it may be."""
    if value is None:
        return Rejection(Reason.MALFORMED, "value: expected a JSON object, found no value")
    if not _is_utf8(value):
        return Rejection(Reason.MALFORMED, "value: expected UTF-8, found other bytes")
    if is_deeper(value, MAX_DEPTH):
        return Rejection(
            Reason.MALFORMED, f"value: expected at most {MAX_DEPTH} levels of nesting, found more"
        )
    return None


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
