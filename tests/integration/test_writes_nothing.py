"""A worker needs no file system to write to, and no environment but its settings."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.sample import sample
from tests.support import writeless
from tests.support.topics import Place, Watch, load
from tests.support.workers import Crew, Worker

PROGRAM = (sys.executable, str(Path(writeless.__file__)))
READ_SECONDS = 60.0
SAFE_FDS = {"0", "1", "2"}
IMAGE = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
"""What streams/ops/Dockerfile sets."""

pytestmark = pytest.mark.kafka


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder to which nobody but root may write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def bare(place: Place, folder: Path) -> dict[str, str]:
    """The environment of the image, with nothing of the one that the test runs in."""
    told = {key: text for key, text in place.environment.items() if key.startswith("WHALECURVE_")}
    return {**IMAGE, **told, "HOME": str(folder), "TMPDIR": str(folder)}


def writes(worker: Worker) -> list[str]:
    return [line for line in worker.text().splitlines() if line.startswith(writeless.SAYS)]


def open_for_writing(worker: Worker) -> list[str]:
    """Regular files that the process holds open to write to, whoever opened them."""
    found, process = [], Path(f"/proc/{worker.pid}")
    for entry in (process / "fd").iterdir():
        try:
            target, told = entry.readlink(), (process / "fdinfo" / entry.name).read_text()
        except FileNotFoundError:
            continue
        flags = int(told.partition("flags:")[2].split()[0], 8)
        if entry.name not in SAFE_FDS and target.is_file() and flags & os.O_ACCMODE:
            found.append(str(target))
    return found


def test_a_worker_writes_no_file_from_its_start_to_its_end(
    place: Place, watch: Watch, crew: Crew, read_only: Path
) -> None:
    load(place, sample(3, 500, 50, partitions=4))
    told = place.telling(clock="event")
    for _ in range(2):
        worker = crew.start(told, PROGRAM, environment=bare(told, read_only), cwd=read_only)
        worker.wait_until_ready()
        crew.wait_until_read(watch, READ_SECONDS)
        assert worker.get("/metrics")[0] == 200
        if sys.platform == "linux":
            assert open_for_writing(worker) == []
        worker.stop()
        assert writes(worker) == []
    assert list(read_only.iterdir()) == []


def test_a_file_that_is_written_would_be_seen(place: Place, crew: Crew, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    environment = bare(place, tmp_path) | {writeless.WRITES: str(planted)}
    worker = crew.start(place, PROGRAM, environment=environment)
    worker.wait_until_ready()
    worker.stop()
    [said] = writes(worker)
    assert str(planted) in said
