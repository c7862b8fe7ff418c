"""The first contact with a Kafka of which something is wrong: it starts, or one line says what."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from streams.config.settings import Settings
from streams.demo.embedded_broker import HOST, claim_port
from streams.kafka.access import AccessError
from streams.kafka.topics import check_topics, create_topics, require_topics
from tests.brokers import require_kafka
from tests.brokers.kafka import KafkaNode
from tests.support.topics import Place, command
from tests.support.workers import Crew

pytestmark = pytest.mark.kafka

DEAF = 3


@pytest.fixture
def deaf() -> Iterator[list[str]]:
    """Addresses that take connections and never say a word, as a frozen broker's."""
    with ExitStack() as stack:
        addresses = []
        for _ in range(DEAF):
            listener = stack.enter_context(closing(socket.create_server((HOST, 0))))
            addresses.append(f"{HOST}:{listener.getsockname()[1]}")
        yield addresses


@pytest.mark.parametrize("last", [True, False], ids=["they come last", "they come first"])
def test_addresses_that_are_deaf_or_dead_keep_no_client_out(
    place: Place, crew: Crew, deaf: list[str], *, last: bool
) -> None:
    dead = [f"{HOST}:{claim_port(0)}", "no-such-host.invalid:9092"]
    addresses = [place.broker, *deaf, *dead] if last else [*deaf, *dead, place.broker]
    told = place.telling(broker=",".join(addresses), clock="event")
    for words in (
        ("topics", "check"),
        ("traffic", "--events", "5", "--rate", "1000"),
        ("tail", "purchases", "--from-beginning", "--count", "1"),
    ):
        done = command(told, *words)
        assert done.returncode == 0, done.stderr
    crew.start_ready(told)
    crew.stop_all()


@pytest.mark.parametrize("host", [HOST, "no-such-host.invalid"])
def test_an_address_of_the_broker_s_own_that_leads_nowhere_is_named(host: str) -> None:
    require_kafka()
    nowhere = f"{host}:{claim_port(0)}"
    with KafkaNode(overrides={"advertised.listeners": f"PLAINTEXT://{nowhere}"}) as node:
        with pytest.raises(AccessError) as refused:
            check_topics(Settings(broker=node.address))
        node.kill()
        address = node.address
    assert f"{address} lets us in and sends us on to {nowhere}" in str(refused.value)
    assert "set advertised.listeners" in str(refused.value)


@pytest.mark.parametrize(
    "factor", ["transaction.state.log.replication.factor", "offsets.topic.replication.factor"]
)
def test_a_lone_broker_that_wants_three_replicas_is_told_as_that(factor: str) -> None:
    require_kafka()
    with KafkaNode(overrides={factor: "3"}) as node:
        settings = Settings(broker=node.address)
        create_topics(settings)
        for look in (check_topics, require_topics):
            with pytest.raises(AccessError) as refused:
                look(settings)
            assert f"{factor} wants 3 replicas, and there is 1 broker" in str(refused.value)
        node.kill()
