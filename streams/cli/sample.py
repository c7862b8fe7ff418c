"""The sample traffic of a first look: a time-lapse until today, within bounds, in a thread."""

from collections.abc import Iterator
from itertools import islice
from threading import Event, Thread
from typing import Any, Final, Self

from agents.policy.compiled import Policy
from schemas.base.times import DAY_US
from streams.cli.errors import Failure
from streams.cli.publishing import Publisher, pump
from streams.cli.traffic import now_us
from streams.demo.traffic import DAYS_PER_SECOND, Lapse, currencies_of, events

DAYS_BACK: Final = 1095
EVENTS_MAX: Final = 200_000
"""The broker keeps every record in memory for ever: there must be an end."""
EVENTS_PER_CUSTOMER: Final = 0.2
"""A second: so many make a customer's year look like one."""
CUSTOMERS_MIN: Final = 10
LOST_SECONDS: Final = 2.0
"""What is waited for a worker or a delivery when there is no broker any more."""


class Traffic:
    """The sample traffic, published by a thread."""

    def __init__(self, publisher: Publisher, policy: Policy, seed: int, rate: int) -> None:
        self._publisher, self._rate = publisher, rate
        start_us = now_us() - DAYS_BACK * DAY_US
        self._lapse = Lapse(start_us, DAYS_PER_SECOND * DAY_US // rate, now_us)
        self._start_us = start_us
        self._stop = Event()
        self._failure: BaseException | None = None
        customers = max(CUSTOMERS_MIN, round(rate / EVENTS_PER_CUSTOMER))
        self._events = events(
            seed, customers, self._lapse, currencies=currencies_of(policy, start_us)
        )
        self._thread = Thread(target=self._run, name="traffic", daemon=True)
        self.title = f"{customers} sample customers, {DAYS_PER_SECOND} days a second"

    @property
    def state(self) -> str:
        """Say where it is; Failure where it could not go on."""
        if self._failure is not None:
            raise Failure(str(self._failure)) from self._failure
        day = (self._lapse.at_us - self._start_us) // DAY_US + 1
        if self._thread.is_alive():
            return f"day {day} of {DAYS_BACK}"
        if self._lapse.arrived:
            return "the traffic has reached today and ended"
        return f"the traffic ended after {EVENTS_MAX} events"

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what is on its way is delivered, if that is quick."""
        self._stop.set()
        self._thread.join(LOST_SECONDS)

    def _run(self) -> None:
        try:
            pump(self._publisher, self._until_today(), self._rate, self._stop)
        except Exception as error:  # noqa: BLE001 - told by `state`
            self._failure = error

    def _until_today(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for event in islice(self._events, EVENTS_MAX):
            yield event
            if self._lapse.arrived:
                return
