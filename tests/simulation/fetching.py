"""What the consumer of a process does: fetches inputs, hands batches on, seeks, tells offsets.

It stands where `streams.kafka.fetching.BatchConsumerThread` stands, and keeps its manners: one
fetch of one partition is one batch; it is handed on only while flow control lets it, with the last
stable offsets that came with the newest fetches; what was fetched before a seek is void; an input
of which the shard wants to hear is answered with an empty batch once the broker has told its end.
The broker holds a fetch that finds nothing until there is something.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import TopicPartition

from agents.ports import Batch, Committed
from schemas.inputs.events import Kind
from streams.config.settings import REQUEST_TIMEOUT_MS, Settings
from streams.kafka.flow_control import FlowControl
from tests.simulation import faults
from tests.simulation.log import Entry, GroupOffset, Place
from tests.simulation.site import Site

ASK_AGAIN_S: Final = REQUEST_TIMEOUT_MS * 4 / 1000
"""So long aiokafka waits for an answer before it asks again."""
TAKE_S: Final = 0.02
"""So soon after something changed the consumer looks at what it may hand on."""


class WatchedGate(FlowControl):
    """The product's gate, whose fetcher is woken when it opens."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.opened: Callable[[], None] = lambda: None

    def resume(self, kind: Kind, partition: int) -> None:
        super().resume(kind, partition)
        self.opened()


@dataclass(eq=False)
class Followed:
    """One partition of an input, under one assignment."""

    tp: TopicPartition
    place: Place
    kind: Kind
    position: int | None = None
    """Where it is read on from; None before the first seek."""
    stable_end: int | None = None
    """As of the newest answer."""
    fetched: tuple[list[Entry], int] | None = None
    """Records and the position after them, not handed on yet."""
    seeks: int = 0
    is_asked: bool = False
    """A fetch is under way."""
    is_stale: bool = False
    """The broker has got more since it was asked."""


class SimulatedInputs:
    """The consumer of one process."""

    def __init__(
        self, site: Site, flow: WatchedGate, take: Callable[[Batch], Awaitable[None]], most: int
    ) -> None:
        """`most`: so many records come with one fetch at most."""
        self._site, self._flow, self._take, self._most = site, flow, take, most
        self._kernel, self._broker = site.process.kernel, site.broker
        self._way = site.connect()
        self._followed: dict[TopicPartition, Followed] = {}
        self._looks = False
        self._handed_at_s: dict[Kind, float] = {}
        flow.opened = self._look_soon
        self._broker.watched.moved.append(self._moved)

    # what a partition asks of it

    async def open_inputs(self, positions: dict[TopicPartition, int]) -> None:
        """Goes to these offsets."""
        await self._site.async_point(faults.OPEN)
        await self._pass_s(self._site.rng.uniform(0.0, 0.01))
        for tp, offset in positions.items():
            its = self._followed.get(tp)
            if its is None:
                continue
            self._flow.await_answer(tp)
            its.position, its.fetched = offset, None
            its.seeks += 1
            self._fetch(its)
        self._look_soon()

    async def beginnings(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offsets that the broker still has."""
        found: dict[TopicPartition, int] = await self._asked(
            faults.BEGINNINGS, lambda: dict.fromkeys(tps, 0)
        )
        return found

    async def committed(self, tps: list[TopicPartition]) -> dict[TopicPartition, Committed]:
        """What the group committed, and the numbers of the commits that did."""
        offsets = self._broker.offsets

        def ask() -> dict[TopicPartition, Committed]:
            its = {tp: offsets.get(Place(*tp)) for tp in tps}
            return {tp: Committed(at.offset, int(at.metadata)) for tp, at in its.items() if at}

        found: dict[TopicPartition, Committed] = await self._asked(faults.COMMITTED, ask)
        return found

    async def commit_offsets(self, offsets: dict[TopicPartition, int]) -> None:
        """Tells the group how far inputs were read: where commits are no transactions."""
        told = {Place(*tp): GroupOffset(offset, "") for tp, offset in offsets.items()}
        await self._asked(faults.OFFSETS, lambda: self._broker.tell_group(told))

    async def _asked(self, step: str, ask: Callable[[], Any]) -> Any:
        """The broker's answer; a request that is lost is sent once more, as aiokafka does."""
        future = self._site.process.loop.create_future()

        def answer(result: Any) -> None:
            if not future.done():
                future.set_result(result)

        await self._site.async_request(self._way, step, ask, answer)
        if not future.done():
            again = self._kernel.later(self._site.process, ASK_AGAIN_S, self._way.send, ask, answer)
            future.add_done_callback(lambda _: again.cancel())
        return await future

    async def _pass_s(self, seconds: float) -> None:
        passed = self._site.process.loop.create_future()
        self._kernel.later(self._site.process, seconds, passed.set_result, None)
        await passed

    # the assignment

    def assign(self, partitions: set[int]) -> None:
        """What was fetched under the last assignment is void."""
        self._followed = {}
        for kind, topic in self._flow.topics.items():
            for partition in sorted(partitions):
                tp = TopicPartition(topic, partition)
                self._followed[tp] = Followed(tp, Place(topic, partition), kind)

    # fetching

    def _fetch(self, its: Followed) -> None:
        if its.is_asked or its.position is None or its.fetched is not None:
            return
        its.is_asked, its.is_stale = True, False
        seeks, position = its.seeks, its.position
        size = self._site.rng.randint(1, self._most)

        def answered(result: tuple[list[Entry], int, int]) -> None:
            its.is_asked = False
            if self._followed.get(its.tp) is not its:
                return
            found, after, stable_end = result
            if its.seeks == seeks:
                its.stable_end = stable_end
                if after > position:
                    its.fetched = found, after
            if its.is_stale or its.seeks != seeks:
                self._fetch(its)
            self._look_soon()

        self._way.send(lambda: self._broker.fetch(its.place, position, size), answered)

    def _moved(self, place: Place) -> None:
        """The broker has something more: a fetch that it holds is answered."""
        its = self._followed.get(TopicPartition(*place))
        if its is not None and self._site.process.alive:
            its.is_stale = True
            self._kernel.soon(self._site.process, self._fetch, its)

    # handing on

    def _look_soon(self) -> None:
        if not self._looks:
            self._looks = True
            self._kernel.later(self._site.process, TAKE_S, self._look)

    def _look(self) -> None:
        self._looks = False
        readable = self._flow.readable()
        for tp, its in self._followed.items():
            if tp not in readable:
                continue
            if its.fetched is not None:
                self._hand_on(its)
            elif not self._flow.answered(tp):
                self._say_first_word(its)

    def _hand_on(self, its: Followed) -> None:
        assert its.fetched is not None
        assert its.position is not None
        (found, after), position = its.fetched, its.position
        its.fetched, its.position = None, after
        self._flow.note_answer(its.tp)
        self._bring(its, position, found)
        self._fetch(its)

    def _say_first_word(self, its: Followed) -> None:
        if its.position is None or its.stable_end is None or its.position < its.stable_end:
            return
        self._flow.note_answer(its.tp)
        self._bring(its, its.position, [])

    def _bring(self, its: Followed, position: int, found: list[Entry]) -> None:
        ends = {
            other.kind: other.stable_end
            for other in self._followed.values()
            if other.tp.partition == its.tp.partition and other.stable_end is not None
        }
        assert its.position is not None
        batch = Batch(
            kind=its.kind,
            partition=its.tp.partition,
            position=position,
            next_position=its.position,
            offsets=[entry.offset for entry in found],
            timestamps_ms=[entry.timestamp_ms for entry in found],
            keys=[entry.key for entry in found],
            values=[entry.value for entry in found],
            headers=[entry.headers for entry in found],
            ends=ends,
            epoch=self._flow.epoch,
        )
        # one agent an input: its batches keep their order, those of others have their own
        slow = self._site.rng.random() < 0.03
        at_s = self._kernel.now_s + self._site.rng.uniform(0.0, 3.0 if slow else 0.005)
        at_s = max(at_s, self._handed_at_s.get(its.kind, 0.0))
        self._handed_at_s[its.kind] = at_s
        self._kernel.at(self._site.process, at_s, self._deliver, batch)

    def _deliver(self, batch: Batch) -> None:
        self._site.process.loop.create_task(self._take(batch))
