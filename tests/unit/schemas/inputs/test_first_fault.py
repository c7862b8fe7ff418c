"""The judge: the first fault in the contract's order, named with field, expectation and finding.

Where nothing else is said, a fault is one that the fast decoder left to the judge.
"""

from typing import Any

import orjson
import pytest
from orjson import Fragment

from schemas.base.vocabulary import CONTACT_CHANNELS
from schemas.inputs.events import MAX_DEPTH, WIRE_OF_KIND, Kind, Purchase, decode
from schemas.inputs.fields import FIELDS
from schemas.inputs.first_fault import first_fault
from schemas.inputs.rejects import FOUND_MAX_CHARS, Rejection
from tests.support.making import ABSENT, FULL, MINIMAL, purchase, raw, step_taken

SALE = raw(purchase())
P, S, Y = Kind.PURCHASES, Kind.SUPPORT_CALLS, Kind.PAYMENTS
BY_KIND = pytest.mark.parametrize("kind", WIRE_OF_KIND)


def with_tail(tail: str, event: bytes = SALE) -> bytes:
    """A sale with more text before its closing brace."""
    return event[:-1] + b"," + tail.encode() + b"}"


def nested(levels: int) -> bytes:
    """A sale with an unknown field, nested so deep in all (the event itself is one level)."""
    return with_tail('"more":' + "[" * (levels - 1) + "]" * (levels - 1))


def taken(kind: Kind, value: bytes) -> Any:
    """The event of a value, which the decoder and the judge take alike."""
    found = first_fault(kind, value)
    assert isinstance(found, WIRE_OF_KIND[kind])
    assert decode(kind, value) == found
    return found


def judged(kind: Kind, value: bytes | None) -> tuple[str, str]:
    """(reason, detail) of a value that is no event."""
    found = first_fault(kind, value)
    assert isinstance(found, Rejection), found
    return found.reason.value, found.detail


def refused(kind: Kind, value: bytes | None) -> tuple[str, str]:
    """The same of a value that the decoder left."""
    assert decode(kind, value) is None
    return judged(kind, value)


@BY_KIND
@pytest.mark.parametrize("events", [MINIMAL, FULL], ids=["minimal", "full"])
def test_an_event_is_taken_with_all_its_fields(
    kind: Kind, events: dict[Kind, dict[str, Any]]
) -> None:
    found = taken(kind, raw(events[kind]))
    assert found.event_id == events[kind]["event_id"]
    assert all(getattr(found, name) is not None for name in events[kind])


@BY_KIND
def test_a_required_field_is_missed_by_name_and_an_optional_one_may_be_null(kind: Kind) -> None:
    optional = {field.name: None for field in FIELDS[kind] if field.name not in MINIMAL[kind]}
    assert taken(kind, raw(MINIMAL[kind] | optional)) == taken(kind, raw(MINIMAL[kind]))
    for field in FIELDS[kind]:
        if field.required:
            rest = {name: held for name, held in FULL[kind].items() if name != field.name}
            expected = ("missing_field", f"{field.name}: expected {field.expected}, found nothing")
            assert refused(kind, raw(rest)) == expected
            assert refused(kind, raw(rest | {field.name: None})) == expected


# what cannot be read


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "a JSON object, found no value"),
        (b"\xff{}", "UTF-8, found other bytes"),
        (b"[" * 65, "at most 64 levels of nesting, found more"),
        (b"[]", "one JSON object, found 'Expected `object`, got `array`'"),
        (b"null", "one JSON object, found 'Expected `object`, got `null`'"),
        (b"", "one JSON object, found 'Input data was truncated'"),
    ],
)
def test_what_is_not_one_json_object_is_malformed(value: bytes | None, expected: str) -> None:
    assert refused(P, value) == ("malformed", f"value: expected {expected}")


@pytest.mark.parametrize(
    "value",
    [
        *(b" ", b"5", b'"text"', b"{", b"[" + SALE + b"]", SALE[:-1], SALE + b"{}", SALE + b"\x00"),
        b"\xef\xbb\xbf" + SALE,
        SALE.decode().encode("utf-16"),
        SALE.replace(b'"amount"', b"amount"),
        SALE.replace(b'"', b"'"),
        b"// a remark\n" + SALE,
        # even in a field that nobody knows
        *(with_tail(f'"more":{text}') for text in ("NaN", "Infinity", "-Infinity", "tru", "")),
        *(with_tail(f'"more":{text}') for text in ("01", "+1", ".5", "1.", "[1,]", '{"a":1,}')),
        *(with_tail(f'"more":"{text}"') for text in ("\t", "\\q", "\\u12", "\\ud800", "\\ud800 .")),
        *(with_tail(tail) for tail in ("", '"more"')),
        *(SALE[:-1] + tail for tail in (b',"more":"\xff"}', b',"\xc3\x28":1}')),
        SALE[:-1] + b',"more":"\xed\xa0\x80"}',
        # and in one that is known
        with_tail('"items":NaN'),
        with_tail('"items":-'),
        with_tail('"category":"\\ud800"'),
        with_tail('"category":"\\ud800 and more"'),
        # before a fault of any field
        with_tail('"more":NaN', raw(purchase(event_id=ABSENT))),
        *(nested(50_000), b"[" * 50_000),  # bombs of brackets
    ],
)
def test_what_is_malformed_anywhere_is_malformed(value: bytes) -> None:
    assert refused(P, value)[0] == "malformed"


def test_an_empty_object_lacks_its_first_field() -> None:
    assert refused(P, b"{}")[0] == "missing_field"


@pytest.mark.parametrize(
    "value",
    [
        b" \r\n\t" + SALE + b"\n ",
        # unknown fields are ignored
        *(with_tail(f'"more":{text}') for text in ("1", "[1,2,[3]]", "1e999", "9" * 400)),
        *(with_tail(f'"more":{text}') for text in ('"\\u0000"', '"\\ud83d\\ude00"')),
        with_tail('"more":{"event_id":"other"}'),
        with_tail('"":""'),
        # what is null is as good as absent, written as it may be
        with_tail('"type":null'),
        with_tail('"type": \n null \n'),
        raw(purchase(fee=None, seller_fault=None)),
    ],
)
def test_what_means_nothing_changes_nothing(value: bytes) -> None:
    assert taken(P, value) == taken(P, SALE)


@pytest.mark.parametrize(("levels", "is_taken"), [(64, True), (65, False)])
def test_sixty_four_levels_are_taken_and_sixty_five_are_not(levels: int, is_taken: bool) -> None:
    assert MAX_DEPTH == 64
    for value in (nested(levels), with_tail('"also":[]', nested(levels))):
        assert (decode(P, value) is not None) == is_taken
        assert isinstance(first_fault(P, value), Purchase) == is_taken


def test_brackets_in_a_text_or_side_by_side_are_no_depth() -> None:
    assert taken(P, with_tail('"more":"' + "[" * 100 + '"'))
    assert taken(P, with_tail('"more":[' + ",".join(["[]"] * 100) + "]"))


# what a field may hold

Table = dict[tuple[Kind, str], list[Any]]
IDS = ["x", "x" * 128, "\u00e9" * 128, "\U0001f600" * 128, " "]
NO_IDS = ["", "x" * 129, 5, True, ["x"]]
# a number as large and a field as deep as they come are wrong, and nothing worse
HUGE = [Fragment(text) for text in ("9" * 400, "-" + "9" * 400, "1e999", "1e-999")]
DEEP = Fragment("[" * 63 + "]" * 63)
TAKEN: Table = {
    (P, "event_id"): IDS,
    (P, "customer_id"): IDS,
    (P, "occurred_at"): [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.1Z",
        "2026-03-01T12:00:00.123456Z",
        "2026-03-01T12:00:00+05:45",
        "2026-03-01T12:00:00-00:00",
        "2024-02-29T00:00:00Z",
        "0001-01-01T00:00:00Z",
    ],
    (P, "items"): [1, 2, 100_000],
    (S, "duration_s"): [0, 1, 604_800],
    (S, "channel"): list(CONTACT_CHANNELS),
}
LEFT: Table = {
    (P, "event_id"): NO_IDS,
    (P, "customer_id"): [*NO_IDS, 7],
    (P, "occurred_at"): [
        "2026-03-01T12:00:00",
        "2026-03-01",
        "12:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00Z",
        "26-03-01T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-03-01T12:00:00,5Z",
        "yesterday",
        "",
        1_772_366_400,
        True,
    ],
    (P, "items"): [-1, 100_001, 1.0, Fragment("1e2"), True, "1", *HUGE, DEEP],
    (P, "type"): ["gift"],
    (P, "due_at"): ["2026-03-01"],
    (S, "duration_s"): [-1, 604_801, 60.0, "60", True, *HUGE],
    (S, "channel"): ["Phone", "fax", "", 1],
    (S, "seller_fault"): ["no"],
    (S, "complaint"): [0],
    (S, "resolved"): ["yes"],
    (S, "satisfaction"): [0, 6],
    (Y, "due_at"): ["soon"],
    (Y, "status"): ["open"],
}
MONEY: Table = {
    (P, "amount"): ["-5.00", "5.001"],
    (P, "cost"): ["1e2"],
    (P, "list_amount"): [".5"],
    (P, "items"): [0],
}


def each(table: Table) -> list[tuple[Kind, str, Any]]:
    return [(kind, name, value) for (kind, name), values in table.items() for value in values]


def wrong(kind: Kind, name: str, value: Any) -> tuple[str, str]:
    """What is to be said of a field that holds this."""
    [expected] = [field.expected for field in FIELDS[kind] if field.name == name]
    found = repr(orjson.dumps(value).decode())
    if len(found) > FOUND_MAX_CHARS:
        found = found[: FOUND_MAX_CHARS - 1] + "\u2026"
    return "invalid_field", f"{name}: expected {expected}, found {found}"


@pytest.mark.parametrize(("kind", "name", "value"), each(TAKEN))
def test_a_field_may_hold_what_its_contract_says(kind: Kind, name: str, value: Any) -> None:
    assert taken(kind, raw(MINIMAL[kind] | {name: value}))


@pytest.mark.parametrize(("kind", "name", "value"), each(LEFT))
def test_a_field_that_holds_something_else_is_named(kind: Kind, name: str, value: Any) -> None:
    assert refused(kind, raw(MINIMAL[kind] | {name: value})) == wrong(kind, name, value)


@pytest.mark.parametrize(("kind", "name", "value"), each(MONEY | {(Y, "amount"): ["1.234"]}))
def test_an_amount_that_is_none_is_named_by_the_judge_alone(
    kind: Kind, name: str, value: Any
) -> None:
    assert judged(kind, raw(MINIMAL[kind] | {name: value})) == wrong(kind, name, value)


@BY_KIND
def test_no_field_holds_another_kind_of_value(kind: Kind) -> None:
    for field in FIELDS[kind]:
        for value in (1.5, [], *([] if field.inner else [{}])):
            event = {"type": "return"} | FULL[kind] if kind is P else FULL[kind]
            event = step_taken("educate") if field.only == "step" else event
            if field.name == "ordered_at":
                event = MINIMAL[kind] | {"type": "cancel"}
            assert refused(kind, raw(event | {field.name: value})) == wrong(kind, field.name, value)


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"fee": "1.00"}, "fee: expected on returns only, found '\"1.00\"' on a sale"),
        (
            {"seller_fault": False},
            (
                "seller_fault: expected on returns, refunds, replacements only, "
                "found 'false' on a sale"
            ),
        ),
        ({"seller_fault": 1, "type": "return"}, "seller_fault: expected true or false, found '1'"),
        (
            {"type": "refund", "cost": "0"},
            (
                "cost: expected on sales, returns, replacements, cancels only, "
                "found '\"0\"' on a refund"
            ),
        ),
        (
            {"type": "replacement", "amount": "0.01"},
            "amount: expected 0 on a replacement, found '\"0.01\"'",
        ),
        (
            {"type": "replacement", "amount": "0", "items": 0},
            "items: expected an integer from 1 to 100000, found '0'",
        ),
    ],
)
def test_what_only_some_types_have_is_looked_at_on_these_only(
    fields: dict[str, object], detail: str
) -> None:
    assert judged(P, raw(purchase(**fields))) == ("invalid_field", detail)
    fee = raw({"fee": "1.001", **purchase(), "type": "return"})
    assert judged(P, fee) == wrong(P, "fee", "1.001")
    assert taken(P, raw({"fee": "1.00", **purchase(), "type": "return"}))


@pytest.mark.parametrize(
    ("currency", "most", "too_many"),
    [
        ("JPY", "5", "5.0"),
        ("JPY", "0", "0.00"),
        ("USD", "5.00", "5.001"),
        ("KWD", "5.001", "5.0001"),
        ("UYW", "5.0001", "5.00001"),
    ],
)
def test_the_currency_says_how_many_digits_an_amount_may_have(
    currency: str, most: str, too_many: str
) -> None:
    sale = purchase(currency=currency, amount=most, cost=ABSENT)
    assert taken(P, raw(sale))
    assert judged(P, raw(sale | {"amount": too_many})) == wrong(P, "amount", too_many)


@pytest.mark.parametrize("currency", ["XXX", "usd", ""])
def test_an_unknown_currency_is_no_fault_of_the_fields(currency: str) -> None:
    assert taken(P, raw(purchase(currency=currency, amount="5.00001")))


# of several faults the first, and of a field that stands twice the last

IN_ORDER: dict[str, Any] = {
    "event_id": "",
    "customer_id": "",
    "occurred_at": "x",
    "order_id": 5,
    "amount": "x",
    "currency": 5,
    "type": "gift",
    "cost": "x",
    "list_amount": "x",
    "items": 0,
    "invoice_id": 5,
    "due_at": "x",
    "fee": "1.00",
    "seller_fault": True,
    "category": 5,
    "channel": 5,
    "location": 5,
}
MISSING = {field.name: ABSENT for field in FIELDS[P] if field.required}


@pytest.mark.parametrize("turn", [list, lambda its: list(reversed(its))], ids=["as is", "reversed"])
@pytest.mark.parametrize("first", IN_ORDER)
def test_of_several_faults_the_first_of_the_contract_is_named_whatever_the_wire_s_order(
    first: str, turn: Any
) -> None:
    names = list(IN_ORDER)
    later = {name: IN_ORDER[name] for name in names[names.index(first) :]}
    lacking = {name: MISSING.get(name, wrong) for name, wrong in later.items()}
    mixed = (lacking | {first: IN_ORDER[first]}, later | {first: lacking[first]})
    for faults in (later, lacking, *mixed):
        event = purchase(**faults)
        assert judged(P, raw(dict(turn(event.items()))))[1].startswith(f"{first}:")


@pytest.mark.parametrize("name", ["amount", "am\\u006funt"])
def test_of_a_field_that_stands_twice_the_last_one_counts_however_written(name: str) -> None:
    assert taken(P, with_tail(f'"{name}":"7.00"')).amount == "7.00"
    assert refused(P, with_tail(f'"{name}":7'))[0] == "invalid_field"
    assert refused(P, with_tail(f'"{name}":null'))[0] == "missing_field"


def test_a_first_one_that_is_wrong_does_no_harm() -> None:
    assert first_fault(P, b'{"amount":[],' + SALE[1:]) == decode(P, SALE)
