"""What any value of a policy file may be, whatever its key: bounded, and fit to be passed on.

It is asked before anything else looks at the values: what comes behind recurses over them, shows
them in a refusal, or puts them on a topic.
"""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from agents.signals.keys import Fault

FILE_BYTES_MAX: Final = 2 * 1024 * 1024
"""Of a policy file: 90,000 dated rates, and two seconds to read it."""
DEPTH_MAX: Final = 12
"""Of tables and lists within each other: the keys that are known take six."""
NAME_CHARS_MAX: Final = 128
TEXT_CHARS_MAX: Final = 1_000
"""Texts go out on records, a playbook's with every step."""
INTEGER_MAX: Final = 2**63 - 1
"""What readers of JSON hold."""
SHOWN_BITS_MAX: Final = 256
"""A larger integer is told by its size: Python writes none of more than 4,300 digits."""

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
"""Control characters but tab and line feed, separators that end lines, halves of a character."""


def form_faults(value: Any, key: str = "", depth: int = 0) -> Iterator[Fault]:
    """(key, expected, found) of what no key may hold, in the order of the file."""
    if depth > DEPTH_MAX:
        yield key, f"at most {DEPTH_MAX} tables and lists within each other", "more"
    elif isinstance(value, dict):
        for name, entry in value.items():
            if len(name) > NAME_CHARS_MAX or not name.isprintable():
                expected = f"names of at most {NAME_CHARS_MAX} printable characters"
                yield key or "the file", expected, name
            else:
                yield from form_faults(entry, f"{key}.{name}" if key else name, depth + 1)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from form_faults(entry, f"{key}[{number}]", depth + 1)
    else:
        yield from _plain_faults(value, key)


def _plain_faults(value: Any, key: str) -> Iterator[Fault]:
    if isinstance(value, str):
        if len(value) > TEXT_CHARS_MAX:
            yield key, f"at most {TEXT_CHARS_MAX} characters", f"{len(value)} characters"
        elif _UNWRITABLE.search(value):
            yield key, "no control characters but tabs and line feeds", value
    elif isinstance(value, int):
        if not -INTEGER_MAX - 1 <= value <= INTEGER_MAX:
            bits = value.bit_length()
            found = value if bits <= SHOWN_BITS_MAX else f"{bits} bits"
            yield key, "an integer of at most 64 bits", found
    elif isinstance(value, float) and not isfinite(value):
        yield key, "a finite number", value
