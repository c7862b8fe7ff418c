"""Many faults at once: workers die, stand still and come back, and the broker dies under them.

A supervisor starts again whoever ended. Everything comes of one seed but the time that machines
take: the same seed gives the same plans, not the same story.
"""

import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kafka.errors import KafkaError

from tests.brokers.kafka import KafkaNode
from tests.faults.plan import Plan, Strike, struck
from tests.faults.proxy import Api, Fault, How, Proxy
from tests.support.topics import Place, Watch
from tests.support.waiting import wait_until
from tests.support.workers import Crew, Metrics, Worker

SESSION_S: Final = 2
SLOW_PER_S: Final = 250.0
"""Of each partition: slow enough for all faults to find work to do."""
LOOK_EVERY_S: Final = 0.1
ASK_EVERY_S: Final = 2.0
TAKEN_OVER_S: Final = SESSION_S + 4.0
"""Then another worker has what one that stands still had."""
FENCED_S: Final = 30.0
"""Within this one that came back has noticed."""
QUIET_S: Final = 60.0
"""So long a worker may live unharmed before it is killed anyhow."""
STUCK_S: Final = 40.0
"""So long a worker may take nothing though there is something: longer than a broker is away."""
BROKER_AWAY_S: Final = 1.0
BACK_S: Final = 30.0
FROZEN_S: Final = 12.0
"""Longer than a request may take."""
STRUCK: Final = (
    Api.PRODUCE,
    Api.INIT_PRODUCER_ID,
    Api.ADD_PARTITIONS_TO_TXN,
    Api.ADD_OFFSETS_TO_TXN,
    Api.TXN_OFFSET_COMMIT,
    Api.END_TXN,
    Api.FETCH,
)
NTH_REQUEST_MAX: Final = 20
HELD_SECONDS_MAX: Final = 3.0
UNREAD_LEAST: Final = 1_000
"""With less to do a fault proves nothing."""

_FENCED: Final = re.compile(r"_FENCED|PRODUCER_EPOCH|took over in between")
_NTH: Final = {
    "fence.after": (1, 2),
    "restore.reading": (1, 3),
    "restore.after": (1, 2),
    "outputs.sending": (20, 600),
}
_COMMITS: Final = (3, 50)
"""Which passing of a commit's step it is, where nothing else is said."""
_AT_RANDOM: Final = (
    "fence.after",
    "restore.reading",
    "restore.after",
    "begin.after",
    "end.after",
)
_SENDING: Final = ("outputs.sending", "rows.after")
ROLLED_SHARE: Final = 0.3
"""Of the workers, while some are still to be stopped in order."""
_OPEN: Final = ("offsets.before", "offsets.after", "offsets.after", "end.before")


@dataclass(frozen=True)
class Measure:
    """How much of everything there has to be."""

    seed: int
    workers: int = 3
    kills: int = 30
    zombies: int = 5
    broker_kills: int = 3
    broker_freezes: int = 0
    rolled: int = 0
    """Workers that are stopped in order and followed by others."""
    proxy_faults: int = 0
    """Requests that are cut or held between workers and the broker."""
    seconds: float = 600.0
    records_per_s: float = SLOW_PER_S
    """Of each partition, while more than half is still to be read; then slowly."""


@dataclass
class _Kept:
    """One worker under supervision."""

    worker: Worker
    said: Path
    strike: Strike
    born: float = field(default_factory=time.monotonic)
    stood_still_at: float | None = None
    resumed_at: float | None = None
    asked_at: float = 0.0
    consumed: tuple[float, float] = (0.0, -1.0)
    """When it last had consumed more than before, and how much."""


class Storm:
    """Rages until there was enough of everything, or fails."""

    def __init__(
        self,
        measure: Measure,
        node: KafkaNode,
        place: Place,
        crew: Crew,
        folder: Path,
        proxy: Proxy | None = None,
    ) -> None:
        """Workers reach the broker by the proxy where there is one; who looks at them does not."""
        self.measure = measure
        self.counts: Counter[str] = Counter()
        """What happened: kills by step, those in an open transaction, zombies fenced, …"""
        self.unread = 0
        """Events that were left when it was over."""
        self._node, self._place, self._crew, self._folder = node, place, crew, folder
        self._proxy = proxy
        self._rng = random.Random(measure.seed)
        self._kept: list[_Kept] = []
        self._born = self._loaded = 0

    # the whole

    def rage(self) -> None:
        """Returns when all faults have struck, and no worker is left."""
        until = time.monotonic() + self.measure.seconds
        with closing(Watch(self._place)) as watch:
            self._loaded = watch.unread()
            self._kept = [self._start(watch) for _ in range(self.measure.workers)]
            while not self.is_over():
                assert time.monotonic() < until, f"the storm does not end: {self.counts}"
                self._strike_the_broker()
                self._strike_the_network()
                self._kept = [self._looked_after(kept, watch) for kept in self._kept]
                time.sleep(LOOK_EVERY_S)
            wait_until("the broker is back", lambda: _asked(watch.unread) is not None, BACK_S)
            self.unread = watch.unread()
            assert self.unread > UNREAD_LEAST, self.counts
            for kept in self._kept:
                self._end(kept, watch)
        if self._proxy is not None:
            self.counts.update(_by_request(self._proxy.struck))

    def is_over(self) -> bool:
        """There was enough of everything."""
        counts, measure = self.counts, self.measure
        return (
            counts["kills"] >= measure.kills
            and counts["zombies fenced"] >= measure.zombies
            and counts["broker kills"] >= measure.broker_kills
            and counts["broker freezes"] >= measure.broker_freezes
            and counts["rolled"] >= measure.rolled
            and counts["proxy faults"] >= measure.proxy_faults
        )

    # workers

    def _start(self, watch: Watch) -> _Kept:
        self._born += 1
        said = self._folder / f"struck-{self._born}"
        strike = self._next_strike()
        pace = self._records_per_s(watch)
        plan = Plan((strike,), session_s=SESSION_S, records_per_s=pace, struck=str(said))
        place = plan.told(self._place)
        if self._proxy is not None:
            place = replace(place, broker=self._proxy.address)
        return _Kept(self._crew.start(place), said, strike)

    def _records_per_s(self, watch: Watch) -> float:
        unread = _asked(watch.unread)
        if unread is None or unread > self._loaded / 2:
            return self.measure.records_per_s
        return SLOW_PER_S

    def _next_strike(self) -> Strike:
        rng, counts, measure = self._rng, self.counts, self.measure
        steps = rng.choices((_AT_RANDOM, _SENDING, _OPEN), (1, 1, 8))[0]
        step = rng.choice(steps)
        nth = rng.randint(*_NTH.get(step, _COMMITS))
        left = max(0, measure.zombies - counts["zombies fenced"])
        still = rng.random() < left / max(1, left + measure.kills - counts["kills"])
        if not still and counts["rolled"] < measure.rolled and rng.random() < ROLLED_SHARE:
            return Strike(step, nth, "terminate")
        return Strike(step, nth, "stand still" if still else "kill")

    def _looked_after(self, kept: _Kept, watch: Watch) -> _Kept:
        worker, now = kept.worker, time.monotonic()
        if not worker.running:
            self._count_end(kept, watch)
            return self._start(watch)
        if kept.stood_still_at is None:
            if worker.stands_still:
                kept.stood_still_at = now
            elif now - kept.born > QUIET_S:
                self.counts["killed after a quiet minute"] += 1
                worker.kill()
                return self._start(watch)
            elif now - kept.asked_at > ASK_EVERY_S:
                kept.asked_at = now
                _must_not_be_stuck(kept, now)
        elif kept.resumed_at is None:
            if now - kept.stood_still_at > TAKEN_OVER_S:
                worker.resume()
                kept.resumed_at = now
        elif now - kept.resumed_at > FENCED_S:
            # nobody had taken over what it had: it may go on, until it is killed
            worker.kill()
        return kept

    def _count_end(self, kept: _Kept, watch: Watch) -> None:
        """Counts how a worker ended; a way that none may end fails the storm."""
        counts, status = self.counts, kept.worker.wait_for_end()
        kept.worker.told_to_end = True
        if status == -signal.SIGKILL:
            counts["kills"] += 1
            self._count_kill(kept, watch)
        elif status == 1:
            words = kept.worker.must_fail()
            # what is said of a broken invariant may only be said of another that came in between
            assert "InvariantError" not in words or "took over in between" in words, words
            counts[_how_failed(kept, words)] += 1
            counts[f"said: {_in_short(words)}"] += 1
        else:
            assert status == 0, kept.worker.text()
            assert kept.strike.how == "terminate", kept.worker.text()
            counts["rolled"] += 1

    def _count_kill(self, kept: _Kept, watch: Watch) -> None:
        for step, transactional_id in struck(kept.said):
            self.counts[f"killed at {step}"] += 1
            opened = _asked(watch.open_transactions) or []
            self.counts["kills in an open transaction"] += transactional_id in opened

    def _end(self, kept: _Kept, watch: Watch) -> None:
        """The storm is over: whoever is left is killed, too."""
        if kept.worker.running:
            kept.worker.kill()
        else:
            self._count_end(kept, watch)  # struck since it was looked after

    # the network and the broker

    def _strike_the_network(self) -> None:
        if self._proxy is None:
            return
        self.counts["proxy faults"] = self._proxy.struck.total()
        if not self._proxy.left:
            how: How = self._rng.choice(("cut before", "cut after", "hold"))
            seconds = self._rng.uniform(0.1, HELD_SECONDS_MAX) if how == "hold" else 0.0
            nth = self._rng.randint(1, NTH_REQUEST_MAX)
            self._proxy.put(Fault(self._rng.choice(STRUCK), how, nth, seconds=seconds))

    def _strike_the_broker(self) -> None:
        counts, measure = self.counts, self.measure
        if self._is_due("broker kills", measure.broker_kills):
            self._node.kill()
            time.sleep(BROKER_AWAY_S)
            self._node.start()
            counts["broker kills"] += 1
        if self._is_due("broker freezes", measure.broker_freezes):
            self._node.pause()
            time.sleep(FROZEN_S)
            self._node.resume()
            counts["broker freezes"] += 1

    def _is_due(self, what: str, wanted: int) -> bool:
        """Spread over the kills of workers."""
        done = self.counts[what]
        share = self.counts["kills"] / self.measure.kills
        return done < wanted and share * (wanted + 1) >= done + 1


def _must_not_be_stuck(kept: _Kept, now: float) -> None:
    """AssertionError where a worker has its partitions, and records to take, and takes none."""
    status, text = kept.worker.get("/metrics")
    if not status:
        return
    metrics = Metrics(text)
    consumed = metrics.number("events_consumed_total")
    reads = metrics.number("partitions", state="running") and metrics.number("lag")
    if consumed != kept.consumed[1] or not reads:
        kept.consumed = (now, consumed)
    assert now - kept.consumed[0] < STUCK_S, f"takes nothing:\n{kept.worker.text()}\n{text}"


def _how_failed(kept: _Kept, words: str) -> str:
    if kept.resumed_at is None:
        return "ended in doubt"
    return "zombies fenced" if _FENCED.search(words) else "zombies that nobody had replaced"


def _in_short(words: str) -> str:
    """An error without what differs from time to time."""
    kind, _, rest = words.partition(": ")
    code = re.search(r"_?[A-Z]+(?:_[A-Z]+)+|_[A-Z]+", rest)
    return f"{kind}: {code[0] if code else re.sub('[0-9.]+', 'N', rest)[:60]}"


def _by_request(struck: Counter[tuple[int, str]]) -> Counter[str]:
    return Counter(
        {f"{how}: {Api(api).name.lower()}": times for (api, how), times in struck.items()}
    )


def _asked(ask: Callable[[], Any]) -> Any:
    """What the broker says; None where it does not answer just now."""
    with suppress(KafkaError, OSError):
        return ask()
    return None
