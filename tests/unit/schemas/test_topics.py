"""Topics: each declared once, with the names they have on the broker."""

import pytest

from schemas.inputs.events import TOPIC_OF_KIND
from schemas.outputs.records import (
    AT_RISK,
    CONTACTS_DUE,
    CUSTOMER_VALUES,
    CUTOFFS,
    ERASURES,
    HISTOGRAMS,
    REJECTED_EVENTS,
    TIER_CHANGES,
)
from schemas.topics.declared import (
    BY_NAME,
    CHANGELOG,
    REJECTED_EXTRA_BYTES,
    TOPICS,
    Topic,
    TopicNames,
)


def test_every_topic_is_declared_once() -> None:
    assert len(BY_NAME) == len(TOPICS)


def test_the_inputs_are_those_that_events_come_from() -> None:
    assert {topic.name for topic in TOPICS if topic.direction == "in"} == set(
        TOPIC_OF_KIND.values()
    )


def test_the_outputs_are_those_of_the_contract() -> None:
    assert [topic.name for topic in TOPICS if topic.direction == "out"] == [
        TIER_CHANGES,
        AT_RISK,
        CONTACTS_DUE,
        CUSTOMER_VALUES,
        CUTOFFS,
        HISTOGRAMS,
        ERASURES,
        REJECTED_EVENTS,
    ]


def test_newest_values_are_kept_for_ever_where_only_they_matter() -> None:
    assert {topic.name for topic in TOPICS if topic.compacted} == {
        "customers",
        CUSTOMER_VALUES,
        CUTOFFS,
        HISTOGRAMS,
        ERASURES,
        CHANGELOG,
    }


def test_only_customers_may_be_absent() -> None:
    assert [topic.name for topic in TOPICS if topic.optional] == ["customers"]


def test_inputs_are_created_without_an_end_and_with_their_producers_timestamps() -> None:
    for topic in TOPICS:
        if topic.direction == "in":
            config = dict(topic.config)
            assert config["retention.ms"] == "-1"
            assert config["message.timestamp.type"] == "CreateTime"


def test_a_null_on_customers_outlives_workers_that_are_away_for_a_week() -> None:
    config = dict(BY_NAME["customers"].config)
    week_ms = str(7 * 24 * 3600 * 1000)
    assert config["min.compaction.lag.ms"] == week_ms
    assert config["delete.retention.ms"] == week_ms


def test_rejected_events_get_64_kib_more_than_the_largest_input() -> None:
    assert REJECTED_EXTRA_BYTES == 64 * 1024


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_says_what_it_is_for(topic: Topic) -> None:
    assert topic.meaning
    assert topic.key
    assert topic.written_by
    assert topic.read_by
    assert topic.direction in ("in", "out", "state")


@pytest.mark.parametrize(
    ("names", "purchases", "at_risk", "changelog"),
    [
        (TopicNames("", "", "whalecurve"), "purchases", "at-risk", "whalecurve-changelog"),
        (TopicNames("eu.", "eu.", "wc"), "eu.purchases", "eu.at-risk", "eu.wc-changelog"),
        (TopicNames("eu.", "try.", "wc"), "eu.purchases", "try.at-risk", "try.wc-changelog"),
    ],
)
def test_prefixes_go_before_the_names(
    names: TopicNames, purchases: str, at_risk: str, changelog: str
) -> None:
    assert names.of("purchases") == purchases
    assert names.of(AT_RISK) == at_risk
    assert names.of(CHANGELOG) == changelog


def test_an_undeclared_topic_has_no_name() -> None:
    with pytest.raises(KeyError):
        TopicNames("", "", "whalecurve").of("invoices")
