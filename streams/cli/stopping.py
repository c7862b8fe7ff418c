"""How a command that runs until it is stopped learns that it is, and that nobody reads it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or SIGTERM sets; a second Ctrl-C ends at once, with 1."""
    stop = threading.Event()

    def stopped(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def silent_pipe() -> Iterator[None]:
    """End without a word where nobody reads any more, now and when Python flushes at its end."""
    try:
        yield
    except BrokenPipeError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
