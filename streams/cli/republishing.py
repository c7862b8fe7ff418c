"""What goes back of rejected events: changed where that is asked, and judged before it goes."""

import time
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from agents.events.admit import Admission
from agents.policy.compiled import Policy
from schemas.inputs.events import KIND_OF_TOPIC
from schemas.inputs.fields import FIELDS
from schemas.inputs.rejects import Rejection
from schemas.outputs.headers import Headers
from streams.cli.rejected import REPUBLISHED_FROM, Rejected

EXAMPLES_MAX: Final = 3
"""Of each reason so many are shown, and of what goes back."""
_NAMES: Final = sorted({its.name for fields in FIELDS.values() for its in fields})


class Change(NamedTuple):
    """A field and its text, which each input reads as its type asks."""

    name: str
    text: str


class Sent(NamedTuple):
    """A record for an input."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def change_of(text: str) -> Change:
    """FIELD=VALUE; ValueError where it is none, or no input has a field of that name."""
    name, found, value = text.partition("=")
    if not found or not name:
        raise ValueError(f"expected FIELD=VALUE, found {text}")
    if name not in _NAMES:
        alike = get_close_matches(name, _NAMES, 1)
        meant = f"; is {alike[0]} meant?" if alike else ""
        raise ValueError(f"expected a field of an input, found {name}{meant}")
    return Change(name, value)


@dataclass
class Return:
    """Decides which events go back, and counts what became of all."""

    policy: Policy
    max_event_bytes: int
    changes: list[Change]
    chosen: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    """By input."""
    kept: Counter[str] = field(default_factory=Counter)
    """By reason, what would be turned away again."""
    examples: dict[str, list[tuple[Rejected, str]]] = field(default_factory=dict)
    """By that reason, each with the detail."""
    shown: list[tuple[Rejected, Sent]] = field(default_factory=list)
    """Examples of what goes back."""
    cut: int = 0
    """Events of which only the beginning is there."""

    def __post_init__(self) -> None:
        """Which partition a record stood in does not count, for it goes by its key."""
        self._admission = Admission.alone(self.policy, self.max_event_bytes)

    @property
    def left(self) -> int:
        """Chosen events that don't go back."""
        return self.cut + self.kept.total()

    def take(self, event: Rejected) -> Sent | None:
        """What goes back of an event; None where it stays."""
        self.chosen += 1
        if not event.is_whole:
            self.cut += 1
            return None
        fields, value = self._changed(event)
        named = fields.get("customer_id")
        key = named.encode() if isinstance(named, str) else event.key
        judged = self._admission.admit(
            KIND_OF_TOPIC[event.topic], key, value, time.time_ns() // 1_000_000
        )
        if isinstance(judged, Rejection):
            self._keep(event, judged)
            return None
        self.sent[event.topic] += 1
        own = tuple(pair for pair in event.headers if pair[0] != REPUBLISHED_FROM)
        sent = Sent(key, value, (*own, (REPUBLISHED_FROM, event.place.encode())))
        if len(self.shown) < EXAMPLES_MAX:
            self.shown.append((event, sent))
        return sent

    def _changed(self, event: Rejected) -> tuple[dict[str, Any], bytes | None]:
        """The event's fields, none where the value is no object, and its value as it goes back."""
        fields = event.fields
        if fields is None:
            return {}, event.value
        types = {its.name: its.type for its in FIELDS[KIND_OF_TOPIC[event.topic]]}
        changed = {name: _read(types[name], text) for name, text in self.changes if name in types}
        if not changed:
            return fields, event.value
        fields |= changed
        return fields, orjson.dumps(fields)

    def _keep(self, event: Rejected, why: Rejection) -> None:
        reason = why.reason.value
        self.kept[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES_MAX:
            examples.append((event, why.detail))

    def facts(self) -> dict[str, Any]:
        """The counts, for JSON."""
        return {
            "chosen": self.chosen,
            "republished": dict(sorted(self.sent.items())),
            "turned_away_again": {
                reason: {
                    "count": count,
                    "examples": [
                        {"source": event.source, "event_id": event.event_id, "detail": detail}
                        for event, detail in self.examples[reason]
                    ],
                }
                for reason, count in sorted(self.kept.items())
            },
            "cut": self.cut,
        }


def _read(kind: Any, text: str) -> Any:
    """The value of a field of a type; the text itself where it is none: the judge says so."""
    try:
        return msgspec.to_builtins(msgspec.convert(text, kind, strict=False))
    except (msgspec.ValidationError, TypeError):
        return text
