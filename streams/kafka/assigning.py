"""Who gets which partitions: balanced within one, with as few moves as that allows.

All inputs are assigned together: whoever has a partition has it of every input. What a member holds
it says when it joins, with the round in which it got that: whoever slept through a round loses
what another one got in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)

from schemas.base.errors import OperatorError

PROTOCOL: Final = "whalecurve"
FORMAT: Final = 4
"""One more than brokers know: one that can read it lets us into a group of the newer protocol
(KIP-848), where it assigns partitions by itself."""


class OtherMembersError(OperatorError):
    """The group has members that are no workers of this application."""


class Claim(msgspec.Struct, frozen=True):
    """What a member says it holds."""

    round: int = 0
    """Counts assignments of the group; 0: it never got one."""
    partitions: frozenset[int] = frozenset()


class Told(msgspec.Struct, frozen=True):
    """What the leader tells each member beside its partitions."""

    round: int
    inputs: list[str]
    """All that any member reads."""


class _Member(NamedTuple):
    name: str
    kept: list[int]


def assign(claims: Mapping[str, Claim], partitions: int) -> dict[str, list[int]]:
    """The partitions of each member, ascending; the same whatever the members' order."""
    members = _rightful(claims, partitions)
    least, more = divmod(partitions, len(members))
    # whoever holds most keeps most
    members.sort(key=lambda member: (-len(member.kept), member.name))
    room = {}
    for rank, (_, kept) in enumerate(members):
        quota = least + (rank < more)
        del kept[quota:]
        room[rank] = quota - len(kept)
    given = {partition for member in members for partition in member.kept}
    free = (partition for partition in range(partitions) if partition not in given)
    for rank, (_, kept) in enumerate(members):
        kept += [next(free) for _ in range(room[rank])]
    return {name: sorted(kept) for name, kept in members}


def _rightful(claims: Mapping[str, Claim], partitions: int) -> list[_Member]:
    """What each member may go on holding: of two that claim a partition the one of later."""
    owners: dict[int, tuple[int, str]] = {}
    for name in sorted(claims):
        claim = claims[name]
        for partition in claim.partitions:
            if 0 <= partition < partitions and claim.round > owners.get(partition, (-1, ""))[0]:
                owners[partition] = claim.round, name
    return [
        _Member(name, sorted(one for one, (_, owner) in owners.items() if owner == name))
        for name in sorted(claims)
    ]


class Assignor:
    """`assign` as aiokafka asks for it: of the leader for all members, of each for its own."""

    name = PROTOCOL

    def __init__(self, group: str) -> None:
        self._group = group
        self._claim = Claim()
        self._inputs: list[str] = []

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What this member joins with."""
        self._inputs = sorted(topics)
        return ConsumerProtocolMemberMetadata(
            FORMAT, self._inputs, msgspec.json.encode(self._claim)
        )

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """The leader's word for each member."""
        claims = {name: _claim(member.user_data) for name, member in members.items()}
        inputs = sorted({topic for member in members.values() for topic in member.subscription})
        counts = {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in inputs}
        told = Told(1 + max(claim.round for claim in claims.values()), inputs)
        user_data = msgspec.json.encode(told)
        return {
            name: ConsumerProtocolMemberAssignment(
                FORMAT,
                [
                    (topic, [one for one in mine if one < counts[topic]])
                    for topic in sorted(members[name].subscription)
                ],
                user_data,
            )
            for name, mine in assign(claims, max(counts.values(), default=0)).items()
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Remembers what it holds; OtherMembersError where not all read the same."""
        try:
            told = msgspec.json.decode(assignment.user_data, type=Told)
        except (msgspec.MsgspecError, TypeError) as error:
            raise OtherMembersError(
                f"the partitions of the group {self._group} were assigned by another program: "
                "stop it, or choose another WHALECURVE_APP_ID"
            ) from error
        if told.inputs != self._inputs:
            raise OtherMembersError(
                f"workers of the group {self._group} read different inputs ({_words(told.inputs)}, "
                f"here {_words(self._inputs)}): start all of them again, with the same settings"
            )
        held = {one for _, partitions in assignment.assignment for one in partitions}
        self._claim = Claim(told.round, frozenset(held))


def _claim(user_data: Any) -> Claim:
    """A member that says nothing, or nothing to be understood, holds nothing."""
    try:
        return msgspec.json.decode(user_data, type=Claim)
    except (msgspec.MsgspecError, TypeError):
        return Claim()


def _words(topics: list[str]) -> str:
    return " ".join(topics) or "none"
