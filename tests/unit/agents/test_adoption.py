"""A changed policy: whom it is refused to, whom it judges again, when, and what it may move."""

import random

import orjson
import pytest

from agents.partition.policy_change import POLICIES_MAX, Adoption, adopt, review_day
from agents.policy.compiled import Policy
from agents.ports import InvariantError
from schemas.state.rows import PartitionRow
from tests.oracle.sample import sample
from tests.oracle.sample_policy import HOLD_TOML, POLICY_TOML
from tests.support.feeding import INPUTS, Desk, clock, on, sale
from tests.support.making import POLICY, policy
from tests.support.shards import Made, policy_of, run_partition, settings_of

P, S, Y = INPUTS
ENTRIES = 'key = "2000.00"\nimportant = "500.00"\nordinary = "0.00"\n'
LOWER = 'key = "2000.00"\nimportant = "300.00"\nordinary = "0.00"\n'
HIGHER = 'key = "2000.00"\nimportant = "700.00"\nordinary = "0.00"\n'
TIERS = "[tiers.entry]"
BY_POLICY = {"kind": "policy", "topic": None, "event_id": None}


def newer(entries: str, tiers: str = "review_days = 3", version: str = "test-2") -> Policy:
    return policy(
        ('version = "test-1"', f'version = "{version}"'),
        (ENTRIES, entries),
        (TIERS, f"[tiers]\n{tiers}\n{TIERS}"),
    )


def row_of(*policies: str, at_us: int | None = 0) -> PartitionRow:
    return PartitionRow(
        stream_time_us=at_us,
        offsets=(-1, 0, 0, 0),
        commit_number=1,
        policies=list(policies),
        policy_since_day=3,
        window_days=10,
        contact_days=3,
        base_currency="USD",
        adopted=None,
        adopted_before=None,
        adopting_after=None,
        made=None,
    )


def desk_of(*amounts: str) -> Desk:
    """Customers each with one sale on the first of March."""
    desk = Desk()
    for number, amount in enumerate(amounts):
        desk.feed(P, sale(1, number, customer_id=f"c-{number}", amount=amount))
    desk.commit()
    desk.messages.clear()
    return desk


def under(desk: Desk, its_policy: Policy) -> Desk:
    desk.commit()
    again = desk.restarted(its_policy)
    again.messages = desk.messages
    return again


def test_a_new_partition_belongs_to_the_policy_at_hand() -> None:
    assert adopt(None, POLICY, 0).policies == [POLICY.hash]


def test_the_same_policy_changes_nothing() -> None:
    assert adopt(row_of("old", POLICY.hash), POLICY, 0) == Adoption(["old", POLICY.hash], 3)


def test_another_policy_is_adopted_on_the_day_of_the_stream_time() -> None:
    found = adopt(row_of("old", at_us=20_513 * 86_400_000_000 + 5), POLICY, 0)
    assert found == Adoption(["old", POLICY.hash], 20_513)


def test_a_worker_with_an_older_policy_than_the_partition_has_seen_is_refused() -> None:
    with pytest.raises(InvariantError, match="a newer policy than 'test-1' already: start this"):
        adopt(row_of(POLICY.hash, "newer"), POLICY, 0)


def test_so_many_policies_are_remembered() -> None:
    found = adopt(row_of(*(str(number) for number in range(POLICIES_MAX))), POLICY, 0)
    assert found.policies == [*(str(number) for number in range(1, POLICIES_MAX)), POLICY.hash]


def test_reviews_are_spread_over_the_days_the_policy_names() -> None:
    adoption = Adoption(["x"], 100)
    days = [review_day(adoption, newer(LOWER), f"c-{number}") for number in range(300)]
    assert set(days) == {101, 102, 103}
    assert all(days.count(day) > 60 for day in set(days))
    assert review_day(adoption, newer(LOWER, "review_days = 0"), "ada") == 100


def test_a_changed_policy_judges_every_customer_though_nothing_happens() -> None:
    desk = under(desk_of("400", "400", "400", "200"), newer(LOWER))
    for day in range(2, 6):
        desk.feed(S, clock(day))
    desk.commit()
    found = [its for its in desk.tier_changes if its["customer_id"] != "clock"]
    assert sorted(its["customer_id"] for its in found) == ["c-0", "c-1", "c-2"]
    for its in found:
        assert (its["to_tier"], its["direction"]) == ("important", "upgrade")
        assert (its["trigger"], its["policy_version"]) == (BY_POLICY, "test-2")
        assert its["effective_at"] in {on(day, "00:00:00") for day in (2, 3, 4)}


def test_an_event_before_its_turn_judges_a_customer_whole() -> None:
    desk = under(desk_of("400"), newer(LOWER))
    desk.feed(P, sale(1, 9, customer_id="c-0"))
    for day in range(2, 6):
        desk.feed(S, clock(day))
    desk.commit()
    found = [its for its in desk.tier_changes if its["customer_id"] == "c-0"]
    assert [its["trigger"]["kind"] for its in found] == ["event"]


@pytest.mark.parametrize(
    ("on_change", "moved"),
    [
        ("full", {"c-0": "upgrade", "c-1": "downgrade"}),
        ("upgrades_only", {"c-0": "upgrade"}),
        ("keep", {}),
    ],
)
def test_the_policy_says_what_its_change_may_move(on_change: str, moved: dict[str, str]) -> None:
    mixed = 'key = "850.00"\nimportant = "700.00"\nordinary = "0.00"\n'
    desk = under(desk_of("900", "600"), newer(mixed, f'on_change = "{on_change}"\nreview_days = 2'))
    for day in range(2, 5):
        desk.feed(S, clock(day))
    desk.commit()
    found = [its for its in desk.tier_changes if its["customer_id"] != "clock"]
    assert {its["customer_id"]: its["direction"] for its in found} == moved


def test_what_was_kept_back_is_judged_at_the_next_event() -> None:
    desk = under(desk_of("600"), newer(HIGHER, 'on_change = "keep"\nreview_days = 1'))
    desk.feed(S, clock(2), clock(3))
    desk.feed(P, sale(3, 9, customer_id="c-0"))
    desk.commit()
    found = [its for its in desk.tier_changes if its["customer_id"] == "c-0"]
    assert [(its["direction"], its["trigger"]["kind"]) for its in found] == [("downgrade", "event")]


def test_a_restart_before_the_review_forgets_no_one_and_moves_no_day() -> None:
    wanted = newer(LOWER, "review_days = 5")
    plain, again = (under(desk_of("400", "400", "400"), wanted) for _ in range(2))
    for day in range(2, 8):
        plain.feed(S, clock(day))
        again.feed(S, clock(day))
        again = under(again, wanted)
    plain.commit()
    again.commit()

    def told(desk: Desk) -> list[tuple[str, str]]:
        return [
            (its["customer_id"], its["effective_at"])
            for its in desk.tier_changes
            if its["trigger"] == BY_POLICY
        ]

    assert len(told(plain)) == 3
    assert told(again) == told(plain)


def test_a_snapshot_that_goes_out_before_the_review_does_not_stand_in_for_it() -> None:
    desk = Desk(POLICY)
    desk.feed(P, sale(1, customer_id="ada", amount="600.00"))
    desk.feed(P, sale(1, 1, customer_id="ada", amount="1.00"))
    desk.commit()
    desk.feed(P, sale(1, 2, customer_id="ada", amount="1.00"))
    again = under(desk, newer(HIGHER))
    again.commit(stop=True)
    assert [wire["tier"] for wire in again.snapshots][-1] == "important"
    last = under(again, newer(HIGHER))
    last.messages.clear()
    last.feed(P, sale(5, customer_id="bob"))
    last.commit(stop=True)
    (change,) = (wire for wire in last.tier_changes if wire["customer_id"] == "ada")
    assert (change["to_tier"], change["trigger"]) == ("ordinary", BY_POLICY)


@pytest.mark.parametrize("seed", range(4))
def test_a_change_of_policy_gives_the_same_in_any_batches_with_restarts(seed: int) -> None:
    records = [its for its in sample(5, 3000, 60, partitions=1) if its.partition == 0]
    half = dict.fromkeys((its.topic for its in records), 0)
    for its in records:
        half[its.topic] = max(half[its.topic], its.offset // 2)
    before = [its for its in records if its.offset < half[its.topic]]
    first, second = (
        policy_of(POLICY_TOML),
        policy_of(
            POLICY_TOML.replace("sample-7", "sample-8").replace('key = "900.00"', 'key = "700.00"')
            + HOLD_TOML.replace("DOWNGRADE", "full")
        ),
    )
    found = []
    for rng in (None, random.Random(seed)):
        made = Made()
        run_partition(first, settings_of(0, 1), before, made)
        run_partition(second, settings_of(0, 1), records, made, rng, goes_on=True)
        found.append(made)
    plain, cut = found
    for topic in ("tier-changes", "at-risk"):
        assert _chains(cut, topic) == _chains(plain, topic)
    assert {its["trigger"]["kind"] for its in plain.of("tier-changes")} >= {"policy", "event"}


def _chains(made: Made, topic: str) -> dict[str, list[bytes]]:
    chains: dict[str, list[bytes]] = {}
    for wire in made.of(topic):
        del wire["evaluated_at"]
        chains.setdefault(wire["customer_id"], []).append(orjson.dumps(wire))
    return chains
