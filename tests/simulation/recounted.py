"""The recount of `tests/oracle` on what a world's workers took, against what they put out."""

from functools import cache

from schemas.inputs.events import TOPIC_OF_KIND
from tests.oracle.judge import Gate, judge
from tests.oracle.money import Terms
from tests.oracle.records import TOPICS, Record
from tests.oracle.recount import Outcome, Partition
from tests.simulation.broker import Broker
from tests.simulation.log import Place
from tests.simulation.plan import Plan, Traffic, raw_policy, records_of
from tests.simulation.recording import CLOCK, POLICY, TAKE, Act
from tests.support.against_recount import check
from tests.support.shards import Made


@cache
def _flow(traffic: Traffic, partitions: int) -> Gate:
    return Gate(Terms(raw_policy(traffic, 0)), partitions, "murmur2", 65_536)


@cache
def _outcome_when_ready(traffic: Traffic, sample: int, partitions: int, partition: int) -> Outcome:
    """What comes of one partition of a sample that lies ready: the same for many seeds."""
    inputs: dict[str, list[Record]] = {topic: [] for topic in TOPICS}
    for record in records_of(traffic, sample, partitions):
        if record.partition == partition:
            inputs[record.topic].append(record)
    outcome = Outcome()
    its = Partition(_flow(traffic, partitions), outcome)
    its.run(inputs)
    its.picture()
    return outcome


def recounted(plan: Plan, broker: Broker, partition: int, acts: list[Act], made: Made) -> str:
    """What the recount finds wrong with what a partition put out; empty where nothing is."""
    if any(act.what == POLICY and act.at for act in acts):
        return ""  # it judges everybody at once by another policy, the product by and by
    if plan.ready and plan.settings.clock == "event":
        outcome = _outcome_when_ready(plan.traffic, plan.sample, plan.partitions, partition)
    else:
        outcome = _outcome_of(plan, broker, partition, acts)
    try:
        check(made, outcome)
    except AssertionError as error:
        return f"the recount says otherwise: {error}"
    return ""


def _outcome_of(plan: Plan, broker: Broker, partition: int, acts: list[Act]) -> Outcome:
    """What comes of records in the order in which the shard took them."""
    names, flow, outcome = plan.settings.names, _flow(plan.traffic, plan.partitions), Outcome()
    its = Partition(flow, outcome)
    logs = {
        kind: broker.logs[Place(names.of(topic), partition)]
        for kind, topic in TOPIC_OF_KIND.items()
    }
    for act in acts:
        if act.what == TAKE:
            entry = logs[act.kind].entries[act.at]
            record = Record(
                TOPIC_OF_KIND[act.kind],
                partition,
                entry.offset,
                entry.timestamp_ms,
                entry.key,
                entry.value,
                entry.headers,  # type: ignore[arg-type]
            )
            its.take(record, judge(record, flow))
        elif act.what == CLOCK:
            its._fire(act.at)
    its.picture()
    return outcome
