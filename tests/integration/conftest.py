"""One Kafka for the session; for each test topics, an application of its own, and its workers."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.oracle.sample_policy import POLICY_TOML
from tests.support.topics import Place, Watch, create_topics
from tests.support.workers import Crew

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a real Kafka."""
    require_kafka()
    with KafkaNode() as node:
        yield node.address
        node.kill()  # an orderly end takes its time, and its data go anyway


@pytest.fixture(scope="session")
def sample_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy under which the sample traffic moves."""
    path = tmp_path_factory.mktemp("policies") / "sample.toml"
    path.write_text(POLICY_TOML)
    return path


@pytest.fixture
def bare_place(kafka: str, request: pytest.FixtureRequest) -> Place:
    """A fresh prefix and application id, still without topics."""
    word = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.removeprefix("test_").lower())
    name = f"{next(_NUMBERS)}-{word[:40].strip('-')}"
    return Place(kafka, f"{name}.", f"app-{name}")


@pytest.fixture
def place(bare_place: Place) -> Place:
    """The same with its topics."""
    create_topics(bare_place)
    return bare_place


@pytest.fixture
def watch(place: Place) -> Iterator[Watch]:
    """How far the place's application has come."""
    watching = Watch(place)
    yield watching
    watching.close()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """The test's workers."""
    with_it = Crew(tmp_path)
    yield with_it
    with_it.close()
