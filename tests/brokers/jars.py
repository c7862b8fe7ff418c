"""Apache Kafka's jars, brought by Maven, and what saves every node a start from nothing.

What is made once is kept in `.kafka/` at the project's root, keyed by Kafka's version and the pom:
the jars, a formatted (empty) data folder, which saves each node a JVM, and an archive of loaded
classes. With them a node starts in one to two seconds instead of four.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from streams.demo.embedded_broker import HOST, BrokerError

VERSION_SETTING = "KAFKA_VERSION"
"""Another Kafka than the pom's, to try: 4.4.0, say."""
POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[2] / ".kafka"

MAVEN_SECONDS = 900.0  # the first time it fetches some 60 MB
TOOL_SECONDS = 60.0
JAVA_AT_LEAST = 17

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


def jars_made(cache_dir: Path = CACHE) -> bool:
    """Whether `jars()` has nothing left to do."""
    return (_home(cache_dir) / "lib").exists()


def version() -> str:
    """The Kafka that is tested with: the pom's, unless the environment names another."""
    found = re.search(r"<kafka\.version>(.+)</kafka\.version>", POM.read_text())
    if found is None:
        raise BrokerError(f"no kafka.version in {POM}")
    return os.environ.get(VERSION_SETTING) or found[1]


def _home(cache_dir: Path) -> Path:
    made_of = hashlib.sha256((POM.read_text() + PROPERTIES).encode()).hexdigest()[:8]
    return cache_dir / f"{version()}-{made_of}"


def java(*options: str) -> list[str]:
    """What starts a class of Kafka's in the folder of its jars."""
    # Relative, for a working directory of `_home`: the archive of classes remembers the path.
    return [shutil.which("java") or "java", *HEAP, *options, "-cp", "lib/*"]


def _make(home: Path) -> None:
    """Bring the jars, and format an empty data folder that every node starts from a copy of."""
    home.mkdir()
    maven = [shutil.which("mvn") or "mvn", "-q", "-B", "-f", str(POM)]
    told = (f"-Dkafka.version={version()}", f"-Dkafka.target={home}")
    _run([*maven, *told, "package"], home, MAVEN_SECONDS)
    settings = home / "format.properties"
    settings.write_text(
        f"{PROPERTIES}log.dirs={home / 'formatted'}\ncontroller.quorum.voters=1@{HOST}:1\n"
        f"listeners=PLAINTEXT://{HOST}:2,CONTROLLER://{HOST}:1\n"
    )
    tool = java(*QUICK, f"-XX:ArchiveClassesAtExit={home / ARCHIVE}")
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
