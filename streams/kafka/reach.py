"""Whether a commit may begin: before its first message nothing is in doubt, after it all is.

A broker that is away is waited for here. And librdkafka has to have forgotten who coordinated the
group before: it gives up its thread for a broker that metadata leave out, or for all of them where
it finds none, but goes on to count on it as the coordinator, and the offsets of a transaction then
wait for ever (its issues 5511 and 5456). It forgets a coordinator that it did not need for the age
of its metadata, so that age is short, and whoever saw the brokers change waits for it.
"""

import math
import time
from contextlib import suppress
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException

REFRESH_MS: Final = 1_000
"""So often a producer asks for brokers and leaders."""
METADATA_AGE_MS: Final = 3 * REFRESH_MS
"""librdkafka's own ratio: an answer may be late without a topic being taken for unknown."""
FORGOTTEN_S: Final = METADATA_AGE_MS / 1_000 + 1.5
"""A coordinator that was not needed for so long is asked for anew: librdkafka looks every second
for what is too old."""
ANSWER_S: Final = 1.0
"""So long a broker may take to answer before it is asked again."""

OPTIONS: Final = {
    "topic.metadata.refresh.interval.ms": REFRESH_MS,
    "metadata.max.age.ms": METADATA_AGE_MS,
}
"""What a producer that commits is told."""


class Reach:
    """What one producer knows of its brokers, from commit to commit."""

    def __init__(self, topic: str, partition: int) -> None:
        """Its topic partition has to have a leader."""
        self._topic, self._partition = topic, partition
        self._brokers: frozenset[int] = frozenset()
        self._changed = False
        self._committed_at = -math.inf

    def hear(self, error: KafkaError) -> None:
        """What the producer's `error_cb` is told."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._changed = True

    def committed(self) -> None:
        """The coordinator was needed just now."""
        self._committed_at = time.monotonic()

    def is_there(self, producer: Any) -> bool:
        """Asks once; raises what the producer's `error_cb` raises."""
        with suppress(KafkaException):  # of a producer that was fenced: the commit tells it
            producer.poll(0)
        brokers = self._ask(producer)
        if brokers != self._brokers:
            self._brokers, self._changed = brokers, True
        if not brokers:
            return False
        if time.monotonic() - self._committed_at >= FORGOTTEN_S:
            self._changed = False
        return not self._changed

    def _ask(self, producer: Any) -> frozenset[int]:
        """Who is there; nobody while the partition has no leader among them."""
        try:
            found = producer.list_topics(self._topic, ANSWER_S)
        except KafkaException:
            return frozenset()
        at = found.topics[self._topic].partitions.get(self._partition)
        # a topic that is gone is for the commit to find out
        is_led = at is None or at.leader in found.brokers
        return frozenset(found.brokers) if is_led else frozenset()
