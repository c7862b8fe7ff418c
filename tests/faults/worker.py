"""`whalecurve worker`, and points on its way at which it dies, stands still or errs.

The product has no such points: this entry puts clients with points in the place of librdkafka's,
before the worker is made. What strikes is said by the environment (`tests.faults.plan`).
"""

import asyncio
import importlib
import os
import signal
import sys
import threading
import time
from collections import Counter
from typing import Any, Final

from streams.build.compiled import prefer

prefer()

import confluent_kafka  # noqa: E402 - the compiled rooms have to be preferred first

from streams.cli.main import main as command  # noqa: E402
from streams.kafka import changelog, commit, fetching  # noqa: E402
from streams.runtime import committer, pump, topology  # noqa: E402
from tests.faults.mutants import MUTANTS  # noqa: E402
from tests.faults.plan import SETTING, Plan, Strike, read_plan  # noqa: E402

NEWS: Final = ("tier-changes", "at-risk")
PACED_STEP: Final = 50
"""Records taken at once where the pace is given."""


class Points:
    """Counts the steps as they are passed, and strikes."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def at(self, step: str, of: str = "") -> None:
        """A step is passed, of a transactional id where it is a producer's."""
        with self._lock:
            self._passed[step] += 1
            due = [
                strike
                for strike in self._plan.strikes
                if (strike.step, strike.nth) == (step, self._passed[step])
            ]
        for strike in due:
            self._strike(strike, of)

    def _strike(self, strike: Strike, of: str) -> None:
        if self._plan.struck:
            with open(self._plan.struck, "a") as told:  # noqa: PTH123 - nothing lighter is at hand
                told.write(f"{strike.step} {of}\n")
        if strike.how == "sleep":
            time.sleep(strike.seconds)
            return
        how = {"kill": signal.SIGKILL, "stand still": signal.SIGSTOP, "terminate": signal.SIGTERM}
        os.kill(os.getpid(), how[strike.how])


POINTS = Points(read_plan(os.environ[SETTING]))


class Producer(confluent_kafka.Producer):
    """librdkafka's producer, with a point before and after every step of a commit."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._of = str(options.get("transactional.id", ""))
        self._has_news = False

    def init_transactions(self, *args: Any) -> Any:
        """Fences."""
        POINTS.at("fence.before", self._of)
        super().init_transactions(*args)
        POINTS.at("fence.after", self._of)

    def begin_transaction(self, *args: Any) -> Any:
        """Begins."""
        POINTS.at("begin.before", self._of)
        super().begin_transaction(*args)
        POINTS.at("begin.after", self._of)

    def produce(self, topic: str, *args: Any, **options: Any) -> None:
        """Hands over one output."""
        POINTS.at("outputs.sending", self._of)
        super().produce(topic, *args, **options)
        self._has_news = self._has_news or topic.endswith(NEWS)

    def produce_batch(self, *args: Any, **options: Any) -> Any:
        """Hands over rows; without transactions the outputs before them are out."""
        if self._has_news:
            self._has_news = False
            POINTS.at("news.out", self._of)
        POINTS.at("rows.before", self._of)
        produced = super().produce_batch(*args, **options)
        POINTS.at("rows.after", self._of)
        return produced

    def send_offsets_to_transaction(self, *args: Any) -> Any:
        """Sends the offsets."""
        POINTS.at("offsets.before", self._of)
        super().send_offsets_to_transaction(*args)
        POINTS.at("offsets.after", self._of)

    def commit_transaction(self, *args: Any) -> Any:
        """Ends the transaction."""
        POINTS.at("end.before", self._of)
        super().commit_transaction(*args)
        POINTS.at("end.after", self._of)


class Consumer(confluent_kafka.Consumer):
    """librdkafka's consumer, with points while it restores."""

    def consume(self, *args: Any, **options: Any) -> Any:
        """Reads rows."""
        messages = super().consume(*args, **options)
        POINTS.at("restore.reading")
        return messages

    def close(self) -> None:
        """Ends the restore."""
        super().close()
        POINTS.at("restore.after")


class PacedAsyncio:
    """asyncio as the pump sees it: whoever gives others their turn waits a while."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        """Waits, at least for the pause."""
        await asyncio.sleep(max(seconds, self._pause_s))


def put_in(plan: Plan) -> None:
    """Puts everything that the plan asks for into the product's modules."""
    put: list[tuple[Any, str, Any]] = [
        (commit, "Producer", Producer),
        (changelog, "Consumer", Consumer),
    ]
    if plan.session_s is not None:
        put += [(where, "SESSION_TIMEOUT_S", plan.session_s) for where in (fetching, topology)]
    if plan.records_per_s is not None:
        put += [
            (pump, "STEP", PACED_STEP),
            (pump, "asyncio", PacedAsyncio(PACED_STEP / plan.records_per_s)),
        ]
    if plan.clock_off_s:
        off_ns = int(plan.clock_off_s * 1e9)
        put += [
            (where, "now_us", lambda: (time.time_ns() + off_ns) // 1000)
            for where in (committer, pump)
        ]
    for path, number in plan.constants.items():
        where, _, name = path.rpartition(".")
        put.append((importlib.import_module(f"streams.{where}"), name, number))
    for module, name, thing in put:
        assert hasattr(module, name), name
        setattr(module, name, thing)
    if plan.mutant:
        MUTANTS[plan.mutant]()


if __name__ == "__main__":
    put_in(read_plan(os.environ[SETTING]))
    sys.argv[0] = "whalecurve"
    command()
