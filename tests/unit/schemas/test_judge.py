"""The judge: the first fault in the contract's order, named with field, expectation and finding."""

import pytest

from schemas.inputs.events import WIRE_OF_KIND, Kind, decode
from schemas.inputs.fields import FIELDS
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import FOUND_MAX_CHARS, Reason, Rejection
from tests.support.making import ABSENT, FULL, MINIMAL, payment, purchase, raw, support_call

SALE = raw(purchase())
MONEY = "a decimal text of at most 15 digits, no more behind the point than the currency has"
MOMENT = "an RFC 3339 time with an offset"


def refused(kind: Kind, value: bytes | None) -> tuple[str, str]:
    """(reason, detail) of a value that is no event."""
    found = first_fault(kind, value)
    assert isinstance(found, Rejection), found
    return found.reason.value, found.detail


def of_sale(**fields: object) -> tuple[str, str]:
    return refused(Kind.PURCHASES, raw(purchase(**fields)))


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
@pytest.mark.parametrize("events", [MINIMAL, FULL], ids=["minimal", "full"])
def test_what_the_fast_decoder_takes_the_judge_takes_alike(
    kind: Kind, events: dict[Kind, dict[str, object]]
) -> None:
    value = raw(events[kind])
    assert first_fault(kind, value) == decode(kind, value)


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (None, "value: expected a JSON object, found no value"),
        (b"\xff{}", "value: expected UTF-8, found other bytes"),
        (b"[" * 65, "value: expected at most 64 levels of nesting, found more"),
        (b"[]", "value: expected one JSON object, found 'Expected `object`, got `array`'"),
        (b"null", "value: expected one JSON object, found 'Expected `object`, got `null`'"),
        (b"", "value: expected one JSON object, found 'Input data was truncated'"),
    ],
)
def test_what_cannot_be_read_is_malformed(value: bytes | None, detail: str) -> None:
    assert refused(Kind.PURCHASES, value) == ("malformed", detail)


@pytest.mark.parametrize(
    "value",
    [
        b"\xef\xbb\xbf" + SALE,
        SALE + b"{}",
        SALE[:-1],
        SALE[:-1] + b',"more":NaN}',
        SALE[:-1] + b',"items":NaN}',
        SALE[:-1] + b',"items":-}',
        SALE[:-1] + b',"category":"\\ud800"}',
        SALE[:-1] + b',"category":"\\ud800 and more"}',
        SALE[:-1] + b',"more":"\\ud800 and more"}',
        SALE[:-1] + b',"more":"\xff"}',
    ],
)
def test_what_is_malformed_anywhere_is_malformed(value: bytes) -> None:
    assert refused(Kind.PURCHASES, value)[0] == "malformed"


@pytest.mark.parametrize("kind", WIRE_OF_KIND)
def test_every_required_field_is_missed_by_name(kind: Kind) -> None:
    for field in FIELDS[kind]:
        if field.required:
            rest = {name: held for name, held in FULL[kind].items() if name != field.name}
            expected = ("missing_field", f"{field.name}: expected {field.expected}, found nothing")
            assert refused(kind, raw(rest)) == expected
            assert refused(kind, raw(rest | {field.name: None})) == expected


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"event_id": ""}, "event_id: expected a text of 1 to 128 characters, found '\"\"'"),
        ({"customer_id": 7}, "customer_id: expected a text of 1 to 128 characters, found '7'"),
        ({"occurred_at": "noon"}, f"occurred_at: expected {MOMENT}, found '\"noon\"'"),
        ({"order_id": 5}, "order_id: expected a text, found '5'"),
        ({"amount": 5}, f"amount: expected {MONEY}, found '5'"),
        ({"amount": "-5.00"}, f"amount: expected {MONEY}, found '\"-5.00\"'"),
        ({"amount": "5.001"}, f"amount: expected {MONEY}, found '\"5.001\"'"),
        ({"currency": 5}, "currency: expected an ISO 4217 code, found '5'"),
        ({"type": "gift"}, "type: expected 'sale' or 'return', found '\"gift\"'"),
        ({"cost": "1e2"}, f"cost: expected {MONEY}, found '\"1e2\"'"),
        ({"list_amount": ".5"}, f"list_amount: expected {MONEY}, found '\".5\"'"),
        ({"items": 0}, "items: expected an integer from 1 to 100000, found '0'"),
        ({"invoice_id": False}, "invoice_id: expected a text, found 'false'"),
        ({"due_at": "2026-03-01"}, f"due_at: expected {MOMENT}, found '\"2026-03-01\"'"),
        ({"fee": "1.00"}, "fee: expected on returns only, found '\"1.00\"' on a sale"),
        (
            {"seller_fault": False},
            "seller_fault: expected on returns only, found 'false' on a sale",
        ),
        ({"type": "return", "fee": "1.001"}, f"fee: expected {MONEY}, found '\"1.001\"'"),
        (
            {"type": "return", "seller_fault": 1},
            "seller_fault: expected true or false, found '1'",
        ),
        ({"category": []}, "category: expected a text, found '[]'"),
        ({"channel": {}}, "channel: expected a text, found '{}'"),
        ({"location": 1.5}, "location: expected a text, found '1.5'"),
    ],
)
def test_a_purchase_s_wrong_field_is_named(fields: dict[str, object], detail: str) -> None:
    assert of_sale(**fields) == ("invalid_field", detail)


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"issue": 1}, "issue: expected a text"),
        ({"channel": "fax"}, "channel: expected 'phone', 'chat', 'email', 'store' or"),
        ({"duration_s": 604_801}, "duration_s: expected an integer from 0 to 604800"),
        ({"duration_s": -1}, "duration_s: expected an integer from 0 to 604800"),
        ({"seller_fault": "no"}, "seller_fault: expected true or false"),
        ({"complaint": 0}, "complaint: expected true or false"),
        ({"resolved": "yes"}, "resolved: expected true or false"),
        ({"satisfaction": 0}, "satisfaction: expected an integer from 1 to 5"),
        ({"satisfaction": 6}, "satisfaction: expected an integer from 1 to 5"),
    ],
)
def test_a_support_call_s_wrong_field_is_named(fields: dict[str, object], start: str) -> None:
    reason, detail = refused(Kind.SUPPORT_CALLS, raw(support_call(**fields)))
    assert reason == "invalid_field"
    assert detail.startswith(start)


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"invoice_id": 1}, "invoice_id: expected a text"),
        ({"amount": "1.234"}, "amount: expected a decimal text"),
        ({"due_at": "soon"}, "due_at: expected an RFC 3339 time"),
        ({"status": "open"}, "status: expected 'paid' or 'failed'"),
    ],
)
def test_a_payment_s_wrong_field_is_named(fields: dict[str, object], start: str) -> None:
    reason, detail = refused(Kind.PAYMENTS, raw(payment(**fields)))
    assert reason == "invalid_field"
    assert detail.startswith(start)


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"event_id": "", "customer_id": ABSENT}, "event_id"),
        ({"event_id": ABSENT, "customer_id": ""}, "event_id"),
        ({"customer_id": "", "occurred_at": ABSENT}, "customer_id"),
        ({"occurred_at": "x", "order_id": ABSENT}, "occurred_at"),
        ({"order_id": ABSENT, "amount": "x"}, "order_id"),
        ({"amount": "x", "currency": ABSENT}, "amount"),
        ({"currency": 5, "type": "gift"}, "currency"),
        ({"type": "gift", "cost": "x", "fee": "1.00"}, "type"),
        ({"cost": "x", "list_amount": "x"}, "cost"),
        ({"list_amount": "x", "items": 0}, "list_amount"),
        ({"items": 0, "invoice_id": 5}, "items"),
        ({"invoice_id": 5, "due_at": "x"}, "invoice_id"),
        ({"due_at": "x", "fee": "1.00"}, "due_at"),
        ({"fee": "1.00", "seller_fault": True}, "fee"),
        ({"seller_fault": True, "category": 5}, "seller_fault"),
        ({"category": 5, "channel": 5}, "category"),
        ({"channel": 5, "location": 5}, "channel"),
    ],
)
def test_of_several_faults_the_first_field_of_the_contract_is_named(
    fields: dict[str, object], first: str
) -> None:
    assert of_sale(**fields)[1].startswith(f"{first}:")


def test_the_order_on_the_wire_does_not_change_which_fault_is_first() -> None:
    event = purchase(amount="x", customer_id=ABSENT)
    backwards = dict(reversed(list(event.items())))
    assert refused(Kind.PURCHASES, raw(event)) == refused(Kind.PURCHASES, raw(backwards))
    assert refused(Kind.PURCHASES, raw(event))[1].startswith("customer_id:")


def test_malformed_comes_before_every_field() -> None:
    value = raw(purchase(event_id=ABSENT))[:-1] + b',"more":NaN}'
    assert refused(Kind.PURCHASES, value)[0] == "malformed"


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", "5.0"), ("JPY", "0.00"), ("USD", "5.001"), ("KWD", "5.0001"), ("UYW", "5.00001")],
)
def test_the_currency_says_how_many_digits_an_amount_may_have(currency: str, amount: str) -> None:
    reason, detail = of_sale(currency=currency, amount=amount, cost=ABSENT)
    assert (reason, detail.split(":")[0]) == ("invalid_field", "amount")


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", "5"), ("USD", "5.00"), ("KWD", "5.001"), ("UYW", "5.0001")],
)
def test_an_amount_may_have_all_the_digits_of_its_currency(currency: str, amount: str) -> None:
    value = raw(purchase(currency=currency, amount=amount, cost=ABSENT))
    assert not isinstance(first_fault(Kind.PURCHASES, value), Rejection)


@pytest.mark.parametrize("currency", ["XXX", "usd", ""])
def test_an_unknown_currency_is_no_fault_of_the_fields(currency: str) -> None:
    value = raw(purchase(currency=currency, amount="5.00001"))
    assert not isinstance(first_fault(Kind.PURCHASES, value), Rejection)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (',"amount":"7.00"}', None),
        (',"amount":7}', "invalid_field"),
        (',"amount":null}', "missing_field"),
        (',"type":null}', None),
        (',"type": \n null \n}', None),
        (',"am\\u006funt":null}', "missing_field"),
    ],
)
def test_of_a_field_that_stands_twice_the_last_one_counts(tail: str, expected: str | None) -> None:
    found = first_fault(Kind.PURCHASES, SALE[:-1] + tail.encode())
    assert (found.reason.value if isinstance(found, Rejection) else None) == expected


def test_a_first_one_that_is_wrong_does_no_harm() -> None:
    value = b'{"amount":[],' + SALE[1:]
    assert decode(Kind.PURCHASES, value) is None
    assert first_fault(Kind.PURCHASES, value) == decode(Kind.PURCHASES, SALE)


def test_a_return_may_carry_a_fee_wherever_its_type_stands() -> None:
    event = {"fee": "1.00", **purchase(), "type": "return"}
    assert not isinstance(first_fault(Kind.PURCHASES, raw(event)), Rejection)


def test_a_null_fee_on_a_sale_is_an_absent_one() -> None:
    value = raw(purchase(fee=None, seller_fault=None))
    assert not isinstance(first_fault(Kind.PURCHASES, value), Rejection)


@pytest.mark.parametrize("text", ["9" * 400, "-" + "9" * 400, "1e999", "1e-999"])
def test_a_huge_number_is_a_wrong_field_and_nothing_worse(text: str) -> None:
    reason, detail = refused(Kind.PURCHASES, SALE[:-1] + f',"items":{text}}}'.encode())
    assert (reason, detail.split(":")[0]) == ("invalid_field", "items")


def test_a_field_as_deep_as_allowed_is_a_wrong_field() -> None:
    value = SALE[:-1] + b',"items":' + b"[" * 63 + b"]" * 63 + b"}"
    assert refused(Kind.PURCHASES, value)[0] == "invalid_field"


def test_what_was_found_is_quoted_up_to_a_bound() -> None:
    reason, detail = of_sale(event_id="x" * 60_000)
    assert reason == "invalid_field"
    assert len(detail) < FOUND_MAX_CHARS + 80
    assert detail.endswith("\u2026")


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_snake_case_word(reason: Reason) -> None:
    assert reason.value == reason.name.lower()
