"""Where `streams.kafka.cutoffs_reader` stands: tells its process what all published."""

from collections.abc import Callable
from typing import Any, Final

import orjson

from schemas.outputs.records import CUTOFFS, HISTOGRAMS
from streams.config.settings import Settings
from streams.kafka.cutoffs_reader import TELL_EVERY_S, Known
from tests.simulation.log import Place
from tests.simulation.site import Site

Told = Callable[[Known], None]
FIRST_LOOK_MAX_S: Final = 2.0
"""So long it may read before it knows what is newest."""


class SimulatedReader:
    """Follows the histograms and the cut-offs of a world."""

    def __init__(
        self,
        site: Site,
        settings: Settings,
        partitions: int,
        tell: Told,
        is_over: Callable[[], bool],
    ) -> None:
        """Nothing is told any more once it is over."""
        self._site, self._partitions, self._tell, self._is_over = site, partitions, tell, is_over
        self._histograms, self._cutoffs = (settings.names.of(its) for its in (HISTOGRAMS, CUTOFFS))
        self._way = site.connect()

    def start(self) -> None:
        """Begins to read."""
        self._again(self._site.rng.uniform(0.0, FIRST_LOOK_MAX_S))

    def stop(self) -> None:
        """Its process ends, and it with it."""

    def _again(self, delay_s: float) -> None:
        self._site.process.kernel.later(self._site.process, delay_s, self._look)

    def _look(self) -> None:
        self._way.send(self._known, self._answered)
        self._again(TELL_EVERY_S)

    def _answered(self, known: Known) -> None:
        if not self._is_over():
            self._tell(known)

    def _known(self) -> Known:
        """What lies on the broker, the newest of each."""
        histograms = {
            partition: values[-1]
            for partition in range(self._partitions)
            if (values := self._values(Place(self._histograms, partition)))
        }
        cutoffs: list[dict[str, Any]] = [
            orjson.loads(value)
            for partition in range(self._partitions)
            for value in self._values(Place(self._cutoffs, partition))
        ]
        return histograms, max(cutoffs, key=lambda its: int(its["version"]), default=None)

    def _values(self, place: Place) -> list[bytes]:
        entries = self._site.broker.logs[place].visible()
        return [its.value for its in entries if its.value is not None]
