"""How a customer stands: its open signals, those just cleared, and its step on the ladder."""

from dataclasses import dataclass
from typing import NamedTuple


class Risk(NamedTuple):
    """An open signal: when it was raised, and how severe it is."""

    since: int
    severity: str


class Cleared(NamedTuple):
    """A signal that was cleared: on which day, and how severe it was."""

    day: int
    severity: str


@dataclass
class Standing:
    """Where a customer stands on the ladder."""

    step: str | None = None
    since: int = 0
    """The day of this step."""
    steps: tuple[tuple[str, int], ...] = ()
    """The steps taken since there was none, and the day of each."""
    open_since: int | None = None
    """The day since which a costly signal is open without a gap; None while none is."""
    quiet_since: int = 0
    """The day on which the last of them was cleared, or a human set a step while none was open."""
