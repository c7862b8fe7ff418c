"""How much memory a worker may take: by its control groups, or the machine."""

import os
from pathlib import Path

import pytest

from streams.config.memory import partition_bytes, process_bytes
from streams.config.settings import Settings
from tests.support.tables import table

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
V1_WITHOUT_LIMIT = "9223372036854771712"


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


CONTAINER = {"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "1048576"}
SERVICE = {
    "proc/self/cgroup": "0::/system.slice/whalecurve.service",
    "sys/fs/cgroup/system.slice/memory.max": "2097152",
    "sys/fs/cgroup/system.slice/whalecurve.service/memory.max": "max",
}
OLDER = {
    "proc/self/cgroup": "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n0::/docker/a",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "3145728",
}
UNLIMITED = OLDER | {"sys/fs/cgroup/memory/memory.limit_in_bytes": V1_WITHOUT_LIMIT}


@table(
    "files expected",
    ("a container's limit", CONTAINER, 1_048_576),
    ("a limit of a group around it", SERVICE, 2_097_152),
    ("control groups of version 1", OLDER, 3_145_728),
    ("none of version 1", UNLIMITED, MACHINE),
    ("none of version 2", CONTAINER | {"sys/fs/cgroup/memory.max": "max"}, MACHINE),
    ("nothing is told", {}, MACHINE),
)
def test_a_process_may_take(files: dict[str, str], expected: int, tmp_path: Path) -> None:
    assert process_bytes(system(tmp_path, files)) == expected


@pytest.mark.parametrize(("told", "expected"), [(None, 131_072), (70_000, 70_000)])
def test_a_partition_may_take_its_part_of_a_half_or_what_the_setting_says(
    told: int | None, expected: int, tmp_path: Path
) -> None:
    settings = Settings(partitions=4, partition_bytes=told)
    assert partition_bytes(settings, system(tmp_path, CONTAINER)) == expected
