"""What a worker that starts with a policy makes of stored customers, with no event after it.

Judged, taken over and rendered by the very parts a worker has: `agents.partition.customers` does
the same with a whole partition. A policy that did not judge a customer yet judges it at the moment
of the trial, as `tiers.review_days = 0` has it.
"""

from typing import Final

from agents.customer.state import Customer
from agents.partition.judges import Judges
from agents.partition.memory import CustomerMemory
from agents.partition.shares import PartitionShares
from agents.policy.compiled import Policy
from agents.records.head import Output
from schemas.state.rows import PartitionRow


class Trial:
    """One partition's customers under one policy from a moment on."""

    def __init__(
        self, policy: Policy, partition: int, row: PartitionRow, at_us: int, secret: bytes
    ) -> None:
        """`at_us`: when the worker starts, not before the partition's stream time (µs)."""
        self.policy: Final = policy
        self.at_us: Final = at_us
        shares = PartitionShares(policy, partition)
        shares.restore(row)
        self._judges = Judges(policy)
        self._judges.adopt(shares.adopted)
        self._memory = CustomerMemory(policy, partition, secret, 0, 0)

    def begin(self, customer_id: str, data: bytes) -> Customer:
        """The customer of a stored row; UnreadableRowError where it is none."""
        customer = self._memory.read(customer_id, data)
        if customer.policy_is_new:
            customer.due_us = self.at_us
        return customer

    def live(self, customer: Customer, until_us: int) -> list[Output]:
        """Lets happen what is due up to a time; the records that a worker would put out.

        Then the customer's figures are as of that time. It ends: a due time is later than the last,
        and by what a row holds there are so many.
        """
        said: list[Output] = []
        while customer.due_us <= until_us:
            for decision in self._judges.fire(customer, self.policy):
                said += self._judges.of(customer).renderer.records(customer, decision)
        customer.advance(until_us, self.policy)
        return said

    def is_held(self, customer: Customer) -> bool:
        """Whether its tier is on the way to another, and days of something are still to pass."""
        tier_state = customer.tier_state
        assert tier_state is not None, "a stored customer was judged"
        tiers = self._judges.of(customer).evaluator.tiers
        return not tiers.stays(tier_state, customer.index(self.policy))
