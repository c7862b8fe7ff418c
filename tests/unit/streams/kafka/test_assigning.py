"""The assignor as aiokafka calls it: what members say of themselves, and what they are told."""

from typing import Any

import pytest
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)

from streams.kafka.assigning import Assignor, OtherMembersError

INPUTS = {"purchases": 6, "payments": 6}


class Cluster:
    """What is known of the topics."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self._counts[topic])) if topic in self._counts else None


def rebalance(
    members: dict[str, Assignor],
    counts: dict[str, int] = INPUTS,
    inputs: dict[str, set[str]] | None = None,
) -> dict[str, dict[str, list[int]]]:
    """One round of the group, over the wire; what each member has of each input."""
    joined = {
        name: ConsumerProtocolMemberMetadata.decode(
            member.metadata((inputs or {}).get(name, set(INPUTS))).encode()
        )
        for name, member in members.items()
    }
    leader: Any = members[min(members)]
    told = leader.assign(Cluster(counts), joined)
    for name, member in members.items():
        member.on_assignment(ConsumerProtocolMemberAssignment.decode(told[name].encode()))
    return {name: dict(told[name].assignment) for name in members}


def test_every_input_is_assigned_alike_and_what_a_member_has_stays() -> None:
    members = {name: Assignor("app") for name in "abc"}
    before = rebalance(members)
    assert all(mine["purchases"] == mine["payments"] for mine in before.values())
    after = rebalance({**members, "d": Assignor("app")})
    assert sorted(len(mine["purchases"]) for mine in after.values()) == [1, 1, 2, 2]
    for name in members:
        assert set(after[name]["purchases"]) <= set(before[name]["purchases"])


def test_a_member_that_was_away_for_a_round_claims_in_vain() -> None:
    members = {name: Assignor("app") for name in "abc"}
    rebalance(members)
    awake = {name: members[name] for name in "bc"}
    between = rebalance(awake)
    after = rebalance(members)
    for name in awake:
        assert set(after[name]["purchases"]) <= set(between[name]["purchases"])


@pytest.mark.parametrize("user_data", [b"", b"\x00\x01", b'{"round":"x"}', b"[]"])
def test_a_member_that_says_nothing_of_itself_gets_its_share(user_data: bytes) -> None:
    known: Any = Assignor("app")
    strange = ConsumerProtocolMemberMetadata(4, ["purchases"], user_data)
    told = known.assign(
        Cluster({"purchases": 3}), {"a": strange, "b": known.metadata(["purchases"])}
    )
    assert sorted(len(dict(one.assignment)["purchases"]) for one in told.values()) == [1, 2]


def test_a_topic_with_fewer_partitions_is_assigned_no_more_than_it_has() -> None:
    told = rebalance({"a": Assignor("app")}, {"purchases": 3, "payments": 2})
    assert told == {"a": {"purchases": [0, 1, 2], "payments": [0, 1]}}


def test_members_that_read_different_inputs_are_told() -> None:
    members = {"a": Assignor("app"), "b": Assignor("app")}
    with pytest.raises(OtherMembersError, match=r"group app read different inputs .*payments"):
        rebalance(members, inputs={"a": {"purchases"}})


@pytest.mark.parametrize("user_data", [b"", None])
def test_partitions_that_another_program_assigned_are_refused(user_data: bytes | None) -> None:
    member = Assignor("app")
    member.metadata(["purchases"])
    with pytest.raises(OtherMembersError, match=r"group app .* another program"):
        member.on_assignment(ConsumerProtocolMemberAssignment(0, [("purchases", [0])], user_data))
