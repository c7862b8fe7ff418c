"""One partition of a simulated topic: records, transactions' markers, and what readers may see.

As Kafka does it: every record and every marker takes an offset. The high watermark is the end of
the log (one replica). The last stable offset is where the first open transaction of this partition
begins. A `read_committed` reader sees what lies below it, without what was aborted and without
markers, and it goes past the offsets of both.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

Headers = tuple[tuple[str, bytes | None], ...]

MESSAGE_MAX_BYTES: Final = 1_000_000
"""What a topic takes; seeds with a fault make one refuse less."""


class Place(NamedTuple):
    """A topic's partition."""

    topic: str
    partition: int


class GroupOffset(NamedTuple):
    """What the group is told of one input: the offset to read next, and a text beside it."""

    offset: int
    metadata: str


@dataclass(eq=False)
class Transaction:
    """One transaction, from the first partition it added to the last marker."""

    number: int
    """Counts all transactions of a broker."""
    transactional_id: str
    producer_id: int
    epoch: int
    owner: str = ""
    """Which process began it: for the checks, no broker knows."""
    places: list[Place] = field(default_factory=list)
    entries: list["Entry"] = field(default_factory=list)
    offsets: dict[Place, GroupOffset] = field(default_factory=dict)
    """The group's offsets, pending until the transaction ends."""
    has_offsets: bool = False
    outcome: str = ""
    """Once it is decided: commit or abort."""
    unmarked: int = 0
    """Markers that are still to be written."""


@dataclass(eq=False)
class Entry:
    """What lies at one offset."""

    offset: int
    place: Place
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int
    transaction: Transaction | None = None
    is_marker: bool = False

    @property
    def is_visible(self) -> bool:
        """To a `read_committed` reader, once it lies below the last stable offset."""
        if self.is_marker:
            return False
        return self.transaction is None or self.transaction.outcome == "commit"


class Log:
    """One partition."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.entries: list[Entry] = []
        self.end = 0
        """The high watermark: the offset of the next entry."""
        self.first_open: dict[Transaction, int] = {}
        """Of each open transaction the offset of its first record here, in order of beginning."""
        self.epochs: dict[int, int] = {}
        """By producer the newest epoch seen: what has an older one is refused."""
        self.sequences: dict[tuple[int, int], int] = {}
        """By producer and epoch the sequence number that comes next."""

    @property
    def stable_end(self) -> int:
        """The last stable offset."""
        return min(self.first_open.values(), default=self.end)

    def append(
        self,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        transaction: Transaction | None = None,
    ) -> Entry:
        """A record at the end."""
        entry = Entry(self.end, self.place, key, value, headers, timestamp_ms, transaction)
        if transaction is not None:
            self.first_open.setdefault(transaction, self.end)
            transaction.entries.append(entry)
        self.entries.append(entry)
        self.end += 1
        return entry

    def mark(self, transaction: Transaction, epoch: int) -> None:
        """The marker that ends a transaction here; its outcome stands in the transaction."""
        self.entries.append(
            Entry(self.end, self.place, None, None, (), 0, transaction, is_marker=True)
        )
        self.end += 1
        self.first_open.pop(transaction, None)
        producer_id = transaction.producer_id
        self.epochs[producer_id] = max(epoch, self.epochs.get(producer_id, 0))

    def read(self, position: int, records_max: int) -> tuple[list[Entry], int]:
        """(what a `read_committed` reader sees from a position on, the position after it)."""
        found: list[Entry] = []
        stable = self.stable_end
        at = self._index(position)
        after = position
        while at < len(self.entries) and len(found) < records_max:
            entry = self.entries[at]
            if entry.offset >= stable:
                return found, max(after, stable)
            if entry.is_visible:
                found.append(entry)
            after = entry.offset + 1
            at += 1
        if at == len(self.entries):
            after = max(after, stable)
        return found, after

    def _index(self, position: int) -> int:
        low, high = 0, len(self.entries)
        while low < high:
            middle = (low + high) // 2
            if self.entries[middle].offset < position:
                low = middle + 1
            else:
                high = middle
        return low

    def visible(self) -> list[Entry]:
        """All that a `read_committed` reader sees."""
        return self.read(0, len(self.entries) + 1)[0]

    def compact(self) -> int:
        """Removes what a newer committed record of its key has replaced; how many went.

        What lies at and above the last stable offset stays, as does the newest entry.
        """
        stable, newest = self.stable_end, {}
        for entry in self.entries:
            if entry.offset < stable and entry.is_visible:
                newest[entry.key] = entry.offset
        before = len(self.entries)
        self.entries = [
            entry
            for entry in self.entries
            if entry.offset >= min(stable, self.end - 1)
            or (entry.is_visible and newest[entry.key] == entry.offset)
        ]
        return before - len(self.entries)
