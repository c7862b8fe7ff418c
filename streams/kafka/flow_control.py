"""Flow control between the shards and the thread that fetches: what may be read now.

A partition is closed until its shard has restored and named its offset, and while its buffer is
full nothing is taken of what was fetched for it.
"""

from collections.abc import Callable, Mapping

from aiokafka import TopicPartition

from schemas.inputs.events import Kind
from streams.config.settings import Settings


class FlowControl:
    """Which topic partitions may be read now; written by the shards, read by the fetch thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kinds: dict[str, Kind] = {}
        """The inputs that exist, by the broker's name of their topic."""
        self.topics: dict[Kind, str] = {}
        self.failed: Callable[[BaseException], None] = lambda _: None
        self.unreadable: Callable[[int, Exception], None] = lambda _, __: None
        """Called by the fetch thread for a partition of which an input can't be read on."""
        self.epoch = 0
        """Counts assignments: what was fetched under an earlier one is void."""
        self._readable: set[TopicPartition] = set()
        self._awaited: set[TopicPartition] = set()

    def set_inputs(self, topics: Mapping[Kind, str]) -> None:
        """Names the inputs."""
        self.topics = dict(topics)
        self.kinds = {topic: kind for kind, topic in topics.items()}

    def resume(self, kind: Kind, partition: int) -> None:
        """The buffer has room."""
        self._readable.add(TopicPartition(self.topics[kind], partition))

    def pause(self, kind: Kind, partition: int) -> None:
        """The buffer is full, or the partition is given up."""
        self._readable.discard(TopicPartition(self.topics[kind], partition))

    def pause_all(self) -> None:
        """Nothing may be read any more, and what is on its way is void."""
        self.epoch += 1
        self._readable.clear()
        self._awaited.clear()

    def await_answer(self, tp: TopicPartition) -> None:
        """The broker is to be heard of this partition: how far it reaches."""
        self._awaited.add(tp)

    def refuse(self, partition: int, error: Exception) -> None:
        """An input of a partition can't be read on: nothing of the partition is read any more."""
        for topic in self.topics.values():
            self._readable.discard(TopicPartition(topic, partition))
        self.unreadable(partition, error)

    def readable(self) -> set[TopicPartition]:
        """A view of the moment, for the fetch thread."""
        return self._readable.copy()

    def answered(self, tp: TopicPartition) -> bool:
        """Whether the broker answered already; the first answer makes an empty batch."""
        return tp not in self._awaited

    def note_answer(self, tp: TopicPartition) -> None:
        """The broker answered."""
        self._awaited.discard(tp)
