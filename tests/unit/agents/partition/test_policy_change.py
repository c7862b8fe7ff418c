"""A changed policy: whom it is refused to, whom it judges again, when, and what it may move."""

import random
from typing import Any

import orjson
import pytest

from agents.partition.policy_change import POLICIES_MAX, Adoption, adopt, review_us
from agents.policy.compiled import Policy
from agents.ports import InvariantError
from schemas.base.times import DAY_US, NO_DUE_US
from schemas.state.rows import PartitionRow
from tests.oracle.sample import sample
from tests.oracle.sample_policy import HOLD_TOML, POLICY_TOML
from tests.support.feeding import Desk, clock, on, sale
from tests.support.happening import Story, fields_of, happened
from tests.support.making import POLICY
from tests.support.policies import policy
from tests.support.shards import Made, policy_of, run_partition, settings_of
from tests.support.tables import table

BY_POLICY = {"kind": "policy", "topic": None, "event_id": None}


def newer(entry: dict[str, str], **tiers: Any) -> Policy:
    """A policy with other entries, whose reviews are spread over three days."""
    return policy({"version": "test-2", "tiers": {"review_days": 3, "entry": entry} | tiers})


LOWER, HIGHER = {"important": "300.00"}, {"important": "700.00"}


def row_of(*policies: str, at_us: int | None = 0) -> PartitionRow:
    return PartitionRow(
        stream_time_us=at_us,
        offsets=(-1, 0, 0, 0, -1),
        commit_number=1,
        policies={its: f"of-{its}" for its in policies},
        policy_since_us=3,
        window_days=10,
        contact_days=3,
        base_currency="USD",
        measure=None,
        adopted=None,
        adopted_before=None,
        adopting_from=None,
        made=None,
        changelog_id="",
    )


def under(by: Policy, *amounts: str) -> Story:
    """Customers each with one sale on the first of March, and from then on this policy."""
    names = [f"c-{number}" for number in range(len(amounts))]
    bought = [
        sale(1, customer_id=its, amount=amount) for its, amount in zip(names, amounts, strict=True)
    ]
    return happened(*bought).silent().again(by=by)


def days(first: int, last: int) -> list[dict[str, Any]]:
    return [clock(day) for day in range(first, last + 1)]


def changes(desk: Desk, *names: str) -> list[Any]:
    """These fields of what was said of the customers' tiers."""
    desk.commit()
    its = (its for its in desk.tier_changes if its["customer_id"] != "clock")
    return fields_of(its, *names)


NAMES = [str(number) for number in range(POLICIES_MAX)]


NOW = row_of("old", at_us=200)
"""A row of a policy adopted at 3, and with a stream time since."""


def test_a_new_policy_is_the_partition_s_with_a_commit_though_nothing_comes() -> None:
    desk = under(newer(LOWER), "400")
    assert [*desk.partition().policies] == [POLICY.hash, newer(LOWER).hash]
    assert desk.again(by=newer(LOWER)).commit() is None


@table(
    "row policies at_us",
    ("of a new partition", None, [POLICY.hash], -NO_DUE_US),
    ("already, of the same policy", row_of("old", POLICY.hash), ["old", POLICY.hash], 3),
    ("at the stream time", NOW, ["old", POLICY.hash], 200),
    ("forgetting the oldest of so many", row_of(*NAMES), [*NAMES[1:], POLICY.hash], 0),
)
def test_the_policy_at_hand_is_adopted(row: PartitionRow, policies: list[str], at_us: int) -> None:
    found = adopt(row, POLICY, 0)
    assert ([*found.policies], found.since_us) == (policies, at_us)
    assert found.policies[POLICY.hash] in {POLICY.version, f"of-{POLICY.hash}"}


def test_by_the_wall_clock_it_is_adopted_at_its_time_where_that_is_later() -> None:
    assert [adopt(NOW, POLICY, 0, at_us).since_us for at_us in (199, 201)] == [200, 201]


def test_another_content_under_a_version_that_was_is_refused() -> None:
    row = row_of("old")
    row.policies["old"] = POLICY.version
    row.policies["newer"] = "test-2"
    with pytest.raises(InvariantError, match="another policy of version 'test-1': give this one"):
        adopt(row, POLICY, 0)


def test_a_worker_with_an_older_policy_than_the_partition_has_seen_is_refused() -> None:
    with pytest.raises(InvariantError, match="a newer policy than 'test-1' already: start this"):
        adopt(row_of(POLICY.hash, "newer"), POLICY, 0)


def test_reviews_are_spread_over_the_days_the_policy_names() -> None:
    adoption = Adoption({"x": "1"}, 100 * DAY_US + 7)
    found = [review_us(adoption, newer(LOWER), f"c-{number}") for number in range(300)]
    assert {its // DAY_US for its in found} == {101, 102, 103}
    assert all(its % DAY_US == 0 and found.count(its) > 60 for its in found)
    assert review_us(adoption, newer(LOWER, review_days=0), "ada") == 100 * DAY_US + 7


def test_a_changed_policy_judges_every_customer_though_nothing_happens() -> None:
    desk = under(newer(LOWER), "400", "400", "400", "200").then(*days(2, 5))
    assert sorted(changes(desk, "customer_id")) == ["c-0", "c-1", "c-2"]
    said = ("important", "upgrade", BY_POLICY, "test-2")
    assert changes(desk, "to_tier", "direction", "trigger", "policy_version") == [said] * 3
    assert {*changes(desk, "effective_at")} <= {on(day, "00:00:00") for day in (2, 3, 4)}


HOLD = {"keep_margin": "0", "grace_days": 3, "min_dwell_days": 1}
HELD = newer(HIGHER, hold=HOLD, review_days=1)


def test_nothing_takes_effect_before_the_policy_that_asks_for_it() -> None:
    """He was of a tier for long: the notice is none of weeks ago, and has its days of grace."""
    desk = happened(sale(3, customer_id="c-0", amount="600"), sale(9, customer_id="bob"))
    desk = desk.silent().again(by=HELD).then(*days(10, 14))
    told = [("notice", on(10, "00:00:00")), ("downgrade", on(13, "00:00:00"))]
    assert changes(desk, "direction", "effective_at") == told


@pytest.mark.parametrize("hour", ["06:00:00", "18:00:00"])
def test_an_event_of_before_is_judged_as_of_the_adoption(hour: str) -> None:
    late = sale(9, 1, customer_id="c-0", amount="0.10") | {"occurred_at": on(9, hour)}
    desk = happened(sale(1, customer_id="c-0", amount="400"), sale(9, customer_id="bob"))
    desk = desk.silent().again(by=newer(LOWER)).then(late)
    (said,) = changes(desk, "effective_at")
    assert said == max(on(9, hour), on(9))


def test_a_review_at_once_is_of_the_moment_of_the_adoption() -> None:
    desk = happened(sale(1, customer_id="c-0", amount="400"), sale(9, customer_id="bob"))
    desk = desk.silent().again(by=newer(LOWER, review_days=0)).then(*days(10, 10))
    assert changes(desk, "customer_id", "effective_at") == [("c-0", on(9))]


@table(
    "on_change moved",
    ("full", {"c-0": "upgrade", "c-1": "downgrade"}),
    ("upgrades_only", {"c-0": "upgrade"}),
    ("keep", {}),
)
def test_the_policy_says_what_its_change_may_move(on_change: str, moved: dict[str, str]) -> None:
    mixed = newer({"key": "850.00", "important": "700.00"}, on_change=on_change, review_days=2)
    desk = under(mixed, "900", "600").then(*days(2, 4))
    assert dict(changes(desk, "customer_id", "direction")) == moved


KEEPING = newer(HIGHER, on_change="keep", review_days=1)
BOUGHT = sale(3, 9, customer_id="c-0")


@table(
    "by amount events direction",
    ("before its turn", newer(LOWER), "400", [BOUGHT | {"occurred_at": on(1)}, *days(2, 5)], "up"),
    ("where it was kept back", KEEPING, "600", [*days(2, 3), BOUGHT], "down"),
)
def test_an_event_judges_it_whole(by: Policy, amount: str, events: Any, direction: Any) -> None:
    (said,) = changes(under(by, amount).then(*events), "direction", "trigger")
    assert (said[0], said[1]["kind"]) == (f"{direction}grade", "event")


def test_a_restart_before_the_review_forgets_no_one_and_moves_no_day() -> None:
    wanted = newer(LOWER, review_days=5)
    plain, other = (under(wanted, "400", "400", "400") for _ in range(2))
    for its in days(2, 7):
        plain.then(its)
        other = other.then(its).again()
    found = changes(plain, "customer_id", "effective_at", "trigger")
    assert [trigger for _, _, trigger in found] == [BY_POLICY] * 3
    assert changes(other, "customer_id", "effective_at", "trigger") == found


def test_a_snapshot_that_goes_out_before_the_review_does_not_stand_in_for_it() -> None:
    desk = happened(sale(1, amount="600.00"), sale(1, 1)).committed().then(sale(1, 2))
    desk = desk.again(by=newer(HIGHER))
    assert desk.newest()["tier"] == "important"
    desk = desk.again(sale(5, customer_id="bob"), by=newer(HIGHER))
    assert desk.tiers("to_tier", "trigger")[1:] == [("ordinary", BY_POLICY)]


@pytest.mark.parametrize("seed", range(4))
def test_a_change_of_policy_gives_the_same_in_any_batches_with_restarts(seed: int) -> None:
    records = [its for its in sample(5, 3000, 60, partitions=1) if its.partition == 0]
    half = dict.fromkeys((its.topic for its in records), 0)
    for its in records:
        half[its.topic] = max(half[its.topic], its.offset // 2)
    before = [its for its in records if its.offset < half[its.topic]]
    lower = POLICY_TOML.replace("sample-7", "sample-8").replace('key = "900.00"', 'key = "700.00"')
    first, second = map(policy_of, (POLICY_TOML, lower + HOLD_TOML.replace("DOWNGRADE", "full")))
    plain, cut = Made(), Made()
    for made, rng in ((plain, None), (cut, random.Random(seed))):
        run_partition(first, settings_of(0, 1), before, made)
        run_partition(second, settings_of(0, 1), records, made, rng, goes_on=True)
    for topic in ("tier-changes", "at-risk"):
        assert _chains(cut, topic) == _chains(plain, topic)
    assert {its["trigger"]["kind"] for its in plain.of("tier-changes")} >= {"policy", "event"}


def _chains(made: Made, topic: str) -> dict[str, list[bytes]]:
    chains: dict[str, list[bytes]] = {}
    for wire in made.of(topic):
        del wire["evaluated_at"]
        chains.setdefault(wire["customer_id"], []).append(orjson.dumps(wire))
    return chains
