"""What goes out hangs together, whatever traffic comes in: lines, tiers, notices, contacts."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.sample import sample
from tests.oracle.sample_policy import DECAYED_TOML, WHOLE_TOML
from tests.support.shards import Made, policy_of, run_all

RANKS = {"maintenance": 0, "ordinary": 1, "important": 2, "key": 3}
Wire = dict[str, Any]


@pytest.fixture(scope="module", params=["rolling", "decayed"])
def made(request: pytest.FixtureRequest) -> Made:
    text = {"rolling": WHOLE_TOML, "decayed": DECAYED_TOML}[request.param]
    return run_all(policy_of(text), sample(41, 6000, 120, partitions=1, whole=True), 1, 5)


def values(made: Made) -> list[Wire]:
    wires = made.of("tier-changes") + made.of("customer-values")
    assert len(wires) > 500
    return [wire["value"] for wire in wires]


def amount(value: Wire, name: str) -> Decimal:
    return Decimal(value["lines"][name])


def service_of(value: Wire) -> Decimal:
    others = [amount(value, name) for name in ("returns", "late_payment", "reminders")]
    return sum([contacts_of(value), *others], Decimal(0))


def contacts_of(value: Wire) -> Decimal:
    return sum(map(Decimal, value["lines"]["contacts"].values()), Decimal(0))


def test_lines_add_up_to_the_figures(made: Made) -> None:
    for value in values(made):
        assert value["lines"]["revenue"] == value["revenue"]
        assert value["lines"]["goods"] == value["goods_cost"]
        margin = amount(value, "revenue") - amount(value, "goods")
        margin += amount(value, "restocking_fees")
        assert Decimal(value["margin"]) == margin
        assert Decimal(value["service_cost"]) == service_of(value)
        assert Decimal(value["contribution"]) == margin - service_of(value)


def test_what_is_told_beside_keeps_to_its_bounds(made: Made) -> None:
    for value in values(made):
        assert value["estimated"] == (amount(value, "revenue_without_cost") != 0)
        assert 0 <= amount(value, "seller_fault") <= contacts_of(value) + amount(value, "returns")
        for name in ("restocking_fees", "reminders", "late_payment", "discount_leakage"):
            assert amount(value, name) >= 0
    told = Counter(
        name
        for value in values(made)
        for name in value["lines"]
        if name != "contacts"
        if amount(value, name)
    )
    assert len(told) == 10, "every line shows somewhere"


def by_life(made: Made) -> list[list[Wire]]:
    """The tier changes of each customer in order; who was erased and came again begins anew."""
    lives: dict[str, list[list[Wire]]] = defaultdict(list)
    for wire in made.of("tier-changes"):
        if wire["direction"] == "assigned":
            lives[wire["customer_id"]].append([])
        lives[wire["customer_id"]][-1].append(wire)
    return [life for its in lives.values() for life in its]


def test_each_tier_change_goes_on_from_the_last_one(made: Made) -> None:
    for first, *others in by_life(made):
        assert (first["from_tier"], first["sequence"]) == (None, 1)
        tier = first["to_tier"]
        for wire in others:
            assert wire["from_tier"] == tier
            steps = RANKS[wire["to_tier"]] - RANKS[tier]
            if wire["direction"] == "notice":
                assert steps < 0
            else:
                tier = wire["to_tier"]
                sign = {"upgrade": 1, "downgrade": -1, "notice_withdrawn": 0}[wire["direction"]]
                assert (steps > 0) - (steps < 0) == sign


def test_a_notice_is_withdrawn_or_comes_true_and_never_stands_twice(made: Made) -> None:
    for life in by_life(made):
        stands = False
        for wire in life:
            direction = wire["direction"]
            assert (wire["takes_effect_at"] is not None) == (direction == "notice")
            if direction == "notice":
                assert not stands
                assert wire["takes_effect_at"] > wire["effective_at"]
                stands = True
            elif direction == "notice_withdrawn":
                assert stands
                stands = False
            elif direction == "downgrade" and wire["trigger"]["kind"] != "override":
                stands = False


def test_the_tier_in_force_is_what_the_override_makes_of_the_tier_by_value(made: Made) -> None:
    wires = [(wire, wire["to_tier"]) for wire in made.of("tier-changes")]
    wires = [(wire, tier) for wire, tier in wires if wire["direction"] != "notice"]
    wires += [(wire, wire["tier"]) for wire in made.of("customer-values")]
    seen = Counter[str]()
    for wire, tier in wires:
        override, rank = wire["override"], RANKS[wire["tier_by_value"]]
        if override is None:
            assert tier == wire["tier_by_value"]
            continue
        seen[override["mode"]] += 1
        if override["mode"] == "lock":
            assert tier == override["tier"]
        else:
            assert RANKS[tier] == max(rank, RANKS[override["tier"]])
    assert set(seen) == {"floor", "lock"}


def test_each_change_names_the_override_and_the_segments_it_rests_on(made: Made) -> None:
    for wire in made.of("tier-changes"):
        rules = [finding["rule"] for finding in wire["reasons"]]
        named = [rule for rule in rules if rule.startswith("override.")]
        override = wire["override"]
        assert named == ([] if override is None else [f"override.{override['mode']}"])
        of_tier = [rule for rule in rules if rule.startswith("tiers.")]
        of_segments = [rule for rule in rules if rule.startswith("segments.")]
        assert rules == of_tier + named + of_segments
        names = [rule.split(".")[1] for rule in of_segments]
        assert names == sorted(names)
        for finding in wire["reasons"][: len(of_tier)]:
            assert finding["observed"] == wire["value"]["index"]


def test_contacts_due_are_counted_by_themselves_and_each_notice_asks_for_one(made: Made) -> None:
    lives: dict[str, list[list[Wire]]] = defaultdict(list)
    for wire in made.of("contacts-due"):
        if wire["sequence"] == 1:
            lives[wire["customer_id"]].append([])
        lives[wire["customer_id"]][-1].append(wire)
    for life in (life for its in lives.values() for life in its):
        assert [wire["sequence"] for wire in life] == list(range(1, len(life) + 1))
    asked = [wire for wire in made.of("contacts-due") if wire["reason"] == "notice"]
    told = [wire for wire in made.of("tier-changes") if wire["direction"] == "notice"]
    assert Counter((its["customer_id"], its["effective_at"]) for its in asked) == Counter(
        (its["customer_id"], its["effective_at"]) for its in told
    )
    reasons = {wire["reason"] for wire in made.of("contacts-due")}
    assert reasons == {"interval", "complaint", "notice"}
    for wire in made.of("contacts-due"):
        touched = wire["last_touch_at"]
        assert touched is None or touched <= wire["effective_at"]
        if wire["reason"] == "complaint":
            assert RANKS[wire["tier"]] >= 2


def test_ids_are_never_given_twice(made: Made) -> None:
    topics = ("tier-changes", "at-risk", "contacts-due", "erasures")
    ids = [wire["event_id"] for topic in topics for wire in made.of(topic)]
    assert len(set(ids)) == len(ids)
