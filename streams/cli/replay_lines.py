"""A line of a replay file: what it must be, and nothing of what an event's own fields hold."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from schemas.inputs.events import Moment
from schemas.topics.declared import TOPICS

LINE_BYTES_MAX: Final = 33_554_432
INPUTS: Final = tuple(topic.name for topic in TOPICS if topic.direction == "in")
TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

_LINE: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_EXPECTED: Final = 'a JSON object {"topic": …, "value": {…}}'


class LineError(Exception):
    """A line that can't be replayed; the text says what was expected and what was found."""


class Replayed(NamedTuple):
    """A record to publish; `value` is byte for byte what the line holds."""

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp_ms: int | None
    occurred_at: datetime | None


def read_line(line: bytes) -> Replayed | None:
    """Return the record of a line, None of an empty one; LineError where it is no such line."""
    if len(line) > LINE_BYTES_MAX:
        raise LineError(f"expected a line of at most {LINE_BYTES_MAX} bytes, found a longer one")
    if not line.strip():
        return None
    try:
        parsed = orjson.loads(line)
        raw = _LINE.decode(line) if isinstance(parsed, dict) else None
    except (ValueError, RecursionError) as error:
        raise LineError(f"expected {_EXPECTED}, found none: {error}") from error
    if raw is None:
        raise LineError(f"expected {_EXPECTED}, found {_kind(parsed)}")
    topic = _topic(parsed)
    timestamp_ms = _timestamp(parsed)
    if "value" not in parsed:
        raise LineError("value: expected an object, found nothing")
    value = parsed["value"]
    if value is None:
        return Replayed(topic, _erased(topic, parsed), None, timestamp_ms, None)
    if not isinstance(value, dict):
        raise LineError(f"value: expected an object, found {_kind(value)}")
    if "key" in parsed:
        raise LineError("key: expected beside a null value only, found one: the customer_id is it")
    customer_id = value.get("customer_id")
    key = customer_id.encode() if isinstance(customer_id, str) else None
    return Replayed(topic, key, bytes(raw["value"]), timestamp_ms, _occurred_at(value))


def _topic(parsed: dict[str, Any]) -> str:
    topic = parsed.get("topic")
    if topic not in INPUTS:
        found = _kind(topic, "another text") if "topic" in parsed else "nothing"
        raise LineError(f"topic: expected {', '.join(INPUTS[:-1])} or {INPUTS[-1]}, found {found}")
    return str(topic)


def _timestamp(parsed: dict[str, Any]) -> int | None:
    timestamp_ms = parsed.get("timestamp_ms")
    if timestamp_ms is None:
        return None
    if type(timestamp_ms) is not int or not 0 <= timestamp_ms <= TIMESTAMP_MS_MAX:
        raise LineError(
            "timestamp_ms: expected whole milliseconds from 1970 to 9999, found "
            + _kind(timestamp_ms, number="another number")
        )
    return timestamp_ms


def _erased(topic: str, parsed: dict[str, Any]) -> bytes:
    if topic != "customers":
        raise LineError("value: expected an object, found null: it erases in customers only")
    key = parsed.get("key")
    if not isinstance(key, str) or not key:
        found = _kind(key, "an empty text") if "key" in parsed else "nothing"
        raise LineError(f"key: expected the customer_id that a null value erases, found {found}")
    return key.encode()


def _kind(value: object, text: str = "a text", number: str = "a number") -> str:
    """The JSON kind of a value. An error does not quote the value: it may be a customer's."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return text
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else number


def _occurred_at(value: dict[str, Any]) -> datetime | None:
    """Say when it happened, where that can be told."""
    with suppress(msgspec.ValidationError):
        moment: datetime = msgspec.convert(value.get("occurred_at"), Moment)
        return moment
    return None
