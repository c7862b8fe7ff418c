"""How much memory this process may take, and what of it is a partition's."""

import os
from pathlib import Path
from typing import Final

from streams.config.settings import Settings

ROOT: Final = Path("/")
AT_REST_SHARE: Final = 2
"""Customers at rest may take one part in so many of the process's memory. The rest is for those
that are touched, for what was fetched and what is committed, and for the interpreter."""
OBJECTS_SHARE: Final = 4
"""Those that are touched may take one part in so many of that on top."""


def partition_bytes(settings: Settings, root: Path = ROOT) -> int:
    """What the customers of one partition may take at rest.

    Where no setting says so: as much as lets one worker hold all partitions, for it may be the
    last one alive.
    """
    if settings.partition_bytes is not None:
        return settings.partition_bytes
    return process_bytes(root) // AT_REST_SHARE // settings.partitions


def process_bytes(root: Path = ROOT) -> int:
    """What the process may take: the lowest limit of its control groups, or the machine's memory.

    `root` is where the system's files lie.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(root)])


def _limits(root: Path) -> list[int]:
    """Those of its group and of every group around it; a container sees its own as the first."""
    found = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            place, name = root / "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            place, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        group = Path(path.strip("/"))
        for around in (group, *group.parents):
            limit = _text(place / around / name).strip()
            if limit.isdigit():  # "max": there is none
                found.append(int(limit))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
