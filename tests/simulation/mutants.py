"""Faults put into the product on purpose: the simulation has to find each of them.

Each is a mistake that somebody could make in a change, and that a test of one step alone would not
see. They are put in from outside, for one test.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Final
from unittest.mock import patch

from confluent_kafka import KafkaException
from msgspec.structs import replace

from agents.customer.state import Customer
from agents.events.booking import Booking
from agents.partition.customers import CustomerStore
from agents.partition.input_buffer import InputBuffer
from agents.partition.pending import PendingCommit
from agents.partition.shard import Changes, Message
from agents.partition.shares import PartitionShares
from schemas.inputs.events import Kind
from schemas.inputs.rejects import Rejection
from schemas.outputs.headers import Headers
from schemas.state.rows import PartitionRow
from streams.kafka import commit as commit_module
from streams.kafka.commit import (
    CommitError,
    PlainLog,
    TransactionalLog,
    _Outbox,
)
from streams.kafka.group import group_offsets
from streams.runtime.partition import PartitionRuntime
from streams.runtime.take_over import TakeOver
from tests.simulation.log import GroupOffset, Place
from tests.simulation.producer import SimulatedProducer


def failures_are_not_checked() -> AbstractContextManager[Any]:
    """A client that commits although a record failed (as aiokafka does), and nobody looks."""
    stack = ExitStack()
    stack.enter_context(patch.object(_Outbox, "check", lambda _: None))
    stack.enter_context(
        patch.object(SimulatedProducer, "_refuse_if_failed", SimulatedProducer._refuse_if_fatal)
    )
    return stack


def restores_before_it_fences() -> AbstractContextManager[Any]:
    """Whoever held the partition may still commit while its changelog is read."""

    async def run(self: TakeOver) -> dict[Kind, int]:
        context = self._context
        offsets = await context.restoring(self.restore)
        await context.blocking(self._log.start)
        return await self.positions(offsets)

    return patch.object(TakeOver, "run", run)


def commits_offsets_outside() -> AbstractContextManager[Any]:
    """The group's offsets are committed after the transaction, and not in it."""

    def commit(self: TransactionalLog, changes: Changes) -> None:
        producer: Any = self._outbox.producer
        offsets = group_offsets(self._settings, self._partition, changes.offsets, "")
        try:
            producer.begin_transaction()
            self._outbox.send(changes.outputs)
            self._outbox.send_rows(changes.rows)
            producer.commit_transaction(12.0)
        except KafkaException as error:
            raise CommitError("failed") from error
        broker = producer._site.broker
        broker.offsets |= {
            Place(its.topic, its.partition): GroupOffset(its.offset, "") for its in offsets
        }

    return patch.object(TransactionalLog, "commit", commit)


def skips_what_is_rejected() -> AbstractContextManager[Any]:
    """A rejected record is counted, and not passed on."""

    def reject(
        self: PendingCommit, buffer: InputBuffer, rejection: Rejection, partition: int
    ) -> None:
        del partition
        self.counters.rejected[buffer.kind, rejection.reason.value] += 1

    return patch.object(PendingCommit, "reject", reject)


def repeats_an_output() -> AbstractContextManager[Any]:
    """Where the client's queue was full a record is handed over twice."""
    produced = _Outbox._produced
    refused: set[int] = set()

    def twice(self: _Outbox, topic: str, message: Message, headers: Headers) -> bool:
        if not produced(self, topic, message, headers):
            refused.add(id(message))
            return False
        if id(message) in refused:
            refused.discard(id(message))
            produced(self, topic, message, headers)
        return True

    return patch.object(_Outbox, "_produced", twice)


def keeps_what_another_held() -> AbstractContextManager[Any]:
    """After a rebalance a kept partition fences anew, and goes on with the memory it has."""
    resume = PartitionRuntime.resume

    async def fence_and_resume(self: PartitionRuntime) -> None:
        await _fence_anew(self)
        await resume(self)

    return patch.object(PartitionRuntime, "resume", fence_and_resume)


def trusts_memory_after_a_failure() -> AbstractContextManager[Any]:
    """A commit that failed is tried again, with a producer that fenced anew."""
    commit = TransactionalLog.commit

    def again(self: TransactionalLog, changes: Changes) -> None:
        try:
            commit(self, changes)
        except CommitError:
            other = TransactionalLog(self._settings, self._partition, self._group)
            other.start()
            self._outbox = other._outbox
            commit(self, changes)

    return patch.object(TransactionalLog, "commit", again)


async def _fence_anew(its: PartitionRuntime) -> None:
    old = its._log
    assert isinstance(old, TransactionalLog)
    its._log = its._committer._log = TransactionalLog(old._settings, old._partition, old._group)
    await its._context.blocking(its._log.start)


def does_not_mind_a_long_end() -> AbstractContextManager[Any]:
    """An end that the client may have sent twice is taken for one like any other."""
    return patch.object(commit_module, "SENT_TWICE_S", 1e9)


def puts_another_number_on_outputs() -> AbstractContextManager[Any]:
    """Outputs carry the number of another commit than their rows."""
    send = _Outbox.send

    def misnumbered(self: _Outbox, messages: list[Message], headers: Headers = ()) -> None:
        send(self, messages, tuple((name, b"999") for name, _ in headers))

    return patch.object(_Outbox, "send", misnumbered)


def forgets_an_interrupted_adoption() -> AbstractContextManager[Any]:
    """Who was still to be judged by the newest cut-offs is not judged after a restart."""
    restore = PartitionShares.restore

    def half(self: PartitionShares, row: PartitionRow) -> None:
        restore(self, row)
        self.next_group = self.adopted_before = None

    return patch.object(PartitionShares, "restore", half)


def stores_the_partition_s_row_first() -> AbstractContextManager[Any]:
    """Without transactions: a commit that breaks behind it loses what customers' rows lack."""
    commit = PlainLog.commit

    def rows_last(self: PlainLog, changes: Changes) -> None:
        commit(self, replace(changes, rows=[changes.rows[-1], *changes.rows[:-1]]))

    return patch.object(PlainLog, "commit", rows_last)


def does_not_ask_a_row_how_far_it_is() -> AbstractContextManager[Any]:
    """Without transactions: what a customer's row holds already is applied once more."""
    known = CustomerStore._is_known

    def is_known(
        self: CustomerStore, customer: Customer, event: Booking, buffer: InputBuffer, offset: int
    ) -> bool:
        customer.offsets[event.kind] = -1
        return known(self, customer, event, buffer, offset)

    return patch.object(CustomerStore, "_is_known", is_known)


MUTANTS: Final[tuple[Callable[[], AbstractContextManager[Any]], ...]] = (
    failures_are_not_checked,
    restores_before_it_fences,
    commits_offsets_outside,
    skips_what_is_rejected,
    repeats_an_output,
    keeps_what_another_held,
    trusts_memory_after_a_failure,
    does_not_mind_a_long_end,
    puts_another_number_on_outputs,
    forgets_an_interrupted_adoption,
    stores_the_partition_s_row_first,
    does_not_ask_a_row_how_far_it_is,
)
