"""Partitions that are parked: what concerns one partition stops that one, and is tried again.

A parked partition takes and commits nothing, and gives up its memory and its producer: what it had
taken since its last commit was never committed, and is taken again. After a pause it is taken over
anew, as after a restart; where it fails again, the next pause is longer. What may have been
committed is in doubt, and ends the process instead.
"""

import time
from enum import StrEnum
from typing import Final

import msgspec

from agents.ports import ClockError, InvariantError, LimitError, UnfitPolicyError
from schemas.state.codec import RowError, UnreadableRowError
from streams.kafka.access import AccessError, is_denied
from streams.kafka.changelog import RestoreError
from streams.kafka.commit import CommitError, RefusedError
from streams.kafka.fetching import UnreadableInputError
from streams.observe.logs import complain, describe_safely, note
from streams.observe.metrics import Metrics

PAUSES_S: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""Before each try; the last one from then on."""
WELL_S: Final = 10.0
"""A partition that ran so long after a try is well: the next trouble is a new one."""


class ParkReason(StrEnum):
    """Why a partition is parked: the label of its metric."""

    RECORD = "record"
    ROW = "row"
    LIMIT = "limit"
    CLOCK = "clock"
    MESSAGE = "message"
    STATE = "state"
    CHANGELOG = "changelog"
    UNFORESEEN = "unforeseen"


PARK_REASON_TEXTS: Final[dict[ParkReason, str]] = {
    ParkReason.RECORD: "an input can't be read on: a batch is damaged, or events were deleted",
    ParkReason.ROW: "a row of the changelog can't be read or is too large to be written",
    ParkReason.LIMIT: "a bound of the settings is reached",
    ParkReason.CLOCK: "a record is of a time a day beyond the worker's clock, or that has jumped",
    ParkReason.MESSAGE: "a topic refuses a record of a commit",
    ParkReason.STATE: "the changelog and the group's offsets disagree",
    ParkReason.CHANGELOG: "the changelog could not be read to its end",
    ParkReason.UNFORESEEN: "an error that nobody foresaw",
}
_REASONS: Final[tuple[tuple[type[Exception], ParkReason], ...]] = (
    (UnreadableInputError, ParkReason.RECORD),
    (UnreadableRowError, ParkReason.ROW),
    (RowError, ParkReason.ROW),
    (LimitError, ParkReason.LIMIT),
    (ClockError, ParkReason.CLOCK),
    (RefusedError, ParkReason.MESSAGE),
    (InvariantError, ParkReason.STATE),
    (RestoreError, ParkReason.CHANGELOG),
)


def parks(error: Exception) -> bool:
    """Whether an error of one partition parks it; of all others the process must end.

    In doubt is what may have been committed. A right that lacks, or a policy that does not fit,
    is the worker's own fault: another one may do better.
    """
    if isinstance(error, CommitError | AccessError | UnfitPolicyError):
        return False
    return not is_denied(repr(error))


def reason_of(error: Exception) -> ParkReason:
    """Under which reason an error is counted."""
    return next((r for kind, r in _REASONS if isinstance(error, kind)), ParkReason.UNFORESEEN)


class _Parked(msgspec.Struct):
    reason: ParkReason
    tries: int
    runs_since_s: float | None = None
    """Since when it runs again; None while it stands still."""


class Parking:
    """Which partitions of a worker are parked, why, and when each may be tried again."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._parked: dict[int, _Parked] = {}

    def park(self, partition: int, error: Exception) -> float:
        """Parks a partition; after so many seconds it may be tried again."""
        before = self._parked.get(partition)
        tries = 0 if before is None or self._is_well(before) else before.tries + 1
        self.forget(partition)
        reason = reason_of(error)
        self._parked[partition] = _Parked(reason, tries)
        self._metrics.partition_parked.labels(str(partition), reason).set(1)
        pause_s = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
        complain(
            "partition parked",
            partition=partition,
            reason=reason,
            error=describe_safely(error),
            next_try_s=pause_s,
        )
        return pause_s

    def _is_well(self, parked: _Parked) -> bool:
        since = parked.runs_since_s
        return since is not None and time.monotonic() - since >= WELL_S

    def runs(self, partition: int) -> None:
        """A partition runs; it may have been parked before."""
        parked = self._parked.get(partition)
        if parked is not None and parked.runs_since_s is None:
            parked.runs_since_s = time.monotonic()
            self._metrics.forget_parked(partition, parked.reason)
            note("partition goes on", partition=partition)

    def forget(self, partition: int) -> None:
        """A partition is not this worker's any more."""
        parked = self._parked.pop(partition, None)
        if parked is not None and parked.runs_since_s is None:
            self._metrics.forget_parked(partition, parked.reason)

    @property
    def reasons(self) -> dict[int, ParkReason]:
        """The partitions that stand still, with their reasons."""
        return {
            partition: parked.reason
            for partition, parked in sorted(self._parked.items())
            if parked.runs_since_s is None
        }
