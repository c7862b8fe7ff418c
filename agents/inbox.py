"""Inboxes: what was fetched of each input and is not taken yet, merged by event time.

Of the next record of each input the earliest is taken. An input that has more on the broker and
nothing here is waited for; one that is drained is not.
"""

from collections import deque
from typing import Final

import msgspec

from agents.booking import Booking
from schemas.events import Kind
from schemas.outputs import Headers
from schemas.rejects import Rejection

AT_ONCE: Final = -(2**63)
"""The event time of what is rejected without a look at any state: it goes first."""
_LATEST: Final = 2**63
UNKNOWN_END: Final = 2**63
"""The broker was not heard yet of this input: it is waited for."""


class Rejected(msgspec.Struct, frozen=True):
    """A record that was turned away, as it came."""

    rejection: Rejection
    key: bytes | None
    value: bytes | None
    headers: Headers


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A record with state to be asked: its booking, and what is needed should it conflict."""

    booking: Booking
    key: bytes | None
    value: bytes | None
    headers: Headers


class Run(msgspec.Struct):
    """One batch, judged; `taken` of its records are done."""

    times: list[int]
    items: list[Entry | Rejected]
    offsets: list[int]
    timestamps_ms: list[int]
    next_position: int
    taken: int = 0


class Inbox:
    """The inbox of one input of one partition."""

    __slots__ = ("end", "head_us", "kind", "position", "records", "runs", "taken_to")

    def __init__(self, kind: Kind, position: int, end: int = UNKNOWN_END) -> None:
        self.kind = kind
        self.position = position
        """The offset of the next record to come in."""
        self.taken_to = position
        """The offset of the next record to be taken: what a commit says."""
        self.end = end
        """The last stable offset on the broker, as far as it is known."""
        self.runs: deque[Run] = deque()
        self.records = 0
        self.head_us = _LATEST

    def put(self, run: Run) -> None:
        """A judged batch comes in."""
        self.position = run.next_position
        self.see_end(run.next_position)
        if not run.times:
            if not self.runs:
                self.taken_to = run.next_position
            else:
                self.runs[-1].next_position = run.next_position
            return
        self.runs.append(run)
        self.records += len(run.times)
        if len(self.runs) == 1:
            self.head_us = run.times[0]

    def see_end(self, end: int) -> None:
        """The broker holds records up to `end`."""
        self.end = end if self.end == UNKNOWN_END else max(self.end, end)

    @property
    def lag(self) -> int:
        """Records on the broker that are not taken yet, as far as is known."""
        return 0 if self.end == UNKNOWN_END else self.end - self.taken_to

    @property
    def drained(self) -> bool:
        """Nothing is here and nothing is on the broker."""
        return not self.runs and self.position >= self.end

    def drop_head(self) -> None:
        """The head was taken."""
        run = self.runs[0]
        at = run.taken + 1
        run.taken = at
        self.records -= 1
        if at < len(run.times):
            self.taken_to = run.offsets[at]
            self.head_us = run.times[at]
            return
        self.taken_to = run.next_position
        self.runs.popleft()
        self.head_us = self.runs[0].times[0] if self.runs else _LATEST


def earliest(inboxes: list[Inbox]) -> tuple[Inbox | None, int]:
    """The inbox whose head is to be taken, and up to which time it stays the one.

    None where an input is waited for or all are drained. Ties go to the first kind; `inboxes`
    are in the order of their kinds.
    """
    best: Inbox | None = None
    best_us = bound_us = _LATEST
    for inbox in inboxes:
        if not inbox.runs:
            if inbox.position < inbox.end:
                return None, 0
            continue
        head_us = inbox.head_us
        if head_us < best_us:
            bound_us, best, best_us = best_us, inbox, head_us
            # what stood first has the smaller kind: it wins a tie
            bound_us -= 1
        elif head_us < bound_us:
            bound_us = head_us
    return best, bound_us
