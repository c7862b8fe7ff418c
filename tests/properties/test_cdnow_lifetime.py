"""On real purchases: what is kept as they come gives the figures that all of them together give."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from agents.models.bgnbd import expected_purchases, mean_margin, p_alive
from agents.policy.compiled import Policy
from tests.support.cdnow import late, purchases, snapshots
from tests.support.lifetime import CDNOW, SECTION
from tests.support.shards import policy_of

CUSTOMERS = 2_357
HEAD = """
version = "cdnow"
base_currency = "USD"
dedupe_days = 0
[value]
window_days = 90
default_margin_rate = "1.00"
[tiers.entry]
key = "500.00"
important = "100.00"
ordinary = "0.00"
[risk.no_second_purchase]
after_days = 90
"""


def policy() -> Policy:
    return policy_of(HEAD + SECTION)


def batch(values: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """By customer and purchase day what was paid, in cents."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for value in values:
        cents = round(float(value["amount"]) * 100)
        found[value["customer_id"]][value["occurred_at"][:10]] += cents
    return found


def days_between(one: str, other: str) -> int:
    return (date.fromisoformat(other) - date.fromisoformat(one)).days


def is_of(picture: dict[str, Any], days: dict[str, int]) -> None:
    """Whether a snapshot has the figures of these purchase days."""
    told = picture["lifetime"]
    ordered = sorted(days)
    first, last, repeats = ordered[0], ordered[-1], len(days) - 1
    assert (told["first_purchase_on"], told["last_purchase_on"]) == (first, last)
    assert told["purchase_days"] == len(days)
    t_x, now = days_between(first, last) / 7, days_between(first, picture["as_of"][:10]) / 7
    assert float(told["p_alive"]) == pytest.approx(p_alive(CDNOW, repeats, t_x, now), abs=5e-5)
    bought = expected_purchases(CDNOW, repeats, t_x, now, 39)
    assert float(told["expected_purchases"]) == pytest.approx(bought, rel=0.005, abs=5e-5)
    if not repeats:
        assert told["mean_margin"] is None
        worth = bought * mean_margin(CDNOW, 0, 0.0)
    else:
        mean = sum(days[day] for day in ordered[1:]) / repeats / 100
        assert float(told["mean_margin"]) == pytest.approx(mean, abs=0.0051)
        worth = bought * mean_margin(CDNOW, repeats, mean)
    # discounted at a tenth a year over three quarters of it: by 0 to 7 %
    assert 0.93 * worth - 0.01 <= float(told["expected_contribution"]) <= 1.005 * worth + 0.01


@pytest.mark.parametrize("seed", [None, 1, 2], ids=["in order", "late", "late otherwise"])
def test_every_customer_has_the_figures_of_all_its_purchases(seed: int | None) -> None:
    values = purchases()
    taken = values if seed is None else late(values, 7, seed)
    assert (taken != values) == (seed is not None)
    pictures, expected = snapshots(policy(), taken), batch(values)
    assert len(pictures) == len(expected) == CUSTOMERS
    for customer_id, days in expected.items():
        is_of(pictures[customer_id], days)
