"""Events, records and a policy made by hand: small, whole, and changed one field at a time."""

from collections import Counter
from typing import Any, Final

import orjson

from agents.events.admit import Admission, Placement
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.policy_file.compiling import compile_policy
from agents.policy_file.reading import read_policy
from schemas.base.partitioners import murmur2_partition
from schemas.base.value_lines import (
    CHEAPER_CHANNEL,
    COMPLAINT_COSTS,
    COMPLAINTS,
    CONTACT_LINES,
    COUNTS,
    DISCOUNTS,
    FEES,
    GOODS,
    LATE_PAYMENT,
    LINE_BITS,
    LINE_MASK,
    ORDERS,
    REMINDERS,
    RETURNED,
    RETURNS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SERVICE,
    SIGNS,
    WITHOUT_COST,
)
from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection

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


def policy(*replacements: tuple[str, str], more: str = "") -> Policy:
    """The compiled policy with the replacements made, and more sections after the others."""
    return compile_policy(read_policy(changed(*replacements) + more, "test.toml"))


POLICY = policy()

DECAYED = ("window_days = 10\n", 'window_days = 10\nmeasure = "decayed"\nhalf_life_days = 7\n')
"""A replacement: tiers by the contribution that fades, by half in a week."""
INVOICES = """
[invoices]
open_max = 3
unmatched_max = 3
[[service.reminder]]
after_days = 2
cost = "1.00"
[[service.reminder]]
after_days = 5
cost = "2.50"
"""
DISCOUNT = """
[discount]
after_share = "0.25"
[[discount.schedule]]
from = "1000.00"
rate = "0.02"
[[discount.schedule]]
from = "5000.00"
rate = "0.05"
"""
SEGMENTS = """
[segments.best]
contribution_from = "1000.00"
[segments.fake_big]
revenue_from = "1000.00"
contribution_below = "100.00"
[segments.latent]
wallet_share_below = "0.25"
[segments.over_served]
service_share = "0.50"
[segments.potential]
growth = "1.5"
rise = "20.00"
[segments.prompt_payer]
payments = 3
[segments.worst]
contribution_below = "-50.00"
"""
CONTACTS_DUE = """
[contacts_due]
"""
WHOLE = policy(DECAYED, more=INVOICES + DISCOUNT + SEGMENTS + CONTACTS_DUE)
"""With every section."""


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


def master_data(**fields: Any) -> dict[str, Any]:
    """A record of master data that says nothing, of noon of 2026-03-01."""
    return _made(
        {
            "event_id": "record-1",
            "customer_id": "ada",
            "occurred_at": "2026-03-01T12:00:00Z",
        },
        fields,
    )


def action(**fields: Any) -> dict[str, Any]:
    """A call that the company made, at noon of 2026-03-01."""
    plain = {"event_id": "action-1", "customer_id": "ada", "occurred_at": "2026-03-01T12:00:00Z"}
    return _made({**plain, "type": "contact", "channel": "phone"}, fields)


def step_taken(step: str, **fields: Any) -> dict[str, Any]:
    """A step of the ladder that was done."""
    return action(type="step", channel=ABSENT, step=step, **{"outcome": "done"} | fields)


MAKE = {
    Kind.CUSTOMERS: master_data,
    Kind.PURCHASES: purchase,
    Kind.SUPPORT_CALLS: support_call,
    Kind.PAYMENTS: payment,
    Kind.ACTIONS: action,
}
"""What makes an event of each input."""
WALLET = {"amount": "5000.00", "currency": "USD"}
COMMITMENT = {
    "amount": "12000.00",
    "currency": "EUR",
    "discount_rate": "0.10",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
OVERRIDE = {
    "tier": "important",
    "mode": "floor",
    "reason": "founding customer",
    "expires_at": "2026-06-30T22:00:00Z",
}
LADDER = {
    "set_step": "educate",
    "hold_until": "2026-09-30T22:00:00Z",
    "reason": "pays after the harvest",
}

MINIMAL = {
    Kind.CUSTOMERS: master_data(),
    Kind.PURCHASES: purchase(cost=ABSENT),
    Kind.SUPPORT_CALLS: support_call(),
    Kind.PAYMENTS: payment(),
    Kind.ACTIONS: action(),
}
FULL = {
    Kind.CUSTOMERS: master_data(
        segment="business",
        region="Styria",
        industry="printing",
        joined_at="2019-05-01T00:00:00+02:00",
        wallet=WALLET,
        commitment=COMMITMENT,
        override=OVERRIDE,
        ladder=LADDER,
    ),
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
        gross_amount="119.00",
    ),
    Kind.SUPPORT_CALLS: support_call(
        seller_fault=True,
        complaint=True,
        resolved=False,
        satisfaction=2,
        direction="outbound",
        kind="survey",
        ticket_id="ticket-1",
    ),
    Kind.PAYMENTS: payment(status="failed", payment_id="bank-7"),
    Kind.ACTIONS: action(by="account_manager", duration_s=240, reason="the yearly talk"),
}


def raw(event: dict[str, Any]) -> bytes:
    """The event as a record's value."""
    return orjson.dumps(event)


def admission(
    its_policy: Policy = POLICY,
    *,
    partition: int = 0,
    partitions: int = 1,
    max_event_bytes: int = 65_536,
) -> Admission:
    """An intake that knows no customer yet."""
    placement = Placement(partition, partitions, murmur2_partition)
    return Admission(its_policy, placement, max_event_bytes, frozenset())


def admit(kind: Kind, event: dict[str, Any], its_policy: Policy = POLICY) -> Booking | Rejection:
    """What intake makes of an event under its own key."""
    key = event["customer_id"].encode()
    return admission(its_policy).admit(kind, key, raw(event), LATER_MS)


def booked(kind: Kind, event: dict[str, Any], its_policy: Policy = POLICY) -> Booking:
    """The booking of a valid event."""
    found = admit(kind, event, its_policy)
    assert isinstance(found, Booking), found
    return found


LINE_NAMES: Final = {
    REVENUE: "revenue",
    GOODS: "goods",
    FEES: "fees",
    **dict(zip(CONTACT_LINES, CONTACT_CHANNELS, strict=True)),
    RETURNS: "returns",
    LATE_PAYMENT: "late_payment",
    REMINDERS: "reminders",
    DISCOUNTS: "discounts",
    SELLER_FAULT: "seller_fault",
    SELLER_FAULT_REFUNDS: "refunds",
    CHEAPER_CHANNEL: "cheaper_channel",
    COMPLAINT_COSTS: "complaint_costs",
    WITHOUT_COST: "without_cost",
}


def amounts(booking: Booking) -> Counter[str]:
    """What a booking adds to its day, by the line's name, in minor units; the others are 0.

    What it counts for is no amount.
    """
    keys, found = list(booking.cells[::2]), list(booking.cells[1::2])
    assert all(found), "a line of which nothing came is left out"
    assert keys == sorted(set(keys)), "a line stands once, in order"
    assert {key >> LINE_BITS for key in keys} <= {booking.day}
    lines = [key & LINE_MASK for key in keys]
    pairs = list(zip(lines, found, strict=True))
    assert booking.brought == sum(SIGNS[line] * amount for line, amount in pairs)
    assert booking.excused == sum(amount for line, amount in pairs if line == SELLER_FAULT)
    refunds = [amount for line, amount in pairs if line == SELLER_FAULT_REFUNDS]
    assert booking.refunded == sum(refunds)
    return Counter({LINE_NAMES[line]: amount for line, amount in pairs if line not in COUNTS})


def counts(booking: Booking) -> tuple[int, int, int]:
    """(orders beyond what its revenue tells, returns, complaints) that a booking counts for."""
    keys = [key & LINE_MASK for key in booking.cells[::2]]
    found = dict(zip(keys, booking.cells[1::2], strict=True))
    return found.get(ORDERS, 0), found.get(RETURNED, 0), found.get(COMPLAINTS, 0)


def figures(booking: Booking) -> tuple[int, int, int, int]:
    """What a booking adds to revenue, goods cost, fees kept and service cost."""
    found = amounts(booking)
    service_cost = sum(found[LINE_NAMES[line]] for line in SERVICE)
    return found["revenue"], found["goods"], found["fees"], service_cost
