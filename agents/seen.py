"""Remembered event ids of one customer: what came twice, and what came twice but different."""

from typing import Final

from agents.window import NO_DAY, insert_sorted
from schemas.row import ID_BYTES, SEEN_BYTES

_CHECK_BYTES: Final = SEEN_BYTES - ID_BYTES
_STALE_MIN: Final = 32


class Seen:
    """Ids by day, the oldest first, with the checksum of each event's content.

    `by_day` is what is remembered; `_content` serves to find an id quickly, and may hold ids of
    days that are forgotten until so many have gathered that it is made anew.
    """

    __slots__ = ("_content", "_forgotten_to", "by_day", "count", "oldest")

    def __init__(self, by_day: dict[int, bytearray]) -> None:
        """`by_day`: entries by day, oldest first, as a stored row has them."""
        self.by_day = by_day
        self.count = sum(map(len, by_day.values())) // SEEN_BYTES
        self.oldest = next(iter(by_day), NO_DAY)
        self._forgotten_to = -NO_DAY
        self._content: dict[bytes, tuple[int, int]] = {}
        self._find_all()

    def _find_all(self) -> None:
        content = self._content = {}
        for day, entries in self.by_day.items():
            for at in range(0, len(entries), SEEN_BYTES):
                middle = at + ID_BYTES
                check = int.from_bytes(entries[middle : at + SEEN_BYTES], "big")
                content[bytes(entries[at:middle])] = day, check

    def content_of(self, key: bytes) -> int | None:
        """The checksum of the content that came under this id; None where it is not remembered."""
        found = self._content.get(key)
        if found is None or found[0] <= self._forgotten_to:
            return None
        return found[1]

    def remember(self, day: int, key: bytes, content: int) -> None:
        """Remembers an applied event's id on its own day."""
        self._content[key] = day, content
        self.count += 1
        entry = key + content.to_bytes(_CHECK_BYTES, "big")
        entries = self.by_day.get(day)
        if entries is None:
            insert_sorted(self.by_day, day, bytearray(entry))
            self.oldest = min(self.oldest, day)
        else:
            entries += entry

    def expire(self, last_gone: int) -> None:
        """Forgets the ids of the days up to `last_gone`."""
        by_day = self.by_day
        while by_day and (day := next(iter(by_day))) <= last_gone:
            self.count -= len(by_day.pop(day)) // SEEN_BYTES
        self._forgotten_to = max(self._forgotten_to, last_gone)
        self.oldest = next(iter(by_day), NO_DAY)
        if len(self._content) > 2 * self.count + _STALE_MIN:
            self._content = {
                key: found for key, found in self._content.items() if found[0] > last_gone
            }

    def cap(self, ids_max: int) -> int:
        """Forgets the oldest ids beyond `ids_max`; returns how many."""
        forgotten = 0
        while self.count > ids_max:
            day = next(iter(self.by_day))
            entries = self.by_day[day]
            self._content.pop(bytes(entries[:ID_BYTES]), None)
            del entries[:SEEN_BYTES]
            if not entries:
                del self.by_day[day]
            self.count -= 1
            forgotten += 1
        self.oldest = next(iter(self.by_day), NO_DAY)
        return forgotten
