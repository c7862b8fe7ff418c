"""Tiers by shares: what all partitions published is read, and brought to those held here."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from schemas.outputs.records import CUTOFFS, HISTOGRAMS
from streams.config.connecting import librdkafka_options
from streams.config.settings import Settings
from streams.kafka.access import is_denied
from streams.kafka.probing import on_librdkafka_error

READ_WAIT_S: Final = 0.5
TELL_EVERY_S: Final = 1.0
"""So often what is known is told again: a partition may have come here meanwhile."""
READ_AT_ONCE: Final = 500

Known = tuple[dict[int, bytes], dict[str, Any] | None]
"""By partition the newest histogram, as it lies on the topic; the newest cut-offs."""


class SharesReader:
    """Follows the histograms and the cut-offs in a thread of its own."""

    def __init__(
        self,
        settings: Settings,
        partitions: int,
        tell: Callable[[Known], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._settings, self._partitions = settings, partitions
        self._tell, self._fail = tell, fail
        self._histograms: dict[int, bytes] = {}
        self._cutoffs: dict[str, Any] | None = None
        self._unread: set[tuple[str, int]] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shares", daemon=True)

    def start(self) -> None:
        """Begins to read from the first record on."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread within a moment."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        try:
            consumer = Consumer(
                librdkafka_options(self._settings)
                | {
                    "group.id": self._settings.app_id,
                    "error_cb": on_librdkafka_error(self._settings),
                    "enable.auto.commit": False,
                    "isolation.level": "read_committed",
                    "auto.offset.reset": "earliest",
                    "enable.partition.eof": True,
                    "client.rack": self._settings.client_rack,
                }
            )
            try:
                self._follow(consumer)
            finally:
                consumer.close()
        except Exception as error:  # noqa: BLE001 - tiers would silently stand still
            self._fail(error)

    def _follow(self, consumer: Consumer) -> None:
        names = self._settings.names
        tps = [
            TopicPartition(names.of(topic), partition, OFFSET_BEGINNING)
            for topic in (HISTOGRAMS, CUTOFFS)
            for partition in range(self._partitions)
        ]
        consumer.assign(tps)
        # until every partition was read to its end once, what is newest is not known
        self._unread = {(tp.topic, tp.partition) for tp in tps}
        last_call_at = 0.0
        while not self._stopped.is_set():
            for message in consumer.consume(READ_AT_ONCE, READ_WAIT_S):
                self._take(message, names.of(HISTOGRAMS))
            if not self._unread and time.monotonic() - last_call_at >= TELL_EVERY_S:
                last_call_at = time.monotonic()
                self._tell((dict(self._histograms), self._cutoffs))

    def _take(self, message: Any, histograms: str) -> None:
        failure = message.error()
        if failure is not None:
            if failure.code() == KafkaError._PARTITION_EOF:
                self._unread.discard((message.topic(), message.partition()))
            elif failure.fatal() or is_denied(failure.name()):
                raise KafkaException(failure)
            return
        value = message.value()
        if value is None:
            return
        if message.topic() == histograms:
            self._histograms[message.partition()] = value
            return
        cutoffs = orjson.loads(value)
        if self._cutoffs is None or cutoffs["version"] > self._cutoffs["version"]:
            self._cutoffs = cutoffs
