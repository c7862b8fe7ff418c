"""What a fetch brought, unpacked into columns, a bounded part at a time.

A batch that is small on the wire may hold any amount. What unpacks to no more than a bound is read
by aiokafka's C code; all else piece by piece. Names of headers are bytes to Kafka, and text to its
clients: what a client can't write is escaped. Whatever is not as it came is told by a header.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch

from agents.ports import Batch
from schemas.inputs.oversized import EXCERPT_BYTES, Oversized, oversized
from schemas.outputs.headers import ALTERED_HEADER, Headers
from streams.kafka.codecs import NONE, pieces, unpacked
from streams.kafka.records import HEAD, BatchHead, head_of, read_records

RECORDS_AT_ONCE: Final = 20_000
"""Of one part, about: each costs some hundred bytes beside its own."""
CHUNK: Final = 1_000
"""Records between two looks at how many there are."""
HEADERS_MAX: Final = 1_000
"""Of one record; what is beyond is left out."""
_LENGTH_END: Final = 12
"""Of a batch's head: where its length has been told."""
_MAGIC_AT: Final = 16
_NEWEST_FORMAT: Final = 2
_ATTRIBUTES: Final = slice(21, 23)
_CODEC_BYTE: Final = 22


class RawBatches:
    """The batches of a fetch as the bytes they came in; stands where aiokafka's MemoryRecords does.

    That one hands out batches whose bytes can't be had, and which unpack as they like.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = memoryview(data), 0

    def size_in_bytes(self) -> int:
        """Of all."""
        return len(self._data)

    def _end(self) -> int:
        if len(self._data) - self._at < _LENGTH_END:
            return len(self._data) + 1
        length = int.from_bytes(self._data[self._at + 8 : self._at + _LENGTH_END], signed=True)
        if length <= _MAGIC_AT - _LENGTH_END:
            raise CorruptRecordException("a batch is shorter than its head")
        return self._at + _LENGTH_END + length

    def has_next(self) -> bool:
        """Whether another batch came whole; a fetch may end within one."""
        return self._end() <= len(self._data)

    def next_raw(self) -> memoryview:
        """The next batch's bytes."""
        begin, self._at = self._at, self._end()
        return self._data[begin : self._at]


# aiokafka makes its own of every answer, and has no other place to say so
fetcher.MemoryRecords = RawBatches


class Unpacker:
    """Unpacks one fetch of one partition."""

    def __init__(self, fetched: PartitionRecords, room: bytearray, whole_max: int) -> None:
        """`room`: so much a batch may unpack to at once; shared, for one use at a time.

        `whole_max`: bytes of the largest part of a record that is kept whole.
        """
        self._fetched, self._room, self._whole_max = fetched, room, whole_max
        self._records: Iterator[Any] | None = None
        self._raw = memoryview(b"")
        self._after = 0
        self._is_plain = True
        """No record of the batch at hand can be too large."""
        self._unpacked_bytes = 0

    def fill(self, batch: Batch) -> bool:
        """Lays the next committed records into the columns; whether there are more.

        Raises CorruptRecordException where a batch can't be read.
        """
        self._unpacked_bytes = 0
        while self._records is not None or self._begin_next():
            self._take(batch)
            if len(batch.offsets) >= RECORDS_AT_ONCE or self._unpacked_bytes >= len(self._room):
                return self._records is not None or self._fetched._records.has_next()
        return False

    def _begin_next(self) -> bool:
        """Goes to the next batch that has records for us."""
        fetched = self._fetched
        while fetched._records.has_next():
            raw = fetched._records.next_raw()
            magic = raw[_MAGIC_AT]
            is_old = magic < _NEWEST_FORMAT
            part = LegacyRecordBatch(raw, magic) if is_old else DefaultRecordBatch(bytes(raw))
            if not part.validate_crc():
                raise CorruptRecordException(f"a batch of {fetched._tp} has a wrong checksum")
            self._after = part.next_offset
            if part.producer_id is not None and self._is_void(part):
                self._reach(part.next_offset)
                continue
            self._raw = raw
            self._records = _going_on(part) if is_old else self._read(raw, part)
            return True
        return False

    def _reach(self, offset: int) -> None:
        """All before this offset is done: there may be none of the records that were wanted."""
        self._fetched.next_fetch_offset = max(self._fetched.next_fetch_offset, offset)

    def _is_void(self, part: Any) -> bool:
        """Whether a batch is of a transaction that was aborted, or marks the end of one."""
        fetched = self._fetched
        fetched._consume_aborted_up_to(part.base_offset)
        if part.is_control_batch and fetched._contains_abort_marker(part):
            fetched._aborted_producers.discard(part.producer_id)
        aborted = part.is_transactional and part.producer_id in fetched._aborted_producers
        return aborted or part.is_control_batch

    def _read(self, raw: memoryview, part: Any) -> Iterator[Any]:
        head, packed = head_of(raw), raw[HEAD.size :]
        found = unpacked(head.codec, packed, self._room)
        if found is None:
            self._is_plain = False
            return self._patient(head, pieces(head.codec, packed))
        self._is_plain = len(found) <= self._whole_max
        self._unpacked_bytes += len(found)
        if head.codec == NONE:
            return _going_on(part)
        plain = bytearray(raw[: HEAD.size])
        plain[_CODEC_BYTE] &= ~0x07
        plain += found
        return _going_on(DefaultRecordBatch(bytes(plain)))

    def _patient(self, head: BatchHead, some: Iterator[bytes]) -> Iterator[Any]:
        """What the pieces unpack to counts as it comes."""

        def counted() -> Iterator[bytes]:
            for piece in some:
                self._unpacked_bytes += len(piece)
                yield piece

        return read_records(head, counted(), self._whole_max, HEADERS_MAX)

    def _take(self, batch: Batch) -> None:
        """The next chunk of the batch at hand."""
        assert self._records is not None
        try:
            chunk = list(islice(self._records, CHUNK))
        except UnicodeDecodeError:
            # a header's name: once more from the batch's beginning, past what was taken
            head, packed = head_of(self._raw), self._raw[HEAD.size :]
            some = iter([bytes(packed)]) if head.codec == NONE else pieces(head.codec, packed)
            self._records, self._is_plain = self._patient(head, some), False
            return
        self._lay(chunk, batch)
        if len(chunk) < CHUNK:
            self._records = None
            self._reach(self._after)

    def _lay(self, chunk: list[Any], batch: Batch) -> None:
        fetched = self._fetched
        if chunk and chunk[0].offset < fetched.next_fetch_offset:
            chunk = [record for record in chunk if record.offset >= fetched.next_fetch_offset]
        if not chunk:
            return
        fetched.next_fetch_offset = chunk[-1].offset + 1
        batch.offsets += [record.offset for record in chunk]
        batch.timestamps_ms += [record.timestamp for record in chunk]
        if self._is_plain and not any([record.headers for record in chunk]):  # noqa: C419 - faster
            batch.keys += [record.key for record in chunk]
            batch.values += [record.value for record in chunk]
            batch.headers += [()] * len(chunk)
            return
        for record in chunk:
            key, value, own = as_it_may_be(record, self._whole_max)
            batch.keys.append(key)
            batch.values.append(value)
            batch.headers.append(own)


def _going_on(part: Any) -> Iterator[Any]:
    """The records of a batch, of which some may be taken now and some later."""
    return iter(iter(part).__next__, None)


def as_it_may_be(
    record: Any, whole_max: int
) -> tuple[bytes | None, bytes | Oversized | None, Headers]:
    """Key, value and headers as clients can write them, none larger than it may be.

    Where they are not as they came a last header says how they differ.
    """
    altered = []
    key, value = record.key, record.value
    if key is not None and len(key) > whole_max:
        altered.append(f"key: the first {EXCERPT_BYTES} of {len(key)} bytes")
        key = _first(key)
    if isinstance(value, bytes) and len(value) > whole_max:
        value = oversized(value)
    headers: list[tuple[str, bytes | None]] = []
    left, room = getattr(record, "headers_left_out", 0), whole_max
    escaped = 0
    for name, text in record.headers:
        room -= len(name) + (0 if text is None else len(text))
        if room < 0 or len(headers) >= HEADERS_MAX:
            left += 1
            continue
        written = _written(name)
        escaped += written != (name if isinstance(name, str) else name.decode(errors="ignore"))
        headers.append((written, text))
    if escaped:
        altered.append(f"headers: {escaped} names escaped")
    if left:
        altered.append(f"headers: {left} left out")
    if altered:
        headers.append((ALTERED_HEADER, "; ".join(altered).encode()))
    return key, value, tuple(headers)


def _first(part: bytes | Oversized) -> bytes:
    return part.first if isinstance(part, Oversized) else part[:EXCERPT_BYTES]


def _written(name: str | bytes) -> str:
    r"""A header's name as clients can write it: what is no UTF-8, or NUL, becomes \xNN."""
    text = name if isinstance(name, str) else name.decode(errors="backslashreplace")
    return text.replace("\0", r"\x00")
