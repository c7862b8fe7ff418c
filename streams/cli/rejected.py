"""A record of `rejected-events`, read: the event as it came, why it was turned away, whence."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from schemas.outputs.headers import ALTERED_HEADER, Headers
from schemas.outputs.records import REJECTED_EVENTS

REPUBLISHED_FROM: Final = "republished_from"
"""The header of an event that went back to its input: which record of `rejected-events` it was."""
_ADDED: Final = ("reason", "detail", "source_topic", "source_partition", "source_offset")


@dataclass(frozen=True)
class Rejected:
    """One record; texts are UTF-8, with what is none replaced."""

    place: str
    """Of the record itself: topic/partition/offset."""
    topic: str
    """The input that it stood in, without prefix."""
    source: str
    """There: topic/partition/offset."""
    reason: str
    detail: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    """Its own, as it came."""
    is_whole: bool
    """Whether the value is all of it; of one too large the record holds the beginning."""
    timestamp_ms: int

    @property
    def fields(self) -> dict[str, Any] | None:
        """The value's fields; None where it is no JSON object."""
        try:
            parsed = orjson.loads(self.value or b"null")
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None

    @property
    def customer_id(self) -> str | None:
        """Whose event it is, by the value or else by the key; None where neither tells."""
        named = (self.fields or {}).get("customer_id")
        if isinstance(named, str):
            return named
        return None if self.key is None else self.key.decode(errors="replace")

    @property
    def event_id(self) -> str | None:
        """None where it can't be read."""
        named = (self.fields or {}).get("event_id")
        return named if isinstance(named, str) else None

    @property
    def republished_from(self) -> str | None:
        """The place of the record that it was before it went back once; None: it never did."""
        found = [value for name, value in self.headers if name == REPUBLISHED_FROM]
        return _text(found[-1]) if found else None


def header(record: Any, name: str) -> bytes | None:
    """The last header of a name: after an event's own come those that tell why and whence."""
    found = [value for its, value in record.headers if its == name]
    return found[-1] if found else None


def rejected_of(record: Any) -> Rejected | None:
    """What a record of the topic says; None where it holds no such thing."""
    begin = _added_at(record.headers)
    added = {name: _text(value) for name, value in record.headers[begin:]}
    if not all(added.get(name) for name in _ADDED):
        return None
    topic = added["source_topic"]
    return Rejected(
        place=f"{REJECTED_EVENTS}/{record.partition}/{record.offset}",
        topic=topic,
        source=f"{topic}/{added['source_partition']}/{added['source_offset']}",
        reason=added["reason"],
        detail=added["detail"],
        key=record.key,
        value=record.value,
        headers=tuple(pair for pair in record.headers[:begin] if pair[0] != ALTERED_HEADER),
        is_whole="value_bytes" not in added,
        timestamp_ms=int(record.timestamp),
    )


def _added_at(headers: list[tuple[str, bytes]]) -> int:
    """Where those begin that were added: behind any of its own of that name."""
    return max((at for at, (name, _) in enumerate(headers) if name == _ADDED[0]), default=0)


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode(errors="replace")
