"""Whether the group lets this worker in: what aiokafka tells only its log, or only who asks.

Before the first assignment everything has an end: a group that has no coordinator, or that does not
come to an assignment, will hardly do so later. After it a broker that is away is waited for.
"""

from typing import Any, Final

from aiokafka.errors import KafkaError

from schemas.base.errors import OperatorError
from streams.config.settings import REBALANCE_TIMEOUT_S, SESSION_TIMEOUT_S, Settings, variable

COORDINATOR_DEADLINE_S: Final = 30.0
"""So long the group may be without a coordinator at first: a new broker makes room for groups in
some seconds."""
JOIN_DEADLINE_S: Final = REBALANCE_TIMEOUT_S + 30.0
"""So long the first assignment may take: the broker waits for the other members for the rebalance
timeout and then goes on without them."""


class GroupError(OperatorError):
    """The group does not let this worker in."""


class Membership:
    """Looks after one consumer's place in its group."""

    def __init__(self, settings: Settings, consumer: Any, now_s: float) -> None:
        """`consumer` is aiokafka's, just started."""
        self._settings, self._consumer = settings, consumer
        self._entered = False
        self._began_s = self._coordinated_s = now_s

    def check(self, now_s: float) -> None:
        """GroupError where the group won't have us; KafkaError where aiokafka has given up."""
        coordinator = self._consumer._coordinator
        try:
            coordinator.check_errors()
        except KafkaError as error:
            self._raise_refusal(error)
            raise
        if coordinator.coordinator_id is not None:
            self._coordinated_s = now_s
        subscription = self._consumer._subscription.subscription
        self._entered |= subscription is not None and subscription.assignment is not None
        if not self._entered:
            self._check_deadlines(now_s)

    def _check_deadlines(self, now_s: float) -> None:
        group = self._settings.app_id
        if now_s - self._coordinated_s > COORDINATOR_DEADLINE_S:
            raise GroupError(
                f"the group {group} has no coordinator for {COORDINATOR_DEADLINE_S:.0f} s: see "
                "whether all brokers are up, and whether they can make __consumer_offsets "
                "(offsets.topic.replication.factor is at most their number), and start again"
            )
        if now_s - self._began_s > JOIN_DEADLINE_S:
            raise GroupError(
                f"the group {group} has not come to an assignment in {JOIN_DEADLINE_S:.0f} s: see "
                "whether members come and go all the time, and start again"
            )

    def _raise_refusal(self, error: KafkaError) -> None:
        """GroupError with what to do, where that is known."""
        if isinstance(error.__cause__, OperatorError):  # it arose in the assignor
            raise GroupError(str(error.__cause__)) from error
        said, group = repr(error), self._settings.app_id
        for name, why in _REFUSALS.items():
            if name in said:
                raise GroupError(f"the group {group} {why}") from error


_SESSION_MS: Final = SESSION_TIMEOUT_S * 1000
_REFUSALS: Final = {
    "InconsistentGroupProtocol": (
        "is used by another program, or by another version of this one: stop it, or choose "
        f"another {variable('app_id')}"
    ),
    # what a broker says that can't read how we assign partitions, in a group of the newer protocol
    "UnknownError": (
        "does not have this worker, and the broker does not say why: where another program is in "
        f"it, stop that, or choose another {variable('app_id')}; else look into the broker's log"
    ),
    "InvalidSessionTimeout": (
        f"may not have a session of {_SESSION_MS} ms: set group.min.session.timeout.ms on all "
        "brokers to that or less, and group.max.session.timeout.ms to that or more"
    ),
    "InvalidGroupId": (
        f"has a name that the broker does not take: choose another {variable('app_id')}"
    ),
}
"""By the name of aiokafka's error."""
