"""A worker that is told to stop before it has begun ends as one that has: with 0."""

import signal
import socket
from pathlib import Path

import pytest

from tests.support.topics import Place
from tests.support.workers import END_SECONDS, Worker


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stopped_in_its_checks_ends_with_0(number: signal.Signals, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(END_SECONDS)
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        worker = Worker(Place(address, "early.", "early", 4), tmp_path / "worker.log")
        connection, _ = silent.accept()
        with connection:
            worker.send(number)
            assert worker.wait_for_end() == 0, worker.text()
    assert worker.text() == ""
