"""Remembered event ids of one customer: what came twice, and what came twice but different."""

from agents.window import insert_sorted
from schemas.row import ID_BYTES, SEEN_BYTES

_CHECK_BYTES = SEEN_BYTES - ID_BYTES


class Seen:
    """Ids by day, the oldest first, with the checksum of each event's content."""

    __slots__ = ("by_day", "content")

    def __init__(self) -> None:
        self.content: dict[bytes, int] = {}
        self.by_day: dict[int, bytearray] = {}

    def remember(self, day: int, key: bytes, content: int) -> None:
        """Remembers an applied event's id on its own day."""
        self.content[key] = content
        entry = key + content.to_bytes(_CHECK_BYTES, "big")
        entries = self.by_day.get(day)
        if entries is None:
            insert_sorted(self.by_day, day, bytearray(entry))
        else:
            entries += entry

    def expire(self, last_gone: int) -> None:
        """Forgets the ids of the days up to `last_gone`."""
        by_day = self.by_day
        while by_day:
            day = next(iter(by_day))
            if day > last_gone:
                return
            entries = by_day.pop(day)
            for at in range(0, len(entries), SEEN_BYTES):
                del self.content[bytes(entries[at : at + ID_BYTES])]

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
        return forgotten

    def flat(self) -> list[tuple[int, bytes]]:
        """The ids for the stored row."""
        return [(day, bytes(entries)) for day, entries in self.by_day.items()]

    @classmethod
    def of_flat(cls, flat: list[tuple[int, bytes]]) -> "Seen":
        """The ids of a stored row."""
        seen = cls()
        content = seen.content
        for day, entries in flat:
            seen.by_day[day] = bytearray(entries)
            for at in range(0, len(entries), SEEN_BYTES):
                middle = at + ID_BYTES
                content[entries[at:middle]] = int.from_bytes(
                    entries[middle : at + SEEN_BYTES], "big"
                )
        return seen
