"""The log of a worker, and all as it was afterwards."""

import logging
from collections.abc import Iterator
from pkgutil import resolve_name

import pytest


@pytest.fixture
def logs(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[pytest.CaptureFixture[str]]:
    """The log as a worker has it; afterwards all is as it was."""
    hooks = ("sys.excepthook", "sys.unraisablehook", "threading.excepthook")
    for name in (*hooks, "logging.raiseExceptions"):
        monkeypatch.setattr(name, resolve_name(name))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield capfd
    root.handlers[:] = handlers
    root.setLevel(level)
