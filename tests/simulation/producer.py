"""A stand-in for `confluent_kafka.Producer`, as `streams.kafka.commit` uses it, over the simulated
Kafka.

It does what librdkafka does with transactions: partitions are added before records go to them,
records of a partition carry growing sequence numbers, a message that failed makes the commit fail,
and a producer that was fenced refuses everything from then on. Failures of messages are reported
in `poll`, `flush` and `commit_transaction`, as there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, cast

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from tests.simulation import faults
from tests.simulation.broker import NO_ERROR, Sent
from tests.simulation.kernel import Signal
from tests.simulation.log import GroupOffset, Place
from tests.simulation.site import NoAnswerError, Site

RETRY_S: Final = 0.02
"""So soon a client asks again where the coordinator is still ending what was before."""
_FENCED: Final = {KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED}


def failure_of(code: int) -> KafkaException:
    """As librdkafka would raise it."""
    return KafkaException(KafkaError(code))


@dataclass
class Message:
    """A record that was handed over, and what the delivery report shows of it."""

    place: Place
    sent: Sent

    def topic(self) -> str:
        return self.place.topic

    def value(self) -> bytes | None:
        return self.sent[1]


class SimulatedProducer:
    """One transactional producer."""

    def __init__(self, site: Site, options: dict[str, Any]) -> None:
        self._site = site
        self._kernel = site.process.kernel
        self._way = site.connect()
        self._id = cast("str", options.get("transactional.id", ""))
        self._timeout_s = cast("int", options.get("transaction.timeout.ms", 0)) / 1000
        self._message_timeout_s = cast("int", options["message.timeout.ms"]) / 1000
        self._on_delivery = cast("Callable[[Any, Any], None]", options["on_delivery"])
        self._changelog = f"{options['client.id']}-changelog"
        self._epoch = -1
        self._fatal: int | None = None
        self._failed: int | None = None
        """Why the transaction at hand can't be committed."""
        self._queue: list[Message] = []
        self._flying = 0
        self._reports: list[tuple[int, Message]] = []
        self._places: set[Place] = set()
        self._sequences: dict[Place, int] = {}
        self._heard = Signal(self._kernel)

    # starting

    def list_topics(self, topic: str, timeout: float) -> Any:
        """The broker is there, and says nothing of partitions."""
        self._ask(faults.FENCE, lambda: NO_ERROR, timeout)
        return SimpleNamespace(brokers={1}, topics={topic: SimpleNamespace(partitions={})})

    def init_transactions(self, timeout: float) -> None:
        """Fences whoever had the id before."""
        until_s = self._kernel.now_s + timeout
        broker, owner = self._site.broker, self._site.process.name
        while True:
            left_s = until_s - self._kernel.now_s
            error, _, epoch = self._answer(
                faults.FENCE,
                lambda: broker.start_producer(self._id, self._timeout_s, owner),
                left_s,
            )
            if error == NO_ERROR:
                break
            self._kernel.sleep(RETRY_S)
        self._epoch, self._sequences = epoch, {}
        self._site.started.add((self._id, epoch))
        self._site.tell(f"{self._id}: fenced, epoch {epoch}")
        self._site.point(faults.FENCED)

    # one transaction

    def begin_transaction(self) -> None:
        """Nothing is sent yet."""
        self._refuse_if_fatal()
        self._failed = None
        self._places = set()
        self._site.point(faults.BEGIN)

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        partition: int,
        headers: list[tuple[str, bytes | None]] | None,
    ) -> None:
        """Takes a record; BufferError where there is no room."""
        self._refuse_if_fatal()
        if len(self) >= self._site.queue_max:
            self._site.faults.strike(faults.QUEUE_FULL)
            raise BufferError("queue full")
        sent = key, value, tuple(headers or ())
        self._queue.append(Message(Place(topic, partition), sent))

    def produce_batch(self, topic: str, messages: list[dict[str, Any]], partition: int) -> int:
        """Takes records; those it has no room for carry an error."""
        self._refuse_if_fatal()
        taken = 0
        for message in messages:
            if len(self) >= self._site.queue_max:
                message["_error"] = KafkaError(KafkaError._QUEUE_FULL)
                continue
            sent = message["key"], message["value"], ()
            self._queue.append(Message(Place(topic, partition), sent))
            taken += 1
        if taken < len(messages):
            self._site.faults.strike(faults.QUEUE_FULL)
        return taken

    def poll(self, timeout: float) -> int:
        """Sends what lies here, waits a moment, and reports failures."""
        self._transmit()
        if timeout > 0 and self._flying:
            self._heard.wait(timeout)
        return self._report()

    def flush(self, timeout: float) -> int:
        """Waits until everything is acknowledged; how many are not."""
        until_s = self._kernel.now_s + timeout
        self._transmit()
        while self._flying and self._kernel.now_s < until_s:
            self._heard.wait(until_s - self._kernel.now_s)
        self._report()
        return len(self)

    def send_offsets_to_transaction(
        self, offsets: list[TopicPartition], metadata: object, timeout: float
    ) -> None:
        """The group's offsets become part of it."""
        del metadata
        self._refuse_if_failed()
        self._transmit()
        by_place = {
            Place(its.topic, its.partition): GroupOffset(its.offset, its.metadata or "")
            for its in offsets
        }
        broker, epoch = self._site.broker, self._epoch
        self._until_accepted(
            faults.OFFSETS, lambda: broker.add_offsets(self._id, epoch, by_place), timeout
        )

    def commit_transaction(self, timeout: float) -> None:
        """Waits for every record, then asks for the end; raises where any record failed."""
        until_s = self._kernel.now_s + timeout
        if self.flush(timeout):
            raise failure_of(KafkaError._TIMED_OUT)
        self._refuse_if_failed()
        broker, epoch = self._site.broker, self._epoch
        left_s = until_s - self._kernel.now_s
        self._until_accepted(faults.END, lambda: broker.end(self._id, epoch, "commit"), left_s)
        self._site.point(faults.ENDED)

    def purge(self, *, in_queue: bool, in_flight: bool, blocking: bool) -> None:
        """Forgets what was not acknowledged."""
        del in_queue, in_flight, blocking
        self._site.point(faults.CLOSE)
        self._site.started.discard((self._id, self._epoch))
        self._queue.clear()

    def __len__(self) -> int:
        return len(self._queue) + self._flying

    # on the way

    def _transmit(self) -> None:
        """Sends what lies here, a request for each part of a partition's records."""
        while self._queue:
            queue, self._queue = self._queue, []
            by_place: dict[Place, list[Message]] = {}
            for message in queue:
                by_place.setdefault(message.place, []).append(message)
            self._flying += len(queue)
            self._add(list(by_place))
            for place, messages in by_place.items():
                step = faults.ROWS if place.topic == self._changelog else faults.OUTPUTS
                for part in self._parts(messages):
                    self._send(step, place, part)

    def _parts(self, messages: list[Message]) -> list[list[Message]]:
        rng, parts = self._site.rng, []
        while messages:
            size = len(messages) if rng.random() < 0.6 else rng.randint(1, len(messages))
            parts.append(messages[:size])
            messages = messages[size:]
        return parts

    def _add(self, places: list[Place]) -> None:
        new = [place for place in places if place not in self._places]
        if not new or self._fatal is not None:
            return
        broker, epoch = self._site.broker, self._epoch
        try:
            self._until_accepted(
                faults.PLACES,
                lambda: broker.add_places(self._id, epoch, new),
                self._message_timeout_s,
            )
        except KafkaException as error:
            self._failed = error.args[0].code()
            return
        self._places.update(new)

    def _send(self, step: str, place: Place, part: list[Message]) -> None:
        if place not in self._places:
            self._acknowledge(part, self._failed or KafkaError._STATE)
            return
        broker, epoch = self._site.broker, self._epoch
        sequence = self._sequences.get(place, 0)
        self._sequences[place] = sequence + len(part)
        records = [message.sent for message in part]
        flying = [part]

        def answered(error: int) -> None:
            too_late.cancel()
            if flying:
                self._acknowledge(flying.pop(), error)

        too_late = self._kernel.later(
            self._site.process, self._message_timeout_s, answered, KafkaError._MSG_TIMED_OUT
        )
        self._site.send(
            self._way,
            step,
            lambda: broker.produce(place, records, self._id, epoch, sequence),
            answered,
        )

    def _acknowledge(self, part: list[Message], error: int) -> None:
        self._flying -= len(part)
        if error != NO_ERROR:
            self._site.tell(f"{self._id}: {len(part)} records failed, {KafkaError(error).name()}")
            self._failed = self._failed or error
            if error == KafkaError.MSG_SIZE_TOO_LARGE:
                self._site.faults.strike(faults.REFUSED)
            if error in _FENCED:
                self._fatal = error
            self._reports += [(error, message) for message in part]
        self._heard.happen()

    def _report(self) -> int:
        reports, self._reports = self._reports, []
        for error, message in reports:
            self._on_delivery(KafkaError(error), message)
        return len(reports)

    def _refuse_if_fatal(self) -> None:
        if self._fatal is not None:
            raise failure_of(KafkaError._FENCED)

    def _refuse_if_failed(self) -> None:
        self._refuse_if_fatal()
        if self._failed is not None:
            raise KafkaException(KafkaError(self._failed, txn_requires_abort=True))

    def _until_accepted(self, step: str, ask: Callable[[], int], timeout_s: float) -> None:
        """Asks again while what was before is still being ended; raises what else is said."""
        until_s = self._kernel.now_s + timeout_s
        while True:
            error = self._ask(step, ask, until_s - self._kernel.now_s)
            if error == NO_ERROR:
                return
            if error in _FENCED:
                self._site.tell(f"{self._id}: {step}: fenced off")
                self._fatal = error
                raise failure_of(KafkaError._FENCED)
            if error != KafkaError.CONCURRENT_TRANSACTIONS:
                raise failure_of(error)
            self._kernel.sleep(RETRY_S)

    def _ask(self, step: str, ask: Callable[[], int], timeout_s: float) -> int:
        return cast("int", self._answer(step, ask, timeout_s))

    def _answer(self, step: str, ask: Callable[[], Any], timeout_s: float) -> Any:
        try:
            return self._site.request(self._way, step, ask, max(0.0, timeout_s))
        except NoAnswerError as error:
            raise failure_of(KafkaError._TIMED_OUT) from error
