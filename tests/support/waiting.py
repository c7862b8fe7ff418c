"""Waiting with an end: nothing in a test may wait for ever."""

import sys
import time
from collections.abc import Callable
from typing import Final

POLL_SECONDS: Final = 0.05


def wait_until(
    what: str,
    holds: Callable[[], bool],
    seconds: float,
    *,
    otherwise: Callable[[], str] = str,
    every: float = POLL_SECONDS,
) -> float:
    """Waits until it holds and returns how long that took; AssertionError where it does not.

    `otherwise` gives what helps to see why.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}\n{otherwise()}")
        time.sleep(every)
    return time.monotonic() - began


def tell(text: str) -> None:
    """Says what was measured; pytest shows it where it is asked to."""
    sys.stdout.write(f"{text}\n")
