"""The headers of outputs: what every commit adds, and what `rejected-events` add."""

from typing import Annotated, Final

import msgspec

from schemas.base.meanings import means
from schemas.inputs.oversized import EXCERPT_BYTES, WHOLE_MAX_BYTES, Oversized
from schemas.inputs.rejects import Reason, Rejection
from schemas.outputs.kinds import CommitNumber, Number

COMMIT_HEADER: Final = "commit"
"""Of every output but rejected events: the number of its partition's commit, in decimal."""

ALTERED_HEADER: Final = "altered"
"""Of a rejected event that could not be passed on as it came: how it differs."""

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
    value_bytes: Annotated[
        Number | None,
        means(
            f"of a value above {WHOLE_MAX_BYTES} bytes and above WHALECURVE_MAX_EVENT_BYTES: its "
            f"size; the record's value is its first {EXCERPT_BYTES} bytes"
        ),
    ] = None
    value_sha256: Annotated[str | None, means("of the whole of that value, in hex")] = None
    altered: Annotated[
        str | None,
        means(
            "before the others: how key and headers differ from what came, where a client can't "
            r"write them: names of headers that are no UTF-8 or hold NUL are escaped as \xNN, a "
            f"key above that size is its first {EXCERPT_BYTES} bytes, headers beyond it are left "
            "out"
        ),
    ] = None


def rejected_headers(
    original: Headers,
    rejection: Rejection,
    topic: str,
    partition: int,
    offset: int,
    value: bytes | Oversized | None = None,
) -> Headers:
    """The headers of a rejected event: its own, byte for byte, and then why and whence."""
    cut: Headers = ()
    if isinstance(value, Oversized):
        cut = ("value_bytes", str(value.size).encode()), ("value_sha256", value.sha256.encode())
    return (
        *original,
        ("reason", rejection.reason.value.encode()),
        ("detail", rejection.detail.encode(errors="replace")),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
        *cut,
    )
