"""One worker, from its settings to its last commit.

It ends with 0 after SIGTERM or SIGINT, and with 1 and one line that says what to do when a commit
failed or an invariant broke: whoever supervises it starts it again.
"""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from agents.policy.compiled import Policy
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams.build.compiled import is_compiled
from streams.config.policy import load_policy
from streams.config.settings import Settings
from streams.kafka.access import is_denied
from streams.kafka.topics import denied_right, require_topics
from streams.observe.logs import complain, describe_safely, note
from streams.observe.server import WebServer
from streams.runtime.topology import Topology

STOP_DEADLINE_S: Final = 28.0
"""A stop that takes longer ends hard: the contract allows 30 s."""
WATCH_S: Final = 0.5
LEAVE_DEADLINE_S: Final = 3.0
"""After a failure: so long to leave the group, without a commit."""


class Worker:
    """A running worker."""

    def __init__(
        self, settings: Settings, policy: Policy, kinds: Sequence[Kind], host: str = "127.0.0.1"
    ) -> None:
        """`kinds` are the inputs that exist."""
        self._settings, self._policy, self._kinds, self._host = settings, policy, kinds, host
        self._ended: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._failure: BaseException | None = None
        self.address = ""

    async def run(self) -> int:
        """Runs until it is told to stop or fails; the exit status."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_say_of_task)
        self._ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._ended.set)
        topology = Topology(
            self._settings, self._policy, self._settings.partitions, self._kinds, self.fail
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
        try:
            await topology.start()
            await self._watch(topology)
        except Exception as error:  # noqa: BLE001 - said below, in one line
            self.fail(error)
        threading.Timer(STOP_DEADLINE_S, os._exit, (1,)).start()
        if self._failure is None:
            await self._stop_cleanly(topology)
        if self._failure is not None:
            await self._leave(topology)
            return 1
        await web.stop()
        note("worker stopped")
        return 0

    async def _watch(self, topology: Topology) -> None:
        """Waits for the end, and sees to it that Faust does not die alone."""
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), WATCH_S)
            crashed = topology.app.crash_reason
            if crashed is not None:
                self.fail(crashed)

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

    async def _stop_cleanly(self, topology: Topology) -> None:
        note("worker stopping")
        try:
            await topology.stop()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - said in one line
            self.fail(error)

    async def _leave(self, topology: Topology) -> None:
        # the group would find out by the session's end, too
        with suppress(Exception):
            await asyncio.wait_for(topology.app.consumer.stop(), LEAVE_DEADLINE_S)


def _say_of_task(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """One line for a task that failed: asyncio's own words would quote its error."""
    error = context.get("exception")
    complain("a task failed", error="unknown" if error is None else describe_safely(error))


def _say_nothing(_: threading.ExceptHookArgs) -> None:
    """For threads that break because the process ends."""


def run_worker(settings: Settings, host: str = "127.0.0.1") -> int:
    """Checks everything, runs a worker, and returns its exit status; then the process must end.

    Raises PolicyError, TopicsError, AccessError or BrokerMissingError before anything is started.
    """
    policy = load_policy(settings.policy)
    there = require_topics(settings)
    kinds = [kind for kind in Kind if TOPIC_OF_KIND[kind] in there]
    # restored rows live long: looking through them again and again would cost a tenth of the CPU
    gc.set_threshold(50_000, 50, 100)
    # not asyncio.run: it would wait for tasks that Faust starts again whenever they end
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(Worker(settings, policy, kinds, host).run())
