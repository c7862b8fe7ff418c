"""What the judge says it expected of a field: the contract's words."""

from schemas.inputs.events import Kind
from schemas.inputs.fields import FIELDS

P, S, Y = Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS


def test_what_is_expected_is_said_in_the_contract_s_words() -> None:
    said = {(kind, field.name): field.expected for kind in FIELDS for field in FIELDS[kind]}
    assert said[P, "event_id"] == said[P, "customer_id"] == "a text of 1 to 128 characters"
    assert said[P, "occurred_at"] == said[Y, "due_at"] == "an RFC 3339 time with an offset"
    assert said[P, "amount"] == said[P, "cost"] == said[P, "list_amount"] == said[Y, "amount"]
    assert said[P, "amount"] == (
        "a decimal text of at most 15 digits, no more behind the point than the currency has"
    )
    assert said[P, "currency"] == "an ISO 4217 code"
    assert said[P, "order_id"] == said[S, "issue"] == said[Y, "invoice_id"] == "a text"
    assert said[P, "type"] == "'sale', 'return', 'refund', 'replacement' or 'cancel'"
    assert said[P, "items"] == "an integer from 1 to 100000"
    assert said[S, "channel"] == (
        "'phone', 'chat', 'email', 'store', 'self_service', 'sms', 'whatsapp', 'social' or 'video'"
    )
    assert said[S, "duration_s"] == "an integer from 0 to 604800"
    assert said[S, "complaint"] == said[S, "seller_fault"] == said[S, "resolved"] == "true or false"
    assert said[S, "satisfaction"] == "an integer from 1 to 5"
    assert said[S, "direction"] == "'inbound' or 'outbound'"
    assert said[S, "kind"] == "'contact', 'resolution' or 'survey'"
    assert said[S, "ticket_id"] == "a text of 1 to 128 characters"
    assert said[Y, "status"] == "'paid', 'failed' or 'reversed'"
