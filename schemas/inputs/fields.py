"""Every field of every inbound event once, in the contract's order, with what it may hold.

The slow judge walks this table; the JSON Schemas and the documentation are made from it; a test
holds it equal to the structs of `schemas.inputs.events`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple

from schemas.base.money import parse_ratio
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
from schemas.inputs import events
from schemas.inputs.events import Kind


class Field(NamedTuple):
    """One field: its name, the type that msgspec checks, and the words for both."""

    name: str
    type: Any
    expected: str
    meaning: str
    required: bool = False
    money: bool = False
    default: Any = None
    is_valid: Callable[[str], bool] | None = None
    """What a text has to be besides, where the type can't say it."""
    pattern: str | None = None
    """The same as a regular expression, as far as one can say it."""
    inner: tuple["Field", ...] = ()
    """Of an object: its fields."""
    only: str | None = None
    """With which `type` alone it may stand; None: with any."""
    needed: bool = False
    """Whether an event of that type has to have it."""


def is_date(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_share(text: str) -> bool:
    """Whether a text is a decimal of at most 15 digits from 0 to 1."""
    ratio = parse_ratio(text)
    return ratio is not None and ratio[0] <= ratio[1]


_TEXT: Final = "a text"
_KEPT_TEXT: Final = "a text of at most 1000 characters"
_MONEY: Final = (
    "a decimal text of at most 15 digits, no more behind the point than the currency has"
)
_MOMENT: Final = "an RFC 3339 time with an offset"
_BOOL: Final = "true or false"

_COMMON: Final = (
    Field("event_id", events.Id, "a text of 1 to 128 characters", "unique in its topic", True),
    Field("customer_id", events.Id, "a text of 1 to 128 characters", "also the record's key", True),
    Field("occurred_at", events.Moment, _MOMENT, "event time", True),
)


def _day(name: str, meaning: str) -> Field:
    pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    return Field(
        name, str, "a date as YYYY-MM-DD", meaning, True, is_valid=is_date, pattern=pattern
    )


_AMOUNT: Final = Field("amount", str, _MONEY, "how much", True, money=True)
_CURRENCY: Final = Field("currency", str, "an ISO 4217 code", "of the amount", True)

FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    Kind.CUSTOMERS: (
        *_COMMON,
        Field(
            "segment",
            CustomerSegment,
            "'business' or 'individual'",
            "what kind of customer",
        ),
        Field("region", events.KeptText, _KEPT_TEXT, "where it is at home"),
        Field("industry", events.KeptText, _KEPT_TEXT, "what it does"),
        Field("joined_at", events.Moment, _MOMENT, "since when it is a customer"),
        Field(
            "wallet",
            events.Wallet,
            "an object",
            "what it spends a year with all suppliers",
            inner=(_AMOUNT, _CURRENCY),
        ),
        Field(
            "commitment",
            events.Commitment,
            "an object",
            "a volume promised for a term, for a discount",
            inner=(
                _AMOUNT,
                _CURRENCY,
                Field(
                    "discount_rate",
                    str,
                    "a decimal text of at most 15 digits from 0 to 1",
                    "the discount granted for it",
                    True,
                    is_valid=is_share,
                    pattern=r"^(?=([0-9]\.?){1,15}$)(0+(\.[0-9]+)?|0*1(\.0+)?)$",
                ),
                _day("starts_on", "the first UTC day of the term"),
                _day("ends_on", "its last one, not before the first"),
            ),
        ),
        Field(
            "override",
            events.Override,
            "an object",
            "a human's word on the tier",
            inner=(
                Field(
                    "tier",
                    Tier,
                    "'key', 'important', 'ordinary' or 'maintenance'",
                    "which tier",
                    True,
                ),
                Field("mode", OverrideMode, "'floor' or 'lock'", "at least, or just", True),
                Field("reason", events.ReasonText, "a text of 1 to 1000 characters", "why", True),
                Field("expires_at", events.Moment, _MOMENT, "until when; absent: until taken back"),
            ),
        ),
        Field(
            "ladder",
            events.LadderAnswer,
            "an object",
            "a human's word on the step of the ladder",
            inner=(
                Field(
                    "set_step",
                    StepToSet,
                    "'none', 'reassess', 'educate', 'renegotiate', 'migrate' or 'terminate'",
                    "the step to stand on from now on",
                ),
                Field("hold_until", events.Moment, _MOMENT, "until then the step stays"),
                Field("reason", events.ReasonText, "a text of 1 to 1000 characters", "why", True),
            ),
        ),
    ),
    Kind.PURCHASES: (
        *_COMMON,
        Field("order_id", str, _TEXT, "the order this belongs to", True),
        Field(
            "amount",
            str,
            _MONEY,
            "paid, net of discount and tax; on a replacement: 0",
            True,
            money=True,
        ),
        Field("currency", str, "an ISO 4217 code", "of all amounts of this event", True),
        Field(
            "type",
            PurchaseType,
            "'sale', 'return', 'refund', 'replacement' or 'cancel'",
            "which way goods and money went; a refund is money alone, a replacement goods alone; "
            "a cancel takes the order back as if it had never been",
            default="sale",
        ),
        Field(
            "cost",
            str,
            _MONEY,
            "cost of goods; on a return: of the goods got back; not on a refund",
            money=True,
        ),
        Field("list_amount", str, _MONEY, "the amount before discount", money=True),
        Field(
            "items",
            events.Items,
            "an integer from 1 to 100000",
            "number of pieces; on a refund it may be 0",
            default=1,
        ),
        Field("invoice_id", str, _TEXT, "the invoice of a sale on credit"),
        Field("due_at", events.Moment, _MOMENT, "when a sale on credit is due"),
        Field("fee", str, _MONEY, "restocking fee kept; returns only", money=True),
        Field(
            "seller_fault",
            bool,
            _BOOL,
            "for a fault of ours; returns, refunds and replacements only",
            default=False,
        ),
        Field("category", str, _TEXT, "what kind of goods"),
        Field("channel", str, _TEXT, "how it was bought"),
        Field("location", str, _TEXT, "where it was bought"),
        Field(
            "gross_amount",
            str,
            _MONEY,
            "what its invoice asks for, where that is not the amount: with tax",
            money=True,
        ),
        Field("ordered_at", events.Moment, _MOMENT, "when the order was placed; cancels only"),
    ),
    Kind.SUPPORT_CALLS: (
        *_COMMON,
        Field("issue", str, _TEXT, "what it was about", True),
        Field(
            "channel",
            ContactChannel,
            "'phone', 'chat', 'email', 'store', 'self_service', 'sms', 'whatsapp', 'social' or "
            "'video'",
            "how the customer came",
            True,
        ),
        Field(
            "duration_s",
            events.Duration,
            "an integer from 0 to 604800",
            "handling time in seconds",
            True,
        ),
        Field("seller_fault", bool, _BOOL, "the contact was our fault", default=False),
        Field("complaint", bool, _BOOL, "the customer complained", default=False),
        Field("resolved", bool, _BOOL, "the issue was settled; absent: unknown"),
        Field(
            "satisfaction", events.Satisfaction, "an integer from 1 to 5", "as the customer said"
        ),
        Field(
            "direction",
            ContactDirection,
            "'inbound' or 'outbound'",
            "who got in touch; outbound: we did",
            default="inbound",
        ),
        Field(
            "kind",
            ContactKind,
            "'contact', 'resolution' or 'survey'",
            "closing an issue and answering a survey are no contacts",
            default="contact",
        ),
        Field(
            "ticket_id",
            events.Id,
            "a text of 1 to 128 characters",
            "contacts of one ticket are one contact",
        ),
    ),
    Kind.PAYMENTS: (
        *_COMMON,
        Field("invoice_id", str, _TEXT, "what was paid", True),
        _AMOUNT,
        _CURRENCY,
        Field("due_at", events.Moment, _MOMENT, "when it was due", True),
        Field(
            "status",
            PaymentStatus,
            "'paid', 'failed' or 'reversed'",
            "a failed payment is no payment; reversed: one was taken back, by a bank or a card",
            default="paid",
        ),
        Field(
            "payment_id",
            str,
            _TEXT,
            "the payment, where several events may tell of it; it counts once for an invoice",
        ),
    ),
    Kind.ACTIONS: (
        *_COMMON,
        Field("type", ActionType, "'contact' or 'step'", "what was done", True),
        Field(
            "channel",
            ContactChannel,
            "'phone', 'chat', 'email', 'store' or 'self_service'",
            "how we got in touch; contacts only",
            only="contact",
            needed=True,
        ),
        Field(
            "by",
            events.Role,
            "a text of 1 to 64 characters",
            "the role that got in touch, as the policy's cadences name it; contacts only",
            only="contact",
        ),
        Field(
            "duration_s",
            events.Duration,
            "an integer from 0 to 604800",
            "handling time in seconds; contacts only",
            default=0,
            only="contact",
        ),
        Field(
            "step",
            StepName,
            "'reassess', 'educate', 'renegotiate', 'migrate' or 'terminate'",
            "which step of the ladder was taken with the customer; steps only",
            only="step",
            needed=True,
        ),
        Field(
            "outcome",
            StepOutcome,
            "'done', 'refused' or 'approved'",
            "what became of it: approved, `terminate` comes after its notice; steps only",
            only="step",
            needed=True,
        ),
        Field("reason", events.ReasonText, "a text of 1 to 1000 characters", "why, in own words"),
    ),
}

TYPES_WITH: Final[dict[str, tuple[PurchaseType, ...]]] = {
    "cost": ("sale", "return", "replacement", "cancel"),
    "fee": ("return",),
    "seller_fault": ("return", "refund", "replacement"),
    "ordered_at": ("cancel",),
}
"""Fields of a purchase that only some types may carry, zero or false not excepted."""
NOT_OF_CANCELS: Final = ("amount", "currency")
"""Required fields of a purchase that a cancel may leave out: it is whole by its order's id."""
