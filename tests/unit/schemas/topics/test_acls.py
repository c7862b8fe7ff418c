"""The rights that each part needs on the broker, as who writes and reads each topic says."""

from schemas.topics.acls import (
    Operation,
    Resource,
    Right,
    downstream_rights,
    operator_rights,
    read_here,
    upstream_rights,
    worker_rights,
    written_here,
)
from schemas.topics.declared import TOPICS, TopicNames

NAMES = TopicNames("in.", "out.", "app")
CHECKED = {Operation.DESCRIBE_CONFIGS}


def on_topics(rights: tuple[Right, ...]) -> dict[str, set[Operation]]:
    found: dict[str, set[Operation]] = {}
    for right in rights:
        if right.resource is Resource.TOPIC:
            found.setdefault(right.name, set()).add(right.operation)
    return found


def test_who_writes_and_reads_a_topic_goes_with_its_direction() -> None:
    ways = {(topic.direction, read_here(topic), written_here(topic)) for topic in TOPICS}
    outputs = {("out", False, True), ("out", True, True)}
    assert ways == {("in", True, False), ("state", True, True)} | outputs


def test_a_worker_reads_inputs_writes_outputs_and_does_both_with_what_is_its_own() -> None:
    found = on_topics(worker_rights(NAMES))
    assert set(found) == {NAMES.of(topic.name) for topic in TOPICS}
    assert found["in.purchases"] == {Operation.READ} | CHECKED
    assert found["out.tier-changes"] == {Operation.WRITE} | CHECKED
    for name in ("out.app-changelog", "out.tier-cutoffs", "out.value-histograms"):
        assert found[name] == {Operation.READ, Operation.WRITE} | CHECKED


def test_a_worker_s_other_rights_are_its_group_and_its_transactions() -> None:
    others = [r for r in worker_rights(NAMES) if r.resource is not Resource.TOPIC]
    assert [right.words for right in others] == [
        "Read on group app",
        "Write on transactional-id app- (prefixed)",
    ]


def test_nobody_but_the_operator_creates_and_nobody_has_a_right_twice() -> None:
    operator = operator_rights(NAMES)
    others = (worker_rights(NAMES), upstream_rights(NAMES), downstream_rights(NAMES, "crm"))
    for rights in others:
        assert Operation.CREATE not in {right.operation for right in rights}
    for rights in (operator, *others):
        assert len({right.words for right in rights}) == len(rights)
    assert {right.resource for right in operator} == {Resource.TOPIC}


def test_producers_write_inputs_and_consumers_read_outputs_that_are_meant_for_them() -> None:
    assert on_topics(upstream_rights(NAMES)) == {
        NAMES.of(topic.name): {Operation.WRITE} for topic in TOPICS if topic.direction == "in"
    }
    found = on_topics(downstream_rights(NAMES, "crm"))
    assert set(map(frozenset, found.values())) == {frozenset({Operation.READ})}
    assert "out.tier-changes" in found
    assert not {"out.value-histograms", "out.app-changelog", "in.purchases"} & set(found)
    assert downstream_rights(NAMES, "crm")[-1].words == "Read on group crm"
