"""Batches as a fetch of `purchases` would bring them."""

from collections.abc import Sequence

from agents.ports import Batch
from schemas.inputs.events import Kind


def batch_of(
    first: int = 0,
    after: int = 0,
    values: Sequence[bytes | None] | None = None,
    *,
    ends: dict[Kind, int] | None = None,
    epoch: int = 0,
) -> Batch:
    """From an offset up to another, of records with these values; of none at all."""
    held = values or []
    return Batch(
        kind=Kind.PURCHASES,
        partition=0,
        position=first,
        next_position=after,
        offsets=list(range(first, first + len(held))),
        timestamps_ms=[0] * len(held),
        keys=[None] * len(held),
        values=list(held),
        headers=[()] * len(held),
        ends=ends or {},
        epoch=epoch,
    )
