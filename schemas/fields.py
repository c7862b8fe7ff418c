"""Every field of every inbound event once, in the contract's order, with what it may hold.

The slow judge walks this table; the JSON Schemas and the documentation are made from it; a test
holds it equal to the structs of `schemas.events`.
"""

from typing import Any, Final, Literal, NamedTuple

from schemas import events
from schemas.events import Kind


class Field(NamedTuple):
    """One field: its name, the type that msgspec checks, and the words for both."""

    name: str
    type: Any
    expected: str
    meaning: str
    required: bool = False
    money: bool = False
    default: Any = None


_TEXT: Final = "a text"
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

FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    Kind.PURCHASES: (
        *_COMMON,
        Field("order_id", str, _TEXT, "the order this belongs to", True),
        Field("amount", str, _MONEY, "paid, net of discount and tax", True, money=True),
        Field("currency", str, "an ISO 4217 code", "of all amounts of this event", True),
        Field(
            "type",
            Literal["sale", "return"],
            "'sale' or 'return'",
            "which way the goods went",
            default="sale",
        ),
        Field("cost", str, _MONEY, "cost of goods; on a return: of the goods got back", money=True),
        Field("list_amount", str, _MONEY, "the amount before discount", money=True),
        Field("items", events.Items, "an integer from 1 to 100000", "number of pieces", default=1),
        Field("invoice_id", str, _TEXT, "the invoice of a sale on credit"),
        Field("due_at", events.Moment, _MOMENT, "when a sale on credit is due"),
        Field("fee", str, _MONEY, "restocking fee kept; returns only", money=True),
        Field(
            "seller_fault",
            bool,
            _BOOL,
            "returned for a fault of ours; returns only",
            default=False,
        ),
        Field("category", str, _TEXT, "what kind of goods"),
        Field("channel", str, _TEXT, "how it was bought"),
        Field("location", str, _TEXT, "where it was bought"),
    ),
    Kind.SUPPORT_CALLS: (
        *_COMMON,
        Field("issue", str, _TEXT, "what it was about", True),
        Field(
            "channel",
            events.ContactChannel,
            "'phone', 'chat', 'email', 'store' or 'self_service'",
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
    ),
    Kind.PAYMENTS: (
        *_COMMON,
        Field("invoice_id", str, _TEXT, "what was paid", True),
        Field("amount", str, _MONEY, "how much", True, money=True),
        Field("currency", str, "an ISO 4217 code", "of the amount", True),
        Field("due_at", events.Moment, _MOMENT, "when it was due", True),
        Field(
            "status",
            Literal["paid", "failed"],
            "'paid' or 'failed'",
            "a failed payment is no payment",
            default="paid",
        ),
    ),
}

RETURNS_ONLY: Final = ("fee", "seller_fault")
"""Fields of a purchase that only a return may carry."""
