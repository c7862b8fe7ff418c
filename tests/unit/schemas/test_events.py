"""Events: what the fast decoder takes, and what it leaves to the judge."""

import re
from typing import get_args

import pytest

from schemas.inputs.events import (
    CONTACT_CHANNELS,
    MAX_DEPTH,
    TOPIC_OF_KIND,
    WIRE_OF_KIND,
    ContactChannel,
    Kind,
    Purchase,
    decode,
    depth,
)
from tests.support.making import FULL, MINIMAL, purchase, raw, support_call

INPUTS = tuple(WIRE_OF_KIND)
SALE = raw(purchase())


def with_tail(tail: str) -> bytes:
    """A sale with more text before its closing brace."""
    return SALE[:-1] + b"," + tail.encode() + b"}"


def nested(levels: int, event: bytes = SALE) -> bytes:
    """A sale with an unknown field, nested so deep in all (the event itself is one level)."""
    inside = levels - 1
    return event[:-1] + b',"more":' + b"[" * inside + b"]" * inside + b"}"


@pytest.mark.parametrize("kind", INPUTS)
def test_a_minimal_event_is_taken(kind: Kind) -> None:
    found = decode(kind, raw(MINIMAL[kind]))
    assert isinstance(found, WIRE_OF_KIND[kind])
    assert found.event_id == MINIMAL[kind]["event_id"]


@pytest.mark.parametrize("kind", INPUTS)
def test_a_full_event_is_taken(kind: Kind) -> None:
    found = decode(kind, raw(FULL[kind]))
    assert isinstance(found, WIRE_OF_KIND[kind])
    assert all(getattr(found, name) is not None for name in FULL[kind])


@pytest.mark.parametrize("kind", INPUTS)
def test_an_event_without_one_of_its_required_fields_is_left_to_the_judge(kind: Kind) -> None:
    for name in MINIMAL[kind]:
        rest = {key: held for key, held in MINIMAL[kind].items() if key != name}
        assert decode(kind, raw(rest)) is None, name
        assert decode(kind, raw(rest | {name: None})) is None, name


@pytest.mark.parametrize("kind", INPUTS)
def test_an_optional_field_that_is_null_is_as_good_as_absent(kind: Kind) -> None:
    optional = {name: None for name in FULL[kind] if name not in MINIMAL[kind]}
    assert decode(kind, raw(MINIMAL[kind] | optional)) == decode(kind, raw(MINIMAL[kind]))


@pytest.mark.parametrize(
    "tail",
    [
        '"more":1',
        '"more":{"event_id":"other"}',
        '"more":[1,2,[3]]',
        '"more":1e999',
        '"more":' + "9" * 400,
        '"more":"\\u0000"',
        '"more":"\\ud83d\\ude00"',
        '"":""',
    ],
)
def test_an_unknown_field_is_ignored(tail: str) -> None:
    assert decode(Kind.PURCHASES, with_tail(tail)) == decode(Kind.PURCHASES, SALE)


@pytest.mark.parametrize(
    "tail",
    [
        '"more":NaN',
        '"more":Infinity',
        '"more":-Infinity',
        '"more":tru',
        '"more":01',
        '"more":+1',
        '"more":.5',
        '"more":1.',
        '"more":"\t"',
        '"more":"\\q"',
        '"more":"\\u12"',
        '"more":"\\ud800"',
        '"more":[1,]',
        '"more":{"a":1,}',
        '"more":',
        '"more"',
        "",
    ],
)
def test_json_that_is_none_is_refused_even_in_an_unknown_field(tail: str) -> None:
    assert decode(Kind.PURCHASES, with_tail(tail)) is None


def test_bytes_that_are_not_utf_8_are_refused_even_in_an_unknown_field() -> None:
    assert decode(Kind.PURCHASES, SALE[:-1] + b',"more":"\xff"}') is None
    assert decode(Kind.PURCHASES, SALE[:-1] + b',"\xc3\x28":1}') is None
    assert decode(Kind.PURCHASES, SALE[:-1] + b',"more":"\xed\xa0\x80"}') is None


def test_a_field_that_stands_twice_counts_as_it_stands_last() -> None:
    found = decode(Kind.PURCHASES, with_tail('"amount":"7.00"'))
    assert isinstance(found, Purchase)
    assert found.amount == "7.00"


def test_a_field_s_name_may_be_escaped() -> None:
    found = decode(Kind.PURCHASES, with_tail('"am\\u006funt":"7.00"'))
    assert isinstance(found, Purchase)
    assert found.amount == "7.00"


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b" ",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b"[" + SALE + b"]",
        b"{}",
        b"{",
        SALE[:-1],
        SALE + b"{}",
        SALE + b"\x00",
        b"\xef\xbb\xbf" + SALE,
        SALE.decode().encode("utf-16"),
        SALE.replace(b'"amount"', b"amount"),
        SALE.replace(b'"', b"'"),
        SALE[:-1] + b",}",
        b"// a remark\n" + SALE,
    ],
)
def test_what_is_not_one_json_object_is_refused(value: bytes | None) -> None:
    assert decode(Kind.PURCHASES, value) is None


def test_white_space_around_the_object_is_none_of_our_business() -> None:
    assert decode(Kind.PURCHASES, b" \r\n\t" + SALE + b"\n ") == decode(Kind.PURCHASES, SALE)


def test_sixty_four_levels_are_taken_and_sixty_five_are_not() -> None:
    assert MAX_DEPTH == 64
    assert decode(Kind.PURCHASES, nested(64)) is not None
    assert decode(Kind.PURCHASES, nested(65)) is None


def test_a_bomb_of_brackets_is_refused() -> None:
    assert decode(Kind.PURCHASES, nested(50_000)) is None
    assert decode(Kind.PURCHASES, b"[" * 50_000) is None


def test_brackets_in_a_text_or_side_by_side_are_no_depth() -> None:
    assert decode(Kind.PURCHASES, with_tail('"more":"' + "[" * 100 + '"')) is not None
    assert decode(Kind.PURCHASES, with_tail('"more":[' + ",".join(["[]"] * 100) + "]")) is not None


@pytest.mark.parametrize(
    ("value", "levels"),
    [
        (b"", 0),
        (b"1", 0),
        (b"{", 1),
        (b"{}", 1),
        (b"[[]]", 2),
        (b"[[],[[]]]", 3),
        (b'{"a":"[[["}', 1),
        (b'{"a":"\\"[[["}', 1),
        (b'{"a":"\\\\"}', 1),
        (b'{"a":"\\\\",[', 2),
        (b"]]]]{", 0),
    ],
)
def test_depth_counts_brackets_that_are_open_at_once_outside_of_texts(
    value: bytes, levels: int
) -> None:
    assert max(depth(value), 0) == levels


@pytest.mark.parametrize("name", ["event_id", "customer_id"])
@pytest.mark.parametrize("text", ["x", "x" * 128, "\u00e9" * 128, "\U0001f600" * 128, " "])
def test_an_id_has_1_to_128_characters_however_many_bytes(name: str, text: str) -> None:
    assert decode(Kind.PURCHASES, raw(purchase(**{name: text}))) is not None


@pytest.mark.parametrize("name", ["event_id", "customer_id"])
@pytest.mark.parametrize("text", ["", "x" * 129, 5, True, ["x"]])
def test_an_id_is_nothing_else(name: str, text: object) -> None:
    assert decode(Kind.PURCHASES, raw(purchase(**{name: text}))) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.1Z",
        "2026-03-01T12:00:00.123456Z",
        "2026-03-01T12:00:00+05:45",
        "2026-03-01T12:00:00-00:00",
        "2024-02-29T00:00:00Z",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_time_is_rfc_3339_with_an_offset(text: str) -> None:
    assert decode(Kind.PURCHASES, raw(purchase(occurred_at=text))) is not None


@pytest.mark.parametrize(
    "moment",
    [
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
)
def test_a_time_is_nothing_else(moment: object) -> None:
    assert decode(Kind.PURCHASES, raw(purchase(occurred_at=moment))) is None


@pytest.mark.parametrize("items", [1, 2, 100_000])
def test_items_are_1_to_100_000(items: int) -> None:
    assert decode(Kind.PURCHASES, raw(purchase(items=items))) is not None


@pytest.mark.parametrize("text", ["0", "-1", "100001", "1.0", "1e2", "true", '"1"', "9" * 400])
def test_items_are_nothing_else(text: str) -> None:
    assert decode(Kind.PURCHASES, with_tail(f'"items":{text}')) is None


@pytest.mark.parametrize("seconds", [0, 1, 604_800])
def test_a_contact_takes_up_to_a_week(seconds: int) -> None:
    assert decode(Kind.SUPPORT_CALLS, raw(support_call(duration_s=seconds))) is not None


@pytest.mark.parametrize("seconds", [-1, 604_801, 60.0, "60", None, True])
def test_a_contact_takes_nothing_else(seconds: object) -> None:
    assert decode(Kind.SUPPORT_CALLS, raw(support_call(duration_s=seconds))) is None


@pytest.mark.parametrize("channel", CONTACT_CHANNELS)
def test_a_contact_comes_on_one_of_five_channels(channel: str) -> None:
    assert decode(Kind.SUPPORT_CALLS, raw(support_call(channel=channel))) is not None


@pytest.mark.parametrize("channel", ["Phone", "fax", "", 1])
def test_a_contact_comes_on_no_other_channel(channel: object) -> None:
    assert decode(Kind.SUPPORT_CALLS, raw(support_call(channel=channel))) is None


def test_the_channels_are_declared_alike_as_type_and_as_list() -> None:
    assert get_args(ContactChannel) == CONTACT_CHANNELS


def test_ties_go_to_customers_then_purchases_then_support_calls_then_payments() -> None:
    assert [TOPIC_OF_KIND[kind] for kind in sorted(Kind)] == [
        "customers",
        "purchases",
        "support-calls",
        "payments",
    ]


def test_topics_are_named_with_hyphens() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", topic) for topic in TOPIC_OF_KIND.values())
