"""What the producers of commits are told, which no broker would show soon."""

import gc
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from confluent_kafka import KafkaException

from agents.partition.shard import Message
from streams.config.settings import Settings
from streams.kafka.access import AccessError
from streams.kafka.commit import GroupMetadata, PlainLog, TransactionalLog
from tests.support.waiting import wait_until


def options_of(guarantee: str) -> dict[str, Any]:
    """What librdkafka's producer is made with."""
    settings = Settings(guarantee=guarantee)  # type: ignore[arg-type]
    with patch("streams.kafka.commit.Producer") as producer, patch("streams.kafka.commit.Consumer"):
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
    with patch("streams.kafka.commit.Producer") as producer, patch("streams.kafka.commit.Consumer"):
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
