"""What is read of a changelog: to its stable end, the newest of each key, none of who is gone."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from confluent_kafka import KafkaError

from streams.config.settings import Settings
from streams.kafka import changelog
from streams.kafka.changelog import Changelog, Progress, RestoreError


class Lying:
    """A consumer that brings what lies there in these fetches; an int is an end found there."""

    def __init__(self, *fetches: list[Any], high: int) -> None:
        self._fetches, self._high = list(fetches), high

    def list_topics(self, *_: Any) -> None:
        """The broker is there."""

    def assign(self, _: Any) -> None:
        """Everything is assigned."""

    def consume(self, *_: Any) -> list[Any]:
        return [_read(its) for its in self._fetches.pop(0)] if self._fetches else []

    def get_watermark_offsets(self, *_: Any, **__: Any) -> tuple[int, int]:
        return 0, self._high

    def close(self) -> None:
        """Ends the client."""


def _read(its: Any) -> Any:
    if isinstance(its, int):
        end = SimpleNamespace(code=lambda: KafkaError._PARTITION_EOF)
        return SimpleNamespace(error=lambda: end, offset=lambda: its)
    key, value = its
    return SimpleNamespace(
        error=lambda: None, key=lambda: key, value=lambda: value, offset=lambda: 0
    )


def rows_of(*fetches: list[Any], high: int) -> tuple[dict[bytes, bytes], Progress]:
    """What is read, and how far it came."""
    progress = Progress()
    with patch.object(changelog, "Consumer", lambda _: Lying(*fetches, high=high)):
        return Changelog(Settings(), 0).read(progress, lambda: False), progress


def test_the_newest_row_of_each_key_counts_and_a_tombstone_forgets() -> None:
    read = [(b"ada", b"1"), (b"bob", b"1"), (b"ada", b"2"), (b"bob", None), (b"cyd", None), 5]
    rows, progress = rows_of(read, high=5)
    assert (rows, progress.rows_read) == ({b"ada": b"2"}, 5)


def test_what_another_program_s_open_transaction_hides_is_waited_for() -> None:
    rows, progress = rows_of([(b"ada", b"1"), 1], [], [(b"bob", b"1"), 4], high=4)
    assert (rows, progress.waiting_for_transaction) == ({b"ada": b"1", b"bob": b"1"}, False)


def test_a_row_without_a_key_is_refused() -> None:
    with pytest.raises(RestoreError, match="has no key: another program writes"):
        rows_of([(None, b"1"), 1], high=1)


def test_a_restore_that_hears_nothing_for_too_long_says_what_it_waits_for() -> None:
    seconds = iter(range(0, 1_000, 10))
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    with (
        patch.object(changelog, "time", clock),
        pytest.raises(RestoreError, match="another program's transaction is open"),
    ):
        rows_of([(b"ada", b"1"), 1], high=4)
