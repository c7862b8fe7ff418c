"""The shard against the independent recount: the same outputs in any batching, with restarts."""

import tomllib
from collections import Counter

import orjson
import pytest

from schemas.state.rows import PARTITION_KEY
from tests.oracle.records import Record
from tests.oracle.recount import Outcome, recount
from tests.oracle.sample import sample
from tests.oracle.sample_policy import (
    CARDS_TOML,
    DECAYED_TOML,
    HOLD_TOML,
    POLICY,
    POLICY_TOML,
    RISKS_TOML,
    WHOLE_TOML,
    decayed,
)
from tests.support.against_recount import by_customer, check
from tests.support.shards import policy_of, run_all

PARTITIONS = 2


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return sample(11, 6000, 150, partitions=PARTITIONS)


@pytest.fixture(scope="module")
def expected(records: list[Record]) -> Outcome:
    return recount(POLICY, records, partitions=PARTITIONS)


def test_equals_the_recount_in_one_go(records: list[Record], expected: Outcome) -> None:
    check(run_all(policy_of(POLICY_TOML), records, PARTITIONS), expected)


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_recount_in_any_batches_with_restarts(
    records: list[Record], expected: Outcome, seed: int
) -> None:
    check(run_all(policy_of(POLICY_TOML), records, PARTITIONS, seed), expected)


def test_the_sample_moves_what_it_should(expected: Outcome) -> None:
    signals = {(wire["signal"], wire["status"]) for wire in expected.at_risk}
    assert len(signals) == 6
    assert {wire["direction"] for wire in expected.tier_changes} == {
        "assigned",
        "upgrade",
        "downgrade",
    }
    assert expected.timers > 100
    assert len({reason for _, reason, _ in expected.rejected}) == 9


@pytest.mark.parametrize("way", ["one_step", "full"])
@pytest.mark.parametrize("seed", [None, 7])
def test_tiers_that_hold_still_equal_the_recount(
    records: list[Record], way: str, seed: int | None
) -> None:
    text = POLICY_TOML + HOLD_TOML.replace("DOWNGRADE", way)
    expected = recount(tomllib.loads(text), records, partitions=PARTITIONS)
    assert {wire["direction"] for wire in expected.tier_changes} == {
        "assigned",
        "upgrade",
        "downgrade",
        "notice",
        "notice_withdrawn",
    }
    check(run_all(policy_of(text), records, PARTITIONS, seed), expected)


@pytest.mark.parametrize("seed", [None, 3])
def test_dated_rate_cards_equal_the_recount(records: list[Record], seed: int | None) -> None:
    text = POLICY_TOML + CARDS_TOML
    expected = recount(tomllib.loads(text), records, partitions=PARTITIONS)
    plain = recount(POLICY, records, partitions=PARTITIONS)
    costs, before = (
        {wire["value"]["service_cost"] for wire in its.values.values()} for its in (expected, plain)
    )
    assert len(costs - before) > len(costs) / 2
    check(run_all(policy_of(text), records, PARTITIONS, seed), expected)


@pytest.fixture(scope="module")
def whole_records() -> list[Record]:
    return sample(11, 6000, 150, partitions=PARTITIONS, whole=True)


@pytest.mark.parametrize("text", [WHOLE_TOML, DECAYED_TOML], ids=["rolling", "decayed"])
def test_the_whole_worth_of_a_customer_equals_the_recount(
    whole_records: list[Record], text: str
) -> None:
    expected = recount(tomllib.loads(text), whole_records, partitions=PARTITIONS)
    assert {wire["trigger"]["kind"] for wire in expected.tier_changes} == {
        "event",
        "timer",
        "override",
    }
    assert {wire["reason"] for wire in expected.contacts_due} == {
        "interval",
        "complaint",
        "notice",
    }
    assert {held for _, _, held in expected.erased} == {True, False}
    for seed in (None, 1, 2):
        check(run_all(policy_of(text), whole_records, PARTITIONS, seed), expected)


@pytest.mark.parametrize("half_life", [False, True], ids=["rolling", "decayed"])
def test_who_is_at_risk_and_what_to_do_equals_the_recount(half_life: bool) -> None:
    text = decayed(RISKS_TOML) if half_life else RISKS_TOML
    records = sample(21, 5000, 80, partitions=PARTITIONS, risks=True)
    expected = recount(tomllib.loads(text), records, partitions=PARTITIONS)
    told = Counter((wire["signal"], wire["status"]) for wire in expected.at_risk)
    assert len({signal for signal, _ in told}) == 15
    assert {status for _, status in told} == {"raised", "escalated", "cleared", "step_changed"}
    for seed in (None, 1, 2):
        check(run_all(policy_of(text), records, PARTITIONS, seed), expected)


def test_what_is_erased_leaves_no_row(whole_records: list[Record]) -> None:
    policy = policy_of(WHOLE_TOML)
    expected = recount(tomllib.loads(WHOLE_TOML), whole_records, partitions=PARTITIONS)
    made = run_all(policy, whole_records, PARTITIONS, 5)
    kept = {key.decode() for rows in made.rows.values() for key in rows if key != PARTITION_KEY}
    assert kept == set(expected.values)
    assert {customer_id for customer_id, _, held in expected.erased if held} - kept


def test_ids_and_sequences_are_whole(records: list[Record]) -> None:
    made = run_all(policy_of(POLICY_TOML), records, PARTITIONS, 99)
    wires = made.of("tier-changes") + made.of("at-risk")
    assert len({wire["event_id"] for wire in wires}) == len(wires)
    for chain in by_customer(sorted(wires, key=lambda wire: wire["sequence"])).values():
        assert [wire["sequence"] for wire in chain] == list(range(1, len(chain) + 1))


def test_two_runs_differ_only_in_evaluated_at(records: list[Record]) -> None:
    policy = policy_of(POLICY_TOML)
    one, two = (run_all(policy, records, PARTITIONS, seed) for seed in (1, 2))
    for topic in ("tier-changes", "at-risk"):
        assert sorted(map(orjson.dumps, one.of(topic))) == sorted(map(orjson.dumps, two.of(topic)))
