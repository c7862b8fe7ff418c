"""The corner of a broker that each test of faults has, as those of the integration tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.faults.checker import Checker
from tests.faults.proxy import Proxy
from tests.integration.conftest import bare_place, crew, kafka, place, sample_policy, watch
from tests.support.topics import Place

Checking = Callable[[Place], Checker]

__all__ = ["bare_place", "crew", "kafka", "place", "sample_policy", "watch"]


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """Between the workers and the broker, for modules whose broker is behind it."""
    with Proxy(seed=12) as found:
        yield found


@pytest.fixture
def checking() -> Iterator[Checking]:
    """Begins to check what is committed at a place, while it is being committed."""
    with ExitStack() as stack:
        yield lambda place: stack.enter_context(closing(Checker(place).start()))


@pytest.fixture
def told(place: Place, sample_policy: Path) -> Place:
    """The place as workers are told of it: by the events' clock, with the sample's policy."""
    return place.telling(clock="event", policy=sample_policy)
