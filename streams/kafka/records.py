"""The records of one batch, read from its pieces, whatever they hold (Kafka's record format 2).

The slow, patient way, for what aiokafka's C code can't read or would read whole: names of headers
that are no UTF-8, and records of any size. Of a value larger than an event may be only its
beginning, its size and its hash are kept.
"""

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from aiokafka.errors import CorruptRecordException

from schemas.inputs.oversized import EXCERPT_BYTES, Oversized

HEAD: Final = Struct(">qiibIhiqqqhii")
"""Of a batch: base offset, length, leader epoch, magic, checksum, attributes, last offset's delta,
first and last timestamp, producer's id, epoch and sequence, number of records."""
CODEC_MASK: Final = 0x07
_APPEND_TIME: Final = 0x08
_VARINT_MAX_BITS: Final = 63

HeaderPart = tuple[bytes, bytes | None]


class PatientRecord(NamedTuple):
    """A record; what is larger than it may be is cut."""

    offset: int
    timestamp: int
    key: bytes | Oversized | None
    value: bytes | Oversized | None
    headers: list[HeaderPart]
    headers_left_out: int


class BatchHead(NamedTuple):
    """What the records of a batch are told from."""

    base_offset: int
    attributes: int
    first_timestamp: int
    max_timestamp: int
    records: int

    @property
    def codec(self) -> int:
        """How the records are packed."""
        return self.attributes & CODEC_MASK


def head_of(raw: memoryview) -> BatchHead:
    """The head of a batch."""
    base, _, _, _, _, attributes, _, first, last, _, _, _, records = HEAD.unpack_from(raw)
    return BatchHead(base, attributes, first, last, records)


class _Stream:
    """Bytes that come in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._piece, self._at = pieces, b"", 0
        self.read = 0
        """How many bytes were read."""

    def _next_piece(self) -> None:
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                raise CorruptRecordException("a batch breaks off in the middle of a record")
            self._piece, self._at = piece, 0

    def varint(self) -> int:
        """A number, as Kafka writes it: seven bits a byte, the lowest first, zigzag."""
        number = shift = 0
        while True:
            self._next_piece()
            byte = self._piece[self._at]
            self._at += 1
            self.read += 1
            number |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return (number >> 1) ^ -(number & 1)
            shift += 7
            if shift > _VARINT_MAX_BITS:
                raise CorruptRecordException("a batch has a number of more than 64 bits")

    def part(self, whole_max: int) -> bytes | Oversized | None:
        """Bytes after their length; cut where they are more than may be whole, None for -1."""
        size = self.varint()
        if size < 0:
            return None
        whole = size <= whole_max
        hasher, kept, left = sha256(), bytearray(), size
        while left:
            self._next_piece()
            some = self._piece[self._at : self._at + left]
            self._at += len(some)
            self.read += len(some)
            left -= len(some)
            if whole:
                kept += some
            else:
                hasher.update(some)
                kept += some[: EXCERPT_BYTES - len(kept)]
        return bytes(kept) if whole else Oversized(bytes(kept), size, hasher.hexdigest())


def read_records(
    head: BatchHead, pieces: Iterator[bytes], whole_max: int, headers_max: int
) -> Iterator[PatientRecord]:
    """The records of a batch; CorruptRecordException where they are none.

    Keys, values and headers beyond `whole_max` bytes are cut, headers beyond so many left out.
    """
    stream = _Stream(pieces)
    for _ in range(head.records):
        size = stream.varint()
        end = stream.read + size
        stream.varint()  # attributes, of which there are none yet
        delta_ms, delta = stream.varint(), stream.varint()
        by_broker = head.attributes & _APPEND_TIME
        timestamp = head.max_timestamp if by_broker else head.first_timestamp + delta_ms
        key, value = stream.part(whole_max), stream.part(whole_max)
        headers, left_out = _headers(stream, whole_max, headers_max)
        if stream.read != end:
            raise CorruptRecordException("a record is not as long as it says")
        yield PatientRecord(head.base_offset + delta, timestamp, key, value, headers, left_out)


def _headers(stream: _Stream, whole_max: int, headers_max: int) -> tuple[list[HeaderPart], int]:
    kept: list[HeaderPart] = []
    left_out, room = 0, whole_max
    count = stream.varint()
    if count < 0:
        raise CorruptRecordException("a record has a negative number of headers")
    for _ in range(count):
        name, text = stream.part(room), stream.part(room)
        if name is None:
            raise CorruptRecordException("a header has no name")
        room -= len(name) + (0 if text is None else len(text))
        if isinstance(name, Oversized) or isinstance(text, Oversized) or len(kept) >= headers_max:
            left_out += 1
        else:
            kept.append((name, text))
        room = max(room, 0)
    return kept, left_out
