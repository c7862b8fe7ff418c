"""What holds a tier, and what another takes: by each cause, and to the minor unit."""

from typing import Any

import pytest

from agents.explain.found import Hold, Line, TierNeed
from agents.explain.tier import LARGEST_SALE, sale_for
from schemas.base.money import half_even
from tests.support.explaining import explained
from tests.support.feeding import on, record, sale
from tests.support.overriding import HELD, Tiered, spent, word
from tests.support.policies import policy, section
from tests.support.signalling import midnight, told, when

DWELL = policy({"tiers.hold": {"min_dwell_days": 5, "grace_days": 0}})
NOTICE = policy(section("hold"), {"tiers.hold.notice_after_days": 2})
BEFORE = policy({"tiers.before_first_sale": "important"})
UP, FALLS = sale(1, amount="3000"), spent(3, "2900")


@pytest.mark.parametrize(
    ("by", "events", "holds"),
    [
        pytest.param(policy(), [UP], [], id="nothing"),
        pytest.param(
            HELD, [UP, FALLS], [Hold("grace", "key", "ordinary", midnight(6))], id="grace"
        ),
        pytest.param(
            NOTICE, [UP, FALLS], [Hold("notice", "key", "ordinary", midnight(5))], id="notice"
        ),
        pytest.param(
            DWELL,
            [sale(1, amount="600"), sale(2, amount="3000")],
            [Hold("dwell", "important", "key", midnight(6))],
            id="dwell, upwards",
        ),
        pytest.param(
            DWELL, [UP, FALLS], [Hold("dwell", "key", "ordinary", midnight(6))], id="dwell"
        ),
        pytest.param(
            HELD,
            [sale(1, amount="600"), spent(3, "150")],
            [Hold("margin", "important", "ordinary", None)],
            id="keep margin",
        ),
        pytest.param(
            HELD,
            [sale(1, amount="100"), sale(2, amount="410")],
            [Hold("margin", "ordinary", "important", None)],
            id="upgrade margin",
        ),
        pytest.param(
            BEFORE,
            [told(1)],
            [Hold("before_first_sale", "important", "ordinary", None)],
            id="before the first sale",
        ),
        pytest.param(
            policy(),
            [UP, record(2, override=word("lock", "ordinary", on(9)))],
            [Hold("override", "ordinary", "key", when(9))],
            id="override",
        ),
    ],
)
def test_what_holds_the_tier(by: Any, events: list[Any], holds: list[Hold]) -> None:
    assert explained(Tiered(by, *events)).holds == holds


def test_an_override_for_good_has_no_end() -> None:
    its = explained(Tiered(policy(), UP, record(2, override=word("floor", "key"))))
    assert its.holds == [Hold("override", "key", "key", None)]
    assert its.override is not None
    assert its.override.reason == "because"


def test_what_a_new_policy_lets_nobody_lose_waits_for_a_review() -> None:
    by = policy({"tiers.entry.key": "5000.00", "tiers.on_change": "keep", "version": "2"})
    its = explained(Tiered(policy(), UP), by=by)
    assert its.judged_anew
    assert its.holds == [Hold("review", "key", "important", None)]


def test_what_each_tier_takes() -> None:
    its = explained(Tiered(policy(), sale(1, amount="600")))
    assert its.tiers == [
        TierNeed("key", "up", "2000.00", "1400.00", "4666.66", []),
        TierNeed("ordinary", "down", "500.00", "100.01", None, [Line("revenue", "600.00")]),
        TierNeed("maintenance", "down", "0.00", "600.01", None, [Line("revenue", "600.00")]),
    ]


def test_costs_that_are_large_enough_are_told_the_largest_first() -> None:
    its = explained(Tiered(policy(), sale(1, amount="500", cost="300"), spent(2, "250")))
    needs = {need.tier: need for need in its.tiers}
    assert its.now.value.contribution == "-50.00"
    assert needs["ordinary"].distance == "50.00"
    assert needs["ordinary"].lines[0].line == "goods"
    assert needs["key"].lines == []


def test_one_step_at_a_time_leads_to_the_next_tier_only() -> None:
    by = policy({"tiers.hold": {"downgrade": "one_step"}})
    its = explained(Tiered(by, UP))
    assert [need.tier for need in its.tiers] == ["important"]


@pytest.mark.parametrize("rate", ["0.30", "0.333", "0.01", "1"])
@pytest.mark.parametrize("lacks", [1, 2, 7, 99, 12_345])
def test_the_least_sale_is_enough_and_one_less_is_not(rate: str, lacks: int) -> None:
    by = policy({"value.default_margin_rate": rate})
    share, whole = by.default_cost_rate
    amount = sale_for(lacks, by)
    assert amount is not None
    assert amount - half_even(amount * share, whole) >= lacks
    assert (amount - 1) - half_even((amount - 1) * share, whole) < lacks


def test_no_sale_is_enough_without_a_margin_or_beyond_all_amounts() -> None:
    assert sale_for(1, policy({"value.default_margin_rate": "0"})) is None
    assert sale_for(LARGEST_SALE, policy()) is None
    assert sale_for(1, policy({"value.measure": "decayed", "value.half_life_days": 7})) is None
