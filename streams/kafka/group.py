"""The consumer group, as a transaction knows it: how far each input of a partition was taken."""

from typing import Any

from confluent_kafka import Consumer, TopicPartition

from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams.config.connecting import librdkafka_options
from streams.config.settings import Settings


class GroupMetadata:
    """What a transaction needs to know of the consumer group; one a process."""

    def __init__(self, settings: Settings) -> None:
        # nobody polls it: its complaints would gather; other clients have the same broker's
        quiet = {"group.id": settings.app_id, "log_level": 0}
        self._consumer = Consumer(librdkafka_options(settings) | quiet)

    def get(self) -> Any:
        """The group without a member: the transactional id alone fences."""
        return self._consumer.consumer_group_metadata()

    def close(self) -> None:
        """Ends the client."""
        self._consumer.close()


def group_offsets(
    settings: Settings, partition: int, offsets: dict[Kind, int], number: str
) -> list[TopicPartition]:
    """Offsets to commit, with the commit's number beside each."""
    names = settings.names
    return [
        TopicPartition(names.of(TOPIC_OF_KIND[kind]), partition, offset, number)
        for kind, offset in offsets.items()
    ]
