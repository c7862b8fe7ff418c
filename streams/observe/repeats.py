"""What a log says again and again is said once a minute, with how often it was left out."""

import threading
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 60.0
"""A broker that is away makes its clients complain a hundred times a second."""
CAUSES_MAX: Final = 50
"""So many causes are told apart within a minute; an outage has about ten."""
OTHERS: Final = "others"
"""Stands for all causes beyond: together they get one line a minute."""


class Repeats:
    """When each cause was said last, and how often it was left out since; for any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said_at: dict[str, float] = {}
        """By cause, the oldest first."""
        self._left_out: dict[str, int] = {}

    def ask(self, cause: str) -> int | None:
        """How often the cause was left out before this line; None: leave this one out, too."""
        with self._lock:
            now = self._clock()
            if cause not in self._said_at and not self._has_room(now):
                cause = OTHERS
            said_at = self._said_at.get(cause)
            if said_at is not None and now - said_at < EVERY_S:
                self._left_out[cause] = self._left_out.get(cause, 0) + 1
                return None
            self._said_at.pop(cause, None)
            self._said_at[cause] = now
            return self._left_out.pop(cause, 0)

    def _has_room(self, now: float) -> bool:
        """Whether one more cause may be remembered: the oldest goes, once its minute is over."""
        if len(self._said_at) < CAUSES_MAX:
            return True
        oldest = next(iter(self._said_at))
        if now - self._said_at[oldest] < EVERY_S:
            return False
        del self._said_at[oldest]
        self._left_out.pop(oldest, None)
        return True
