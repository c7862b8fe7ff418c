"""A customer whose tier a human overrides, in a partition of its own."""

from typing import Any

from agents.policy.compiled import Policy
from tests.support.feeding import WITH_CUSTOMERS, Desk, newest, sale
from tests.support.making import POLICY, policy

P = WITH_CUSTOMERS[1]
HELD = policy(
    more="""
[tiers.hold]
upgrade_margin = "0.05"
keep_margin = "0.15"
min_dwell_days = 0
grace_days = 3
"""
)
"""1700.00 keep key, 425.00 important, 0.00 ordinary; three days from a notice to a downgrade."""


def word(mode: str, tier: str, expires_at: str | None = None) -> dict[str, Any]:
    """An override as a record has it."""
    return {"mode": mode, "tier": tier, "reason": "because", "expires_at": expires_at}


def worth(amount: str, by: Policy = POLICY) -> Desk:
    """A customer that brought so much on March 1."""
    desk = Desk(by, inputs=WITH_CUSTOMERS)
    desk.feed(P, sale(1, amount=amount))
    return desk


def changes(desk: Desk) -> list[dict[str, Any]]:
    """All tier changes of the customer."""
    desk.commit(stop=True)
    return [its for its in desk.tier_changes if its["customer_id"] == "ada"]


def told(desk: Desk) -> list[tuple[str, str | None, str, str]]:
    """(direction, from, to, what made it so) after the first assignment."""
    return [
        (its["direction"], its["from_tier"], its["to_tier"], its["trigger"]["kind"])
        for its in changes(desk)[1:]
    ]


def snapshot(desk: Desk) -> dict[str, Any]:
    """The newest snapshot of the customer."""
    desk.commit(stop=True)
    return newest(desk)


def spent(day: int, amount: str, number: int = 9) -> dict[str, Any]:
    """Something that takes from the contribution."""
    return sale(day, number, amount="0", cost=amount)
