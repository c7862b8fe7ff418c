"""The fast decoder and the slow judge agree on every event, however it is bent."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.events.actions import book_action
from agents.events.booking import Booking, Unbookable
from agents.events.customers import book_customer
from agents.events.payments import book_payment
from agents.events.purchases import book_purchase
from agents.events.support_calls import book_support_call
from schemas.base.money import CURRENCY_DIGITS
from schemas.inputs.events import (
    MAX_DEPTH,
    TOPIC_OF_KIND,
    Action,
    CustomerRecord,
    Kind,
    Payment,
    Purchase,
    Wire,
)
from schemas.inputs.fields import FIELDS
from schemas.inputs.first_fault import first_fault
from schemas.inputs.nesting import is_deeper
from schemas.inputs.rejects import Reason, Rejection
from schemas.topics.json_schemas import schemas as json_schemas
from tests.support.making import FULL, LATER_MS, MINIMAL, POLICY, admission
from tests.support.validating import Validator

KINDS = st.sampled_from(list(FIELDS))
NAMES = sorted(
    {field.name for fields in FIELDS.values() for field in fields}
    | {
        f"{field.name}.{inner.name}"
        for fields in FIELDS.values()
        for field in fields
        for inner in field.inner
    }
)
"""`wallet.amount` is a field of an object."""
AMOUNTS = ("0 1 1.5 12.30 12.345 1.2345 .5 5. -1 1e2", "9" * 15, "9" * 16)
MOMENTS = (
    "2026-03-01T12:00:00Z 2026-03-01T12:00:00.5+01:00 2026-03-01T12:00:00",
    "2026-02-30T12:00:00Z 1969-12-31T23:59:59Z noon",
)
WORDS = (
    "sale return paid failed reversed phone fax USD JPY KWD GBP XXX business key lock",
    "2026-02-28 2026-02-29 20260228",
    "x" * 129,
)
TEXTS = ["", *" ".join((*AMOUNTS, *MOMENTS, *WORDS)).split()]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from([None, True, False, 0, 1, 5, 6, -1, 100_000, 100_001, 604_800, 604_801, 1.0]),
    st.sampled_from([2**63, 2**64, 10**30, 1e300, [], {}, [[]], {"a": None}]),
    st.text(max_size=5).filter(lambda text: text.isprintable()),
)
CHANGES = st.lists(st.tuples(st.sampled_from([*NAMES, "more"]), ODD), max_size=4)
GONE = st.lists(st.sampled_from(NAMES), max_size=1)
GONE_AWAY = object()
EDIT = st.tuples(st.integers(0, 400), st.binary(max_size=2), st.integers(0, 2))
EDITS = st.lists(EDIT, max_size=2)
"""(where, bytes put in, bytes cut out) of the text."""


def bent(
    kind: Kind, *, full: bool, changes: list[tuple[str, Any]], gone: list[str]
) -> dict[str, Any]:
    """A valid event with some fields set to odd values and some taken away."""
    event = dict((FULL if full else MINIMAL)[kind])
    for name, odd in changes:
        _change(event, name, odd)
    for name in gone:
        _change(event, name)
    return event


def _change(event: dict[str, Any], name: str, odd: Any = GONE_AWAY) -> None:
    """Set a field, or one of an object that is there, or take it away."""
    outer, dot, inner = name.partition(".")
    if dot and isinstance(event.get(outer), dict):
        event[outer] = dict(event[outer])
        _change(event[outer], inner, odd)
    elif not dot and odd is GONE_AWAY:
        event.pop(name, None)
    elif not dot:
        event[name] = odd


def text_of(event: dict[str, Any], doubled: list[tuple[str, Any]]) -> bytes:
    """Its JSON, with some fields standing there a second time."""
    value = json.dumps(event, ensure_ascii=False)
    for name, held in doubled:
        more = f"{json.dumps(name)}: {json.dumps(held, ensure_ascii=False)}"
        value = f"{value[:-1]}{', ' if value != '{}' else ''}{more}}}"
    return value.encode()


def book(kind: Kind, wire: Wire) -> Booking | Unbookable:
    if isinstance(wire, Purchase):
        return book_purchase(wire, POLICY)
    if isinstance(wire, Payment):
        return book_payment(wire, POLICY)
    if isinstance(wire, CustomerRecord):
        return book_customer(wire, POLICY)
    if isinstance(wire, Action):
        return book_action(wire, POLICY)
    assert kind is Kind.SUPPORT_CALLS
    return book_support_call(wire, POLICY)


def _of_unknown_currency(wire: Wire | None) -> bool:
    if isinstance(wire, CustomerRecord):
        amounts = (wire.wallet, wire.commitment)
        return any(its is not None and its.currency not in CURRENCY_DIGITS for its in amounts)
    return isinstance(wire, Purchase | Payment) and wire.currency not in CURRENCY_DIGITS


@settings(max_examples=800)
@given(KINDS, st.booleans(), CHANGES, GONE, CHANGES, EDITS)
def test_intake_takes_and_refuses_as_the_judge_does(
    kind: Kind,
    full: bool,
    changes: list[tuple[str, Any]],
    gone: list[str],
    doubled: list[tuple[str, Any]],
    edits: list[tuple[int, bytes, int]],
) -> None:
    value = text_of(bent(kind, full=full, changes=changes, gone=gone), doubled)
    for at, put, cut in edits:
        value = value[:at] + put + value[at + cut :]
    judged = first_fault(kind, value)
    key = b"ada" if isinstance(judged, Rejection) else judged.customer_id.encode()
    admitted = admission().admit(kind, key, value, LATER_MS)
    if isinstance(judged, Rejection):
        assert admitted == judged
    elif isinstance(admitted, Rejection):
        assert admitted.reason in (Reason.UNKNOWN_CURRENCY, Reason.FROM_FUTURE)
    else:
        assert admitted == book(kind, judged)


@given(KINDS, st.binary(max_size=60))
def test_any_bytes_are_judged_without_an_accident(kind: Kind, value: bytes) -> None:
    admitted = admission().admit(kind, None, value, LATER_MS)
    assert isinstance(admitted, Rejection)


VALIDATORS = {name: Validator(schema) for name, schema in json_schemas().items()}


@settings(max_examples=200)
@given(KINDS, st.booleans(), CHANGES, GONE)
def test_what_the_judge_takes_fits_the_schema(
    kind: Kind, full: bool, changes: list[tuple[str, Any]], gone: list[str]
) -> None:
    event = bent(kind, full=full, changes=changes, gone=gone)
    judged = first_fault(kind, text_of(event, []))
    if isinstance(judged, Rejection) or _of_unknown_currency(judged):
        return
    VALIDATORS[TOPIC_OF_KIND[kind]].check(event)


JSON = st.recursive(
    st.sampled_from([None, 1, "", "[{", '"\\[', "\\"]),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3)
    ),
    max_leaves=20,
)


def depth_by_descent(held: object) -> int:
    if isinstance(held, dict):
        return 1 + max(map(depth_by_descent, held.values()), default=0)
    if isinstance(held, list):
        return 1 + max(map(depth_by_descent, held), default=0)
    return 0


@given(JSON, st.integers(0, MAX_DEPTH + 2))
def test_depth_is_that_of_the_decoded_value(held: object, context: int) -> None:
    for _ in range(context):
        held = [held]
    value, levels = json.dumps(held).encode(), depth_by_descent(held)
    assert not is_deeper(value, levels)
    assert levels == 0 or is_deeper(value, levels - 1)
