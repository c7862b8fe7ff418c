"""Plays tests on mistakes, two copies at once, each within a bounded time."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.mutants.copies import ScratchCopy
from tests.mutants.mutant import Mutant

AT_ONCE: Final = 2
"""More would make tests that wait for threads and brokers slow, and so wrong."""
DEADLINE_S: Final = 300.0
"""For the tests of one mistake, however loaded the machine is: alone they take some seconds."""
PROCESSOR_S: Final = 20
"""For the tests of a mistake that lets a loop run for ever, in time of the processor: what they
need is a quarter of it, and other programs take nothing of it."""
BASELINE_DEADLINE_S: Final = 1_800.0
PASSED, FAILED = 0, 1
"""What pytest ends with; anything else tells of tests that can't be played."""
TOLD: Final = 5
"""Last lines of pytest that are told where tests can't be played."""

FOUND: Final = "found"
SURVIVED: Final = "not found"
MAY_STAND: Final = "may stand"
NOT_PLAYED: Final = "not played"
NEW: Final = "not played yet"


class NotPlayedError(Exception):
    """Tests that can't be played tell nothing."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mistake."""

    mutant: Mutant
    outcome: str
    said: str = ""
    """Where it is wrong: what to look at."""

    @property
    def is_wrong(self) -> bool:
        """Whether the tests, or the list, have to change."""
        return self.outcome in {SURVIVED, NOT_PLAYED}


def play(mutants: Sequence[Mutant]) -> Iterator[Verdict]:
    """Each mistake with what became of it, in the order in which they are done.

    NotPlayedError where the tests fail without any mistake: then they would find anything.
    """
    with ExitStack() as stack:
        copies: SimpleQueue[ScratchCopy] = SimpleQueue()
        for _ in range(AT_ONCE):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-"))
            copies.put(ScratchCopy(Path(folder)))
        _check_baseline(copies, mutants)
        pool = ThreadPoolExecutor(AT_ONCE)
        # told to end, it waits for those under way and begins no other
        stack.callback(pool.shutdown, cancel_futures=True)
        for done in as_completed([pool.submit(_judge, copies, its) for its in mutants]):
            yield done.result()


def _check_baseline(copies: "SimpleQueue[ScratchCopy]", mutants: Sequence[Mutant]) -> None:
    copy = copies.get()
    tests = tuple(sorted({test for mutant in mutants for test in mutant.tests}))
    status, output = _run(copy, tests, BASELINE_DEADLINE_S)
    copies.put(copy)
    if status != PASSED:
        raise NotPlayedError(f"the tests fail without any mistake:\n{output}")


def _judge(copies: "SimpleQueue[ScratchCopy]", mutant: Mutant) -> Verdict:
    copy = copies.get()
    try:
        with copy.with_mistake(mutant):
            processor_s = PROCESSOR_S if mutant.hangs else None
            status, output = _run(copy, mutant.tests, DEADLINE_S, processor_s)
    finally:
        copies.put(copy)
    last = "\n".join(output.splitlines()[-TOLD:])
    if status == FAILED or (status is None and mutant.hangs):
        if mutant.may_stand:
            return Verdict(mutant, NOT_PLAYED, "it was found: its reason to stand is void")
        return Verdict(mutant, FOUND)
    if status == PASSED:
        return Verdict(mutant, MAY_STAND if mutant.may_stand else SURVIVED)
    if status is None:
        return Verdict(mutant, NOT_PLAYED, f"its tests did not end in {DEADLINE_S:.0f} s")
    return Verdict(mutant, NOT_PLAYED, f"pytest ended with {status}:\n{last}")


def _run(
    copy: ScratchCopy, tests: tuple[str, ...], seconds: float, processor_s: int | None = None
) -> tuple[int | None, str]:
    """(pytest's status, what it said); None where it did not end in time."""
    command = copy.command(tests)
    if processor_s is not None:
        command = ["sh", "-c", f'ulimit -t {processor_s} && exec "$@"', "sh", *command]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command,
            cwd=copy.folder,
            env=copy.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until = time.monotonic() + seconds
        try:
            status: int | None = process.wait(until - time.monotonic())
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _end(process)
        said.seek(0)
        # a signal ended it: the limit of its processor time was reached
        return (None if status is not None and status < 0 else status), said.read()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends it with whatever it started: brokers and workers are of its session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
