"""The recount beside the workers: it takes its time, in processes of its own."""

import os
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from tests.oracle.records import Record
from tests.oracle.recount import Outcome, recount

PROCESSES: Final = 2
NICE: Final = 5
"""The workers and the broker go first."""
RECOUNT_SECONDS: Final = 600.0


class Recounting:
    """A recount that is under way, each process with some of the partitions."""

    def __init__(
        self, policy: str, records: list[Record], partitions: int, later: Sequence[Record] = ()
    ) -> None:
        """`later` are records that come when all the others have been taken."""
        self._pool = ProcessPoolExecutor(
            PROCESSES, get_context("spawn"), initializer=os.nice, initargs=(NICE,)
        )
        self._parts = [
            self._pool.submit(
                _recounted,
                policy,
                _part(records, part),
                partitions,
                _part(later, part),
            )
            for part in range(PROCESSES)
        ]

    def outcome(self) -> Outcome:
        """Waits for all of it."""
        return _joined(part.result(RECOUNT_SECONDS) for part in self._parts)

    def close(self) -> None:
        """Ends the processes."""
        self._pool.shutdown(cancel_futures=True)


def _part(records: Sequence[Record], part: int) -> list[Record]:
    return [record for record in records if record.partition % PROCESSES == part]


def _recounted(policy: str, records: list[Record], partitions: int, later: list[Record]) -> Outcome:
    return recount(tomllib.loads(policy), records, partitions=partitions, later=later)


def _joined(parts: Iterable[Outcome]) -> Outcome:
    whole = Outcome()
    for part in parts:
        whole.tier_changes += part.tier_changes
        whole.at_risk += part.at_risk
        whole.contacts_due += part.contacts_due
        whole.erased += part.erased
        whole.rejected += part.rejected
        whole.values |= part.values
        whole.consumed += part.consumed
        whole.applied += part.applied
        whole.dropped += part.dropped
        whole.rejections += part.rejections
        whole.timers += part.timers
    return whole
