"""Between a client and the broker: requests and answers on their way, late, lost or twice.

A client's requests arrive in the order in which they were sent, as on one connection. A request
whose sender has died arrives all the same. While the broker is away nothing arrives; clients try
again until it is back, so what was sent arrives then.
"""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from streams.kafka.commit import RETRY_BACKOFF_MS
from tests.simulation import faults
from tests.simulation.broker import Broker
from tests.simulation.kernel import Process

Answer = Callable[[Any], None]
NEVER_S: Final = 1e9
HELD_UP_MAX_S: Final = 0.02
"""About as long as a transaction is open."""


class Connection:
    """One client's way to the broker."""

    def __init__(self, process: Process, broker: Broker, rng: Random, slowness: float) -> None:
        self._process, self._broker, self._rng = process, broker, rng
        self.slowness = slowness
        self._last_arrival_s = 0.0
        self._last_answer_s = 0.0

    def send(self, ask: Callable[[], Any], answer: Answer, fault: str | None = None) -> None:
        """Lets the broker do `ask` and its process have the answer, each after a while."""
        kernel, rng = self._process.kernel, self._rng
        late_s = 0.0
        if fault in {faults.LATE_REQUEST, faults.CRASH_AFTER} and rng.random() < 0.8:
            late_s = rng.uniform(0.05, 14.0) if rng.random() < 0.5 else rng.uniform(0.0, 0.5)
        elif fault == faults.HELD_UP:
            # the client hears nothing, and sends it again on another connection
            late_s = rng.uniform(0.8, 1.0) * RETRY_BACKOFF_MS / 1000
        arrival_s = max(kernel.now_s + late_s + self._delay_s(), self._last_arrival_s)
        self._last_arrival_s = arrival_s
        answer_late_s = 0.0
        if fault == faults.LATE_ANSWER:
            answer_late_s = rng.uniform(0.5, 14.0)
        elif fault == faults.OVERRUN:
            answer_late_s = rng.uniform(13.0, 60.0)
        elif fault == faults.NO_ANSWER:
            answer_late_s = NEVER_S
        if fault == faults.TWICE:
            kernel.at(None, arrival_s, self._arrive, ask, _ignored, 0.0)
        elif fault == faults.HELD_UP:
            self._hold_up(ask, arrival_s)
        kernel.at(None, arrival_s, self._arrive, ask, answer, answer_late_s)

    def _hold_up(self, ask: Callable[[], Any], arrival_s: float) -> None:
        """It arrives where it does most harm: in a transaction that its process begins later."""
        kernel, rng, owner = self._process.kernel, self._rng, self._process.name

        def begun(who: str) -> bool:
            if who != owner or kernel.now_s < arrival_s:
                return True
            late_s = rng.uniform(0.0, HELD_UP_MAX_S)
            kernel.later(None, late_s, self._arrive, ask, _ignored, 0.0)
            return False

        self._broker.watched.begun.append(begun)

    def _delay_s(self) -> float:
        rng = self._rng
        slow = rng.random() < 0.02
        return rng.uniform(0.01, 0.5) if slow else rng.uniform(0.0002, 0.004) * self.slowness

    def _arrive(self, ask: Callable[[], Any], answer: Answer, answer_late_s: float) -> None:
        kernel = self._process.kernel
        back_s = self._broker.away_until_s
        if back_s > kernel.now_s:
            kernel.at(None, back_s, self._arrive, ask, answer, answer_late_s)
            return
        result = ask()
        if answer_late_s >= NEVER_S:
            return
        at_s = max(kernel.now_s + answer_late_s + self._delay_s(), self._last_answer_s)
        if not answer_late_s:
            self._last_answer_s = at_s
        kernel.at(self._process, at_s, answer, result)


def _ignored(_: Any) -> None:
    """The answer to the first of two: the client listens to that of the second."""
