"""Remembered event ids of one customer: what came twice, and what came twice but different."""

from agents.window import NO_DAY, insert_sorted
from schemas.row import ID_BYTES, SEEN_BYTES

_CHECK_BYTES = SEEN_BYTES - ID_BYTES


class Seen:
    """Ids by day, the oldest first, with the checksum of each event's content."""

    __slots__ = ("by_day", "content", "oldest")

    def __init__(self, by_day: dict[int, bytearray]) -> None:
        """`by_day`: entries by day, oldest first, as a stored row has them."""
        self.by_day = by_day
        self.content: dict[bytes, int] = {}
        for entries in by_day.values():
            for at in range(0, len(entries), SEEN_BYTES):
                middle, end = at + ID_BYTES, at + SEEN_BYTES
                check = int.from_bytes(entries[middle:end], "big")
                self.content[bytes(entries[at:middle])] = check
        self.oldest = next(iter(by_day), NO_DAY)

    def remember(self, day: int, key: bytes, content: int) -> None:
        """Remembers an applied event's id on its own day."""
        self.content[key] = content
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
            entries = by_day.pop(day)
            for at in range(0, len(entries), SEEN_BYTES):
                del self.content[bytes(entries[at : at + ID_BYTES])]
        self.oldest = next(iter(by_day), NO_DAY)

    def cap(self, ids_max: int) -> int:
        """Forgets the oldest ids beyond `ids_max`; returns how many."""
        forgotten = 0
        while len(self.content) > ids_max:
            day = next(iter(self.by_day))
            entries = self.by_day[day]
            del self.content[bytes(entries[:ID_BYTES])]
            del entries[:SEEN_BYTES]
            if not entries:
                del self.by_day[day]
            forgotten += 1
        self.oldest = next(iter(self.by_day), NO_DAY)
        return forgotten
