"""How far an application has come, looked at from outside: nothing is joined or committed."""

from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from schemas.inputs.events import TOPIC_OF_KIND
from streams.config.settings import Settings

STABLE: Final = "stable"


class Reading(NamedTuple):
    """One partition of one input."""

    committed: int
    """The offset of the next record to take; the first there is where none was ever committed."""
    end: int


class GroupLook(NamedTuple):
    """The group, and its inputs by topic without prefix and partition."""

    state: str
    """As Kafka names it, in small letters; `stable`: all members work."""
    workers: dict[int, str]
    """By partition the member that holds it, and its host."""
    inputs: dict[tuple[str, int], Reading]


def look_at_group(admin: KafkaAdminClient, settings: Settings) -> GroupLook:
    """What is there now; KafkaError where the broker does not answer."""
    names = {settings.names.of(topic): topic for topic in TOPIC_OF_KIND.values()}
    tps = [TopicPartition(name, number) for name in names for number in range(settings.partitions)]
    group = admin.describe_groups([settings.app_id])[settings.app_id]
    committed = admin.list_group_offsets({settings.app_id: tps})[settings.app_id]
    first, ends = (
        admin.list_partition_offsets(dict.fromkeys(tps, spec))
        for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST)
    )
    inputs = {}
    for tp in tps:
        at = committed[tp].offset if tp in committed else -1
        # below the first one that there is: it was deleted, committed or not
        begin = max(at, first[tp].offset)
        inputs[names[tp.topic], tp.partition] = Reading(begin, ends[tp].offset)
    return GroupLook(str(group["group_state"]).lower() or "dead", _workers(group), inputs)


def _workers(group: dict[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for member in group["members"]:
        assignment = member["member_assignment"]
        held = assignment["assigned_partitions"] if isinstance(assignment, dict) else []
        for its in held:
            for partition in its["partitions"]:
                found[partition] = f"{member['member_id']}@{member['client_host'].lstrip('/')}"
    return found
