"""What is kept of a value that is too large to be kept."""

from hashlib import sha256
from typing import Final

import msgspec

EXCERPT_BYTES: Final = 4_096
"""Of what is too large its first bytes are passed on, and no more: enough to see whose it is."""
WHOLE_MAX_BYTES: Final = 1_048_576
"""A rejected value up to this size is passed on whole, byte for byte."""


class Oversized(msgspec.Struct, frozen=True, gc=False):
    """The beginning of a value, with the size and hash of the whole."""

    first: bytes
    size: int
    sha256: str
    """Of the whole value, in hex."""

    def __len__(self) -> int:
        return self.size


def oversized(value: bytes) -> Oversized:
    """What is kept of a value that is at hand."""
    return Oversized(value[:EXCERPT_BYTES], len(value), sha256(value).hexdigest())
