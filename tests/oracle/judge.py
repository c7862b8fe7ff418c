"""Is a record an event? Either the decoded event, or the reason it is refused and the field.

An event is a dict of every known field of its topic: instants as integers (`instants`), money as
exact fractions, an absent field as its default. So two events are the same when the dicts are.
`id_conflict` is not judged here: it depends on what the customer has seen before.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from . import instants
from .currencies import DIGITS
from .money import Terms
from .records import PAYMENTS, PURCHASES, SUPPORT_CALLS, Record, partition_of

Json = Any
"""What JSON may hold; a field's reader finds out."""

Event = dict[str, Any]
Refusal = tuple[str, str | None]
Read = Callable[[Json, Event], Json]

FUTURE = 5 * 60 * instants.SECOND
DEPTH_MAX = 64
DIGITS_MAX = 15
ID_MAX = 128
CHANNELS = ("phone", "chat", "email", "store", "self_service")

_MONEY = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


@dataclass(frozen=True)
class Gate:
    """What the judgement depends on beside the record."""

    terms: Terms
    partitions: int
    partitioner: str
    max_event_bytes: int


@dataclass(frozen=True)
class Field:
    """A known field: `read` gives its value or raises ValueError, and sees the whole object."""

    name: str
    read: Read
    required: bool = True
    default: object = None


def _need(fits: object) -> None:
    """Refuse the field unless this holds."""
    if not fits:
        raise ValueError


def _text(value: Json, _: Event) -> str:
    _need(isinstance(value, str))
    return str(value)


def _name(value: Json, _: Event) -> str:
    _need(isinstance(value, str) and 1 <= len(value) <= ID_MAX)
    return str(value)


def _instant(value: Json, _: Event) -> int:
    _need(isinstance(value, str))
    return instants.parse(value)


def _flag(value: Json, _: Event) -> bool:
    _need(isinstance(value, bool))
    return bool(value)


def _money(value: Json, raw: Event) -> Fraction:
    _need(isinstance(value, str))
    match = _MONEY.fullmatch(value)
    _need(match is not None and sum(map(str.isdigit, value)) <= DIGITS_MAX)
    currency = raw.get("currency")
    if match and match[1] and isinstance(currency, str) and currency in DIGITS:
        _need(len(match[1]) <= DIGITS[currency])
    return Fraction(value)


def _one_of(*choices: str) -> Read:
    def read(value: Json, _: Event) -> str:
        _need(isinstance(value, str) and value in choices)
        return str(value)

    return read


def _between(low: int, high: int) -> Read:
    def read(value: Json, _: Event) -> int:
        _need(isinstance(value, int) and not isinstance(value, bool) and low <= value <= high)
        return int(value)

    return read


def _on_return(read_value: Read) -> Read:
    """Refuse the field on a sale, whatever it says."""

    def read(value: Json, raw: Event) -> Json:
        _need(raw.get("type") == "return")
        return read_value(value, raw)

    return read


_COMMON = (Field("event_id", _name), Field("customer_id", _name), Field("occurred_at", _instant))

FIELDS: dict[str, tuple[Field, ...]] = {
    PURCHASES: (
        *_COMMON,
        Field("order_id", _text),
        Field("amount", _money),
        Field("currency", _text),
        Field("type", _one_of("sale", "return"), required=False, default="sale"),
        Field("cost", _money, required=False),
        Field("list_amount", _money, required=False),
        Field("items", _between(1, 100_000), required=False, default=1),
        Field("invoice_id", _text, required=False),
        Field("due_at", _instant, required=False),
        Field("fee", _on_return(_money), required=False),
        Field("seller_fault", _on_return(_flag), required=False, default=False),
        Field("category", _text, required=False),
        Field("channel", _text, required=False),
        Field("location", _text, required=False),
    ),
    SUPPORT_CALLS: (
        *_COMMON,
        Field("issue", _text),
        Field("channel", _one_of(*CHANNELS)),
        Field("duration_s", _between(0, 604_800)),
        Field("seller_fault", _flag, required=False, default=False),
        Field("complaint", _flag, required=False, default=False),
        Field("resolved", _flag, required=False),
        Field("satisfaction", _between(1, 5), required=False),
    ),
    PAYMENTS: (
        *_COMMON,
        Field("invoice_id", _text),
        Field("amount", _money),
        Field("currency", _text),
        Field("due_at", _instant),
        Field("status", _one_of("paid", "failed"), required=False, default="paid"),
    ),
}
"""The known fields of each topic, in the order they are judged."""


def judge(record: Record, gate: Gate) -> Event | Refusal:
    """Decode a record, or name the first reason to refuse it."""
    if record.value is not None and len(record.value) > gate.max_event_bytes:
        return "too_large", None
    raw = _decoded(record.value)
    if raw is None or not _encodable(record.topic, raw):
        return "malformed", None
    event: Event = {}
    for field in FIELDS[record.topic]:
        value = raw.get(field.name)
        if value is None:
            if field.required:
                return "missing_field", field.name
            event[field.name] = field.default
            continue
        try:
            event[field.name] = field.read(value, raw)
        except ValueError:
            return "invalid_field", field.name
    return _misplaced(record, event, gate) or event


def _misplaced(record: Record, event: Event, gate: Gate) -> Refusal | None:
    """Judge what is right in itself but wrong where or when it stands."""
    if record.key is None or record.key != event["customer_id"].encode():
        return "key_mismatch", None
    if record.partition != partition_of(record.key, gate.partitions, gate.partitioner):
        return "wrong_partition", None
    happened = event["occurred_at"]
    if "currency" in event:
        day = instants.day_of(happened)
        if gate.terms.rate(event["currency"], day) is None:
            return "unknown_currency", None
    if record.timestamp_ms >= 0 and happened > record.timestamp_ms * 1_000 + FUTURE:
        return "from_future", None
    return None


def _decoded(value: bytes | None) -> Event | None:
    """Read a JSON object no deeper than allowed; None if that is not what the bytes are."""
    if value is None:
        return None
    try:
        text = value.decode()
        if _depth(text) > DEPTH_MAX:
            return None
        raw = _JSON.decode(text)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


def _depth(text: str) -> int:
    """Count how deep the brackets outside strings nest."""
    depth = deepest = 0
    for bracket in _NOT_BRACKETS.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_number(text: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(text)


def _integer(text: str) -> int:
    """Read an integer; one beyond every bound need not be exact."""
    return int(text[:DEPTH_MAX])


_JSON = json.JSONDecoder(parse_constant=_no_number, parse_int=_integer)


def _encodable(topic: str, raw: Event) -> bool:
    """Tell whether the known fields are text: a lone surrogate is none."""
    try:
        for field in FIELDS[topic]:
            if isinstance(raw.get(field.name), str):
                raw[field.name].encode()
    except UnicodeEncodeError:
        return False
    return True
