"""Input buffers: what was fetched of one input of a partition and is not taken yet."""

from itertools import accumulate
from typing import Any, Final

from agents.events.booking import Booking
from agents.ports import Batch
from schemas.inputs.events import Kind
from schemas.inputs.oversized import Oversized
from schemas.inputs.rejects import Rejection

AT_ONCE: Final = -(2**62)
"""The event time of what is rejected without a look at any state: it goes first."""
UNKNOWN_END: Final = 2**63
"""The broker was not heard yet of this input: it is waited for."""
KINDS: Final = len(Kind)


class InputBuffer:
    """The buffer of one input of one partition: columns of records, `at` the next to be taken."""

    __slots__ = (
        "_bytes",
        "_weighed",
        "at",
        "end",
        "headers",
        "items",
        "keys",
        "kind",
        "offsets",
        "position",
        "timestamps_ms",
        "turns",
        "values",
    )

    def __init__(self, kind: Kind, position: int) -> None:
        self.kind = kind
        self.position = position
        """The offset of the next record to come in."""
        self.end = UNKNOWN_END
        """The last stable offset on the broker, as far as it is known."""
        self.at = 0
        self.turns: list[int] = []
        """Of each record event time and kind in one number: the smallest is taken first."""
        self.items: list[Booking | Rejection] = []
        self.offsets: list[int] = []
        self.timestamps_ms: list[int] = []
        self.keys: list[bytes | None] = []
        self.values: list[bytes | Oversized | None] = []
        self.headers: list[tuple[tuple[str, bytes | None], ...]] = []
        self._bytes = 0
        """Of the records from `_weighed` on."""
        self._weighed = 0

    def put(self, batch: Batch, items: list[Booking | Rejection]) -> None:
        """A batch comes in, each record judged."""
        self.forget_taken()
        kind = int(self.kind)
        turns = [
            (AT_ONCE if isinstance(item, Rejection) else item.at_us) * KINDS + kind
            for item in items
        ]
        self.turns += turns
        self.items += items
        self.offsets += batch.offsets
        self.timestamps_ms += batch.timestamps_ms
        self.keys += batch.keys
        self.values += batch.values
        self.headers += batch.headers
        for number in range(len(self.items) - len(items), len(self.items)):
            self._bytes += self.record_bytes(number)
        self.position = batch.next_position
        self.see_end(batch.next_position)

    def forget_taken(self) -> None:
        """Lets go of what was taken: an erased customer is not to lie here until others come."""
        self.held_bytes()  # of what goes now
        at, self.at = self.at, 0
        self._weighed = 0
        columns: tuple[list[Any], ...] = (
            self.turns,
            self.items,
            self.offsets,
            self.timestamps_ms,
            self.keys,
            self.values,
            self.headers,
        )
        for column in columns:
            del column[:at]

    def see_end(self, end: int) -> None:
        """The broker holds records up to `end`."""
        self.end = end if self.end == UNKNOWN_END else max(self.end, end)

    @property
    def records(self) -> int:
        """How many lie here."""
        return len(self.items) - self.at

    def record_bytes(self, number: int) -> int:
        """Key, value and headers of one of them."""
        key, value = self.keys[number], self.values[number]
        size = (0 if key is None else len(key)) + (0 if value is None else len(value))
        for name, text in self.headers[number]:
            size += len(name) + (0 if text is None else len(text))
        return size

    def held_bytes(self) -> int:
        """Of all that lie here."""
        for number in range(self._weighed, self.at):
            self._bytes -= self.record_bytes(number)
        self._weighed = self.at
        return self._bytes

    @property
    def taken_to(self) -> int:
        """The offset of the next record to be taken: what a commit says."""
        return self.offsets[self.at] if self.at < len(self.offsets) else self.position

    @property
    def has_more(self) -> bool:
        """The broker holds records that are not here."""
        return self.position < self.end

    @property
    def drained(self) -> bool:
        """Nothing is here and nothing is on the broker."""
        return not self.records and not self.has_more

    @property
    def lag(self) -> int:
        """Records on the broker that are not taken yet, as far as is known."""
        return 0 if self.end == UNKNOWN_END else self.end - self.taken_to

    @property
    def oldest_ms(self) -> int | None:
        """The record timestamp of the next record to be taken; None where none is known.

        Where it is not here yet it is that of the one before it, which is hardly newer.
        """
        if not self.timestamps_ms:
            return None
        oldest_ms = self.timestamps_ms[min(self.at, len(self.timestamps_ms) - 1)]
        return oldest_ms if oldest_ms >= 0 else None

    def queue(self) -> list[int]:
        """The turns of what lies here, ascending.

        A record waits for those before it in its input; late, it comes right after them.
        """
        return list(accumulate(self.turns[self.at :], max))
