"""When a commit may begin: with a leader, and with no coordinator of before a broker went."""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from unittest.mock import Mock, patch

import pytest
from confluent_kafka import KafkaError, KafkaException

from streams.kafka import reach
from streams.kafka.reach import FORGOTTEN_S, Reach

TOPIC, PARTITION = "changelog", 3
ALL_DOWN = KafkaError(KafkaError._ALL_BROKERS_DOWN)
AWAY = KafkaException(KafkaError(KafkaError._TRANSPORT))


@pytest.fixture
def clock() -> Iterator[Mock]:
    with patch.object(reach, "time") as found:
        found.monotonic.return_value = 1_000.0
        yield found.monotonic


@pytest.fixture
def producer() -> Mock:
    return Mock(**{"list_topics.side_effect": lambda *_: metadata({1, 2, 3})})


def metadata(brokers: Iterable[int], leader: int = 1) -> SimpleNamespace:
    at = {PARTITION: SimpleNamespace(leader=leader)}
    return SimpleNamespace(
        brokers=dict.fromkeys(brokers), topics={TOPIC: SimpleNamespace(partitions=at)}
    )


def of_one_that_committed(producer: Mock) -> Reach:
    found = Reach(TOPIC, PARTITION)
    assert found.is_there(producer)
    found.committed()
    assert found.is_there(producer)
    return found


@pytest.mark.parametrize(
    "seen",
    [AWAY, metadata({1, 2}), metadata({1, 2, 3}, leader=-1), metadata({2, 3}), None],
    ids=["nobody answers", "one is gone", "no leader", "the leader is gone", "all were down"],
)
def test_after_brokers_went_a_coordinator_is_forgotten_first(
    seen: object, producer: Mock, clock: Mock
) -> None:
    its = of_one_that_committed(producer)
    if seen is None:
        its.hear(ALL_DOWN)
    else:
        usual, producer.list_topics.side_effect = producer.list_topics.side_effect, [seen]
        assert not its.is_there(producer)
        producer.list_topics.side_effect = usual
    clock.return_value += FORGOTTEN_S - 0.1
    assert not its.is_there(producer)
    clock.return_value += 0.2
    assert its.is_there(producer)


def test_without_a_leader_no_commit_begins_however_long_it_takes(
    producer: Mock, clock: Mock
) -> None:
    its = of_one_that_committed(producer)
    producer.list_topics.side_effect = lambda *_: metadata({2, 3})
    clock.return_value += 10 * FORGOTTEN_S
    assert not its.is_there(producer)


def test_a_topic_that_is_gone_is_for_the_commit_to_find(producer: Mock) -> None:
    gone = metadata({1, 2, 3})
    gone.topics[TOPIC].partitions = {}
    producer.list_topics.side_effect = lambda *_: gone
    assert Reach(TOPIC, PARTITION).is_there(producer)
