"""The outbound events: their fields, their ids, and how they become bytes (orjson).

A builder takes decided facts and returns the wire form; it decides nothing. `evaluated_at` is the
only field that may differ between two runs over the same inputs.
"""

from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec
import orjson

from schemas.events import CONTACT_CHANNELS
from schemas.lines import (
    CONTACTS,
    DISCOUNTS,
    FEES,
    GOODS,
    LATE_PAYMENT,
    REMINDERS,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SERVICE,
    WITHOUT_COST,
)
from schemas.money import format_minor
from schemas.rejects import Rejection
from schemas.times import format_micros

TIER_CHANGES: Final = "tier-changes"
AT_RISK: Final = "at-risk"
CUSTOMER_VALUES: Final = "customer-values"
CONTACTS_DUE: Final = "contacts-due"
HISTOGRAMS: Final = "value-histograms"
CUTOFFS: Final = "tier-cutoffs"
ERASURES: Final = "erasures"
REJECTED_EVENTS: Final = "rejected-events"

Headers = tuple[tuple[str, bytes | None], ...]


class Tier(StrEnum):
    """How a customer is treated, worst first: a tier's place in this list is its rank."""

    MAINTENANCE = "maintenance"
    ORDINARY = "ordinary"
    IMPORTANT = "important"
    KEY = "key"


TIERS: Final = tuple(Tier)
TIER_NAMES: Final = tuple(tier.value for tier in Tier)


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One rule that spoke: what was observed against which threshold, money as decimal text."""

    rule: str
    observed: str | int
    threshold: str | int

    def wire(self) -> dict[str, str | int]:
        """The finding as it goes out."""
        return {"rule": self.rule, "observed": self.observed, "threshold": self.threshold}


class Origin(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The record that began a customer: its id makes the ids of all that is said of it."""

    topic: str
    partition: int
    offset: int


def output_id(customer_id: str, origin: Origin, sequence: int, topic: str) -> str:
    """The `event_id` of an output: the same each time the same output is made."""
    name = f"{topic}\n{sequence}\n{origin.topic}\n{origin.partition}\n{origin.offset}\n"
    return blake2b((name + customer_id).encode(), digest_size=16).hexdigest()


def subject_of(customer_id: str, secret: bytes) -> str:
    """What stands for an erased customer: a keyed hash (BLAKE2b, 128 bits) of its id."""
    return blake2b(customer_id.encode(), digest_size=16, key=secret).hexdigest()


def erasure_wire(subject: str, origin: Origin, at_us: int, *, held: bool) -> dict[str, Any]:
    """The receipt of an erasure; `origin` is the record that asked for it."""
    name = f"{ERASURES}\n{origin.topic}\n{origin.partition}\n{origin.offset}\n"
    return {
        "event_id": blake2b((name + subject).encode(), digest_size=16).hexdigest(),
        "subject": subject,
        "held": held,
        "erased_at": format_micros(at_us),
    }


def value_wire(
    totals: list[int], index: int, leakage: int, currency: str, digits: int, window_days: int
) -> dict[str, Any]:
    """The `value` object: section 4's figures and the lines that they are made of, as text.

    `totals` holds the sum of each line (`schemas.lines`), `index` what tiers are judged by,
    `leakage` the discount that was granted and not earned; all in minor units.
    """
    nothing = format_minor(0, digits)
    text = [format_minor(total, digits) if total else nothing for total in totals]
    margin = totals[REVENUE] - totals[GOODS] + totals[FEES]
    service_cost = sum([totals[line] for line in SERVICE])
    return {
        "currency": currency,
        "window_days": window_days,
        "revenue": text[REVENUE],
        "goods_cost": text[GOODS],
        "margin": format_minor(margin, digits),
        "service_cost": format_minor(service_cost, digits),
        "contribution": format_minor(margin - service_cost, digits),
        "index": format_minor(index, digits),
        "estimated": totals[WITHOUT_COST] != 0,
        "lines": {
            "revenue": text[REVENUE],
            "discounts_given": text[DISCOUNTS],
            "goods": text[GOODS],
            "restocking_fees": text[FEES],
            "contacts": dict(zip(CONTACT_CHANNELS, text[CONTACTS:RETURNS], strict=True)),
            "returns": text[RETURNS],
            "late_payment": text[LATE_PAYMENT],
            "reminders": text[REMINDERS],
            "discount_leakage": format_minor(leakage, digits) if leakage else nothing,
            "seller_fault": text[SELLER_FAULT],
            "revenue_without_cost": text[WITHOUT_COST],
        },
    }


def evaluated(wire: dict[str, Any], evaluated_at_us: int) -> bytes:
    """An output's bytes, stamped with the clock at which it was judged."""
    wire["evaluated_at"] = _clock_text(evaluated_at_us)
    return orjson.dumps(wire)


@lru_cache(maxsize=8)
def _clock_text(at_us: int) -> str:
    return format_micros(at_us)


def encode(wire: dict[str, Any]) -> bytes:
    """An output's bytes."""
    return orjson.dumps(wire)


def rejected_headers(
    original: Headers, rejection: Rejection, topic: str, partition: int, offset: int
) -> Headers:
    """The headers of a rejected event: its own, byte for byte, and then why and whence."""
    return (
        *original,
        ("reason", rejection.reason.value.encode()),
        ("detail", rejection.detail.encode(errors="replace")),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
    )
