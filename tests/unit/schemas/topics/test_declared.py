"""Topics: each declared once, with the names they have on the broker."""

import pytest

from schemas.inputs.events import TOPIC_OF_KIND
from schemas.outputs.records import (
    AT_RISK,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
)
from schemas.outputs.registry import OUTPUTS
from schemas.topics.declared import (
    BY_NAME,
    CHANGELOG,
    REJECTED_EXTRA_BYTES,
    TOPICS,
    Topic,
    TopicNames,
)


def names(direction: str) -> set[str]:
    return {topic.name for topic in TOPICS if topic.direction == direction}


def test_every_topic_is_declared_once_as_input_output_or_state() -> None:
    assert len(BY_NAME) == len(TOPICS)
    assert names("in") == set(TOPIC_OF_KIND.values())
    assert names("out") == {*OUTPUTS, REJECTED_EVENTS}
    assert set(BY_NAME) == names("in") | names("out") | {CHANGELOG}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_says_what_it_is_for(topic: Topic) -> None:
    assert all((topic.meaning, topic.key, topic.written_by, topic.read_by))
    assert topic.direction in ("in", "out", "state")


def test_newest_values_are_kept_for_ever_where_only_they_matter() -> None:
    kept = {"customers", CUSTOMER_VALUES, CUTOFFS, HISTOGRAMS, ERASURES, CHANGELOG}
    assert {topic.name for topic in TOPICS if topic.compacted} == kept


def test_only_master_data_and_actions_may_be_absent() -> None:
    assert [topic.name for topic in TOPICS if topic.optional] == ["customers", "actions"]


@pytest.mark.parametrize("name", sorted(names("in")))
def test_an_input_is_created_without_an_end_and_with_its_producers_timestamps(name: str) -> None:
    config = dict(BY_NAME[name].config)
    assert config["retention.ms"] == "-1"
    assert config["message.timestamp.type"] == "CreateTime"


def test_a_null_on_customers_outlives_workers_that_are_away_for_a_week() -> None:
    config = dict(BY_NAME["customers"].config)
    week_ms = str(7 * 24 * 3600 * 1000)
    assert config["min.compaction.lag.ms"] == config["delete.retention.ms"] == week_ms


def test_rejected_events_get_64_kib_more_than_the_largest_input() -> None:
    assert REJECTED_EXTRA_BYTES == 64 * 1024


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [
        (TopicNames("", "", "whalecurve"), ["purchases", "at-risk", "whalecurve-changelog"]),
        (TopicNames("eu.", "eu.", "wc"), ["eu.purchases", "eu.at-risk", "eu.wc-changelog"]),
        (TopicNames("eu.", "try.", "wc"), ["eu.purchases", "try.at-risk", "try.wc-changelog"]),
    ],
)
def test_prefixes_go_before_the_names(prefixes: TopicNames, expected: list[str]) -> None:
    assert [prefixes.of(name) for name in ("purchases", AT_RISK, CHANGELOG)] == expected


def test_an_undeclared_topic_has_no_name() -> None:
    with pytest.raises(KeyError):
        TopicNames("", "", "whalecurve").of("invoices")
