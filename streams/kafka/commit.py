"""The commit: what changed in one shard becomes one Kafka transaction, or the process ends.

The transactional id is fixed by application and partition, so that starting a producer fences
whoever held the partition before. The client is librdkafka: it refuses to commit a transaction of
which any message failed. In doubt nothing is aborted and retried: memory is never trusted after a
failed commit, and whoever takes over finds the log as it was.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NoReturn, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer

from agents.partition.shard import Changes, Message
from schemas.base.errors import OperatorError
from schemas.inputs.events import Kind
from schemas.outputs.headers import COMMIT_HEADER, Headers
from schemas.topics.declared import CHANGELOG
from streams.config.connecting import librdkafka_options
from streams.config.settings import REQUEST_TIMEOUT_MS, TRANSACTION_TIMEOUT_MS, Settings
from streams.kafka.group import GroupMetadata, group_offsets
from streams.kafka.probing import on_librdkafka_error
from streams.kafka.reach import OPTIONS, Reach

COMMIT_DEADLINE_S: Final = 12.0
"""For one commit, from its first message to the broker's word; below the transaction's timeout."""
FENCE_DEADLINE_S: Final = 30.0
NO_TRANSACTIONS: Final = (
    ": see whether all brokers are up, and whether they can make __transaction_state "
    "(transaction.state.log.replication.factor is at most their number)"
)
RETRY_BACKOFF_MS: Final = 5_000
"""So long librdkafka waits before it sends a request again whose answer did not come."""
SENT_TWICE_S: Final = 0.75 * RETRY_BACKOFF_MS / 1000
"""An end of a transaction that took longer may have been sent twice: librdkafka shortens the wait
by up to a fifth. It gives all transactions of a producer one epoch (it has no KIP-890), and so the
first of the two, late on the wire, would commit a part of the next transaction."""
DELIVERY_S: Final = 7.0
"""So long offsets wait for the records before them. What is sent again belongs before the end, and
offsets that are refused, since the last transaction is still being ended, come again only after
RETRY_BACKOFF_MS; records come again at once."""
MESSAGE_MAX_BYTES: Final = 1_000_000_000
"""The client's own limit, as high as librdkafka lets it be: the topic's counts."""
TELL_DEADLINE_S: Final = 1.0
"""So long a failed commit waits to hear which message did it."""
_CONSEQUENCES: Final = {KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._STATE}
"""Errors of messages that fail only because another one did."""
_REFUSALS: Final = {
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.INVALID_RECORD,
    KafkaError.INVALID_TIMESTAMP,
    KafkaError.POLICY_VIOLATION,
}
"""A topic's word on a record: it will be the same whoever asks, until the topic is changed."""
_NO_TEXT: Final = "no more is known"


class CommitError(OperatorError):
    """A commit failed or is in doubt; the process must end, and start again."""


class RefusedError(OperatorError):
    """A topic refuses a record, and nothing of its commit was committed, for certain."""


class Log(Protocol):
    """Where one shard's changes go."""

    def start(self) -> None:
        """Fences whoever wrote for this partition before."""

    def reach(self) -> bool:
        """Whether the broker can be written to: a commit that begins without it is in doubt."""

    def commit(self, changes: Changes) -> None:
        """All of it or nothing; CommitError otherwise."""

    def hear(self) -> None:
        """Lets the client say what it has to say; it waits for nothing."""

    def close(self) -> None:
        """Gives the partition up."""


class _Outbox:
    """Hands messages to one librdkafka producer, and remembers the first that failed."""

    def __init__(self, settings: Settings, partition: int, options: dict[str, Any]) -> None:
        self._names = settings.names
        self._partition = partition
        self._failure: str | None = None
        self._consequence: str | None = None
        self.refused = False
        """The first message that failed was refused by its topic."""
        self._stuck_since = 0.0
        self._look = on_librdkafka_error(settings)
        self.reach = Reach(settings.names.of(CHANGELOG), partition)
        self.producer = Producer(
            librdkafka_options(settings)
            | OPTIONS
            | {
                "acks": "all",
                # the embedded broker hands on what it gets: plain, any client can read it
                "compression.type": "lz4" if settings.exactly_once else "none",
                "linger.ms": 5,
                "batch.num.messages": 20_000,
                "batch.size": 1_000_000,
                "message.max.bytes": MESSAGE_MAX_BYTES,
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 1_048_576,
                "message.timeout.ms": REQUEST_TIMEOUT_MS,
                "request.timeout.ms": REQUEST_TIMEOUT_MS // 2,
                "delivery.report.only.error": True,
                "on_delivery": self._on_failure,
                "error_cb": self._on_error,
            }
            | options
        )

    def _on_error(self, error: KafkaError) -> None:
        self.reach.hear(error)
        self._look(error)

    def _on_failure(self, error: KafkaError | None, message: Any) -> None:
        if error is None or self._failure is not None:
            return
        text = self._failure_text(message.topic(), error, message.value())
        if error.code() in _CONSEQUENCES:
            self._consequence = text
        else:
            self._failure = text
            self.refused = error.code() in _REFUSALS

    def _failure_text(self, topic: str, error: KafkaError, value: bytes | None) -> str:
        size = 0 if value is None else len(value)
        return f"{error.name()}: a record of {size} bytes for {topic}: {error.str()}"

    def send(self, messages: list[Message], headers: Headers = ()) -> None:
        """Outputs, each with its own headers, or these where it has none."""
        self._stuck_since = time.monotonic()
        for message in messages:
            topic = self._names.of(message.topic)
            try:
                while not self._produced(topic, message, message.headers or headers):
                    self._wait_for_room()
            except KafkaException as error:
                self._raise_failure(topic, error.args[0], message.value, error)
        self.producer.poll(0)

    def _produced(self, topic: str, message: Message, headers: Headers) -> bool:
        try:
            self.producer.produce(
                topic,
                value=message.value,
                key=message.key,
                partition=self._partition,
                headers=list(headers) or None,
            )
        except BufferError:
            return False
        return True

    def send_rows(self, rows: list[tuple[bytes, bytes | None]]) -> None:
        """Rows of the changelog, in few calls."""
        self._stuck_since = time.monotonic()
        topic = self._names.of(CHANGELOG)
        left: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in rows]
        while left:
            if self.producer.produce_batch(topic, left, partition=self._partition) == len(left):
                return
            left = [message for message in left if "_error" in message]
            for message in left:
                error = message.pop("_error")
                if error.code() != KafkaError._QUEUE_FULL:
                    self._raise_failure(topic, error, message["value"], None)
            self._wait_for_room()

    def _raise_failure(
        self, topic: str, error: KafkaError, value: bytes | None, cause: BaseException | None
    ) -> NoReturn:
        """Says which message failed first: those after it fail only because of it."""
        until = time.monotonic() + TELL_DEADLINE_S
        while self._failure is None and time.monotonic() < until:
            self.producer.poll(0.05)
        if self._failure is None and error.code() in _CONSEQUENCES:
            raise KafkaException(error) from cause
        if self._failure is None:
            self._failure = self._failure_text(topic, error, value)
            self.refused = error.code() in _REFUSALS
        self.check(cause)
        raise AssertionError("there is a failure")

    def _wait_for_room(self) -> None:
        """The client's queue is full: what is in it has to be sent first."""
        before = len(self.producer)
        self.producer.poll(0.1)
        if len(self.producer) < before:
            self._stuck_since = time.monotonic()
        elif time.monotonic() - self._stuck_since > COMMIT_DEADLINE_S:
            raise CommitError(
                f"partition {self._partition}: no record was acknowledged in "
                f"{COMMIT_DEADLINE_S:.0f} s"
            )

    def close(self) -> None:
        """Ends the client now: it and its callback hold each other, and would stay for days."""
        self.producer.purge(in_queue=True, in_flight=True, blocking=False)
        del self.producer

    def hear(self) -> None:
        """What the client has to log, and why it was turned away: AccessError."""
        with suppress(KafkaException):  # a commit will say it, too
            self.producer.poll(0)

    def deliver(self) -> None:
        """Gives the broker a while to take every message; whether it did shows later."""
        until = time.monotonic() + DELIVERY_S
        while self.producer.flush(0.05) and time.monotonic() < until:
            if self._failure or self._consequence:
                return

    def flush(self) -> None:
        """Waits for the broker's word on every message."""
        left = self.producer.flush(COMMIT_DEADLINE_S)
        self.check()
        if left:
            raise CommitError(
                f"partition {self._partition}: {left} records were not acknowledged in "
                f"{COMMIT_DEADLINE_S:.0f} s"
            )

    def check(self, cause: BaseException | None = None) -> None:
        """Before anything is committed: RefusedError or CommitError where a message failed."""
        if self.failure is not None:
            raise (RefusedError if self.refused else CommitError)(self.failure) from cause

    @property
    def failure(self) -> str | None:
        """Which message failed, where one did."""
        first = self._failure or self._consequence
        return None if first is None else f"partition {self._partition}: {first}"

    def why(self, error: KafkaException) -> str:
        """What failed: the message that did it, where one is known."""
        self.hear()
        reason = error.args[0]
        text = f"{reason.name()}: {reason.str()}" if isinstance(reason, KafkaError) else _NO_TEXT
        return f"{self._failure}; {text}" if self._failure else text


class TransactionalLog:
    """One transaction a commit."""

    def __init__(self, settings: Settings, partition: int, group: GroupMetadata) -> None:
        self._settings = settings
        self._partition = partition
        self._group = group
        self._outbox = _Outbox(
            settings,
            partition,
            {
                "transactional.id": f"{settings.app_id}-{partition}",
                "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
                "retry.backoff.ms": RETRY_BACKOFF_MS,
                "retry.backoff.max.ms": RETRY_BACKOFF_MS,
            },
        )

    def start(self) -> None:
        """Fences; what the one before left open is aborted."""
        producer = self._outbox.producer
        try:
            # unconnected, librdkafka would ask for the coordinator again only after half a second
            producer.list_topics(self._settings.names.of(CHANGELOG), FENCE_DEADLINE_S)
            producer.init_transactions(FENCE_DEADLINE_S)
        except KafkaException as error:
            why = self._outbox.why(error)
            if error.args[0].code() == KafkaError._TIMED_OUT:
                why += NO_TRANSACTIONS
            raise CommitError(f"fencing partition {self._partition}: {why}") from error

    def reach(self) -> bool:
        """Sends nothing: nothing is in doubt."""
        return self._outbox.reach.is_there(self._outbox.producer)

    def commit(self, changes: Changes) -> None:
        """Outputs, rows and input offsets in one transaction."""
        producer = self._outbox.producer
        assert changes.number > 0, "commits are numbered from 1"
        number = str(changes.number)
        offsets = group_offsets(self._settings, self._partition, changes.offsets, number)
        try:
            producer.begin_transaction()
            self._outbox.send(changes.outputs, ((COMMIT_HEADER, number.encode()),))
            self._outbox.send_rows(changes.rows)
            self._outbox.deliver()
            producer.send_offsets_to_transaction(offsets, self._group.get(), COMMIT_DEADLINE_S)
            began = time.monotonic()
            producer.commit_transaction(COMMIT_DEADLINE_S)
            seconds = time.monotonic() - began
        except KafkaException as error:
            raise self._failed(error) from error
        if self._outbox.failure is not None:
            raise CommitError(self._outbox.failure)  # and the client says that it was committed
        if seconds > SENT_TWICE_S:
            raise CommitError(
                f"partition {self._partition}: the transaction took {seconds:.1f} s to end; this "
                "may have been sent twice, and the next transaction is in doubt: start again, and "
                "look for a slow broker or a network that cuts connections"
            )
        self._outbox.reach.committed()

    def _failed(self, error: KafkaException) -> OperatorError:
        """Of a message that a topic refused the client tells before it asks for the end."""
        text = f"partition {self._partition}: {self._outbox.why(self._cause(error))}"
        reason = error.args[0]
        certain = isinstance(reason, KafkaError) and reason.txn_requires_abort()
        return (RefusedError if certain and self._outbox.refused else CommitError)(text)

    def _cause(self, error: KafkaException) -> KafkaException:
        """Of a transaction that failed the client tells why only to who begins the next one."""
        reason = error.args[0]
        if not isinstance(reason, KafkaError) or reason.code() != KafkaError._STATE:
            return error
        try:
            self._outbox.producer.begin_transaction()
        except KafkaException as cause:
            return cause
        return error

    def hear(self) -> None:
        """Of a broker that is away, while there is nothing to commit."""
        self._outbox.hear()

    def close(self) -> None:
        """Ends the producer; an open transaction stays for the broker to abort."""
        self._outbox.close()


class PlainLog:
    """The same without transactions: outputs, then rows, then offsets, each acknowledged."""

    def __init__(
        self,
        settings: Settings,
        partition: int,
        commit_offsets: Callable[[dict[Kind, int]], None],
    ) -> None:
        self._partition = partition
        self._commit_offsets = commit_offsets
        # one at a time: what is sent again would come behind what was sent after it
        in_order = {"max.in.flight.requests.per.connection": 1}
        self._outbox = _Outbox(settings, partition, in_order)

    def start(self) -> None:
        """There is nothing to fence with."""

    def reach(self) -> bool:
        """Sends nothing."""
        return self._outbox.reach.is_there(self._outbox.producer)

    def commit(self, changes: Changes) -> None:
        """A crash in between repeats outputs with the same ids, and applies nothing twice."""
        try:
            self._outbox.send(changes.outputs)
            self._outbox.flush()
            self._outbox.send_rows(changes.rows[:-1])
            self._outbox.flush()
            self._outbox.send_rows(changes.rows[-1:])
            self._outbox.flush()
        except KafkaException as error:
            raise CommitError(f"partition {self._partition}: {self._outbox.why(error)}") from error
        self._commit_offsets(changes.offsets)

    def hear(self) -> None:
        """Of a broker that is away, while there is nothing to commit."""
        self._outbox.hear()

    def close(self) -> None:
        """Ends the producer."""
        self._outbox.close()
