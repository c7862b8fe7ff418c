"""Taking a partition over: fence, restore, and where to read on.

The order is the guarantee: first the transactional producer starts (whoever held the partition can
no longer commit), then the changelog is read to its stable end, then the offsets are looked at. Any
other order loses or doubles.
"""

import time
from collections.abc import Callable
from typing import Final

from aiokafka import TopicPartition

from agents.partition.shard import Shard
from agents.ports import NOTHING_COMMITTED, Committed, InvariantError
from schemas.inputs.events import Kind
from streams.kafka.changelog import Changelog, Progress
from streams.kafka.commit import Log
from streams.observe.logs import note
from streams.runtime.context import WorkerContext, now_us

FENCE_WORD_DEADLINE_S: Final = 40.0


class TakeOver:
    """How one partition comes to this worker."""

    def __init__(
        self,
        shard: Shard,
        log: Log,
        changelog: Changelog,
        context: WorkerContext,
        given_up: Callable[[], bool],
    ) -> None:
        self.shard, self.partition = shard, shard.partition
        self.progress = Progress()
        self._log, self._changelog, self._context = log, changelog, context
        self._given_up = given_up

    async def run(self) -> dict[Kind, int]:
        """The offsets to read on from, once nobody else can commit and all rows are taken."""
        context = self._context
        began = time.monotonic()
        await context.hear_within(FENCE_WORD_DEADLINE_S, self._log.start)
        offsets = await context.restoring(self.restore)
        seconds = time.monotonic() - began
        context.metrics.restored_rows.inc(self.progress.rows_read)
        context.metrics.restore_seconds.observe(seconds)
        note(
            "restored",
            partition=self.partition,
            customers=len(self.shard.customers),
            rows_read=self.progress.rows_read,
            seconds=round(seconds, 3),
        )
        return await self.positions(offsets)

    def restore(self) -> dict[Kind, int]:
        """Reads the rows and takes them, in a thread; the offsets they name."""
        rows = self._changelog.read(self.progress, self._given_up)
        return self.shard.restore(rows, self._given_up, now_us())

    async def positions(self, offsets: dict[Kind, int]) -> dict[Kind, int]:
        """Where to read on: where the rows say, checked against the broker and the group."""
        context = self._context
        tps = {
            kind: TopicPartition(topic, self.partition)
            for kind, topic in context.flow.topics.items()
        }
        beginnings = await context.inputs.beginnings(list(tps.values()))
        committed: dict[TopicPartition, Committed] = {}
        if context.settings.exactly_once:
            committed = await context.inputs.committed(list(tps.values()))
        positions = {}
        for kind, tp in tps.items():
            first, own = beginnings[tp], offsets.get(kind)
            group, number = committed.get(tp, NOTHING_COMMITTED)
            positions[kind] = first if own is None else own
            if number > self.shard.commit_number:
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: the changelog ends with commit "
                    f"{self.shard.commit_number}, the group {context.settings.app_id} had "
                    f"{number}: where another worker took over in between, start again; where "
                    "this stays, the changelog has lost rows: start a new WHALECURVE_APP_ID"
                )
            if group not in (None, own) and not self._is_late(tp, own or 0, group or 0, number):
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: the changelog says offset {own}, the group "
                    f"{context.settings.app_id} says {group}: where another worker took over in "
                    "between, start again; where this stays, someone moved the group's offsets or "
                    "deleted the changelog: set them back, or start a new WHALECURVE_APP_ID"
                )
            if positions[kind] < first:
                raise InvariantError(
                    f"{tp.topic}-{tp.partition}: offset {own} is to be read next, the broker's "
                    f"first is {first}: events were deleted unread; start a new WHALECURVE_APP_ID"
                )
        return positions

    def _is_late(self, tp: TopicPartition, own: int, group: int, number: int) -> bool:
        """Whether the group's offset is that of an earlier commit.

        Offsets that were late on the wire can overwrite those of the next commit. The rows say
        where that ended.
        """
        late = group < own and 0 < number < self.shard.commit_number
        if late:
            note("offsets of an earlier commit came late", topic=tp.topic, partition=tp.partition)
        return late
