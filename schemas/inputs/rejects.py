"""Why an event is turned away: every reason once, in the order in which they are judged."""

from enum import StrEnum
from typing import Final

import msgspec

FOUND_MAX_CHARS: Final = 80
"""A rejection quotes at most this much of what was found."""


class Reason(StrEnum):
    """The `reason` header of a rejected event and the label of its metric."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    NO_TIMESTAMP = "no_timestamp"
    MISSING_FIELD = "missing_field"
    INVALID_FIELD = "invalid_field"
    NO_CUSTOMER = "no_customer"
    KEY_MISMATCH = "key_mismatch"
    WRONG_PARTITION = "wrong_partition"
    UNKNOWN_CURRENCY = "unknown_currency"
    FROM_FUTURE = "from_future"
    ID_CONFLICT = "id_conflict"
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"


REASON_TEXTS: Final[dict[Reason, str]] = {
    Reason.TOO_LARGE: "the value is above WHALECURVE_MAX_EVENT_BYTES",
    Reason.MALFORMED: "not JSON, not an object, too deep, not UTF-8, or no value",
    Reason.NO_TIMESTAMP: "the record has no timestamp, or one before 1970",
    Reason.MISSING_FIELD: "a required field is absent or null",
    Reason.INVALID_FIELD: (
        "a field has a wrong type, range, choice or number of digits, or a time before the "
        "policy's `earliest`"
    ),
    Reason.NO_CUSTOMER: (
        "the customer_id is blank or one of the policy's `ids.ignore`; judged in its place among "
        "the fields"
    ),
    Reason.KEY_MISMATCH: "the record's key is absent or not the customer_id",
    Reason.WRONG_PARTITION: "the key belongs to another partition: a customer would be split",
    Reason.UNKNOWN_CURRENCY: "no ISO 4217 currency, or the policy has no rate for it on that day",
    Reason.FROM_FUTURE: "occurred_at is more than 5 minutes after the record's timestamp",
    Reason.ID_CONFLICT: "the event_id was applied before with another content",
    Reason.TOO_LATE_TO_CANCEL: (
        "the order is not remembered any more, or the policy remembers none (`[orders]`)"
    ),
}


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """A typed no: the reason, and a sentence that names field, expectation and finding."""

    reason: Reason
    detail: str


def excerpt(value: object) -> str:
    """What was found, as text of bounded length."""
    if isinstance(value, str | bytes):
        value = value[:FOUND_MAX_CHARS]  # a repr of all of it would take long
    text = repr(value)
    return text if len(text) <= FOUND_MAX_CHARS else text[: FOUND_MAX_CHARS - 1] + "…"
