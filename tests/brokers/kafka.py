"""Real Apache Kafka for tests: one KRaft node on loopback, of the jars that Maven brings (`jars`).

`python -m tests.brokers.kafka --port 9092` runs one in the foreground. Nothing here is for
production: the heap is small, nothing expires, one node does everything.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from streams.demo.embedded_broker import HOST, BrokerError, claim_port, start_tied, stop_process
from tests.brokers.folders import Folder
from tests.brokers.jars import ARCHIVE, PROPERTIES, QUICK, jars, jars_made, java

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02

STARTED = b"Kafka Server started"  # logged once the broker is registered and takes requests
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)


class KafkaNode:
    """One broker in a child process. Its ports and data stay the same over restarts.

    Leaving the context, or `close()`, deletes data in a folder of its own making, never those in
    a folder that was given. Start it from a thread that lives as long as the broker should.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        data: Path | None = None,
        overrides: Mapping[str, str] | None = None,
        listeners: Mapping[str, int] | None = None,
        jvm: tuple[str, ...] = QUICK,
        proxy: str = "",
    ) -> None:
        """Prepare a node on `port` (0: any free one) with `overrides` of its server.properties.

        `listeners` are more of them, by name, each on its port. With a `proxy` (`host:port`) it
        has a second listener, `behind`, whose clients are told to find the broker at the proxy.
        """
        self._port = port
        self._controller = 0
        self._data = data.resolve() if data else None
        self._folder: Folder | None = None
        self._overrides = dict(overrides or {})
        self._listeners = dict(listeners or {})
        self._jvm = jvm
        self._proxy = proxy
        self._behind = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """`host:port` for `bootstrap.servers`."""
        if self._data is None or self._port == 0:
            raise BrokerError("Kafka was not started: call start() first")
        return f"{HOST}:{self._port}"

    @property
    def behind(self) -> str:
        """`host:port` of the listener behind the proxy."""
        return f"{HOST}:{self._behind}"

    @property
    def pid(self) -> int | None:
        """The process id while it is meant to run."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        """Its log file, appended to by every start."""
        if self._data is None:
            raise BrokerError("Kafka was not started: it has no log yet")
        return self._data / "kafka.log"

    def start(self) -> str:
        """Start, wait until it takes requests, and return the address. Raises `BrokerError`."""
        if self._process is not None:
            raise BrokerError("Kafka is started already: stop() it first")
        home = jars().parent
        self._port = claim_port(self._port)
        self._controller = claim_port(self._controller)
        if self._proxy:
            self._behind = claim_port(self._behind)
        self._prepare(home)
        seen = self.log.stat().st_size if self.log.exists() else 0
        command = java(f"-XX:SharedArchiveFile={ARCHIVE}", *self._jvm, *LOGGING)
        self._process = start_tied(
            [*command, "kafka.Kafka", str(self.log.with_name("server.properties"))],
            log=self.log,
            cwd=home,
            env=dict(os.environ),
        )
        try:
            self._wait(seen)
        except BaseException:
            self.kill()
            raise
        return self.address

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End it in order, by force after `seconds`; its data stay. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            stop_process(process, seconds)

    def kill(self) -> None:
        """End it at once (SIGKILL); its data stay as they are."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(STOP_SECONDS)

    def pause(self) -> None:
        """Let it stand still (SIGSTOP): its ports take connections and nobody answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def restart(self) -> str:
        """Stop it if it runs, and start it again on the same data and port."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """Stop it and delete its data, unless their folder was given."""
        self.stop()
        if self._folder is not None:
            self._folder.close()
            self._data = self._folder = None

    def __enter__(self) -> Self:
        """Start."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and delete the data."""
        self.close()

    def tail(self, lines: int = 30) -> str:
        """Return the last lines of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _prepare(self, home: Path) -> None:
        """Make the data folder (formatted once) and write server.properties (every time)."""
        if self._data is None:
            self._folder = Folder("whalecurve-kafka-")
            self._data = self._folder.path
        data = self._data
        data.mkdir(parents=True, exist_ok=True)
        logs = data / "logs"
        if not (logs / "meta.properties").exists():
            shutil.copytree(home / "formatted", logs)
        settings = self._addresses() | {
            "controller.quorum.voters": f"1@{HOST}:{self._controller}",
            "log.dirs": str(logs),
            **self._overrides,
        }
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        (data / "server.properties").write_text(PROPERTIES + lines)

    def _addresses(self) -> dict[str, str]:
        listeners = {"PLAINTEXT": self._port, **self._listeners}
        plain = ",".join(f"{name}://{HOST}:{port}" for name, port in listeners.items())
        controller = f"{HOST}:{self._controller}"
        if not self._proxy:
            return {
                "listeners": f"{plain},CONTROLLER://{controller}",
                "advertised.listeners": plain,
            }
        return {
            "listeners": f"{plain},PROXIED://{self.behind},CONTROLLER://{controller}",
            "advertised.listeners": f"{plain},PROXIED://{self._proxy}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"
            ),
            "inter.broker.listener.name": "PLAINTEXT",
        }

    def _wait(self, seen: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with self.log.open("rb") as log:
                log.seek(seen)
                if STARTED in log.read():
                    return
            if not self.running:
                raise BrokerError(f"Kafka ended while starting; its log ends so:\n{self.tail()}")
            time.sleep(POLL_SECONDS)
        raise BrokerError(f"Kafka did not start in {START_SECONDS:g} s; its log:\n{self.tail()}")


def main() -> int:
    """Run a node in the foreground until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.brokers.kafka",
        description="Run Apache Kafka, one node on loopback, until Ctrl-C. For tests and trials.",
    )
    parser.add_argument("--port", type=int, default=9092, help="default: 9092; 0: any free one")
    parser.add_argument("--data", type=Path, help="keep data in this folder, and go on with them")
    options = parser.parse_args()
    # a shell starts what it puts in the background with SIGINT ignored: both are taken anew
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        if not jars_made():
            _say("The first time: Maven brings Kafka's jars (some 60 MB).")
        with KafkaNode(options.port, data=options.data, jvm=()) as node:
            kept = f"kept in {options.data}" if options.data else "deleted when it stops"
            _say(f"Apache Kafka listens at {node.address} (pid {node.pid}); log: {node.log}")
            _say(f"Data are {kept}. Stop it with Ctrl-C.")
            while node.running:
                time.sleep(0.2)
            sys.stderr.write(f"Kafka ended by itself; its log ends so:\n{node.tail()}\n")
    except KeyboardInterrupt:
        _say("Stopped.")
        return 0
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
    return 1


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's own words


if __name__ == "__main__":
    sys.exit(main())
