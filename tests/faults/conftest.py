"""The corner of a broker that each test of faults has, as those of the integration tests."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from tests.integration.conftest import bare_place, crew, kafka, place, sample_policy, watch

__all__ = ["bare_place", "crew", "kafka", "place", "sample_policy", "watch"]


@pytest.fixture(scope="module", autouse=True)
def _what_the_broker_left_behind() -> Iterator[None]:
    """kafka-python leaves sockets open where the broker died under it: they go here, unheard."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
