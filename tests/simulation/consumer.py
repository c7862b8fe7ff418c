"""A stand-in for `confluent_kafka.Consumer`, as restores and the group's metadata use it."""

from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from tests.simulation import faults
from tests.simulation.log import Entry, Place
from tests.simulation.site import NoAnswerError, Site

FETCH_DEADLINE_S: Final = 10.0
READ_MAX: Final = 60
"""So many records of the changelog come with one fetch at most."""


class Read:
    """A record or the end of a partition, as the client hands it out."""

    def __init__(self, entry: Entry | None, end: int = 0) -> None:
        self._entry, self._end = entry, end

    def error(self) -> KafkaError | None:
        return None if self._entry is not None else KafkaError(KafkaError._PARTITION_EOF)

    def key(self) -> bytes | None:
        return None if self._entry is None else self._entry.key

    def value(self) -> bytes | None:
        return None if self._entry is None else self._entry.value

    def offset(self) -> int:
        return self._end if self._entry is None else self._entry.offset


class SimulatedConsumer:
    """Reads one partition with `read_committed`, told to begin at an offset."""

    def __init__(self, site: Site, options: dict[str, Any]) -> None:
        del options
        self._site = site
        self._way = site.connect()
        self._place: Place
        self._position = 0
        self._high = -1
        self._told_end = -1

    def list_topics(self, topic: str, timeout: float) -> None:
        """The broker is there."""
        del topic, timeout
        self._site.point(faults.RESTORE)

    def assign(self, partitions: list[TopicPartition]) -> None:
        """What to read, and from where."""
        [its] = partitions
        self._place, self._position = Place(its.topic, its.partition), its.offset

    def consume(self, number: int, timeout: float) -> list[Read]:
        """What one fetch brings; the end of the partition is told once for each end."""
        del number
        broker, place, position = self._site.broker, self._place, self._position
        size = self._site.rng.randint(1, READ_MAX)
        try:
            found, after, stable, high = self._site.request(
                self._way,
                faults.READ,
                lambda: (*broker.fetch(place, position, size), broker.logs[place].end),
                FETCH_DEADLINE_S,
            )
        except NoAnswerError as error:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT)) from error
        self._position, self._high = after, high
        messages = [Read(entry) for entry in found]
        if after == stable and self._told_end != after:
            self._told_end = after
            messages.append(Read(None, after))
        if not messages:
            self._site.process.kernel.sleep(timeout)
        return messages

    def get_watermark_offsets(self, tp: TopicPartition, *, cached: bool) -> tuple[int, int]:
        """As they came with the last fetch."""
        del tp, cached
        return 0, self._high

    def consumer_group_metadata(self) -> object:
        """The group without a member."""
        return object()

    def close(self) -> None:
        """Ends the client."""
