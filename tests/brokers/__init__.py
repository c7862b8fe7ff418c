"""The brokers that tests stand on: real Apache Kafka here, the embedded one in `streams.demo`."""

from __future__ import annotations

import os

import pytest

from tests.brokers.jars import available

REQUIRE = "REQUIRE_KAFKA"


def require_kafka() -> None:
    """Skip the calling test where Kafka cannot run; fail it if the environment requires Kafka."""
    missing = available()
    if missing is None:
        return
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{missing} ({REQUIRE}=1 forbids to skip)", pytrace=False)
    pytest.skip(f"no Apache Kafka: {missing}")
