"""Real Apache Kafka for tests: one KRaft node on loopback, its jars brought by Maven.

`python -m tests.brokers.kafka --port 9092` runs one in the foreground. Nothing here is for
production: the heap is small, nothing expires, one node does everything. What is made once is kept
in `.kafka/` at the project's root, keyed by Kafka's version and the pom: the jars, a formatted
(empty) data folder, which saves each node a JVM, and an archive of loaded classes. With them a node
starts in one to two seconds instead of four.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from streams.demo.embedded_broker import HOST, BrokerError, claim_port, start_tied, stop_process
from tests.brokers.folders import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[2] / ".kafka"

MAVEN_SECONDS = 900.0  # the first time it fetches some 60 MB
TOOL_SECONDS = 60.0
START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
JAVA_AT_LEAST = 17

STARTED = b"Kafka Server started"  # logged once the broker is registered and takes requests
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)
ARCHIVE = "classes.jsa"  # ignored by a JVM that cannot use it
CLUSTER = "d2hhbGVjdXJ2ZS10ZXN0cw"
HEAP = ("-Xms256m", "-Xmx768m", "-XX:+UseSerialGC")
# Only the quick compiler: a start is 0.3 s faster, and on few cores the JVM compiles less beside
# the test. For long runs (`main`) the JVM's default is the better one.
QUICK = ("-XX:TieredStopAtLevel=1",)

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
num.partitions=4
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
# Tests of crashes wait for the session of the dead to run out.
group.min.session.timeout.ms=500
# Events carry their own dates: nothing may expire or be refused because of them.
log.retention.ms=-1
log.message.timestamp.after.max.ms=9223372036854775807
# One node: no replicas to wait for.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A heap of its own size is the default.
log.cleaner.dedupe.buffer.size=16777216
# Alone in its quorum, it need not wait for others before it elects itself and registers.
controller.quorum.election.timeout.ms=200
controller.quorum.fetch.timeout.ms=400
broker.heartbeat.interval.ms=100
# Killed and started again, it waits for its own registration to run out (the default is 9 s).
broker.session.timeout.ms=3000
"""


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
        java = _java(f"-XX:SharedArchiveFile={ARCHIVE}", *self._jvm, *LOGGING)
        self._process = start_tied(
            [*java, "kafka.Kafka", str(self.log.with_name("server.properties"))],
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


@cache
def available() -> str | None:
    """Return None where Kafka can run, else one line that says what is missing."""
    java = shutil.which("java")
    if java is None:
        return f"Java is missing: install a Java {JAVA_AT_LEAST} runtime"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < JAVA_AT_LEAST:
        version = found[1] if found else "unknown"
        return f"Java is too old ({version}): install a Java {JAVA_AT_LEAST} runtime"
    if shutil.which("mvn") is None and not _home(CACHE).exists():
        return "Maven is missing: install it (command mvn), it brings Kafka's jars"
    return None


def jars(cache_dir: Path = CACHE) -> Path:
    """Return the folder with Kafka's jars; the first call makes it, later ones are quick."""
    lib = _home(cache_dir) / "lib"
    if lib.exists():
        return lib
    missing = available()
    if missing is not None:
        raise BrokerError(missing)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with (cache_dir / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one maker at a time; released by closing
        if not lib.exists():
            with tempfile.TemporaryDirectory(dir=cache_dir) as folder:
                made = Path(folder) / "made"
                _make(made)
                made.rename(lib.parent)
    return lib


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


def jars_made(cache_dir: Path = CACHE) -> bool:
    """Whether `jars()` has nothing left to do."""
    return (_home(cache_dir) / "lib").exists()


def _home(cache_dir: Path) -> Path:
    text = POM.read_text()
    version = re.search(r"<kafka\.version>(.+)</kafka\.version>", text)
    if version is None:
        raise BrokerError(f"no kafka.version in {POM}")
    return cache_dir / f"{version[1]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _java(*options: str) -> list[str]:
    # Relative, for a working directory of `_home`: the archive of classes remembers the path.
    return [shutil.which("java") or "java", *HEAP, *options, "-cp", "lib/*"]


def _make(home: Path) -> None:
    """Bring the jars, and format an empty data folder that every node starts from a copy of."""
    home.mkdir()
    maven = [shutil.which("mvn") or "mvn", "-q", "-B", "-f", str(POM)]
    _run([*maven, f"-Dkafka.target={home}", "package"], home, MAVEN_SECONDS)
    settings = home / "format.properties"
    settings.write_text(
        f"{PROPERTIES}log.dirs={home / 'formatted'}\ncontroller.quorum.voters=1@{HOST}:1\n"
        f"listeners=PLAINTEXT://{HOST}:2,CONTROLLER://{HOST}:1\n"
    )
    tool = _java(*QUICK, f"-XX:ArchiveClassesAtExit={home / ARCHIVE}")
    command = [*tool, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(settings)]
    _run(command, home, TOOL_SECONDS)


def _run(command: list[str], home: Path, seconds: float) -> None:
    try:
        done = subprocess.run(
            command, cwd=home, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise BrokerError(f"this took longer than {seconds:g} s: {' '.join(command)}") from None
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise BrokerError(f"this failed: {' '.join(command)}\n{said}")


if __name__ == "__main__":
    sys.exit(main())
