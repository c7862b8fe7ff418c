"""Errors that a worker could have, to be built in: the checker has to find each of them.

Every one is an error that was made somewhere: a client that says nothing of a failed message, an
order of taking over that others chose, offsets committed as without transactions.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from agents.partition.shard import Changes, Message
from agents.ports import NOTHING_COMMITTED
from schemas.outputs.headers import COMMIT_HEADER, Headers
from schemas.outputs.records import REJECTED_EVENTS
from streams.kafka import commit
from streams.runtime import assignment, take_over

NTH: Final = 50
"""Every so many-th message is hit."""
COMMIT_SECONDS: Final = 10.0
FENCED_LATE_S: Final = 6.0
"""So long after its restore a worker fences, where the order is wrong."""


def _sending(choose: Callable[[list[Message]], list[Message]]) -> None:
    """Of a commit's outputs those are sent that are chosen."""
    send = commit._Outbox.send

    def careless(self: Any, messages: list[Message], headers: Headers = ()) -> None:
        send(self, choose(messages), headers)

    commit._Outbox.send = careless  # type: ignore[method-assign]


def _unchecked_producer() -> None:
    """One message in fifty fails, and nobody looks."""
    numbers = itertools.count(1)
    _sending(lambda messages: [one for one in messages if next(numbers) % NTH])


def _skipped_reject() -> None:
    """What was rejected goes nowhere."""
    _sending(lambda messages: [one for one in messages if one.topic != REJECTED_EVENTS])


def _repeated_output() -> None:
    """An output is sent once more, as by a retry that had arrived after all."""
    numbers = itertools.count(1)
    _sending(lambda messages: messages + [one for one in messages if not next(numbers) % NTH])


def _restore_before_fence() -> None:
    """The changelog is read while the one before may still commit."""
    _trusting()
    start = commit.TransactionalLog.start

    def late(self: commit.TransactionalLog) -> None:
        time.sleep(FENCED_LATE_S)
        start(self)

    async def run(self: Any) -> dict[Any, int]:
        context = self._context
        offsets = await context.restoring(self.restore)
        await context.blocking(self._log.start)
        found: dict[Any, int] = await self.positions(offsets)
        return found

    commit.TransactionalLog.start = late  # type: ignore[method-assign]
    take_over.TakeOver.run = run  # type: ignore[method-assign]


def _offsets_outside() -> None:
    """The group's offsets are committed by its member, before the transaction ends."""
    _trusting(by_group=True)
    log_of = assignment.Assignment._log

    def careless_log(self: Any, partition: int) -> commit.Log:
        log: Any = log_of(self, partition)

        def careless(changes: Changes) -> None:
            offsets = {
                TopicPartition(self._flow.topics[kind], partition): OffsetAndMetadata(
                    offset, str(changes.number)
                )
                for kind, offset in changes.offsets.items()
            }
            log._outbox.producer.begin_transaction()
            log._outbox.send(changes.outputs, ((COMMIT_HEADER, str(changes.number).encode()),))
            log._outbox.send_rows(changes.rows)
            work = self._consumer.commit_offsets(offsets)
            asyncio.run_coroutine_threadsafe(work, self._loop).result(COMMIT_SECONDS)
            log._outbox.producer.commit_transaction(COMMIT_SECONDS)

        log.commit = careless
        return log  # type: ignore[no-any-return]

    assignment.Assignment._log = careless_log  # type: ignore[method-assign]


def _trusting(*, by_group: bool = False) -> None:
    """The check of the rows' offsets against the group's is left out as well."""

    async def positions(self: Any, offsets: dict[Any, int]) -> dict[Any, int]:
        topics = self._context.flow.topics
        tps = {kind: TopicPartition(topic, self.partition) for kind, topic in topics.items()}
        if not by_group:
            return {kind: offsets.get(kind, 0) for kind in tps}
        committed = await self._context.inputs.committed(list(tps.values()))
        return {kind: committed.get(tp, NOTHING_COMMITTED).offset or 0 for kind, tp in tps.items()}

    take_over.TakeOver.positions = positions  # type: ignore[method-assign]


MUTANTS: Final[dict[str, Callable[[], None]]] = {
    "unchecked producer": _unchecked_producer,
    "restore before fence": _restore_before_fence,
    "offsets outside": _offsets_outside,
    "skipped reject": _skipped_reject,
    "repeated output": _repeated_output,
}
