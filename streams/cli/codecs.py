"""Gives kafka-python the codecs it lacks.

It reads lz4 (which workers write), snappy and zstd (which other producers may) with a package for
each, where that is installed. cramjam, which is installed for aiokafka, can do all three.
"""

from types import SimpleNamespace

import cramjam
import kafka.codec
import kafka.record.default_records as batches


def _lz4(payload: bytes) -> bytes:
    return bytes(cramjam.lz4.decompress(payload))


def _snappy(payload: bytes) -> bytes:
    return bytes(cramjam.snappy.decompress_raw(payload))


def _zstd(payload: bytes) -> bytes:
    return bytes(cramjam.zstd.decompress(payload))


def complete() -> None:
    """Put a decoder where there is none."""
    if not kafka.codec.has_lz4():
        kafka.codec.lz4 = cramjam.lz4
        batches.lz4_decode = _lz4
    if not kafka.codec.has_snappy():
        kafka.codec.snappy = SimpleNamespace(decompress=_snappy)
    if not kafka.codec.has_zstd():
        kafka.codec.zstd = cramjam.zstd
        batches.zstd_decode = _zstd
