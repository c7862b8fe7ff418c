"""Workers as processes of their own: started, watched, killed, paused and stopped by their pid."""

import http.client
import json
import re
import signal
import subprocess
import time
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from streams.demo.embedded_broker import start_tied
from tests.support.topics import Place, Watch
from tests.support.waiting import wait_until

READY_SECONDS: Final = 60.0
"""A start, with the session of a dead worker before it, on a busy machine."""
END_SECONDS: Final = 30.0
STRUCK_SECONDS: Final = READY_SECONDS + END_SECONDS
"""A start, and then a number of commits."""
HTTP_SECONDS: Final = 5.0
OK: Final = 200
UNREADY: Final = 503
_SERIES: Final = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$", re.MULTILINE)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


class Metrics:
    """The series of a worker's /metrics page at one moment."""

    def __init__(self, text: str) -> None:
        self._series = [
            (found["name"], dict(_LABEL.findall(found["labels"] or "")), float(found["value"]))
            for found in _SERIES.finditer(text)
        ]

    def number(self, name: str, **labels: str) -> float:
        """The sum of all series of this name (without `whalecurve_`) that have these labels."""
        return sum(
            value
            for its_name, its_labels, value in self._series
            if its_name == f"whalecurve_{name}" and labels.items() <= its_labels.items()
        )


class Worker:
    """One `whalecurve worker`; it dies with the test that started it."""

    def __init__(
        self,
        place: Place,
        log: Path,
        program: tuple[str, ...] | None = None,
        *,
        environment: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """`program` is called with `worker`; what is not given is the place's."""
        self.place, self.log = place, log
        self.told_to_end = False
        """It was killed or stopped by the test: whoever ends otherwise has failed."""
        self._process = start_tied(
            [*(program or place.command), "worker"],
            log=log,
            cwd=cwd or log.parent,
            env=place.environment if environment is None else environment,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    # what it says

    def text(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def notes(self) -> list[dict[str, Any]]:
        """The lines of its log that are whole JSON objects."""
        found = []
        for line in self.text().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of one of its pages; 0 while nobody answers."""
        started = [note for note in self.notes() if note["event"] == "worker started"]
        if not started:
            return 0, ""
        where = urlsplit(started[0]["web"])
        assert where.hostname is not None
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=HTTP_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def metrics(self) -> Metrics:
        """Its metrics as of now."""
        status, text = self.get("/metrics")
        assert status == 200
        return Metrics(text)

    # what is done to it

    def wait_for_start(self) -> None:
        """Waits until it serves its pages; its partitions may still be to come."""
        wait_until("the worker starts", lambda: self.get("/livez")[0] == 200, READY_SECONDS)

    @property
    def ready(self) -> bool:
        """Whether it has its partitions, and all of them restored."""
        return self.get("/readyz")[0] == 200

    @property
    def partitions(self) -> int:
        """How many partitions it reads; none while its pages are not there."""
        status, text = self.get("/metrics")
        return int(Metrics(text).number("partitions", state="running")) if status == OK else 0

    def wait_until_reads(self, partitions: int) -> None:
        """Waits until it reads so many partitions."""
        self.wait_for_start()
        wait_until(
            f"the worker reads {partitions} partitions",
            lambda: self.partitions == partitions,
            READY_SECONDS,
            otherwise=self.text,
        )

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Waits until it has its partitions; fails at once where it ended."""

        def holds() -> bool:
            assert self.running, f"the worker ended with {self._process.poll()}:\n{self.text()}"
            return self.ready

        wait_until("the worker is ready", holds, seconds, otherwise=self.text)

    def kill(self) -> None:
        """`kill -9`."""
        self.told_to_end = True
        self._process.kill()
        self._process.wait(END_SECONDS)

    @property
    def stands_still(self) -> bool:
        """Whether SIGSTOP has stopped it."""
        # after the name in parentheses, which may hold anything
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state == "T"

    def pause(self) -> None:
        """SIGSTOP: it stands still and holds on to all it has."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.send(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._process.send_signal(number)

    def stop(self) -> float:
        """SIGTERM; the seconds it took to end with 0."""
        self.told_to_end = True
        began = time.monotonic()
        self.send(signal.SIGTERM)
        status = self.wait_for_end()
        assert status == 0, f"the worker ended with {status}:\n{self.text()}"
        return time.monotonic() - began

    def must_fail(self, seconds: float = STRUCK_SECONDS) -> str:
        """Waits until it ends by itself, with 1 and one line that says why: returns the line."""
        self.told_to_end = True
        status = self.wait_for_end(seconds)
        assert status == 1, f"it ended with {status}:\n{self.text()}"
        assert "Traceback" not in self.text(), self.text()
        return self.why()

    def why(self) -> str:
        """The one line with which it ended."""
        lines = [line for line in self.text().splitlines() if line.startswith("whalecurve: ")]
        lines += [note["error"] for note in self.notes() if note["event"] == "worker failed"]
        assert len(lines) == 1, self.text()
        return str(lines[0])

    def must_park(self, seconds: float = STRUCK_SECONDS) -> str:
        """Waits until a partition is parked and the worker lives on; the line that says why."""

        def holds() -> bool:
            assert self.running, self.text()
            return self.get("/readyz")[0] == UNREADY and bool(self.parked())

        wait_until("a partition is parked", holds, seconds, otherwise=self.text)
        assert "Traceback" not in self.text(), self.text()
        return str(self.parked()[0]["error"])

    def parked(self) -> list[dict[str, Any]]:
        """Its lines on partitions that were parked."""
        return [note for note in self.notes() if note["event"] == "partition parked"]

    def must_die(self, seconds: float = STRUCK_SECONDS) -> None:
        """Waits until a strike of its plan has killed it."""
        self.told_to_end = True
        assert self.wait_for_end(seconds) == -signal.SIGKILL, self.text()

    def wait_for_end(self, seconds: float = END_SECONDS) -> int:
        """Its exit status."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end in {seconds:g} s:\n{self.text()}") from None


class Crew:
    """The workers of one test; none outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self.all: list[Worker] = []

    def start(
        self,
        place: Place,
        program: tuple[str, ...] | None = None,
        *,
        environment: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Worker:
        """Starts another worker."""
        log = self._folder / f"worker-{next(self._numbers)}.log"
        worker = Worker(place, log, program, environment=environment, cwd=cwd)
        self.all.append(worker)
        return worker

    def start_ready(self, place: Place) -> Worker:
        """Starts another worker and waits until it has its partitions."""
        worker = self.start(place)
        worker.wait_until_ready()
        return worker

    def running(self) -> list[Worker]:
        """Those that are alive."""
        return [worker for worker in self.all if worker.running]

    def all_are_well(self) -> None:
        """Nobody ended but those who were told to."""
        for worker in self.all:
            if not worker.told_to_end:
                assert worker.running, f"a worker ended by itself:\n{worker.text()}"

    def wait_until_read(self, watch: Watch, seconds: float) -> None:
        """Waits until all of the inputs is committed; no worker may end on the way."""

        def holds() -> bool:
            self.all_are_well()
            return watch.unread() == 0

        wait_until("all inputs are read", holds, seconds, otherwise=self.tails)

    def stop_all(self) -> None:
        """Stops one after the other; the last has all partitions and puts out what is owed."""
        *others, last = self.running()
        for worker in others:
            worker.wait_for_start()
            worker.stop()
        last.wait_until_reads(last.place.partitions)
        last.stop()

    def tails(self) -> str:
        """How the log of each of them ends."""
        return "\n".join(f"{one.log.name}: {one.text()[-1500:]}" for one in self.all)

    def close(self) -> None:
        """Kills whoever is left."""
        for worker in self.running():
            worker.kill()
