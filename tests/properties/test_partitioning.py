"""Partitioners against other implementations of the same."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as murmur2_of_kafka_python

from schemas.base.partitioners import crc32_partition, murmur2, murmur2_partition

KEYS = st.binary(max_size=200)
PARTITIONS = st.integers(1, 1024)


def crc32_of_the_book(data: bytes) -> int:
    """CRC-32 as ISO 3309 and ITU-T V.42 have it, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@given(KEYS, PARTITIONS)
def test_a_partition_is_the_positive_hash_of_the_key(key: bytes, partitions: int) -> None:
    assert murmur2(key) == murmur2_of_kafka_python(key) & 0xFFFFFFFF
    expected = (murmur2_of_kafka_python(key) & 0x7FFFFFFF) % partitions
    assert murmur2_partition(key, partitions) == expected


@given(KEYS, PARTITIONS)
def test_crc32_is_that_of_the_standard(key: bytes, partitions: int) -> None:
    assert crc32_partition(key, partitions) == crc32_of_the_book(key) % partitions


def test_the_check_value_of_crc32_is_that_of_the_standard() -> None:
    assert crc32_of_the_book(b"123456789") == 0xCBF43926
    assert crc32_partition(b"123456789", 2**32) == 0xCBF43926
