"""What a signal's rules say, and what proves it."""

from typing import NamedTuple

from .wire import Wire

WATCH = "watch"
HIGH = "high"


class Opinion(NamedTuple):
    """What a signal's rules say just now."""

    severity: str | None
    """The severity that it would be raised with; None where its condition does not hold."""
    raised: list[Wire]
    """What proves the condition, at that severity."""
    cleared: list[Wire] | None
    """What proves that it is over; None where it is not."""


def opinion(
    severity: str | bool | None, raised: list[Wire], cleared: list[Wire], *, over: bool
) -> Opinion:
    """Put an opinion together; a condition that merely holds is one to watch."""
    if isinstance(severity, bool):
        severity = WATCH if severity else None
    return Opinion(severity, raised, cleared if over else None)
