"""The headers of outputs: what every commit adds, and what `rejected-events` add."""

from typing import Annotated, Final

import msgspec

from schemas.base.meanings import means
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.kinds import CommitNumber, Number

COMMIT_HEADER: Final = "commit"
"""Of every output but rejected events: the number of its partition's commit, in decimal."""

Headers = tuple[tuple[str, bytes | None], ...]


class CommitHeaders(msgspec.Struct, frozen=True, gc=False):
    """What all outputs but rejected events have for headers, where commits are transactions."""

    commit: Annotated[
        CommitNumber,
        means(
            "the number of the transaction among those of its partition; the partition's row in "
            "the changelog and the group's offsets (in their metadata) carry the same one"
        ),
    ]


class RejectedHeaders(msgspec.Struct, frozen=True, gc=False):
    """What `rejected-events` add after a record's own headers, as UTF-8 text."""

    reason: Annotated[Reason, means("why the event was turned away")]
    detail: Annotated[str, means("which field, what was expected, what was found")]
    source_topic: Annotated[str, means("the input it stood in, without prefix")]
    source_partition: Annotated[Number, means("the partition there")]
    source_offset: Annotated[Number, means("the offset there")]


def rejected_headers(
    original: Headers, rejection: Rejection, topic: str, partition: int, offset: int
) -> Headers:
    """The headers of a rejected event: its own, byte for byte, and then why and whence."""
    return (
        *original,
        ("reason", rejection.reason.value.encode()),
        ("detail", rejection.detail.encode(errors="replace")),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
    )
