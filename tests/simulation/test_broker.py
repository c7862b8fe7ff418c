"""The simulated Kafka does with transactions what Kafka does."""

from random import Random
from typing import Literal

import pytest
from confluent_kafka import KafkaError

from tests.simulation.broker import NO_ERROR, Broker
from tests.simulation.group import OK, REBALANCING, UNKNOWN, Group
from tests.simulation.kernel import Kernel
from tests.simulation.log import GroupOffset, Place

PLACE, OTHER = Place("out", 0), Place("rows", 0)
INPUT = Place("in", 0)
ID = "app-0"
TIMEOUT_S = 15.0


@pytest.fixture
def broker() -> Broker:
    made = Broker(Kernel(), Random(1))
    for topic in ("in", "out", "rows"):
        made.create(topic, 1)
    return made


def start(broker: Broker) -> int:
    """A producer starts, asking until what was before has ended; its epoch."""
    while True:
        error, _, epoch = broker.start_producer(ID, TIMEOUT_S)
        if error == NO_ERROR:
            return epoch
        assert error == KafkaError.CONCURRENT_TRANSACTIONS
        pass_s(broker, 0.1)


def pass_s(broker: Broker, seconds: float) -> None:
    kernel = broker._kernel

    def stop() -> None:
        kernel.stopped = True

    kernel.stopped = False
    kernel.later(None, seconds, stop)
    kernel.run()


def send(broker: Broker, epoch: int, *values: bytes, sequence: int = 0) -> int:
    added = broker.add_places(ID, epoch, [PLACE])
    if added != NO_ERROR:
        return added
    return broker.produce(PLACE, [(b"k", value, ()) for value in values], ID, epoch, sequence)


def end(broker: Broker, epoch: int, how: Literal["commit", "abort"]) -> None:
    """Ends the transaction, and waits for its markers."""
    assert broker.end(ID, epoch, how) == NO_ERROR
    pass_s(broker, 3.0)


def seen(broker: Broker) -> list[bytes | None]:
    return [entry.value for entry in broker.logs[PLACE].visible()]


def test_without_a_transaction_a_record_is_seen_at_once_and_as_often_as_it_was_sent(
    broker: Broker,
) -> None:
    for _ in range(2):
        assert broker.append(PLACE, [(b"k", b"1", ())]) == NO_ERROR
    broker.message_max_bytes = 2
    assert broker.append(PLACE, [(b"k", b"333", ())]) == KafkaError.MSG_SIZE_TOO_LARGE
    assert seen(broker) == [b"1", b"1"]


def test_an_open_transaction_holds_the_last_stable_offset(broker: Broker) -> None:
    log, epoch = broker.logs[PLACE], start(broker)
    broker.publish(PLACE, (b"k", b"before", ()), 0)
    assert send(broker, epoch, b"1", b"2") == NO_ERROR
    assert (log.stable_end, log.end) == (1, 3)
    assert seen(broker) == [b"before"]


def test_a_commit_makes_all_visible_and_its_marker_takes_an_offset(broker: Broker) -> None:
    log, epoch = broker.logs[PLACE], start(broker)
    send(broker, epoch, b"1", b"2")
    end(broker, epoch, "commit")
    assert seen(broker) == [b"1", b"2"]
    assert (log.stable_end, log.end) == (3, 3)
    assert broker.fetch(PLACE, 0, 10)[1] == 3
    assert broker.is_settled()


def test_what_is_aborted_is_never_seen_and_its_offsets_are_gone_past(broker: Broker) -> None:
    epoch = start(broker)
    send(broker, epoch, b"1")
    end(broker, epoch, "abort")
    assert broker.fetch(PLACE, 0, 10) == ([], 2, 2)


def test_whoever_starts_fences_the_one_before_and_aborts_what_it_left(broker: Broker) -> None:
    old = start(broker)
    send(broker, old, b"lost")
    new = start(broker)
    assert new > old
    assert send(broker, old, b"zombie") == KafkaError.INVALID_PRODUCER_EPOCH
    late = broker.produce(PLACE, [(b"k", b"late", ())], ID, old, 1)
    assert late == KafkaError.INVALID_PRODUCER_EPOCH
    offsets = broker.add_offsets(ID, old, {INPUT: GroupOffset(5, "1")})
    assert offsets == KafkaError.INVALID_PRODUCER_EPOCH
    assert broker.end(ID, old, "commit") == KafkaError.INVALID_PRODUCER_EPOCH
    assert send(broker, new, b"kept") == NO_ERROR
    end(broker, new, "commit")
    assert seen(broker) == [b"kept"]


def test_a_fenced_producer_may_add_to_what_is_aborted_until_the_marker_comes(
    broker: Broker,
) -> None:
    old = start(broker)
    send(broker, old, b"1")
    error, _, _ = broker.start_producer(ID, TIMEOUT_S)
    assert error == KafkaError.CONCURRENT_TRANSACTIONS
    assert broker.produce(PLACE, [(b"k", b"2", ())], ID, old, 1) == NO_ERROR
    pass_s(broker, 3.0)
    assert seen(broker) == []


def test_offsets_are_pending_until_the_transaction_ends(broker: Broker) -> None:
    epoch = start(broker)
    broker.add_offsets(ID, epoch, {INPUT: GroupOffset(7, "1")})
    assert broker.offsets == {}
    end(broker, epoch, "commit")
    assert broker.offsets == {INPUT: GroupOffset(7, "1")}
    broker.add_offsets(ID, epoch, {INPUT: GroupOffset(9, "2")})
    end(broker, epoch, "abort")
    assert broker.offsets == {INPUT: GroupOffset(7, "1")}


def test_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced(
    broker: Broker,
) -> None:
    epoch = start(broker)
    send(broker, epoch, b"1")
    pass_s(broker, TIMEOUT_S + 3.0)
    assert broker.is_settled()
    assert broker.end(ID, epoch, "commit") == KafkaError.INVALID_PRODUCER_EPOCH
    assert seen(broker) == []


def test_what_comes_twice_lies_there_once(broker: Broker) -> None:
    epoch = start(broker)
    send(broker, epoch, b"1", b"2")
    assert send(broker, epoch, b"1", b"2") == NO_ERROR
    assert broker.logs[PLACE].end == 2
    assert broker.end(ID, epoch, "commit") == NO_ERROR
    assert broker.end(ID, epoch, "commit") == NO_ERROR
    assert broker.end(ID, epoch, "abort") == KafkaError.INVALID_TXN_STATE


def test_a_record_out_of_its_turn_too_large_or_of_a_partition_not_added_is_refused(
    broker: Broker,
) -> None:
    epoch = start(broker)
    gap = send(broker, epoch, b"2", sequence=1)
    assert gap == KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert send(broker, epoch, b"1") == NO_ERROR
    other = broker.produce(OTHER, [(b"k", b"1", ())], ID, epoch, 0)
    assert other == KafkaError.INVALID_TXN_STATE
    broker.message_max_bytes = 3
    assert send(broker, epoch, b"four", sequence=1) == KafkaError.MSG_SIZE_TOO_LARGE


def test_a_transaction_begins_only_when_the_one_before_is_marked(broker: Broker) -> None:
    epoch = start(broker)
    send(broker, epoch, b"1")
    broker.end(ID, epoch, "commit")
    assert broker.add_places(ID, epoch, [PLACE]) == KafkaError.CONCURRENT_TRANSACTIONS
    pass_s(broker, 3.0)
    assert broker.add_places(ID, epoch, [PLACE]) == NO_ERROR


def test_compaction_keeps_the_newest_committed_of_each_key_and_every_offset(
    broker: Broker,
) -> None:
    log, epoch = broker.logs[PLACE], start(broker)
    for sequence in range(3):
        send(broker, epoch, b"%d" % sequence, sequence=sequence)
        end(broker, epoch, "commit")
    assert log.compact() > 0
    assert seen(broker) == [b"2"]
    assert broker.fetch(PLACE, 0, 10)[1:] == (6, 6)


def test_members_that_fall_silent_lose_their_partitions() -> None:
    kernel = Kernel()
    broker = Broker(kernel, Random(1))
    group = Group(kernel, Random(1), partitions=2, session_s=10.0)
    given: dict[str, set[int]] = {}
    for name in ("a", "b"):
        group.join(name, lambda mine, name=name: given.update({name: mine}))  # type: ignore[misc]
    pass_s(broker, 1.0)
    assert sorted(given["a"] | given["b"]) == [0, 1]
    assert group.heartbeat("a") == OK
    pass_s(broker, 9.5)
    assert group.heartbeat("a") == REBALANCING
    assert group.heartbeat("b") == UNKNOWN
    group.join("a", lambda mine: given.update(a=mine))
    pass_s(broker, 1.0)
    assert given["a"] == {0, 1}
