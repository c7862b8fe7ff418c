"""Gives kafka-python the codecs it lacks, and lets it read names of headers that are no UTF-8.

It reads lz4 (which workers write), snappy and zstd (which other producers may) with a package for
each, where that is installed. cramjam, which is installed for aiokafka, can do all three.
"""

from types import SimpleNamespace
from typing import Any

import cramjam
import kafka.codec
import kafka.record.default_records as batches


def _lz4(payload: bytes) -> bytes:
    return bytes(cramjam.lz4.decompress(payload))


def _snappy(payload: bytes) -> bytes:
    return bytes(cramjam.snappy.decompress_raw(payload))


def _zstd(payload: bytes) -> bytes:
    return bytes(cramjam.zstd.decompress(payload))


class _Lenient(bytearray):
    """Bytes whose slices decode, whatever they are."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Lenient(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


_read = batches.DefaultRecordBatch._read_msg


def _read_any(self: Any) -> Any:
    try:
        return _read(self)
    except UnicodeDecodeError:
        self._buffer = _Lenient(self._buffer)
        return _read(self)


def complete() -> None:
    """Put a decoder where there is none."""
    batches.DefaultRecordBatch._read_msg = _read_any
    if not kafka.codec.has_lz4():
        kafka.codec.lz4 = cramjam.lz4
        batches.lz4_decode = _lz4
    if not kafka.codec.has_snappy():
        kafka.codec.snappy = SimpleNamespace(decompress=_snappy)
    if not kafka.codec.has_zstd():
        kafka.codec.zstd = cramjam.zstd
        batches.zstd_decode = _zstd
