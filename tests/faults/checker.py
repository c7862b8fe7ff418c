"""Reads what committed readers see while workers work and die, and holds it against the rules.

With kafka-python: another client than the workers'. It knows the outputs and the changelog as any
reader could, and imports nothing of the product. Its findings are sentences; none is what is
hoped for. The invariants that it sees to (outputs against the recount are seen to at the end):

- I2 what is said of a customer counts 1, 2, 3, … with no gap and no repeat, and ids are unique;
- I4 nothing was rejected twice;
- I5 a commit is seen whole or not at all: the partition's row, its outputs and the group's
  offsets carry the same commit number, which counts 1, 2, 3, …, and the row says those offsets;
- I6 in the end the last stable offset is the high watermark, and no transaction stays open.
"""

import threading
import time
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import orjson
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from tests.oracle.records import TOPICS
from tests.support.topics import CHANGELOG, CLIENT_SECONDS, Place, Watch

PARTITION_KEY: Final = b"\xffpartition"
ROW_OFFSETS, ROW_NUMBER = 1, 2
"""Where a partition's row has the offsets of its inputs, and the number of its commit."""
SAYING: Final = ("tier-changes", "at-risk")
"""Counted together by `sequence`."""
NUMBERED: Final = (*SAYING, "contacts-due", "customer-values", "erasures")
REJECTED: Final = "rejected-events"
POLL_MS: Final = 200
OFFSETS_EVERY_S: Final = 1.0
MARKERS_SECONDS: Final = 20.0
FINDINGS_MAX: Final = 50

Offsets = tuple[int, ...]


@dataclass
class _Partition:
    """What was seen of one partition's commits."""

    rows: dict[int, Offsets] = field(default_factory=dict)
    """By the number of the commit the offsets that its row says."""
    newest: int = 0
    of_outputs: set[int] = field(default_factory=set)
    of_group: dict[int, Offsets] = field(default_factory=dict)
    group_newest: int = 0


class Checker:
    """Reads from the beginning in a thread of its own, until `finish`."""

    def __init__(self, place: Place, *, lives_once: bool = True) -> None:
        """`lives_once`: no customer is erased, so that every sequence begins once."""
        self.findings: list[str] = []
        self.records_seen = 0
        self._place, self._lives_once = place, lives_once
        self._topics = {place.name(topic): topic for topic in (*NUMBERED, REJECTED, CHANGELOG)}
        self._partitions: dict[int, _Partition] = defaultdict(_Partition)
        self._last_number: dict[tuple[str, int], int] = {}
        self._sequences: dict[str, set[int]] = defaultdict(set)
        self._ids: set[str] = set()
        self._rejected: Counter[tuple[str, str]] = Counter()
        self._ending, self._given_up = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Checker":
        """Begins to read."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Reads no more, wherever it is."""
        self._given_up.set()

    def finish(self) -> list[str]:
        """Reads to the end, looks at the whole, and returns the findings."""
        self._wait_for_markers()
        self._ending.set()
        self._thread.join(2 * CLIENT_SECONDS)
        if self._thread.is_alive():
            self._find("the checker did not come to the end of the topics")
        else:
            self._look_at_the_whole()
        return self.findings

    def _wait_for_markers(self) -> None:
        """They come a moment after the end; what stays open is found later."""
        until = time.monotonic() + MARKERS_SECONDS
        with closing(Watch(self._place)) as watch:
            while not watch.is_settled() and time.monotonic() < until:
                time.sleep(POLL_MS / 1_000)

    def _find(self, finding: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)

    # while it runs

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:  # noqa: BLE001 - a checker that broke has found nothing out
            self._find(f"the checker broke: {error!r}")

    def _read(self) -> None:
        with closing(self._consumer()) as consumer:
            looked_at = 0.0
            while not (self._ending.is_set() and self._is_at_the_end(consumer)):
                if self._given_up.is_set():
                    return
                for batch in consumer.poll(timeout_ms=POLL_MS).values():
                    for record in batch:
                        self._see(record)
                if time.monotonic() - looked_at > OFFSETS_EVERY_S:
                    self._see_group()
                    looked_at = time.monotonic()
            self._see_group()

    def _consumer(self) -> Any:
        consumer = KafkaConsumer(
            bootstrap_servers=self._place.broker,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=5_000,
            max_partition_fetch_bytes=4_000_000,
        )
        tps = self._tps()
        consumer.assign(tps)
        consumer.seek_to_beginning(*tps)
        return consumer

    def _tps(self) -> list[TopicPartition]:
        return self._place.tps(*NUMBERED, REJECTED, CHANGELOG)

    def _is_at_the_end(self, consumer: Any) -> bool:
        with suppress(KafkaError):
            ends = consumer.end_offsets(self._tps())
            return all(consumer.position(tp) >= end for tp, end in ends.items())
        return False

    def _see(self, record: Any) -> None:
        self.records_seen += 1
        topic = self._topics[record.topic]
        if topic == CHANGELOG:
            if record.key == PARTITION_KEY:
                self._see_row(record)
        elif topic == REJECTED:
            self._see_rejected(record)
        else:
            self._see_number(topic, record)
            if topic in SAYING:
                self._see_said(topic, orjson.loads(record.value))

    def _see_row(self, record: Any) -> None:
        row = msgspec.msgpack.decode(record.value[1:])
        partition = self._partitions[record.partition]
        number, offsets = row[ROW_NUMBER], tuple(row[ROW_OFFSETS])
        if number != partition.newest + 1:
            self._find(
                f"partition {record.partition}: commit {number} follows commit {partition.newest}"
            )
        before = partition.rows.get(partition.newest, offsets)
        if any(now < then for now, then in zip(offsets, before, strict=True)):
            self._find(f"partition {record.partition}: commit {number} goes back in its inputs")
        partition.newest = number
        partition.rows[number] = offsets

    def _see_number(self, topic: str, record: Any) -> None:
        headers = dict(record.headers)
        if "commit" not in headers:
            self._find(f"{topic}-{record.partition}@{record.offset} has no commit number")
            return
        number, where = int(headers["commit"]), (topic, record.partition)
        if number < self._last_number.get(where, 0):
            self._find(f"{topic}-{record.partition}@{record.offset} is of an earlier commit")
        self._last_number[where] = number
        self._partitions[record.partition].of_outputs.add(number)

    def _see_said(self, topic: str, wire: dict[str, Any]) -> None:
        name, sequence = wire["customer_id"], wire["sequence"]
        if wire["event_id"] in self._ids:
            self._find(f"{topic}: {wire['event_id']} came twice")
        self._ids.add(wire["event_id"])
        if self._lives_once:
            if sequence in self._sequences[name]:
                self._find(f"{topic}: sequence {sequence} of a customer came twice")
            self._sequences[name].add(sequence)

    def _see_rejected(self, record: Any) -> None:
        headers = dict(record.headers[-5:])
        source = f"{headers['source_partition'].decode()}@{headers['source_offset'].decode()}"
        where = headers["source_topic"].decode(), source
        self._rejected[where] += 1
        if self._rejected[where] > 1:
            self._find(f"{where[0]}-{source} was rejected twice")

    def _see_group(self) -> None:
        """The offsets of the group, with the commit's number in their metadata."""
        with suppress(KafkaError, OSError), closing(self._admin()) as admin:
            tps = self._place.tps(*TOPICS)
            found = admin.list_group_offsets({self._place.app_id: tps})[self._place.app_id]
            for partition in range(self._place.partitions):
                self._see_offsets(partition, found)

    def _admin(self) -> Any:
        return KafkaAdminClient(bootstrap_servers=self._place.broker)

    def _see_offsets(self, partition: int, found: Any) -> None:
        of_inputs = [
            found.get(TopicPartition(self._place.name(topic), partition)) for topic in TOPICS
        ]
        # librdkafka's Python client sends the C string's end along
        numbers = {
            its.metadata.rstrip("\0") for its in of_inputs if its is not None and its.offset >= 0
        }
        if not numbers:
            return
        if len(numbers) > 1 or not next(iter(numbers)):
            self._find(f"partition {partition}: the group's offsets are of commits {numbers}")
            return
        number, seen = int(numbers.pop()), self._partitions[partition]
        if number < seen.group_newest:
            self._find(f"partition {partition}: the group went back to commit {number}")
        seen.group_newest = number
        seen.of_group[number] = tuple(-1 if its is None else its.offset for its in of_inputs)

    # in the end

    def _look_at_the_whole(self) -> None:
        for partition, seen in self._partitions.items():
            unknown = seen.of_outputs - seen.rows.keys()
            if unknown:
                self._find(f"partition {partition}: outputs of commits {unknown} without a row")
            if seen.group_newest != seen.newest:
                self._find(
                    f"partition {partition}: the group is at commit {seen.group_newest}, "
                    f"the changelog at {seen.newest}"
                )
            for number, offsets in seen.of_group.items():
                if seen.rows.get(number) != offsets:
                    self._find(
                        f"partition {partition}: at commit {number} the group says {offsets}, "
                        f"the row {seen.rows.get(number)}"
                    )
        for sequences in self._sequences.values():
            if sequences != set(range(1, len(sequences) + 1)):
                self._find(f"a customer's sequences have a gap: {sorted(sequences)[:20]}")
        with closing(Watch(self._place)) as watch:
            self._look_at_the_broker(watch)

    def _look_at_the_broker(self, watch: Watch) -> None:
        unread, opened = watch.unread(), watch.open_transactions()
        if unread:
            self._find(f"{unread} records of the inputs are not read")
        if opened:
            self._find(f"transactions stay open: {opened}")
        ends = {}
        for isolation in ("read_committed", "read_uncommitted"):
            consumer = KafkaConsumer(
                bootstrap_servers=self._place.broker, isolation_level=isolation
            )
            with closing(consumer):
                ends[isolation] = consumer.end_offsets(self._tps())
        if ends["read_committed"] != ends["read_uncommitted"]:
            self._find("a last stable offset stays behind its high watermark")
