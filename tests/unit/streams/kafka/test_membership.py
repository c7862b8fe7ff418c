"""Before the first assignment everything has an end; after it a broker is waited for."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaError, UnknownError

from streams.config.settings import Settings
from streams.kafka.membership import (
    COORDINATOR_DEADLINE_S,
    JOIN_DEADLINE_S,
    GroupError,
    Membership,
)


class Group:
    """A consumer's view of its group."""

    def __init__(self) -> None:
        self.error: KafkaError | None = None
        self._coordinator = SimpleNamespace(coordinator_id=None, check_errors=self._check)
        self._subscription: Any = SimpleNamespace(subscription=None)

    def _check(self) -> None:
        if self.error is not None:
            raise self.error

    def is_coordinated(self) -> None:
        self._coordinator.coordinator_id = 1

    def assigns(self) -> None:
        self._subscription.subscription = SimpleNamespace(assignment=object())


def member_of(group: Group) -> Membership:
    return Membership(Settings(app_id="ours"), group, 0.0)


def test_without_a_coordinator_it_is_given_up() -> None:
    membership = member_of(Group())
    membership.check(COORDINATOR_DEADLINE_S)
    with pytest.raises(GroupError, match=r"group ours has no coordinator .*replication\.factor"):
        membership.check(COORDINATOR_DEADLINE_S + 1)


def test_without_an_assignment_too() -> None:
    group = Group()
    group.is_coordinated()
    membership = member_of(group)
    for at_s in (COORDINATOR_DEADLINE_S + 1, JOIN_DEADLINE_S):
        membership.check(at_s)
    with pytest.raises(GroupError, match="group ours has not come to an assignment"):
        membership.check(JOIN_DEADLINE_S + 1)


def test_once_it_was_in_all_is_waited_for() -> None:
    group = Group()
    group.assigns()
    membership = member_of(group)
    membership.check(1.0)
    group._subscription.subscription = None
    membership.check(10 * JOIN_DEADLINE_S)


def test_what_the_group_says_is_told_with_what_to_do_or_as_it_is() -> None:
    group = Group()
    membership = member_of(group)
    group.error = KafkaError("InconsistentGroupProtocolError")
    with pytest.raises(GroupError, match=r"group ours is used by another program.*APP_ID"):
        membership.check(1.0)
    group.error = UnknownError()
    with pytest.raises(GroupError, match="group ours does not have this worker"):
        membership.check(1.0)
    group.error = KafkaError("something else")
    with pytest.raises(KafkaError, match="something else"):
        membership.check(1.0)
