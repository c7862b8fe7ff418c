"""What a worker would make of events, told beforehand: what it rejects, and what it never reads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

import orjson

from agents.events.admit import Admission
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.inputs.events import KIND_OF_TOPIC, Kind
from schemas.inputs.fields import FIELDS, Field
from schemas.inputs.rejects import Rejection, excerpt
from streams.cli.replay_lines import LineError, Replayed, read_line

NO_LINE: Final = "no_line"
"""In place of a reason: the line holds no record at all."""
ID_CONFLICT: Final = "id_conflict"
EXAMPLES_MAX: Final = 3
"""Of each reason so many are shown."""
IDS_MAX: Final = 2_000_000
"""So many events' ids are held against each other; some 300 MB."""
UNKNOWN_MAX: Final = 200
"""So many fields that no event has are told apart."""
ALIKE: Final = 0.75


class Where(NamedTuple):
    """A line of a file."""

    file: str
    line: int


@dataclass(frozen=True)
class Example:
    """One event that would be rejected."""

    where: Where
    topic: str
    event_id: str
    """Empty where it can't be read."""
    detail: str


@dataclass
class Unread:
    """A field that is no event's: how often it came, first where, and which may be meant."""

    where: Where
    meant: str | None
    count: int = 0


@dataclass
class Report:
    """What was found."""

    events: Counter[str] = field(default_factory=Counter)
    """By topic, whatever became of them."""
    good: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By reason."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    twice: int = 0
    """Events whose id came before with the same content: they count once."""
    unread: dict[tuple[str, str], Unread] = field(default_factory=dict)
    """By topic and field."""
    ids_beyond: int = 0
    """Events whose ids were not held against the others, for there were too many."""


class EventCheck:
    """Judges the lines of files as a worker would, by one policy and without a broker."""

    def __init__(self, policy: Policy, max_event_bytes: int, now_ms: int) -> None:
        """`now_ms`: the timestamp of records whose lines name none."""
        self.report = Report()
        self._admission = Admission.alone(policy, max_event_bytes)
        self._now_ms = now_ms
        self._contents: dict[tuple[str, bytes], int] = {}

    def look(self, line: bytes, where: Where) -> None:
        """Judges one line; an empty one is none."""
        try:
            record = read_line(line)
        except LineError as error:
            self._reject(NO_LINE, Example(where, "", "", str(error)))
            return
        if record is None:
            return
        report, kind = self.report, KIND_OF_TOPIC[record.topic]
        report.events[record.topic] += 1
        timestamp_ms = self._now_ms if record.timestamp_ms is None else record.timestamp_ms
        judged = self._admission.admit(kind, record.key, record.value, timestamp_ms)
        value = {} if record.value is None else orjson.loads(record.value)
        self._look_for_unread(kind, record.topic, value, where)
        if isinstance(judged, Rejection):
            event_id = value.get("event_id")
            named = event_id if isinstance(event_id, str) else ""
            self._reject(judged.reason, Example(where, record.topic, named, judged.detail))
        elif self._is_new(judged, record, where):
            report.good += 1

    def _is_new(self, event: Booking, record: Replayed, where: Where) -> bool:
        """Whether its id is; one that came with another content is rejected."""
        if event.erases:
            return True
        key = event.customer_id, event.id_key
        known = self._contents.get(key)
        if known is None:
            if len(self._contents) < IDS_MAX:
                self._contents[key] = event.content
            else:
                self.report.ids_beyond += 1
            return True
        if known == event.content:
            self.report.twice += 1
            return False
        detail = f"event_id: expected one of its own, found {excerpt(event.event_id)} once more"
        self._reject(ID_CONFLICT, Example(where, record.topic, event.event_id, detail))
        return False

    def _reject(self, reason: str, example: Example) -> None:
        self.report.rejected[reason] += 1
        examples = self.report.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES_MAX:
            examples.append(example)

    def _look_for_unread(self, kind: Kind, topic: str, value: dict[str, Any], where: Where) -> None:
        for name, meant in _unread(FIELDS[kind], value, ""):
            key = topic, name
            if key not in self.report.unread:
                if len(self.report.unread) >= UNKNOWN_MAX:
                    continue
                self.report.unread[key] = Unread(where, meant)
            self.report.unread[key].count += 1


def _unread(
    fields: tuple[Field, ...], value: dict[str, Any], prefix: str
) -> Iterator[tuple[str, str | None]]:
    """(name, which field may be meant) of each that is no field."""
    known = {its.name: its for its in fields}
    for name, content in value.items():
        its = known.get(name)
        if its is None:
            absent = [other for other in known if other not in value]
            alike = get_close_matches(_plain(name), absent, 1, ALIKE)
            yield prefix + name, prefix + alike[0] if alike else None
        elif its.inner and isinstance(content, dict):
            yield from _unread(its.inner, content, f"{prefix}{name}.")


def _plain(name: str) -> str:
    """In the letters of the fields: `dueAt` and `Due-At` are `due_at`."""
    spread = "".join(f"_{letter}" if letter.isupper() else letter for letter in name)
    return spread.lower().replace("-", "_").replace("__", "_").strip("_")
