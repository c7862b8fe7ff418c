"""Tiers: the highest whose entry is reached, and the words for it."""

import pytest

from agents.tiers import direction, tier_rank
from schemas.events import Kind
from schemas.outputs import TIERS
from tests.support.feeding import Desk
from tests.support.making import POLICY, policy, purchase, support_call


@pytest.mark.parametrize(
    ("contribution", "tier"),
    [
        (-(10**18), "maintenance"),
        (-1, "maintenance"),
        (0, "ordinary"),
        (49_999, "ordinary"),
        (50_000, "important"),
        (199_999, "important"),
        (200_000, "key"),
        (10**18, "key"),
    ],
)
def test_a_tier_begins_exactly_at_its_entry(contribution: int, tier: str) -> None:
    assert TIERS[tier_rank(contribution, POLICY.entries)] == tier


@pytest.mark.parametrize(
    ("before", "now", "way"),
    [
        (None, 0, "assigned"),
        (None, 3, "assigned"),
        (0, 1, "upgrade"),
        (0, 3, "upgrade"),
        (3, 2, "downgrade"),
        (1, 0, "downgrade"),
    ],
)
def test_a_change_has_a_direction(before: int | None, now: int, way: str) -> None:
    assert direction(before, now) == way


@pytest.mark.parametrize(
    ("amount", "tier", "found"),
    [
        ("0.79", "maintenance", [("tiers.entry.ordinary", "-0.80", "0.00")]),
        (
            "1.80",
            "ordinary",
            [("tiers.entry.ordinary", "1.00", "0.00"), ("tiers.entry.important", "1.00", "500.00")],
        ),
        (
            "500.80",
            "important",
            [
                ("tiers.entry.important", "500.00", "500.00"),
                ("tiers.entry.key", "500.00", "2000.00"),
            ],
        ),
        ("2000.80", "key", [("tiers.entry.key", "2000.00", "2000.00")]),
    ],
)
def test_the_reasons_are_the_entry_reached_and_the_next_one(
    amount: str, tier: str, found: list[tuple[str, str, str]]
) -> None:
    desk = Desk()
    desk.feed(Kind.SUPPORT_CALLS, support_call(channel="chat"))  # it costs 0.80: maintenance
    desk.feed(Kind.PURCHASES, purchase(amount=amount, cost="0"))
    desk.commit()
    change = desk.tier_changes[-1]  # of 0.79 it stays the first one: still below zero
    assert change["to_tier"] == tier
    reasons = [(its["rule"], its["observed"], its["threshold"]) for its in change["reasons"]]
    assert reasons == found


def test_entries_may_lie_below_zero() -> None:
    low = policy(('ordinary = "0.00"', 'ordinary = "-50.00"'))
    assert tier_rank(-5_000, low.entries) == 1
    assert tier_rank(-5_001, low.entries) == 0
