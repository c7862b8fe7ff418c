"""A customer whose tier changes, and may be overridden by a human."""

from typing import Any, Self

from agents.policy.compiled import Policy
from schemas.outputs.records import TIER_CHANGES
from tests.support.feeding import sale
from tests.support.hearing import Ada
from tests.support.making import POLICY
from tests.support.policies import policy, section

HELD = policy(section("hold"))
"""1700.00 keep key, 425.00 important, 0.00 ordinary; three days from a notice to a downgrade."""


def word(mode: str, tier: str, expires_at: str | None = None) -> dict[str, Any]:
    """An override as a record has it."""
    return {"mode": mode, "tier": tier, "reason": "because", "expires_at": expires_at}


class Tiered(Ada):
    """A customer whose tier changes: words are of the way, from, to and cause."""

    topic = TIER_CHANGES
    fields = ("direction", "from_tier", "to_tier", "trigger.kind")

    def moves(self, *expected: str, at: str = "") -> Self:
        """Just these changes are new: "upgrade ordinary key override" for way, from, to and cause.

        At the moment that is told, if one is, came the last of them.
        """
        found = [" ".join(map(str, its)) for its in self.hears(TIER_CHANGES, *self.fields)]
        assert found == [*expected], found
        assert not at or self.record["effective_at"] == at, self.record["effective_at"]
        return self


def worth(amount: str, *events: dict[str, Any], by: Policy = POLICY) -> Tiered:
    """A customer that brought so much on March 1, and what happened to it since."""
    first = spent(1, amount[1:]) if amount.startswith("-") else sale(1, amount=amount)
    ada = Tiered(by, first)
    ada.hears(TIER_CHANGES)
    return ada.does(*events)


def spent(day: int, amount: str, number: int = 9) -> dict[str, Any]:
    """Something that takes from the contribution."""
    return sale(day, number, amount="0", cost=amount)
