"""The composition root: the Faust application, its topics and agents, and the shards they feed."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final

import faust
from faust.types import TP
from mode.utils.queues import FlowControlEvent
from yarl import URL

from agents.events.agent import agent_of
from agents.policy.compiled import Policy
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from streams.config.settings import SESSION_TIMEOUT_S, Settings
from streams.kafka.flow_control import FlowControl
from streams.kafka.transport import BatchTransport
from streams.observe.logs import describe_safely, note
from streams.runtime.assignment import Assignment

BUFFERED_BATCHES: Final = 4


class BatchSchema(faust.Schema):
    """Hands a batch to the agent as it is: records are decoded one by one, by the shard."""

    def compile(self, app: Any, **_: Any) -> Any:
        """The decoder of one message: none."""
        create_event = app.create_event

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            del propagate
            return create_event(None, message.value, message.headers, message)

        return decode


class KeptFlow(FlowControlEvent):
    """Flow control that throws nothing away when the flow goes on.

    Faust lets the flow go on twice after a rebalance, and would clear the streams' queues each
    time: a batch of a kept partition, fetched in between, would be lost. What is stale is void by
    its epoch.
    """

    def resume(self) -> None:
        """Lets the flow go on."""
        self._suspend.clear()
        self._resume.set()


class App(faust.App):
    """A Faust application that keeps nothing on disk and throws no batch away."""

    class BootStrategy(faust.App.BootStrategy):
        """What is started: no producer of Faust's, a client that would send nothing."""

        enable_kafka_producer = False

    @cached_property
    def flow_control(self) -> KeptFlow:
        """Made before any agent is."""
        return KeptFlow()

    def _create_directories(self) -> None:
        """State lies in the changelog: a worker needs no folder of its own."""


class Topology:
    """One worker's application."""

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        partitions: int,
        kinds: Sequence[Kind],
        fail: Callable[[BaseException], None],
        changelog_id: str = "",
    ) -> None:
        """`kinds` are the inputs that exist: one that is optional may be absent."""
        self.flow = FlowControl(settings)
        self.flow.set_inputs({kind: settings.names.of(TOPIC_OF_KIND[kind]) for kind in kinds})
        self.shards = Assignment(settings, policy, partitions, self.flow, fail, changelog_id)
        self.app = self._app(settings)
        self._fail = fail
        for kind in kinds:
            topic = TOPIC_OF_KIND[kind]
            channel = self.app.topic(
                self.flow.topics[kind],
                schema=BatchSchema(),
                key_type=bytes,
                value_type=bytes,
                internal=False,
            )
            self.app.agent(channel, name=topic)(agent_of(topic, self.shards))
        self.app.on_partitions_revoked.connect(self._on_revoked)
        self.app.on_partitions_assigned.connect(self._on_assigned)

    def _app(self, settings: Settings) -> App:
        urls = [URL(f"kafka://{address}") for address in settings.broker.split(",")]
        app = App(
            settings.app_id,
            # of the environment it would read some eighty variables, and let them win
            env={},
            broker=urls,
            web_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            stream_wait_empty=False,
            stream_buffer_maxsize=BUFFERED_BATCHES,
            stream_recovery_delay=0.0,
            broker_session_timeout=SESSION_TIMEOUT_S,
            broker_commit_interval=3600.0,
            autodiscover=False,
        )
        transport = BatchTransport(urls, app)
        transport.flow = self.flow
        app.transport = transport
        app.producer_transport = transport
        return app

    async def start(self) -> None:
        """Joins the group; partitions come with the first assignment."""
        self.app.finalize()
        self.shards.attach(self.app.consumer)
        await self.app.start()

    async def commit_last(self) -> None:
        """The last commit of every partition; after that nothing is owed."""
        await self.shards.stop()

    async def leave(self) -> None:
        """Leaves the group, without a commit."""
        try:
            await self.app.stop()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - nothing is owed
            # a connection that breaks just now cancels what Faust waits for
            note("the group was left without a word", error=describe_safely(error))
        self.shards.close()

    async def _on_revoked(self, app: Any, revoked: set[TP], **_: Any) -> None:
        del app, revoked
        await self.shards.revoked()

    async def _on_assigned(self, app: Any, assigned: set[TP], **_: Any) -> None:
        del app
        partitions_by_topic: dict[str, set[int]] = defaultdict(set)
        for tp in assigned:
            partitions_by_topic[tp.topic].add(tp.partition)
        try:
            await self.shards.reassigned(partitions_by_topic)
        except Exception as error:  # noqa: BLE001 - held partitions would be in an unknown state
            self._fail(error)
