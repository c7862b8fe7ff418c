"""What is the seller's own fault costs nobody a tier, where the policy excuses it."""

from typing import Any

import pytest

from tests.support.feeding import record, sale
from tests.support.hearing import Ada, plays
from tests.support.making import support_call
from tests.support.overriding import Tiered
from tests.support.policies import Change, policy, section
from tests.support.signalling import gave_back, tick

EXCUSES: Change = {"value.excuse_seller_fault": True}
WHOLE = policy(section("segments"), EXCUSES, {"segments.potential": None})
BACK = gave_back(2, amount="60", cost="10", seller_fault=True)
"""It cost 8.00 and 1.00 to handle, and took 50.00 from the margin."""


def call(number: int, **fields: Any) -> dict[str, Any]:
    """A phone call of March 2 that costs 31.50."""
    fields |= {"occurred_at": "2026-03-02T12:00:00Z", "duration_s": 3_000}
    return support_call(event_id=f"call-{number}", **fields)


OURS, HIS = call(1, seller_fault=True), call(2)


@pytest.mark.parametrize(
    ("events", "tier", "contribution", "index"),
    [
        ([OURS], "important", "470.50", "502.00"),
        ([HIS], "ordinary", "470.50", "470.50"),
        ([BACK], "important", "443.00", "502.00"),
    ],
)
@pytest.mark.parametrize("more", [EXCUSES, {**EXCUSES, **section("decayed")}])
def test_the_tier_goes_by_what_is_left_without_it_and_the_figures_show_both(
    events: Any, tier: str, contribution: str, index: str, more: Change
) -> None:
    by = policy(more)
    ada = Tiered(by, sale(2, amount="502"), *events)
    found = ada.snapshot()
    assert (found["tier"], found["value"]["contribution"]) == (tier, contribution)
    assert found["value"]["index"] == index


def test_without_the_key_it_counts_as_any_other() -> None:
    ada = Tiered(policy(), sale(2, amount="502"), BACK)
    value = ada.snapshot()["value"]
    assert (ada.snapshot()["tier"], value["index"]) == ("ordinary", "443.00")
    assert (value["lines"]["seller_fault"], value["lines"]["seller_fault_refunds"]) == (
        "9.00",
        "50.00",
    )


def test_when_its_day_leaves_what_it_excused_leaves_with_it() -> None:
    ada = Tiered(policy(EXCUSES), sale(3, amount="502"), OURS)
    ada.waits(12)
    value = ada.snapshot()["value"]
    assert (value["contribution"], value["index"]) == ("502.00", "502.00")


@pytest.mark.parametrize(("fault", "held"), [(True, []), (False, ["over_served"])])
def test_nobody_is_over_served_by_it(fault: bool, held: list[str]) -> None:
    ada = Ada(WHOLE, sale(2, amount="60"), call(1, seller_fault=fault))
    assert ada.snapshot()["segments"] == held


def test_who_rises_by_what_is_judged_has_potential() -> None:
    bad = [sale(1, amount="100"), gave_back(1, amount="90", seller_fault=True), sale(11, 1)]
    grows = policy(section("segments"), EXCUSES, {"segments.potential.rise": "1.00"})
    # 1.00 and 100.00 that were excused are not half as much more than 100.00 before
    assert Ada(grows, *bad, sale(12, amount="20")).snapshot()["segments"] == []


def test_nobody_is_unprofitable_by_it() -> None:
    by = policy({"risk.unprofitable": UNPROFITABLE, **EXCUSES})
    lost = gave_back(2, amount="40", seller_fault=True)
    plays(by, [sale(1, amount="30"), lost, tick(8)], "- - -")
    ours = {"excuse_seller_fault": ("49.00", "excused")}
    found = {"below": ("-1.50", "0.00"), "min_tenure_days": (4, 4)} | ours
    plays(by, [sale(1, amount="30"), lost, record(3), HIS, tick(5)], "- - - - raised", found)


UNPROFITABLE = {"below": "0.00", "clear_at": "10.00", "min_tenure_days": 4}
