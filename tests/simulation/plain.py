"""A stand-in for `confluent_kafka.Producer` without transactions, as `PlainLog` uses it.

It has one request under way at a time. A request that is sent again lies on the broker twice.
"""

from collections import deque
from typing import Any

from confluent_kafka import KafkaError

from tests.simulation import faults
from tests.simulation.log import Place
from tests.simulation.producer import Message, SimulatedProducer
from tests.simulation.site import Site


class PlainProducer(SimulatedProducer):
    """One that knows no transactions."""

    def __init__(self, site: Site, options: dict[str, Any]) -> None:
        super().__init__(site, options)
        self._left: deque[tuple[Place, list[Message]]] = deque()
        self._is_asking = False

    def flush(self, timeout: float) -> int:
        """Waits until everything is acknowledged; how many are not."""
        until_s = self._kernel.now_s + timeout
        self._transmit()
        while self._flying and self._kernel.now_s < until_s:
            self._heard.wait(until_s - self._kernel.now_s)
            self._send_next()
        self._report()
        return len(self)

    def _transmit(self) -> None:
        queue, self._queue = self._queue, []
        self._flying += len(queue)
        by_place: dict[Place, list[Message]] = {}
        for message in queue:
            by_place.setdefault(message.place, []).append(message)
        for place, messages in by_place.items():
            self._left += [(place, part) for part in self._parts(messages)]
        self._send_next()

    def _send_next(self) -> None:
        if self._is_asking or not self._left:
            return
        place, part = self._left.popleft()
        self._is_asking = True
        flying = [part]

        def answered(error: int) -> None:
            too_late.cancel()
            if flying:
                self._is_asking = False
                self._acknowledge(flying.pop(), error)

        too_late = self._kernel.later(
            self._site.process, self._message_timeout_s, answered, KafkaError._MSG_TIMED_OUT
        )
        step = faults.ROWS if place.topic == self._changelog else faults.OUTPUTS
        broker, records = self._site.broker, [message.sent for message in part]
        self._site.send(self._way, step, lambda: broker.append(place, records), answered)
