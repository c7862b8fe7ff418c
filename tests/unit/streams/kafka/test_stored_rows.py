"""Stored rows read from beside the workers: the newest, whole; what is wrong is said."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from confluent_kafka import KafkaError

from schemas.state.codec import encode_partition
from schemas.state.rows import PARTITION_KEY, PartitionRow
from schemas.topics.acls import Operation
from schemas.topics.declared import CHANGELOG
from streams.config.settings import Settings
from streams.kafka import stored_rows
from streams.kafka.access import AccessError
from streams.kafka.stored_rows import StoredPartition, StoredRows, StoredRowsError
from streams.kafka.topics import TopicsError

TOPIC = Settings().names.of(CHANGELOG)
ROW = PartitionRow(
    stream_time_us=7,
    offsets=(0, 0, 0, 0, 0),
    commit_number=3,
    policies={"a": "one"},
    policy_since_us=0,
    window_days=90,
    contact_days=7,
    base_currency="USD",
    measure=None,
    adopted=None,
    adopted_before=None,
    adopting_from=None,
    made=None,
    changelog_id="",
)
OWN = (PARTITION_KEY, encode_partition(ROW))


class Lying:
    """A consumer that brings what lies there in these fetches; an int is an end found there."""

    def __init__(self, *fetches: list[Any], end: int) -> None:
        self._fetches, self._end = list(fetches), end

    def list_topics(self, *_: Any) -> Any:
        return SimpleNamespace(topics={TOPIC: SimpleNamespace(partitions={0: None, 1: None})})

    def get_watermark_offsets(self, *_: Any) -> tuple[int, int]:
        return 0, self._end

    def assign(self, _: Any) -> None:
        """Everything is assigned."""

    def consume(self, *_: Any) -> list[Any]:
        return [_read(its) for its in self._fetches.pop(0)] if self._fetches else []

    def close(self) -> None:
        """Ends the client."""


def _read(its: Any) -> Any:
    if isinstance(its, int):
        end = SimpleNamespace(code=lambda: KafkaError._PARTITION_EOF)
        return SimpleNamespace(error=lambda: end, offset=lambda: its)
    key, value = its
    return SimpleNamespace(
        error=lambda: None, key=lambda: key, value=lambda: value, offset=lambda: 5
    )


def read(
    *fetches: list[Any],
    end: int = 1,
    only: set[bytes] | None = None,
    exists: bool = True,
    granted: tuple[Operation, ...] = (Operation.READ,),
) -> StoredPartition | None:
    """What is found where this lies."""
    state = SimpleNamespace(name=TOPIC, exists=exists, granted=frozenset(granted))
    with (
        patch.object(stored_rows, "rows_consumer", lambda _: Lying(*fetches, end=end)),
        patch.object(stored_rows, "look_at_topics", lambda _: {CHANGELOG: state}),
        patch.object(stored_rows, "reachable", lambda settings: (settings, "")),
    ):
        rows = StoredRows(Settings())
        assert rows.partitions == 2
        return rows.read(1, only)


def test_the_newest_row_of_each_key_counts_and_who_was_erased_is_not_there() -> None:
    rows = [(b"ada", b"1"), (b"bob", b"1"), OWN, (b"ada", b"2"), (b"bob", None), 6]
    assert read(rows) == StoredPartition(1, ROW, {b"ada": b"2"})


def test_only_who_was_asked_for_is_kept_and_the_partition_s_own_row_is() -> None:
    rows = [(b"ada", b"1"), (b"bob", b"1"), OWN, 6]
    assert read(rows, only={b"bob", b"cyd"}) == StoredPartition(1, ROW, {b"bob": b"1"})


def test_an_end_before_the_one_there_was_at_the_start_is_none() -> None:
    found = read([OWN, (b"ada", b"1"), 2], [], [(b"bob", b"1"), 9], end=8)
    assert found == StoredPartition(1, ROW, {b"ada": b"1", b"bob": b"1"})


def test_a_partition_of_which_nothing_was_committed_has_no_rows() -> None:
    assert read([0], end=0) is None


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(None, b"1"), 1], "offset 5, has no key: another program writes"),
        ([(b"ada", b"1"), 1], "has customers and no row of the partition"),
        ([(PARTITION_KEY, b"\x01"), 1], "its own row: expected a row of version"),
        ([(PARTITION_KEY, OWN[1][:9]), 1], "its own row: expected a partition's row"),
    ],
)
def test_rows_of_no_use_are_named(rows: list[Any], why: str) -> None:
    with pytest.raises(StoredRowsError, match=why) as failure:
        read(rows)
    assert f"{TOPIC}-1" in str(failure.value)


def test_a_broker_that_falls_silent_is_given_up() -> None:
    seconds = iter(range(0, 1_000, 10))
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    with (
        patch.object(stored_rows, "time", clock),
        pytest.raises(StoredRowsError, match="nothing came for 30 s"),
    ):
        read([OWN, 1], end=4)


def test_no_changelog_and_no_right_to_it_are_said_at_once() -> None:
    with pytest.raises(TopicsError, match="expected the changelog of the application"):
        read([], exists=False)
    with pytest.raises(AccessError, match=TOPIC):
        read([], granted=())
