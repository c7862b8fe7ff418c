"""What a signal's rules say, and what proves it."""

from collections.abc import Iterable
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
    turns: Iterable[int] = ()
    """When, if no event comes, the rules may come to say something else."""


SILENT = Opinion(None, [], None)


def opinion(
    raised: list[Wire],
    cleared: list[Wire],
    *,
    holds: bool,
    high: bool = False,
    over: bool,
    turns: Iterable[int] = (),
) -> Opinion:
    """Put an opinion together; a condition that merely holds is one to watch."""
    severity = HIGH if high else WATCH if holds else None
    return Opinion(severity, raised, cleared if over else None, turns)
