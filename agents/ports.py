"""What the rooms ask of the runtime, and what passes between them."""

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Final, NamedTuple, Protocol

import msgspec

from schemas.base.errors import OperatorError
from schemas.inputs.events import Kind
from schemas.outputs.headers import Headers


class InvariantError(OperatorError):
    """State and log disagree: going on would lose or double. The partition must stop."""


class UnfitPolicyError(InvariantError):
    """The worker's policy is not for these rows; whoever has the right one may take them."""


class GivenUpError(Exception):
    """Nobody wants any more what was begun."""


class LimitError(OperatorError):
    """A bound is reached that no rejection can keep: the partition must stop, or lose events."""


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
    values: list[bytes | None]
    headers: list[Headers]
    ends: dict[Kind, int]
    """Per input of this partition the last stable offset as of this fetch, where it is known."""
    epoch: int = 0
    """Under which assignment it was fetched: a batch of an earlier one is void."""


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
