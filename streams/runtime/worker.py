"""One worker, from its settings to its last commit.

It ends with 0 after SIGTERM or SIGINT, and with 1 and one line that says what to do when a commit
failed or an invariant broke: whoever supervises it starts it again.
"""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from agents.policy.compiled import Policy
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.topics.declared import CHANGELOG
from streams.build.compiled import is_compiled
from streams.config.policy import load_policy
from streams.config.settings import Settings
from streams.kafka.access import is_denied
from streams.kafka.topics import State, denied_right, require_topics
from streams.observe.logs import complain, describe_safely, note
from streams.observe.server import WebServer
from streams.runtime.open_files import require_open_files
from streams.runtime.topology import Topology

STOP_DEADLINE_S: Final = 28.0
"""Last commits that take longer are given up: the contract allows 30 s."""
WATCH_S: Final = 0.5
LEAVE_DEADLINE_S: Final = 3.0
"""So long to leave the group, once all is committed or something failed. Where it can't be told,
it finds out by the session's end."""


class Worker:
    """A running worker."""

    def __init__(
        self, settings: Settings, policy: Policy, there: Mapping[str, State], host: str
    ) -> None:
        """`there` are the topics that exist."""
        self._settings, self._policy, self._there, self._host = settings, policy, there, host
        self._ended: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._failure: BaseException | None = None
        self._owes = True
        """The last commits are still to come."""
        self.address = ""

    async def run(self) -> int:
        """Runs until it is told to stop or fails; the exit status."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_say_of_task)
        self._ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._ended.set)
        topology = Topology(
            self._settings,
            self._policy,
            self._settings.partitions,
            [kind for kind in Kind if TOPIC_OF_KIND[kind] in self._there],
            self.fail,
            self._there[CHANGELOG].topic_id,
        )
        web = WebServer(topology.shards, self._host, self._settings.web_port)
        await web.start()
        self.address = web.address
        note(
            "worker started",
            web=web.address,
            app_id=self._settings.app_id,
            guarantee=self._settings.guarantee,
            clock=self._settings.clock,
            policy_version=self._policy.version,
            compiled=is_compiled(),
        )
        # the group may never let us in, and a stop has to be heard all the same
        starting = asyncio.create_task(topology.start())
        await self._watch(topology, starting)
        if self._failure is None:
            await self._commit_last(topology)
        await self._leave(topology, web)
        return self._status

    async def _watch(self, topology: Topology, starting: asyncio.Task[None]) -> None:
        """Waits for the end, and sees to it that Faust does not die alone."""
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), WATCH_S)
            crashed = _error_of(starting) or topology.app.crash_reason
            if crashed is not None:
                self.fail(crashed)

    async def _commit_last(self, topology: Topology) -> None:
        note("worker stopping")
        self._end_after(STOP_DEADLINE_S)
        try:
            await topology.commit_last()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - said in one line
            self.fail(error)
        else:
            self._owes = False

    async def _leave(self, topology: Topology, web: WebServer) -> None:
        """Leaves the group; whatever hangs in this is left behind."""
        self._end_after(LEAVE_DEADLINE_S)
        if self._failure is not None:
            with suppress(Exception):
                await topology.app.consumer.stop()
            return
        await topology.leave()
        await web.stop()
        note("worker stopped")

    @property
    def _status(self) -> int:
        return 1 if self._owes or self._failure is not None else 0

    def _end_after(self, seconds: float) -> None:
        """Ends the process then, whatever its loop waits for: joining a thread can hold it up."""

        def end() -> None:
            if self._status == 0:
                note("worker stopped", group="left without a word")
            os._exit(self._status)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()

    def fail(self, error: BaseException) -> None:
        """The process must end: going on could lose or double."""
        if self._failure is None:
            self._failure = error
            # the one line below says it; what threads say while the process ends is noise
            threading.excepthook = _say_nothing
            complain("worker failed", error=self._error_text(error))
            self._loop.call_soon_threadsafe(self._ended.set)

    def _error_text(self, error: BaseException) -> str:
        text = describe_safely(error)
        return denied_right(self._settings, text) if is_denied(text) else text


def _error_of(starting: asyncio.Task[None]) -> BaseException | None:
    if not starting.done():
        return None
    return asyncio.CancelledError() if starting.cancelled() else starting.exception()


def _say_of_task(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """One line for a task that failed: asyncio's own words would quote its error."""
    error = context.get("exception")
    complain("a task failed", error="unknown" if error is None else describe_safely(error))


def _say_nothing(_: threading.ExceptHookArgs) -> None:
    """For threads that break because the process ends."""


def run_worker(settings: Settings, host: str = "127.0.0.1") -> int:
    """Checks everything, runs a worker, and returns its exit status; then the process must end.

    Raises PolicyError, TopicsError, AccessError, BrokerMissingError or OpenFilesError before
    anything is started.
    """
    policy = load_policy(settings.policy)
    there = require_topics(settings)
    brokers = frozenset().union(*(state.brokers for state in there.values()))
    require_open_files(settings.partitions, len(brokers))
    # restored rows live long: looking through them again and again would cost a tenth of the CPU
    gc.set_threshold(50_000, 50, 100)
    # not asyncio.run: it would wait for tasks that Faust starts again whenever they end
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(Worker(settings, policy, there, host).run())
