"""What the producers of commits are told, which no broker would show soon."""

from typing import Any
from unittest.mock import patch

import pytest

from streams.commit import GroupMetadata, PlainLog, TransactionalLog
from streams.settings import Settings


def options_of(guarantee: str) -> dict[str, Any]:
    """What librdkafka's producer is made with."""
    settings = Settings(guarantee=guarantee)  # type: ignore[arg-type]
    with patch("streams.commit.Producer") as producer, patch("streams.commit.Consumer"):
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


@pytest.mark.parametrize("guarantee", ["exactly_once", "at_least_once"])
def test_every_record_waits_for_all_replicas(guarantee: str) -> None:
    assert options_of(guarantee)["acks"] == "all"


def test_the_transactional_id_is_the_partition_s() -> None:
    assert options_of("exactly_once")["transactional.id"] == "whalecurve-3"
