"""The commands on real Kafka: nothing that was committed is missed, nothing aborted is shown."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from streams.cli.publishing import Publisher
from streams.cli.reading import Reader
from streams.config.settings import Settings
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


def read(reader: Reader, number: int) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + SECONDS
    while len(found) < number:
        assert time.monotonic() < deadline, f"{len(found)} of {number} came"
        found += [record.value for _, record in reader.poll()]
    return found


def test_what_an_open_transaction_holds_is_new_when_it_is_committed(
    settings: Settings, producer: Producer
) -> None:
    producer.begin_transaction()
    put(producer, settings, b"old", b"old too")
    producer.commit_transaction()
    producer.begin_transaction()
    put(producer, settings, b"not yet", b"nor this")
    with Reader(settings, ("at-risk",), from_beginning=False) as reader:
        assert reader.poll() == []
        producer.commit_transaction()
        assert read(reader, 2) == [b"not yet", b"nor this"]
        producer.begin_transaction()
        put(producer, settings, b"next")
        producer.commit_transaction()
        assert read(reader, 1) == [b"next"]


def test_what_was_aborted_is_not_shown(settings: Settings, producer: Producer) -> None:
    producer.begin_transaction()
    put(producer, settings, b"one")
    producer.commit_transaction()
    producer.begin_transaction()
    put(producer, settings, b"never")
    producer.abort_transaction()
    with Reader(settings, ("at-risk",), from_beginning=False) as reader:
        producer.begin_transaction()
        put(producer, settings, b"two")
        producer.commit_transaction()
        assert read(reader, 1) == [b"two"]
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert read(reader, 2) == [b"one", b"two"]


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
            values = read(reader, 11)
    assert set(values) == {*(str(number).encode() for number in range(500, 510)), b"new too"}
    assert publisher.delivered == {"purchases": 510, "payments": 1}


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_every_codec_can_be_read(settings: Settings, codec: str) -> None:
    producer = Producer({"bootstrap.servers": settings.broker, "compression.type": codec})
    values = [bytes([65 + number % 26]) * 1_000 for number in range(300)]
    put(producer, settings, *values)
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert read(reader, 300) == values


def test_the_end_is_that_of_what_is_committed(settings: Settings, producer: Producer) -> None:
    producer.begin_transaction()
    put(producer, settings, b"one", b"two")
    producer.commit_transaction()
    producer.begin_transaction()
    put(producer, settings, b"never")
    producer.abort_transaction()
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert [record.value for _, record in reader.to_the_end()] == [b"one", b"two"]
    producer.begin_transaction()
    put(producer, settings, b"not yet")
    with Reader(settings, ("at-risk",), from_beginning=True) as reader:
        assert [record.value for _, record in reader.to_the_end()] == [b"one", b"two"]
    producer.abort_transaction()
