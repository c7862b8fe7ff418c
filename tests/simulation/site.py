"""Where the clients of one process stand: its steps, its way to the broker, what strikes there."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.simulation import faults
from tests.simulation.broker import Broker
from tests.simulation.faults import Faults
from tests.simulation.kernel import Process, Signal
from tests.simulation.network import Connection

_UNANSWERED: Final = object()


class NoAnswerError(Exception):
    """The broker's word did not come in time."""


class Site:
    """One process of a world."""

    def __init__(
        self,
        process: Process,
        broker: Broker,
        rng: Random,
        its_faults: Faults,
        slowness: float,
        tell: Callable[[str, str], None],
    ) -> None:
        self.process, self.broker, self.rng, self.faults = process, broker, rng, its_faults
        self.started: set[tuple[str, int]] = set()
        """The transactional ids under which producers of this process run, with their epochs."""
        self.queue_max = 1_000_000
        """So many records a producer of this process holds."""
        self._slowness, self._tell = slowness, tell
        self._ways: list[Connection] = []

    def tell(self, text: str) -> None:
        """A line of the story."""
        self._tell(self.process.name, text)

    @property
    def is_fenced(self) -> bool:
        """Whether the broker has ended a producer of this process since."""
        ids = self.broker.ids
        return any(ids[name].epoch != epoch for name, epoch in self.started)

    def connect(self) -> Connection:
        """A way to the broker for one client."""
        way = Connection(self.process, self.broker, self.rng, self._slowness)
        self._ways.append(way)
        return way

    def hurry(self) -> None:
        """From now on everything travels as fast as it should."""
        self._slowness = 1.0
        for way in self._ways:
            way.slowness = 1.0

    # steps

    def point(self, step: str) -> None:
        """A step of a blocking call, without a request."""
        self._strike(step, self.faults.at(step, is_request=False))

    async def async_point(self, step: str) -> None:
        """A step of a task."""
        fault = self.faults.at(step, is_request=False)
        if fault is None:
            return
        self._befall(step, fault)
        await self._next_turn()

    async def _next_turn(self) -> None:
        """The process's next turn: never, if it was killed."""
        turn = self.process.loop.create_future()
        self.process.loop.call_soon(turn.set_result, None)
        await turn

    def _strike(self, step: str, fault: str | None) -> None:
        """What strikes the process itself, in a blocking call."""
        if fault is None:
            return
        kernel = self.process.kernel
        if fault == faults.SLOW:
            self.tell(f"{step}: {fault}")
            kernel.sleep(self.rng.uniform(0.05, 16.0))
            return
        if self._befall(step, fault):
            kernel.sleep(0.0)

    def _befall(self, step: str, fault: str) -> bool:
        """Whether the fault was one of the process itself."""
        if fault in {faults.CRASH, faults.CRASH_AFTER}:
            self.tell(f"{step}: {fault}")
            self.process.kill()
        elif fault in {faults.STALL, faults.ZOMBIE}:
            longer = fault == faults.ZOMBIE
            seconds = self.rng.uniform(11.0, 40.0) if longer else self.rng.uniform(0.1, 9.0)
            self.tell(f"{step}: {fault}, {seconds:.1f} s")
            self.process.stall(seconds)
        else:
            return False
        return True

    # requests

    def request(self, way: Connection, step: str, ask: Callable[[], Any], deadline_s: float) -> Any:
        """The broker's answer to a blocking call; NoAnswerError if it does not come in time."""
        fault = self.faults.at(step, is_request=True)
        if fault != faults.CRASH_AFTER:
            self._strike(step, fault)
        signal, found = Signal(self.process.kernel), [_UNANSWERED]

        def answer(result: Any) -> None:
            found[0] = result
            signal.happen()

        self._note_request(step, fault)
        way.send(ask, answer, fault)
        if fault == faults.CRASH_AFTER:
            self._strike(step, fault)
        if fault == faults.OVERRUN:
            deadline_s += 60.0
        until_s = self.process.kernel.now_s + deadline_s
        while found[0] is _UNANSWERED and self.process.kernel.now_s < until_s:
            signal.wait(until_s - self.process.kernel.now_s)
        if found[0] is _UNANSWERED:
            self.tell(f"{step}: no answer in {deadline_s:.0f} s")
            raise NoAnswerError(step)
        return found[0]

    def send(
        self, way: Connection, step: str, ask: Callable[[], Any], answer: Callable[[Any], None]
    ) -> None:
        """The same without waiting for the answer."""
        fault = self.faults.at(step, is_request=True)
        if fault != faults.CRASH_AFTER:
            self._strike(step, fault)
        self._note_request(step, fault)
        way.send(ask, answer, fault)
        if fault == faults.CRASH_AFTER:
            self._strike(step, fault)

    async def async_request(
        self, way: Connection, step: str, ask: Callable[[], Any], answer: Callable[[Any], None]
    ) -> None:
        """The same in a task."""
        fault = self.faults.at(step, is_request=True)
        if fault == faults.SLOW:
            fault = faults.LATE_REQUEST  # a task has no thread of its own
        if fault is not None and fault not in {*faults.REQUESTS_ONLY, faults.CRASH_AFTER}:
            self._befall(step, fault)
            await self._next_turn()
        self._note_request(step, fault)
        way.send(ask, answer, fault)
        if fault == faults.CRASH_AFTER:
            self._befall(step, fault)
            await self._next_turn()

    def _note_request(self, step: str, fault: str | None) -> None:
        if fault in faults.REQUESTS_ONLY:
            self.tell(f"{step}: {fault}")
