"""What the rooms ask of the runtime, and what passes between them."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from typing import Final, NamedTuple, Protocol

import msgspec

from schemas.base.errors import OperatorError
from schemas.inputs.events import Kind
from schemas.inputs.oversized import Oversized
from schemas.outputs.headers import Headers


class InvariantError(OperatorError):
    """State and log disagree: going on would lose or double. The partition must stop."""


class UnfitPolicyError(InvariantError):
    """The worker's policy is not for these rows; whoever has the right one may take them."""


class GivenUpError(Exception):
    """Nobody wants any more what was begun."""


class LimitError(OperatorError):
    """A bound is reached that no rejection can keep: the partition must stop, or lose events."""


class ClockError(OperatorError):
    """A record would move time further beyond the worker's clock than any clock may be off."""


class Batch(msgspec.Struct, kw_only=True):
    """The records of one fetch of one partition of one input, as columns, undecoded.

    A read is a claim on every offset from `position` up to `next_position`: records that were
    aborted, compacted away or control records are not among the columns, and yet are done.
    """

    kind: Kind
    partition: int
    position: int
    next_position: int
    offsets: list[int]
    timestamps_ms: list[int]
    keys: list[bytes | None]
    values: list[bytes | Oversized | None]
    headers: list[Headers]
    ends: dict[Kind, int]
    """Per input of this partition the last stable offset as of this fetch, where it is known."""
    epoch: int = 0
    """Under which assignment it was fetched: a batch of an earlier one is void."""

    def slices(self, records_max: int, bytes_max: int) -> Iterator["Batch"]:
        """The same in parts of at most so many records, and of few more bytes than that."""
        offsets, values = self.offsets, self.values
        begin = size = 0
        for at, value in enumerate(values):
            size += 0 if value is None else len(value)
            is_full = at - begin + 1 >= records_max or size >= bytes_max
            if is_full and at + 1 < len(offsets):
                yield self._part(begin, at + 1, offsets[at + 1])
                begin, size = at + 1, 0
        yield self._part(begin, len(offsets), self.next_position) if begin else self

    def _part(self, begin: int, end: int, next_position: int) -> "Batch":
        """Records `begin` to `end`; it claims the offsets up to the next one."""
        return Batch(
            kind=self.kind,
            partition=self.partition,
            position=self.offsets[begin] if begin else self.position,
            next_position=next_position,
            offsets=self.offsets[begin:end],
            timestamps_ms=self.timestamps_ms[begin:end],
            keys=self.keys[begin:end],
            values=self.values[begin:end],
            headers=self.headers[begin:end],
            ends=self.ends,
            epoch=self.epoch,
        )


class Committed(NamedTuple):
    """What the group committed of an input's partition."""

    offset: int | None
    number: int
    """Of the commit that did; 0: it was none of ours."""


NOTHING_COMMITTED: Final = Committed(None, 0)

Batches = AsyncIterable[Batch]
Agent = Callable[[Batches], Awaitable[None]]


class Takes(Protocol):
    """Whoever brings a batch to the shard of its partition."""

    async def take(self, batch: Batch) -> None:
        """Accept the batch; never waits for another input's records."""
