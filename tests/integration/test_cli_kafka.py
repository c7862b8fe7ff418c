"""The commands on real Kafka: nothing that was committed is missed, nothing aborted is shown."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from streams.cli.publishing import Publisher
from streams.cli.reading import Reader
from streams.config.settings import Settings
from tests.support.commands import read_so_many
from tests.support.topics import Place

pytestmark = pytest.mark.kafka

SECONDS = 60.0


@pytest.fixture
def settings(place: Place) -> Settings:
    return Settings(broker=place.broker, topic_prefix=place.prefix, app_id=place.app_id)


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    made = Producer(
        {"bootstrap.servers": settings.broker, "transactional.id": settings.topic_prefix}
    )
    made.init_transactions(SECONDS)
    yield made
    made.flush(SECONDS)


def put(producer: Producer, settings: Settings, *values: bytes) -> None:
    for value in values:
        producer.produce(settings.names.of("at-risk"), key=b"c-1", value=value, partition=0)
    producer.flush(SECONDS)


def commit(producer: Producer, settings: Settings, *values: bytes) -> None:
    """These, in a transaction of their own."""
    producer.begin_transaction()
    put(producer, settings, *values)
    producer.commit_transaction()


def abort(producer: Producer, settings: Settings, *values: bytes) -> None:
    producer.begin_transaction()
    put(producer, settings, *values)
    producer.abort_transaction()


def values(reader: Reader, number: int) -> list[bytes]:
    return [record.value for record in read_so_many(reader, number)]


def test_what_an_open_transaction_holds_is_new_when_it_is_committed(
    settings: Settings, producer: Producer
) -> None:
    commit(producer, settings, b"old", b"old too")
    producer.begin_transaction()
    put(producer, settings, b"not yet", b"nor this")
    with Reader(settings, ("at-risk",), from_beginning=False) as reader:
        assert reader.poll() == []
        producer.commit_transaction()
        assert values(reader, 2) == [b"not yet", b"nor this"]
        commit(producer, settings, b"next")
        assert values(reader, 1) == [b"next"]


def test_what_was_aborted_is_not_shown(settings: Settings, producer: Producer) -> None:
    commit(producer, settings, b"one")
    abort(producer, settings, b"never")
    with Reader(settings, ("at-risk",), from_beginning=False) as reader:
        commit(producer, settings, b"two")
        assert values(reader, 1) == [b"two"]
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert values(reader, 2) == [b"one", b"two"]


def test_only_what_is_new_is_read_after_a_large_batch(settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for number in range(500):
            publisher.send("purchases", b"c-1", str(number).encode())
        publisher.flush()
        with Reader(settings, ("purchases", "payments"), from_beginning=False) as reader:
            for number in range(500, 510):
                publisher.send("purchases", b"c-1", str(number).encode())
            publisher.send("payments", b"c-1", b"new too")
            publisher.flush()
            found = values(reader, 11)
    assert set(found) == {*(str(number).encode() for number in range(500, 510)), b"new too"}
    assert publisher.delivered == {"purchases": 510, "payments": 1}


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_every_codec_can_be_read(settings: Settings, codec: str) -> None:
    producer = Producer({"bootstrap.servers": settings.broker, "compression.type": codec})
    sent = [bytes([65 + number % 26]) * 1_000 for number in range(300)]
    put(producer, settings, *sent)
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert values(reader, 300) == sent


def test_the_end_is_that_of_what_is_committed(settings: Settings, producer: Producer) -> None:
    commit(producer, settings, b"one", b"two")
    abort(producer, settings, b"never")
    is_the_end(settings)
    producer.begin_transaction()
    put(producer, settings, b"not yet")
    is_the_end(settings)
    producer.abort_transaction()


def is_the_end(settings: Settings) -> None:
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert [record.value for _, record in reader.to_the_end()] == [b"one", b"two"]
