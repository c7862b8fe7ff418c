"""The command, called without a setting of whoever runs the tests."""

import os

import pytest

from tests.support.calling import Call, caller


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    for name in os.environ:
        if name.startswith("WHALECURVE_"):
            monkeypatch.delenv(name)
    return caller(monkeypatch, capfd)
