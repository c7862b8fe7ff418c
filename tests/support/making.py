"""Events, records and a policy made by hand: small, whole, and changed one field at a time."""

from typing import Any

import orjson

from agents.booking import Booking
from agents.intake import Intake, Placement
from agents.policy import Policy, compile_policy
from schemas.events import Kind
from schemas.partitioners import murmur2_partition
from schemas.policy_file import read_policy
from schemas.rejects import Rejection

ABSENT = object()
"""A field set to this is left out."""
LATER_MS = 1_800_000_000_000
"""A record timestamp after every event here: 2027-01-15T08:00:00Z."""

POLICY_TEXT = """\
version = "test-1"
base_currency = "USD"
dedupe_days = 5
dedupe_ids_max = 100

[rates.EUR]
"2026-01-01" = "1.10"
"2026-02-01" = "1.25"

[rates.JPY]
"2026-01-01" = "0.0065"

[rates.KWD]
"2026-01-01" = "3.25"

[value]
window_days = 10
default_margin_rate = "0.30"

[service.contact.phone]
fixed = "1.50"
per_minute = "0.60"

[service.contact.chat]
fixed = "0.80"

[service.returns]
per_order = "8.00"
per_item = "1.00"

[service.late_payment]
late_fee = "5.00"
annual_rate = "0.12"

[tiers.entry]
key = "2000.00"
important = "500.00"
ordinary = "0.00"

[treatment.key]
support_priority = 1

[risk.support_spike]
contacts = 4
clear_at = 1
window_days = 3

[risk.unprofitable]
below = "0.00"
clear_at = "10.00"
min_tenure_days = 4

[risk.late_payer]
late = 2
of = 3
days = 10
clear_on_time = 2
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The policy's text with each of the first replaced by the second."""
    text = POLICY_TEXT
    for old, new in replacements:
        assert text.count(old) == 1, f"expected {old!r} once, found it {text.count(old)} times"
        text = text.replace(old, new)
    return text


def policy(*replacements: tuple[str, str]) -> Policy:
    """The compiled policy with the replacements made."""
    return compile_policy(read_policy(changed(*replacements), "test.toml"))


POLICY = policy()


def _made(event: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: held for name, held in (event | fields).items() if held is not ABSENT}


def purchase(**fields: Any) -> dict[str, Any]:
    """A sale of 100.00 USD whose goods cost 60.00, at noon of 2026-03-01."""
    return _made(
        {
            "event_id": "purchase-1",
            "customer_id": "ada",
            "occurred_at": "2026-03-01T12:00:00Z",
            "order_id": "order-1",
            "amount": "100.00",
            "currency": "USD",
            "cost": "60.00",
        },
        fields,
    )


def support_call(**fields: Any) -> dict[str, Any]:
    """A phone call of two minutes at noon of 2026-03-01: it costs 2.70 USD."""
    return _made(
        {
            "event_id": "call-1",
            "customer_id": "ada",
            "occurred_at": "2026-03-01T12:00:00Z",
            "issue": "delivery",
            "channel": "phone",
            "duration_s": 120,
        },
        fields,
    )


def payment(**fields: Any) -> dict[str, Any]:
    """100.00 USD paid on its due date, at noon of 2026-03-01."""
    return _made(
        {
            "event_id": "payment-1",
            "customer_id": "ada",
            "occurred_at": "2026-03-01T12:00:00Z",
            "invoice_id": "invoice-1",
            "amount": "100.00",
            "currency": "USD",
            "due_at": "2026-03-01T12:00:00Z",
        },
        fields,
    )


MINIMAL = {
    Kind.PURCHASES: purchase(cost=ABSENT),
    Kind.SUPPORT_CALLS: support_call(),
    Kind.PAYMENTS: payment(),
}
FULL = {
    Kind.PURCHASES: purchase(
        type="return",
        list_amount="120.00",
        items=3,
        invoice_id="invoice-1",
        due_at="2026-04-01T00:00:00+02:00",
        fee="4.00",
        seller_fault=True,
        category="books",
        channel="web",
        location="Graz",
    ),
    Kind.SUPPORT_CALLS: support_call(
        seller_fault=True, complaint=True, resolved=False, satisfaction=2
    ),
    Kind.PAYMENTS: payment(status="failed"),
}


def raw(event: dict[str, Any]) -> bytes:
    """The event as a record's value."""
    return orjson.dumps(event)


def intake(
    its_policy: Policy = POLICY,
    *,
    partition: int = 0,
    partitions: int = 1,
    max_event_bytes: int = 65_536,
) -> Intake:
    """An intake that knows no customer yet."""
    placement = Placement(partition, partitions, murmur2_partition)
    return Intake(its_policy, placement, max_event_bytes, frozenset())


def admit(kind: Kind, event: dict[str, Any], its_policy: Policy = POLICY) -> Booking | Rejection:
    """What intake makes of an event under its own key."""
    key = event["customer_id"].encode()
    return intake(its_policy).admit(kind, key, raw(event), LATER_MS)


def booked(kind: Kind, event: dict[str, Any], its_policy: Policy = POLICY) -> Booking:
    """The booking of a valid event."""
    found = admit(kind, event, its_policy)
    assert isinstance(found, Booking), found
    return found
