"""What every fault is survived by: a supervisor. And the proof that it cost nothing but time."""

import time
from collections.abc import Callable
from typing import Any, Final

from kafka.errors import KafkaError

from tests.faults.checker import Checker
from tests.oracle.records import Record
from tests.oracle.recount import recount
from tests.oracle.sample_policy import POLICY
from tests.support.reading import Outputs, equals_recount, sequences_are_whole
from tests.support.topics import Place, Watch
from tests.support.waiting import wait_until
from tests.support.workers import Crew

SLOW_END: Final = "may have been sent twice"
"""A worker may end so wherever the machine is slow for some seconds."""
AGAIN_S: Final = 0.2
"""So often a supervisor looks after its workers."""
SETTLED_SECONDS: Final = 20.0
"""A transaction that was committed or aborted is ended on all its partitions a moment later."""


def supervise(
    crew: Crew, place: Place, what: str, holds: Callable[[], bool], seconds: float
) -> list[str]:
    """Until it holds, starts another worker at the place for each that failed as it should.

    Returns their last words. Whoever was killed or stopped by the test stays away.
    """
    words: list[str] = []
    until = time.monotonic() + seconds
    while True:
        for worker in crew.all:
            if not worker.told_to_end and not worker.running:
                words.append(worker.must_fail())
                crew.start(place)
        if holds():
            return words
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}\n{crew.tails()}"
        time.sleep(AGAIN_S)


def finish(crew: Crew, place: Place, watch: Watch, seconds: float) -> list[str]:
    """Supervises until all inputs are read and committed, then stops the workers in order.

    Returns the last words of those that failed, but for those that a slow machine puts in doubt.
    """

    def holds() -> bool:
        try:
            is_read = watch.unread() == 0
        except KafkaError:  # a broker that was just started
            return False
        # whoever read the last of it may have ended since
        return is_read and sum(one.partitions for one in crew.running()) == place.partitions

    words = supervise(crew, place, "all inputs are read", holds, seconds)
    crew.stop_all()
    return [word for word in words if SLOW_END not in word]


def nothing_lost_nothing_doubled(
    place: Place,
    records: list[Record],
    checker: Checker | None,
    policy: dict[str, Any] = POLICY,
) -> Outputs:
    """All is read, nothing is left open, and what came out is the recount's, event for event.

    Nor did the checker, which read all the while, see a rule broken. None: the case itself breaks
    what it goes by.
    """
    if checker is not None:
        findings = checker.finish()
        assert not findings, findings
    watch = Watch(place)
    try:
        assert watch.unread() == 0
        wait_until("all transactions are ended", watch.is_settled, SETTLED_SECONDS)
    finally:
        watch.close()
    outputs = Outputs(place)
    sequences_are_whole(outputs)
    equals_recount(outputs, recount(policy, records, partitions=place.partitions))
    return outputs
