"""Bookings: the keys under which ids are remembered, and which contents are the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from agents.events.booking import Booking, id_key
from schemas.inputs.events import Kind
from schemas.state.rows import ID_BYTES
from tests.support.making import ABSENT, FULL, MAKE, MINIMAL, booked
from tests.support.master import commitment, override, wallet
from tests.support.tables import table

C, P, S, Y = Kind.CUSTOMERS, Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS


def test_an_id_is_remembered_under_eight_bytes() -> None:
    assert len(id_key(P, "x" * 128)) == ID_BYTES == 8


def test_the_same_id_in_another_topic_is_another_id() -> None:
    ids = ["event-1", *(str(number) for number in range(2000))]
    keys = {id_key(kind, event_id) for kind in Kind for event_id in ids}
    assert len(keys) == len(Kind) * len(ids)


def test_the_key_of_an_id_never_changes() -> None:
    # stored rows hold it: after a change, every event that came before would be applied again
    assert id_key(P, "purchase-1").hex() == "c3db9ce709de36d4"


def book(kind: Kind, fields: dict[str, Any]) -> Booking:
    return booked(kind, MAKE[kind](**fields))


@table(
    "kind one other",
    (C, {}, {"segment": None, "wallet": None, "commitment": None, "override": None}),
    (C, {}, {"unknown": {"deep": [1]}}),
    (C, {}, {"occurred_at": "2026-03-01T13:00:00+01:00"}),
    (C, wallet(), wallet(amount="5000")),
    (C, wallet(), wallet(amount="05000.0", source="survey")),
    (C, commitment(), commitment(discount_rate="0.1")),
    (C, commitment(), commitment(discount_rate="00.100000000000")),
    (C, commitment(), commitment(amount="12000")),
    (C, override(), override(expires_at="2026-07-01T00:00:00+02:00")),
    (C, override(expires_at=None), override(expires_at=ABSENT)),
    (C, {"joined_at": "2019-05-01T00:00:00Z"}, {"joined_at": "2019-05-01T02:00:00.000+02:00"}),
    (P, {"amount": "5"}, {"amount": "5.00"}),
    (P, {"amount": "5.0"}, {"amount": "005.00"}),
    (P, {}, {"type": "sale"}),
    (P, {}, {"items": 1}),
    (P, {}, {"category": None, "fee": None}),
    (P, {"type": "return"}, {"type": "return", "seller_fault": False}),
    (P, {"type": "return"}, {"type": "return", "items": 1}),
    (P, {}, {"occurred_at": "2026-03-01T13:00:00+01:00"}),
    (P, {}, {"occurred_at": "2026-03-01T12:00:00.000Z"}),
    (P, {}, {"unknown": 1}),
    (S, {}, {"seller_fault": False}),
    (S, {}, {"direction": "inbound", "kind": "contact", "ticket_id": None}),
    (S, {}, {"complaint": False, "resolved": None, "satisfaction": None}),
    (S, {}, {"occurred_at": "2026-03-01T11:00:00-01:00"}),
    (Y, {}, {"status": "paid"}),
    (Y, {}, {"status": None}),
    (Y, {"amount": "5"}, {"amount": "5.00"}),
    (Y, {}, {"due_at": "2026-03-01T10:00:00-02:00"}),
)
def test_two_ways_to_say_the_same_are_the_same(kind: Kind, one: dict[str, Any], other: Any) -> None:
    # a rate is kept as it was written
    its, another = (replace(book(kind, fields), master=None) for fields in (one, other))
    assert its == another


ANOTHER: dict[str, Any] = {
    "occurred_at": "2026-03-01T12:00:00.000001Z",
    "segment": "individual",
    "region": "Graz",
    "industry": "paper",
    "joined_at": "2019-05-02T00:00:00+02:00",
    "amount": "120.01",
    "currency": "KWD",
    "discount_rate": "0.10000000000001",
    "starts_on": "2026-01-02",
    "ends_on": "2026-12-30",
    "tier": "key",
    "mode": "lock",
    "reason": "Founding customer",
    "expires_at": "2026-06-30T22:00:00.000001Z",
    "set_step": "migrate",
    "hold_until": "2026-09-30T22:00:01Z",
    "order_id": "order-2",
    "cost": "60.01",
    "list_amount": "120.01",
    "items": 4,
    "invoice_id": "invoice-2",
    "due_at": "2026-04-01T00:00:00Z",
    "fee": "4.01",
    "seller_fault": False,
    "category": "toys",
    "channel": "store",
    "location": "graz",
    "gross_amount": "119.01",
    "payment_id": "bank-8",
    "issue": "refund",
    "duration_s": 121,
    "complaint": False,
    "resolved": True,
    "satisfaction": 3,
    "direction": "inbound",
    "kind": "resolution",
    "ticket_id": "ticket-2",
    "status": "paid",
    "by": "management",
}
"""By field a value that no full event has; all but ids and a purchase's type."""


def other_words(kind: Kind) -> Iterator[dict[str, Any]]:
    """Full events with one field changed or left out, wherever it stands."""
    if kind is P:
        yield {"type": "sale", "fee": ABSENT, "seller_fault": ABSENT}
    for name, held in FULL[kind].items():
        if name in {"event_id", "customer_id", "type"}:
            continue
        if name not in MINIMAL[kind]:
            yield {name: ABSENT}
        if isinstance(held, dict):
            yield from ({name: held | {its: ANOTHER[its]}} for its in held)
        else:
            yield {name: ANOTHER[name]}
    if kind is C:
        yield override(expires_at=ABSENT)


@pytest.mark.parametrize(
    ("kind", "change"), [(kind, change) for kind in Kind for change in other_words(kind)]
)
def test_another_content_of_any_known_field_is_another_content(kind: Kind, change: Any) -> None:
    assert book(kind, FULL[kind] | change).content != book(kind, FULL[kind]).content
