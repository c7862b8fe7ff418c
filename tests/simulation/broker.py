"""A simulated Kafka: topics, transactions and their coordinator, as far as workers can tell.

What is asked of it happens at once, when a request arrives (`network` lets it arrive late). The
transactional side follows Kafka's protocol: a producer that starts bumps the epoch of its id and
ends what was open; whoever comes with an older epoch is refused, by the coordinator and by every
partition that has seen the newer one; an end is decided first and marked in each partition later,
one by one; and a transaction that lasts too long is aborted, its producer fenced.

The broker keeps every transaction whole, so that the checks can tell what belongs together; no
client sees that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from confluent_kafka import KafkaError

from tests.simulation.kernel import Kernel
from tests.simulation.log import (
    MESSAGE_MAX_BYTES,
    Entry,
    GroupOffset,
    Headers,
    Log,
    Place,
    Transaction,
)

NO_ERROR: Final = 0
Sent = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers of a record on its way."""


@dataclass
class Coordinated:
    """What the coordinator knows of one transactional id."""

    producer_id: int
    epoch: int = -1
    timeout_s: float = 60.0
    owner: str = ""
    """Which process started it last: for the checks, no broker knows."""
    open: Transaction | None = None
    """Under way: it takes records."""
    ending: Transaction | None = None
    """Decided, and not marked everywhere yet."""


@dataclass
class Watched:
    """Who wants to know of what; the checks and fetchers of a world."""

    committed: list[Callable[[Transaction], None]] = field(default_factory=list)
    """Called when a commit is decided."""
    moved: list[Callable[[Place], None]] = field(default_factory=list)
    """Called when the end or the last stable offset of a partition has moved."""
    begun: list[Callable[[str], bool]] = field(default_factory=list)
    """Called when a transaction begins, with who began it; False: calls it no more."""
    expired: Callable[[], None] = lambda: None
    """Called when a transaction took too long."""
    told: Callable[[str], None] = lambda _: None
    """The story."""


class Broker:
    """One cluster; `rng` says how long markers take."""

    def __init__(self, kernel: Kernel, rng: Random) -> None:
        self.logs: dict[Place, Log] = {}
        self.offsets: dict[Place, GroupOffset] = {}
        """The group's committed offsets."""
        self.watched = Watched()
        self.transactions: list[Transaction] = []
        self.away_until_s = 0.0
        self.message_max_bytes = MESSAGE_MAX_BYTES
        self.impatient = False
        """The next transaction is taken for one that lasts too long."""
        self.ids: dict[str, Coordinated] = {}
        self._kernel, self._rng = kernel, rng

    def create(self, topic: str, partitions: int) -> None:
        """A topic."""
        for partition in range(partitions):
            place = Place(topic, partition)
            self.logs[place] = Log(place)

    # the coordinator of transactions

    def start_producer(
        self, transactional_id: str, timeout_s: float, owner: str = ""
    ) -> tuple[int, int, int]:
        """(error, producer id, epoch); what was open is aborted first, and asked again then."""
        its = self.ids.get(transactional_id)
        if its is None:
            its = self.ids[transactional_id] = Coordinated(producer_id=1_000 + len(self.ids))
        if its.open is not None:
            self.watched.told(f"broker: {transactional_id} starts anew, what is open is aborted")
            its.epoch += 1
            self._end(its, "abort")
        if its.ending is not None:
            return KafkaError.CONCURRENT_TRANSACTIONS, -1, -1
        its.epoch += 1
        its.timeout_s, its.owner = timeout_s, owner
        return NO_ERROR, its.producer_id, its.epoch

    def add_places(self, transactional_id: str, epoch: int, places: list[Place]) -> int:
        """These partitions become part of the transaction, which begins with the first."""
        error, transaction = self._joined(transactional_id, epoch)
        if transaction is None:
            return error
        transaction.places += [place for place in places if place not in transaction.places]
        return NO_ERROR

    def add_offsets(
        self, transactional_id: str, epoch: int, offsets: dict[Place, GroupOffset]
    ) -> int:
        """The group's offsets become part of the transaction; pending until it ends."""
        error, transaction = self._joined(transactional_id, epoch)
        if transaction is None:
            return error
        transaction.offsets |= offsets
        transaction.has_offsets = True
        return NO_ERROR

    def _joined(self, transactional_id: str, epoch: int) -> tuple[int, Transaction | None]:
        its = self.ids[transactional_id]
        if epoch != its.epoch:
            return KafkaError.INVALID_PRODUCER_EPOCH, None
        if its.ending is not None:
            return KafkaError.CONCURRENT_TRANSACTIONS, None
        if its.open is None:
            number = len(self.transactions) + 1
            its.open = Transaction(number, transactional_id, its.producer_id, epoch, its.owner)
            self.transactions.append(its.open)
            self.watched.begun = [told for told in self.watched.begun if told(its.owner)]
            timeout_s = its.timeout_s
            if self.impatient:
                self.impatient, timeout_s = False, self._rng.uniform(0.0, 0.01)
            self._kernel.later(None, timeout_s, self._expire, its, its.open)
        return NO_ERROR, its.open

    def end(self, transactional_id: str, epoch: int, outcome: str) -> int:
        """Decides a transaction; asked the same again, the answer is the same."""
        its = self.ids[transactional_id]
        if epoch != its.epoch:
            return KafkaError.INVALID_PRODUCER_EPOCH
        if its.open is not None:
            self._end(its, outcome)
            return NO_ERROR
        last = self._last_of(its)
        if last is not None and last.epoch == epoch and last.outcome == outcome:
            return NO_ERROR
        return KafkaError.INVALID_TXN_STATE

    def _last_of(self, its: Coordinated) -> Transaction | None:
        for transaction in reversed(self.transactions):
            if transaction.producer_id == its.producer_id:
                return transaction
        return None

    def _expire(self, its: Coordinated, transaction: Transaction) -> None:
        if its.open is transaction:
            self.watched.expired()
            self.watched.told(f"broker: {transaction.transactional_id} took too long, aborted")
            its.epoch += 1
            self._end(its, "abort")

    def _end(self, its: Coordinated, outcome: str) -> None:
        transaction = its.open
        assert transaction is not None
        transaction.outcome = outcome
        transaction.unmarked = len(transaction.places) + 1
        its.open, its.ending = None, transaction
        if outcome == "commit":
            for watch in self.watched.committed:
                watch(transaction)
        for place in transaction.places:
            delay_s = self._marker_delay_s()
            self._kernel.later(None, delay_s, self._mark, its, transaction, place)
        self._kernel.later(None, self._marker_delay_s(), self._mark_offsets, its, transaction)

    def _marker_delay_s(self) -> float:
        slow = self._rng.random() < 0.02
        return self._rng.uniform(0.05, 2.0) if slow else self._rng.uniform(0.0, 0.01)

    def _mark(self, its: Coordinated, transaction: Transaction, place: Place) -> None:
        self.logs[place].mark(transaction, its.epoch)
        self._marked(its, transaction)
        self._moved(place)

    def _mark_offsets(self, its: Coordinated, transaction: Transaction) -> None:
        if transaction.outcome == "commit":
            self.offsets |= transaction.offsets
        self._marked(its, transaction)

    def _marked(self, its: Coordinated, transaction: Transaction) -> None:
        transaction.unmarked -= 1
        if not transaction.unmarked:
            its.ending = None

    # partitions

    def produce(
        self,
        place: Place,
        records: list[Sent],
        transactional_id: str,
        epoch: int,
        sequence: int,
    ) -> int:
        """Records of a transaction; what came already is acknowledged once more."""
        its, log = self.ids[transactional_id], self.logs[place]
        if epoch < log.epochs.get(its.producer_id, 0):
            return KafkaError.INVALID_PRODUCER_EPOCH
        if any(
            value is not None and len(value) > self.message_max_bytes for _, value, _ in records
        ):
            return KafkaError.MSG_SIZE_TOO_LARGE
        expected = log.sequences.get((its.producer_id, epoch), 0)
        if sequence + len(records) <= expected:
            return NO_ERROR
        transaction = self._writable(its, log, epoch)
        if transaction is None:
            old = epoch != its.epoch
            return KafkaError.INVALID_PRODUCER_EPOCH if old else KafkaError.INVALID_TXN_STATE
        if sequence != expected:
            return KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER
        log.epochs[its.producer_id] = epoch
        log.sequences[its.producer_id, epoch] = expected + len(records)
        for key, value, headers in records:
            log.append(key, value, headers, round(self._kernel.now_s * 1000), transaction)
        self._moved(place)
        return NO_ERROR

    def append(self, place: Place, records: list[Sent]) -> int:
        """Records without a transaction; sent twice they lie there twice."""
        if any(
            value is not None and len(value) > self.message_max_bytes for _, value, _ in records
        ):
            return KafkaError.MSG_SIZE_TOO_LARGE
        for key, value, headers in records:
            self.logs[place].append(key, value, headers, round(self._kernel.now_s * 1000))
        self._moved(place)
        return NO_ERROR

    def tell_group(self, offsets: dict[Place, GroupOffset]) -> int:
        """A member commits offsets of the group."""
        self.offsets |= offsets
        return NO_ERROR

    @staticmethod
    def _writable(its: Coordinated, log: Log, epoch: int) -> Transaction | None:
        """The transaction that may be written to in a partition.

        The coordinator is asked about the first record only; a producer that was fenced since may
        add to what it began until the marker comes.
        """
        for transaction in log.first_open:
            if transaction.producer_id == its.producer_id and transaction.epoch == epoch:
                return transaction
        begun = its.open
        if begun is not None and begun.epoch == epoch and log.place in begun.places:
            return begun
        return None

    def publish(
        self, place: Place, record: Sent, timestamp_ms: int, transaction: Transaction | None = None
    ) -> None:
        """A program upstream sends a record, in a transaction of its own or in none."""
        key, value, headers = record
        self.logs[place].append(key, value, headers, timestamp_ms, transaction)
        if transaction is not None and place not in transaction.places:
            transaction.places.append(place)
        self._moved(place)

    def begin_upstream(self) -> Transaction:
        """A transaction of a program upstream."""
        transaction = Transaction(0, "upstream", 1, 0)
        self.transactions.append(transaction)
        return transaction

    def end_upstream(self, transaction: Transaction, outcome: str) -> None:
        """It ends, in all of its partitions at once."""
        transaction.outcome = outcome
        for place in transaction.places:
            self.logs[place].mark(transaction, 0)
            self._moved(place)

    def fetch(self, place: Place, position: int, records_max: int) -> tuple[list[Entry], int, int]:
        """(records that are committed, the position after them, the last stable offset)."""
        log = self.logs[place]
        found, after = log.read(position, records_max)
        return found, after, log.stable_end

    def _moved(self, place: Place) -> None:
        for watch in self.watched.moved:
            watch(place)

    def is_settled(self) -> bool:
        """No transaction is open or without its markers, in any partition."""
        return all(log.stable_end == log.end for log in self.logs.values()) and not any(
            its.open is not None or its.ending is not None for its in self.ids.values()
        )
