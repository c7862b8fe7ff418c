"""Partitioners: the same partition as the producers of the inputs choose."""

import pytest

from schemas.base.partitioners import PARTITIONERS, crc32_partition, murmur2, murmur2_partition

LONG = b"this is another string with more length to it perhaps"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_gives_the_figures_of_kafka_s_own_tests(key: bytes, expected: int) -> None:
    assert murmur2(key) == expected & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "murmur", "crc"),
    [
        (b"", 0x106E08D9, 0),
        (b"23456", 0x058D780F, 0xB1B451D7),
        (LONG, 0x4F7703DA, 0xB0150DF7),
        (b"hejsan", 0x5EC19395, 0xD077037E),
    ],
)
def test_both_give_the_partitions_of_librdkafka_s_tests(key: bytes, murmur: int, crc: int) -> None:
    for partitions in (1, 4, 7, 17):
        assert murmur2_partition(key, partitions) == murmur % partitions
        assert crc32_partition(key, partitions) == crc % partitions


@pytest.mark.parametrize("name", PARTITIONERS)
def test_every_key_has_a_partition_that_exists(name: str) -> None:
    found = {PARTITIONERS[name](f"customer-{number}".encode(), 4) for number in range(200)}
    assert found == {0, 1, 2, 3}


def test_the_two_families_disagree_so_the_setting_matters() -> None:
    keys = [f"customer-{number}".encode() for number in range(50)]
    assert any(murmur2_partition(key, 4) != crc32_partition(key, 4) for key in keys)
    assert set(PARTITIONERS) == {"murmur2", "crc32"}
