"""What a reader of the command has, once so much of it came."""

import time
from typing import Any, Final

from streams.cli.reading import Reader

READ_SECONDS: Final = 60.0


def read_so_many(reader: Reader, number: int) -> list[Any]:
    """So many records, and what comes with them."""
    found: list[Any] = []
    deadline = time.monotonic() + READ_SECONDS
    while len(found) < number:
        assert time.monotonic() < deadline, f"{len(found)} of {number} came"
        found += [record for _, record in reader.poll()]
    return found
