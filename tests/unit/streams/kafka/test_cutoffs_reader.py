"""What is newest of the histograms is known once every partition was read to its end."""

from types import SimpleNamespace
from typing import Any

from confluent_kafka import KafkaError

from schemas.outputs.records import CUTOFFS, HISTOGRAMS
from streams.config.settings import Settings
from streams.kafka.cutoffs_reader import Known, SharesReader

PARTITIONS = 2


class Fed(list[Any]):
    """A consumer that gives what it was made with, one message at a time, then stops its reader."""

    reader: SharesReader

    def assign(self, _: Any) -> None:
        """Everything is assigned."""

    def consume(self, *_: Any) -> list[Any]:
        """The next message."""
        if len(self) == 1:
            self.reader.stop()
        return [self.pop(0)]


def message(topic: str, partition: int, value: bytes | None, *, end: bool = False) -> Any:
    failure = SimpleNamespace(code=lambda: KafkaError._PARTITION_EOF) if end else None
    return SimpleNamespace(
        error=lambda: failure,
        topic=lambda: topic,
        partition=lambda: partition,
        value=lambda: value,
    )


def told(*messages: Any) -> list[Known]:
    """What the reader told of these messages."""
    found: list[Known] = []
    reader = SharesReader(Settings(), PARTITIONS, found.append, lambda _: None)
    fed = Fed(messages)
    fed.reader = reader
    reader._follow(fed)  # type: ignore[arg-type]
    return found


def end(topic: str, partition: int) -> Any:
    return message(topic, partition, None, end=True)


CUT_ENDS = end(CUTOFFS, 0), end(CUTOFFS, 1)


def test_it_tells_what_it_read_to_every_end() -> None:
    first = message(HISTOGRAMS, 0, b"old"), message(HISTOGRAMS, 0, b"new")
    cutoffs = message(CUTOFFS, 0, b'{"version":2}'), message(CUTOFFS, 0, b'{"version":1}')
    found = told(*first, end(HISTOGRAMS, 0), *cutoffs, *CUT_ENDS, end(HISTOGRAMS, 1))
    assert found == [({0: b"new"}, {"version": 2})]


def test_a_partition_that_ends_twice_does_not_stand_for_one_not_read() -> None:
    twice = end(HISTOGRAMS, 0), message(HISTOGRAMS, 0, b"more"), end(HISTOGRAMS, 0)
    assert told(*twice, *CUT_ENDS) == []
    late = message(HISTOGRAMS, 1, b"late"), end(HISTOGRAMS, 1)
    assert told(*twice, *CUT_ENDS, *late) == [({0: b"more", 1: b"late"}, None)]
