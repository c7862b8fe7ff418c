"""Files of events, merged by time: of the next line of each, the one that happened first."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from typing import BinaryIO, Final
from zlib import crc32

from agents.events.admit import FUTURE_LIMIT_US
from schemas.base.times import micros
from streams.cli.replay_lines import LINE_BYTES_MAX, LineError, Replayed, read_line

_BEFORE_ALL_US: Final = -(1 << 62)
"""When a line happened that says no time and has none before it."""


@dataclass
class Position:
    """How much of a file was taken, and by what its last line is known again."""

    bytes: int = 0
    lines: int = 0
    last_bytes: int = 0
    last_check: int = 0
    """CRC-32 of that line."""


@dataclass
class Back:
    """Where a file went back in time."""

    line: int
    """The first that happened before one above it."""
    by_us: int
    """By how much it did."""
    lines: int = 1
    most_us: int = 0


class Source:
    """One file, read a line ahead; what it says of itself is of the lines that were taken."""

    def __init__(self, name: str, lines: BinaryIO, at: Position, now_us: int) -> None:
        self.name = name
        self.at = at
        self.back: Back | None = None
        self._lines = lines
        self._now_us = now_us
        self._ahead = at
        self._latest_us = _BEFORE_ALL_US
        self._next: Replayed | LineError | None = None

    def read(self) -> int | None:
        """Read on to the next line that holds something; None at the end, else when it happened."""
        found: Replayed | LineError | None = None
        while found is None:
            line = self._lines.readline(LINE_BYTES_MAX + 1)
            if not line:
                return None
            before = self._ahead
            self._ahead = Position(
                before.bytes + len(line), before.lines + 1, len(line), crc32(line)
            )
            try:
                found = read_line(line)
            except LineError as error:
                found = error
        self._next = found
        at_us = None if isinstance(found, LineError) else _happened_us(found, self._now_us)
        if at_us is None:
            # with no time of its own it follows what stands above it
            return self._latest_us
        if at_us < self._latest_us:
            self._goes_back(self._latest_us - at_us)
        self._latest_us = max(self._latest_us, at_us)
        return at_us

    def take(self) -> Replayed:
        """The line that was read; LineError where it is none."""
        if isinstance(self._next, LineError):
            raise self._next
        assert self._next is not None, "nothing was read"
        self.at = self._ahead
        return self._next

    @property
    def line(self) -> int:
        """The number of the line that was read last."""
        return self._ahead.lines

    def _goes_back(self, by_us: int) -> None:
        if self.back is None:
            self.back = Back(self.line, by_us, most_us=by_us)
            return
        self.back.lines += 1
        self.back.most_us = max(self.back.most_us, by_us)


def merged(sources: list[Source]) -> Iterator[Source]:
    """The source of each next line, by time; of equal times in the order of the sources.

    One line a source is held. A line that goes back in time comes at once: as a worker takes it.
    """
    heads: list[tuple[int, int]] = []
    for place, source in enumerate(sources):
        at_us = source.read()
        if at_us is not None:
            heappush(heads, (at_us, place))
    while heads:
        place = heads[0][1]
        yield sources[place]
        at_us = sources[place].read()
        if at_us is None:
            heappop(heads)
        else:
            heapreplace(heads, (at_us, place))


def sources_at(
    names: list[str], opened: Sequence[BinaryIO], positions: dict[str, Position] | None = None
) -> list[Source]:
    """Files, each to be read on from a position; without positions from where it is."""
    now_us = time.time_ns() // 1000
    sources = []
    for name, lines in zip(names, opened, strict=True):
        position = Position() if positions is None else positions[name]
        if position.bytes:
            lines.seek(position.bytes)
        sources.append(Source(name, lines, position, now_us))
    return sources


def _happened_us(event: Replayed, now_us: int) -> int | None:
    """When it happened, in microseconds since 1970; an erasure at its record's timestamp.

    None: it says no time, or one for which workers will reject it. The rest of its file must not
    wait for that.
    """
    made_us = now_us if event.timestamp_ms is None else event.timestamp_ms * 1000
    if event.value is None:
        return None if event.timestamp_ms is None else made_us
    if event.occurred_at is None:
        return None
    at_us = micros(event.occurred_at)
    return None if at_us > made_us + FUTURE_LIMIT_US else at_us
