"""Remembered event ids of one customer: what came twice, and what came twice but different."""

import struct
from typing import Final

from agents.customer.part import Part
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import BEFORE_ALL_DAYS, NO_DAY
from schemas.state.rows import ID_BYTES, SEEN_BYTES

INDEXED_FROM: Final = 64
"""So many ids are worth an index; fewer are searched through as fast, and take a tenth."""
_ENTRY: Final = struct.Struct("<i8sI")
_DAY: Final = struct.Struct("<i")
_CHECK: Final = struct.Struct("<I")
_KEY_AT: Final = 4


class DedupeIndex(Part):
    """Ids with the checksum of each event's content, by day, the oldest first.

    `entries` is all of it: day, key and checksum of each id side by side, SEEN_BYTES each.
    """

    __slots__ = ("_index", "_newest", "entries", "forgotten", "oldest")

    def __init__(self, entries: bytearray) -> None:
        """`entries` as a stored row has them."""
        self.entries = entries
        self.forgotten = 0
        """Ids that had to go early since somebody asked last."""
        self._index: dict[bytes, int] | None = None
        self._look_again()

    @property
    def count(self) -> int:
        """How many ids are remembered."""
        return len(self.entries) // SEEN_BYTES

    def _look_again(self) -> None:
        entries = self.entries
        self._look_at_ends()
        self._index = None
        if len(entries) >= INDEXED_FROM * SEEN_BYTES:
            self._index = {key: check for _, key, check in _ENTRY.iter_unpack(entries)}

    def _look_at_ends(self) -> None:
        entries = self.entries
        if entries:
            self.oldest: int = _DAY.unpack_from(entries)[0]
            self._newest: int = _DAY.unpack_from(entries, len(entries) - SEEN_BYTES)[0]
        else:
            self.oldest, self._newest = NO_DAY, BEFORE_ALL_DAYS

    def content_of(self, key: bytes) -> int | None:
        """The checksum of the content that came under this id; None where it is not remembered."""
        if self._index is not None:
            return self._index.get(key)
        entries = self.entries
        at = entries.find(key)
        while at >= 0:
            if at % SEEN_BYTES == _KEY_AT:
                check: int = _CHECK.unpack_from(entries, at + ID_BYTES)[0]
                return check
            at = entries.find(key, at + 1)
        return None

    def book(self, event: Booking, as_of_us: int, day: int, policy: Policy) -> None:
        """Remembers the event, unless its day is too long ago."""
        if day - event.day < policy.dedupe_days:
            self.remember(event.day, event.id_key, event.content)
            if event.twin_key is not None:
                self.remember(event.day, event.twin_key, event.content)
            if len(self.entries) > policy.dedupe_ids_max * SEEN_BYTES:
                self.forgotten += self.cap(policy.dedupe_ids_max)

    def advance(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Forgets the days that are too long ago."""
        last_expired = day - policy.dedupe_days
        if self.oldest <= last_expired:
            self.expire(last_expired)

    def fit(self, as_of_us: int, day: int, policy: Policy) -> None:
        """Fewer days or ids may be remembered now."""
        self.advance(as_of_us, day, policy)
        self.cap(policy.dedupe_ids_max)

    def row(self, policy: Policy) -> bytearray:
        """The entries as they lie in memory."""
        return self.entries

    def remember(self, day: int, key: bytes, content: int) -> None:
        """Remembers an applied event's id on its own day."""
        entries = self.entries
        if day >= self._newest:
            entries += _ENTRY.pack(day, key, content)
            self._newest = day
        else:
            at = self._after(day)
            entries[at:at] = _ENTRY.pack(day, key, content)
        if day < self.oldest:
            self.oldest = day
        if self._index is not None:
            self._index[key] = content
        elif len(entries) == INDEXED_FROM * SEEN_BYTES:
            self._look_again()

    def _after(self, day: int) -> int:
        """Where the ids of later days begin; most that come late are late by little."""
        at = len(self.entries)
        while at and _DAY.unpack_from(self.entries, at - SEEN_BYTES)[0] > day:
            at -= SEEN_BYTES
        return at

    def expire(self, last_expired: int) -> None:
        """Forgets the ids of the days up to `last_expired`."""
        entries, end = self.entries, SEEN_BYTES
        if self.oldest > last_expired:
            return
        while end < len(entries) and _DAY.unpack_from(entries, end)[0] <= last_expired:
            end += SEEN_BYTES
        self._forget(end)

    def cap(self, ids_max: int) -> int:
        """Forgets the oldest ids beyond `ids_max`; returns how many."""
        forgotten = max(0, self.count - ids_max)
        self._forget(forgotten * SEEN_BYTES)
        return forgotten

    def _forget(self, size: int) -> None:
        if not size:
            return
        if self._index is not None:
            for _, key, _ in _ENTRY.iter_unpack(self.entries[:size]):
                del self._index[key]
            if self.count - size // SEEN_BYTES < INDEXED_FROM // 2:
                self._index = None
        del self.entries[:size]
        self._look_at_ends()
