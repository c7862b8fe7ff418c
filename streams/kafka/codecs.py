"""Record batches unpacked, never beyond a bound: a small batch may hold any amount.

What fits into a buffer is unpacked at once, by the codec's fast way. What does not comes in pieces.
"""

import zlib
from collections.abc import Callable, Iterator
from struct import error as struct_error
from struct import unpack_from
from typing import Final

import cramjam
from aiokafka.codec import _XERIAL_V1_FORMAT, _XERIAL_V1_HEADER
from aiokafka.errors import CorruptRecordException
from backports import zstd

PIECE_BYTES: Final = 1_048_576
"""A piece is no larger, but for a block of lz4 or snappy: those are at most 4 MiB here."""
BLOCK_MAX_BYTES: Final = 4 * 1_048_576
WINDOW_LOG_MAX: Final = 27
"""Of zstd: what it may look back to is kept in memory, 128 MiB; as Kafka's own clients allow."""
NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
_GZIP_WINDOW: Final = 31
"""zlib's word for a stream with gzip's head."""
_XERIAL_BYTES: Final = 16
_LZ4_MAGIC: Final = 0x184D2204
_LZ4_HEAD: Final = 6
"""Magic, flags, block size; a content size, where flagged, and a check byte follow."""
_LZ4_PLAIN: Final = 0x8000_0000
"""Of a block's size: it is stored as it is."""


def unpacked(codec: int, data: memoryview, room: bytearray) -> memoryview | bytes | None:
    """What data unpacks to, where that is no more than there is room; None where it is more.

    A view is into `room`, and holds until its next use. Raises CorruptRecordException for data that
    is none, or of an unknown codec.
    """
    if codec == NONE:
        return data
    if codec == GZIP:
        inflater = zlib.decompressobj(_GZIP_WINDOW)
        with_fault = _checked(lambda: inflater.decompress(data, len(room)))
        return with_fault if inflater.eof else None
    if codec == SNAPPY:
        blocks = list(_snappy_blocks(data))
        if sum(map(_checked_size, blocks)) > len(room):
            return None
        return _checked(lambda: b"".join(_snappy(data)))
    into = {LZ4: cramjam.lz4.decompress_into, ZSTD: cramjam.zstd.decompress_into}.get(codec)
    if into is None:
        raise CorruptRecordException(f"codec {codec} is unknown")
    try:
        return memoryview(room)[: into(data, room)]
    except cramjam.DecompressionError:
        # full or corrupt, which it does not tell apart: the pieces will
        return None


def pieces(codec: int, data: memoryview) -> Iterator[bytes]:
    """The same piece by piece, whatever its size; CorruptRecordException where it breaks off."""
    way = {GZIP: _gzip, SNAPPY: _snappy, LZ4: _lz4, ZSTD: _zstd}[codec]
    try:
        yield from way(data)
    except _FAULTS as error:
        raise CorruptRecordException(f"a packed batch is damaged: {type(error).__name__}") from None


_FAULTS: Final = (
    zlib.error,
    zstd.ZstdError,
    cramjam.DecompressionError,
    struct_error,
    EOFError,
    ValueError,
)


def _checked(work: Callable[[], bytes]) -> bytes:
    try:
        return work()
    except _FAULTS as error:
        raise CorruptRecordException(f"a packed batch is damaged: {type(error).__name__}") from None


def _gzip(data: memoryview) -> Iterator[bytes]:
    inflater, left = zlib.decompressobj(_GZIP_WINDOW), bytes(data)
    while not inflater.eof:
        piece = inflater.decompress(left, PIECE_BYTES)
        left = inflater.unconsumed_tail
        if not piece and not left and not inflater.eof:
            raise EOFError
        yield piece


def _zstd(data: memoryview) -> Iterator[bytes]:
    options = {int(zstd.DecompressionParameter.window_log_max): WINDOW_LOG_MAX}
    inflater, left = zstd.ZstdDecompressor(options=options), bytes(data)
    while not inflater.eof:
        piece = inflater.decompress(left, PIECE_BYTES)
        left = b""
        if not piece and inflater.needs_input:
            raise EOFError
        yield piece


def _snappy_blocks(data: memoryview) -> Iterator[memoryview]:
    """Kafka's clients frame snappy as xerial's library does; librdkafka writes one bare block."""
    head = data[:_XERIAL_BYTES]
    if len(head) < _XERIAL_BYTES or unpack_from("!" + _XERIAL_V1_FORMAT, head) != _XERIAL_V1_HEADER:
        yield data
        return
    at = _XERIAL_BYTES
    while at < len(data):
        size = unpack_from("!i", data, at)[0] if at + 4 <= len(data) else -1
        if size < 0 or at + 4 + size > len(data):
            raise CorruptRecordException("a packed batch is damaged: a block breaks off")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def _checked_size(block: memoryview) -> int:
    try:
        return int(cramjam.snappy.decompress_raw_len(block))
    except cramjam.DecompressionError:
        raise CorruptRecordException("a packed batch is damaged: a block has no size") from None


def _snappy(data: memoryview) -> Iterator[bytes]:
    for block in _snappy_blocks(data):
        # a block may unpack to some twenty times of itself, and is as large as a fetch at most
        yield bytes(cramjam.snappy.decompress_raw(block))


def _lz4(data: memoryview) -> Iterator[bytes]:
    """The blocks of a frame; Kafka demands that they do not look back at each other (KIP-57)."""
    magic, flags = unpack_from("<IB", data)
    if magic != _LZ4_MAGIC or not flags & 0x20:
        raise EOFError
    room = bytearray(BLOCK_MAX_BYTES)
    at = _LZ4_HEAD + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0) + 1
    while size := unpack_from("<I", data, at)[0]:
        at += 4
        plain, size = size & _LZ4_PLAIN, size & ~_LZ4_PLAIN
        block = data[at : at + size]
        if len(block) < size:
            raise EOFError
        if plain:
            yield bytes(block)
        else:
            yield bytes(memoryview(room)[: cramjam.lz4.decompress_block_into(block, room)])
        at += size + (4 if flags & 0x10 else 0)
