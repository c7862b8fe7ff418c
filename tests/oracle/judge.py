"""Is a record an event? Either the decoded event, or the reason it is refused and the field.

An event is a dict of every known field of its topic: instants as integers (`instants`), dates as
days, money as exact fractions, an absent field as its default. So two events are the same when
the dicts are. Of customers, a null value is an erasure.
`id_conflict` is not judged here: it depends on what the customer has seen before.
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from . import instants
from .fields import FIELDS, ID_MAX, Event, RefusedError, encodable, read_all
from .money import Terms
from .records import CUSTOMERS, Record, partition_of

Refusal = tuple[str, str | None]

FUTURE = 5 * 60 * instants.SECOND
DEPTH_MAX = 64

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
class Erasure:
    """Somebody wants a customer forgotten; `occurred_at` is an instant."""

    customer_id: str
    occurred_at: int


def judge(record: Record, gate: Gate) -> Event | Erasure | Refusal:
    """Decode a record, or name the first reason to refuse it."""
    if record.topic == CUSTOMERS and record.value is None:
        return _erasure(record, gate) if record.timestamp_ms >= 0 else ("no_timestamp", None)
    if record.value is not None and len(record.value) > gate.max_event_bytes:
        return "too_large", None
    raw = _decoded(record.value)
    if raw is None or not encodable(FIELDS[record.topic], raw):
        return "malformed", None
    if record.timestamp_ms < 0:
        return "no_timestamp", None
    try:
        event = read_all(FIELDS[record.topic], raw, gate.terms.sense)
    except RefusedError as refused:
        return refused.reason, refused.name
    return _misplaced(record, event, gate) or event


def _erasure(record: Record, gate: Gate) -> Erasure | Refusal:
    """Judge a null value: all it says of the customer is its key."""
    try:
        name = (record.key or b"").decode()
    except UnicodeDecodeError:
        name = ""
    if record.key is None or not 1 <= len(name) <= ID_MAX:
        return "key_mismatch", None
    if record.partition != partition_of(record.key, gate.partitions, gate.partitioner):
        return "wrong_partition", None
    return Erasure(name, record.timestamp_ms * 1_000)


def _misplaced(record: Record, event: Event, gate: Gate) -> Refusal | None:
    """Judge what is right in itself but wrong where or when it stands."""
    if record.key is None or record.key != event["customer_id"].encode():
        return "key_mismatch", None
    if record.partition != partition_of(record.key, gate.partitions, gate.partitioner):
        return "wrong_partition", None
    happened = event["occurred_at"]
    day = instants.day_of(happened)
    if any(gate.terms.rate(currency, day) is None for currency in _currencies(event)):
        return "unknown_currency", None
    if happened > record.timestamp_ms * 1_000 + FUTURE:
        return "from_future", None
    return None


def _currencies(event: Event) -> list[str]:
    """Name the currencies an event speaks of."""
    if event.get("type") == "cancel":
        return []
    parts = (event, event.get("wallet"), event.get("commitment"))
    return [part["currency"] for part in parts if part is not None and "currency" in part]


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
