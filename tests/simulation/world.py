"""One seed played: a broker, a group, workers, traffic and faults, from the first join to the end.

First everything may go wrong, until the budget of steps is used up or the time of calm has come.
From then on nothing does: within a bounded time every input has to be read and committed. Then all
workers are told to stop and have to end with 0. What was committed is checked on the way, at every
commit, and at the end as a whole (`checks`).
"""

from random import Random
from typing import Final

import msgspec

from agents.partition.pending import Bounds
from agents.partition.shard import ShardSettings
from agents.policy.compiled import Policy
from agents.ports import InvariantError
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from schemas.topics.declared import CHANGELOG
from streams.config.settings import SESSION_TIMEOUT_S
from streams.kafka.changelog import RestoreError
from streams.kafka.commit import CommitError, RefusedError
from tests.oracle.records import TOPICS
from tests.simulation import faults
from tests.simulation.broker import Broker
from tests.simulation.checks import Checks, WrongError
from tests.simulation.faults import Faults
from tests.simulation.group import Group
from tests.simulation.kernel import Kernel, Process
from tests.simulation.outside import Outside
from tests.simulation.plan import Plan, records_of
from tests.simulation.recording import History, RecordingShard
from tests.simulation.site import Site
from tests.simulation.upstream import Upstream
from tests.simulation.worker import CLEAN, Worker

LOOK_S: Final = 0.5
CALM_MAX_S: Final = 300.0
"""So long after the last fault everything must be read: a stall of 40 s, a client that overruns by
a minute, a rebalance that waits for a minute, and what follows from one another."""
STOP_MAX_S: Final = 30.0
SHARES_REST_S: Final = 10.0
"""So long cut-offs take to come to rest, once all is read: a second for each histogram, for each
look at all of them, and for each commit of an adoption."""
STEPS: Final = 200
OUTPUTS: Final = (
    TIER_CHANGES, AT_RISK, CONTACTS_DUE, CUSTOMER_VALUES, ERASURES, REJECTED_EVENTS, HISTOGRAMS,
    CUTOFFS, CHANGELOG,
)  # fmt: skip


class World:
    """What a seed brings about."""

    def __init__(self, plan: Plan, steps: int = STEPS, *, tells: bool = False) -> None:
        self.plan = plan
        self.kernel = Kernel()
        self.lines: list[str] = []
        self.workers: list[Worker] = []
        """Those that live."""
        self.policy_number = 0
        self.faults = Faults(Random(f"faults {plan.seed}"), plan.character, steps)
        self.faults.strike(plan.mode)
        self._rng = Random(f"world {plan.seed}")
        self._tells = tells
        self._sites: dict[Process, Site] = {}
        self._made = 0
        self._calm_since_s: float | None = None
        self._stopping_since_s: float | None = None
        self._read_since_s: float | None = None
        self.broker = Broker(self.kernel, Random(f"broker {plan.seed}"))
        self.broker.watched.told = self._told
        self.broker.watched.expired = lambda: self.faults.strike(faults.EXPIRED)
        names = plan.settings.names
        for topic in (*TOPICS, *OUTPUTS):
            self.broker.create(names.of(topic), plan.partitions)
        group_rng = Random(f"group {plan.seed}")
        self.group = Group(self.kernel, group_rng, plan.partitions, SESSION_TIMEOUT_S)
        self.group.told = self._told
        self.history = History()
        self.checks = Checks(plan, self.broker, self.history, self.faults)
        records = records_of(plan.traffic, plan.sample, plan.partitions)
        self.upstream = Upstream(self, records)
        self.outside = Outside(self)

    @property
    def is_ending(self) -> bool:
        """All is read, and everybody is told to stop."""
        return self._stopping_since_s is not None

    @property
    def is_calm(self) -> bool:
        """Nothing goes wrong any more."""
        return self._calm_since_s is not None

    # the story

    def _told(self, text: str) -> None:
        self.tell("", text)

    def tell(self, who: str, text: str) -> None:
        """A line of the story."""
        if self._tells:
            self.lines.append(f"{self.kernel.now_s:10.4f}  {who:<5} {text}")

    # what stands on the stage

    def here(self) -> Site:
        """The process that is running."""
        assert self.kernel.current is not None
        return self._sites[self.kernel.current]

    def wall_us(self) -> int:
        """The wall clock of the process that is running."""
        current = self.kernel.current
        skew_us = 0 if current is None else current.skew_us
        return self.plan.wall_base_us + int(self.kernel.now_s * 1e6) + skew_us

    def shard(self, its: Policy, settings: ShardSettings) -> RecordingShard:
        """The shard of the process that is running, with the plan's bounds."""
        here = self.here().process
        number = next(w.policy_number for w in self.workers if w.process is here)
        bounds = Bounds(changed_max=self.plan.changed_max)
        bounded = msgspec.structs.replace(
            settings, bounds=bounds, objects_bytes=self.plan.objects_bytes
        )
        return RecordingShard(its, bounded, number, here.name, self.history, self._came_about)

    def _came_about(self, what: str) -> None:
        """Something of note happened in the process that is running.

        Who adopts cut-offs may be killed before everybody was judged by them: by chance alone
        hardly anybody would be.
        """
        self.faults.strike(what)
        if what != faults.HALFWAY or self.is_calm:
            return
        here = self.here().process
        worker = next(its for its in self.workers if its.process is here)
        self.kernel.later(None, self._rng.uniform(0.0, 0.4), worker.kill)

    # workers

    def start_worker(self) -> None:
        """One more worker."""
        plan = self.plan
        self._made += 1
        process = Process(self.kernel, f"w{self._made}")
        if plan.skews:
            process.skew_us = self._rng.randint(-3_600_000_000, 3_600_000_000)
        rng = Random(f"{process.name} {plan.seed}")
        slowness = 1.0 if self.is_calm else self._rng.choice(plan.slowness)
        site = Site(process, self.broker, rng, self.faults, slowness, self.tell)
        if not self.is_calm:
            site.queue_max = plan.queue_max
        self._sites[process] = site
        number = self.policy_number
        worker = Worker(
            site,
            self.group,
            plan.settings,
            plan.policy(number),
            number,
            plan.fetch_max,
            self._exited,
            self._parked,
        )
        process.ended = lambda: self._ended(worker)
        self.workers.append(worker)

    def _exited(self, worker: Worker, status: int) -> None:
        self._judge(worker.failure, worker, was_fenced=worker.was_fenced)
        if status == CLEAN:
            self.checks.counted(worker.shards.metrics, worker.process.name)
            return
        if self._stopping_since_s is None:
            return
        if not worker.was_fenced:
            raise WrongError(f"{worker.process.name} was told to stop in calm and ended with 1")
        # it had been fenced by what came late, and learnt it only now: once more
        self._told("somebody had been fenced: all come again")
        self._calm_since_s, self._stopping_since_s = self.kernel.now_s, None
        for _ in range(self.plan.workers):
            self.kernel.later(None, 1.0, self.restart)

    def _parked(self, worker: Worker, error: Exception, was_fenced: bool) -> None:
        self._judge(error, worker, was_fenced=was_fenced)

    def _judge(self, failure: BaseException | None, worker: Worker, *, was_fenced: bool) -> None:
        """A worker may end, or park a partition, only because a commit or a restore failed."""
        if failure is None or isinstance(failure, CommitError | RefusedError | RestoreError):
            return
        late = was_fenced or worker.policy_number < self.policy_number
        if isinstance(failure, InvariantError) and late:
            return  # it found what came after it
        raise WrongError(f"{worker.process.name} failed: {type(failure).__name__}: {failure}")

    def _ended(self, worker: Worker) -> None:
        self.workers.remove(worker)
        if self._stopping_since_s is None:
            self.kernel.later(None, self._rng.uniform(0.2, 4.0), self.restart)

    def restart(self) -> None:
        """A supervisor starts a worker where one is missing."""
        if self._stopping_since_s is None and len(self.workers) < self.plan.workers:
            self.start_worker()

    # playing

    def play(self) -> None:
        """From the beginning to the end; WrongError where something is."""
        self.upstream.begin()
        self.outside.begin()
        for _ in range(self.plan.workers):
            self.kernel.later(None, self._rng.uniform(0.0, 5.0), self.restart)
        self.kernel.later(None, LOOK_S, self._look)
        try:
            self.kernel.run()
        finally:
            self.kernel.close()
        self.checks.whole()

    def _look(self) -> None:
        """Looks how far everything has come."""
        self.kernel.later(None, LOOK_S, self._look)
        now_s = self.kernel.now_s
        if self._calm_since_s is None:
            if now_s >= self.plan.calm_at_s and self.upstream.is_done:
                self._calm_since_s = now_s
                self.faults.stop()
                self.outside.end()
                self._told("calm: nothing goes wrong from now on")
        elif self._stopping_since_s is None:
            if self._has_rested():
                self._stop_all()
            elif now_s - self._calm_since_s > CALM_MAX_S:
                raise WrongError(f"stuck: {self.checks.behind() or 'workers are not settled'}")
        elif not self.workers and self.broker.is_settled():
            self.kernel.stopped = True
        elif now_s - self._stopping_since_s > STOP_MAX_S:
            raise WrongError("stuck: a clean stop does not end")

    def _is_read(self) -> bool:
        return (
            len(self.workers) == self.plan.workers
            and all(worker.is_settled for worker in self.workers)
            and self.broker.is_settled()
            and self.group.is_settled({worker.name for worker in self.workers})
            and not self.checks.behind()
        )

    def _has_rested(self) -> bool:
        """Whether all was read for so long that nothing follows from it any more."""
        if not self._is_read():
            self._read_since_s = None
            return False
        if self._read_since_s is None:
            self._read_since_s = self.kernel.now_s
        rest_s = SHARES_REST_S if self.plan.by_shares else 0.0
        return self.kernel.now_s - self._read_since_s >= rest_s

    def _stop_all(self) -> None:
        self._told("all is read: everybody is told to stop")
        self._stopping_since_s = self.kernel.now_s
        for worker in list(self.workers):
            worker.terminate()
