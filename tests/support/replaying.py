"""What a replay meets in place of a broker, and events for it to publish."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

import orjson
import pytest

from streams.cli import replay, replay_progress
from streams.cli.errors import Failure
from streams.config.settings import Settings

Sent = tuple[str, bytes | None, bytes | None, int | None]


class Published:
    """A broker's stand-in that keeps what was sent; `tests/integration` has the real ones."""

    records: ClassVar[list[Sent]] = []
    breaks_after: ClassVar[int | None] = None
    """The broker goes away once it holds so many."""

    def __init__(self, settings: Settings) -> None:
        del settings
        self.delivered = Counter[str]()
        self.reached: dict[str, dict[int, int]] = {}
        self.held_records = bool(self.records)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, timestamp_ms: int | None = None
    ) -> None:
        if len(self.records) == self.breaks_after:
            raise Failure("the broker went away")
        self.records.append((topic, key, value, timestamp_ms))
        self.delivered[topic] += 1
        self.reached[topic] = {0: sum(sent[0] == topic for sent in self.records)}

    def flush(self) -> None: ...


@dataclass(frozen=True)
class Found:
    """A record as the broker hands it out."""

    key: bytes | None
    value: bytes | None


class Read:
    """Reads what the stand-in holds; a test says which other records came between."""

    others: ClassVar[list[Sent]] = []
    began_at: ClassVar[dict[str, dict[int, int]]] = {}

    def __init__(
        self, settings: Settings, topics: tuple[str, ...], *, from_beginning: bool
    ) -> None:
        del settings
        assert from_beginning
        self.topics = topics

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def begin_at(self, offsets: dict[str, dict[int, int]]) -> None:
        Read.began_at = offsets

    def to_the_end(self) -> Iterator[tuple[str, Found]]:
        for topic in self.topics:
            sent = [record for record in Published.records if record[0] == topic]
            for _, key, value, _ in sent[self.began_at.get(topic, {}).get(0, 0) :] + self.others:
                yield topic, Found(key, value)


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker's stand-in, empty, for `whalecurve replay`."""
    monkeypatch.setattr(replay, "Publisher", Published)
    monkeypatch.setattr(replay_progress, "Reader", Read)
    monkeypatch.setattr(Published, "records", [])


BEGINS = datetime(2024, 3, 1, tzinfo=UTC)


def sold(number: int, day: float, topic: str = "purchases") -> bytes:
    """A line of an event that happened so many days after the beginning."""
    at = (BEGINS + timedelta(days=day)).isoformat()
    value = {"event_id": f"e-{number}", "customer_id": f"c-{number % 3}", "occurred_at": at}
    return orjson.dumps({"topic": topic, "value": value}) + b"\n"


def sent() -> list[str]:
    """The ids of what was published."""
    return [orjson.loads(value or b"")["event_id"] for _, _, value, _ in Published.records]
