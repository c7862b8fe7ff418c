"""What the producers of commits are told, which no broker would show soon."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

import pytest
from confluent_kafka import KafkaError, KafkaException

from agents.partition.counts import Counters
from agents.partition.shard import Changes, Message
from schemas.inputs.events import Kind
from schemas.state.rows import PARTITION_KEY
from streams.config.settings import Settings
from streams.kafka.access import AccessError
from streams.kafka.commit import (
    SENT_TWICE_S,
    CommitError,
    Log,
    PlainLog,
    TransactionalLog,
)
from streams.kafka.group import GroupMetadata
from tests.support.waiting import wait_until


def options_of(guarantee: str) -> dict[str, Any]:
    """What librdkafka's producer is made with."""
    settings = Settings(guarantee=guarantee)  # type: ignore[arg-type]
    with patch("streams.kafka.commit.Producer") as producer, patch("streams.kafka.group.Consumer"):
        if settings.exactly_once:
            TransactionalLog(settings, 3, GroupMetadata(settings))
        else:
            PlainLog(settings, 3, lambda _: None)
        made: dict[str, Any] = producer.call_args.args[0]
        return made


def test_without_transactions_nothing_overtakes_what_is_sent_again() -> None:
    options = options_of("at_least_once")
    assert options["max.in.flight.requests.per.connection"] == 1
    assert "transactional.id" not in options
    assert options["acks"] == "all"


def test_the_transactional_id_is_the_partition_s_and_records_wait_for_all_replicas() -> None:
    options = options_of("exactly_once")
    assert (options["transactional.id"], options["acks"]) == ("whalecurve-3", "all")


TASKS = Path("/proc/self/task")


@pytest.mark.skipif(not TASKS.exists(), reason="only Linux shows the threads of libraries")
@pytest.mark.parametrize("guarantee", ["exactly_once", "at_least_once"])
def test_the_client_of_a_partition_that_is_given_up_ends_at_once(guarantee: str) -> None:
    settings = Settings(broker="127.0.0.1:1", guarantee=guarantee)  # type: ignore[arg-type]
    group = GroupMetadata(settings)
    before = threads()
    logs = [
        TransactionalLog(settings, number, group)
        if settings.exactly_once
        else PlainLog(settings, number, lambda _: None)
        for number in range(3)
    ]
    opened = threads() - before
    assert opened
    gc.disable()
    try:
        for log in logs:
            log.close()
        wait_until("threads ended", lambda: not opened & threads(), 10.0)
    finally:
        gc.enable()
        group.close()


def threads() -> set[str]:
    """By their ids, of this process and of libraries too: those of other clients come and go."""
    return {task.name for task in TASKS.iterdir()}


def test_a_full_queue_is_given_its_time_with_every_commit() -> None:
    settings = Settings(broker="127.0.0.1:1")
    with patch("streams.kafka.commit.Producer") as producer, patch("streams.kafka.group.Consumer"):
        log = TransactionalLog(settings, 0, GroupMetadata(settings))
        client = producer.return_value
        client.produce.side_effect = [BufferError, None]
        client.__len__.return_value = 1
        with patch("streams.kafka.commit.time") as clock:
            clock.monotonic.side_effect = [1_000.0, 1_000.1]
            log._outbox.send([Message("tier-changes", b"ada", b"{}")])
    assert client.produce.call_count == 2


def test_a_client_at_rest_that_was_turned_away_says_so() -> None:
    with patch("streams.kafka.commit.Producer") as producer:
        log = PlainLog(Settings(), 0, lambda _: None)
    producer.return_value.poll.side_effect = KafkaException()
    log.hear()
    producer.return_value.poll.side_effect = AccessError("no user")
    with pytest.raises(AccessError, match="no user"):
        log.hear()


ROWS = (b"ada", b"bob", PARTITION_KEY)


@contextmanager
def a_commit_under(guarantee: str) -> Iterator[tuple[Mock, Log, Changes]]:
    """A client that takes everything at once, the log over it, and what is to be committed."""
    changes = Changes(
        [Message("tier-changes", b"ada", b"{}")],
        [(key, b"row") for key in ROWS],
        {Kind.PURCHASES: 3},
        Counters(),
        7,
    )
    settings = Settings(guarantee=guarantee)  # type: ignore[arg-type]
    with patch("streams.kafka.commit.Producer") as producer, patch("streams.kafka.group.Consumer"):
        client = producer.return_value
        client.flush.return_value = 0
        client.produce_batch.side_effect = lambda _, rows, **__: len(rows)
        log: Log
        if settings.exactly_once:
            log = TransactionalLog(settings, 0, GroupMetadata(settings))
        else:
            log = PlainLog(settings, 0, client.commit_offsets)
        client.on_delivery = producer.call_args.args[0]["on_delivery"]
        yield client, log, changes


def asked_of(client: Mock) -> list[str]:
    """By name what it was asked for, in order."""
    return [name for name, _, _ in client.method_calls]


def test_offsets_go_out_when_the_records_before_them_were_given_their_time() -> None:
    with a_commit_under("exactly_once") as (client, log, changes):
        log.commit(changes)
    asked = asked_of(client)
    assert asked.index("flush") < asked.index("send_offsets_to_transaction")
    assert asked.index("produce_batch") < asked.index("flush")


@pytest.mark.parametrize("too_long", [False, True])
def test_an_end_that_lasts_so_long_that_it_may_have_been_sent_twice_is_in_doubt(
    *, too_long: bool
) -> None:
    clock = SimpleNamespace(now_s=1_000.0)
    clock.monotonic = lambda: clock.now_s

    def end(_: float) -> None:
        clock.now_s += SENT_TWICE_S + 0.1 * too_long

    with a_commit_under("exactly_once") as (client, log, changes):
        client.commit_transaction.side_effect = end
        with patch("streams.kafka.commit.time", clock):
            if not too_long:
                log.commit(changes)
                return
            with pytest.raises(CommitError, match="may have been sent twice"):
                log.commit(changes)


def test_a_record_that_failed_fails_its_commit_whatever_the_client_says() -> None:
    record = Mock(topic=lambda: "tier-changes", value=lambda: b"{}")

    def end(_: float) -> None:
        client.on_delivery(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE), record)

    with a_commit_under("exactly_once") as (client, log, changes):
        client.commit_transaction.side_effect = end
        with pytest.raises(CommitError, match="a record of 2 bytes for tier-changes"):
            log.commit(changes)


def test_without_transactions_each_thing_waits_for_those_that_it_stands_for() -> None:
    with a_commit_under("at_least_once") as (client, log, changes):
        log.commit(changes)
    told: list[Any] = []
    for name, args, _ in client.method_calls:
        if name == "produce_batch":
            told.append([row["key"] for row in args[1]])
        elif name in {"produce", "flush", "commit_offsets"}:
            told.append(name)
    first, last = [[b"ada", b"bob"]], [[PARTITION_KEY]]
    assert told == ["produce", "flush", *first, "flush", *last, "flush", "commit_offsets"]
