"""Who decides on a customer and renders what follows: one judge for all, or one for its kind."""

from collections.abc import Iterator, Mapping
from typing import Final

from agents.customer.state import Customer
from agents.decide.decisions import Decision, take_over
from agents.decide.evaluate import Evaluator
from agents.policy.compiled import Policy
from agents.records.render import Renderer
from schemas.base.vocabulary import CustomerSegment
from schemas.outputs.customer_values import CustomerValue
from schemas.state.rows import CutoffsRow


class Judge:
    """Decides and renders by one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy: Final = policy
        self.evaluator = Evaluator(policy)
        self.renderer = Renderer(policy, self.evaluator.tiers)

    def adopt(self, cutoffs: CutoffsRow | None) -> None:
        """Goes by these cut-offs from now on; None: by the policy's entries."""
        self.evaluator.adopt(cutoffs)
        self.renderer = Renderer(self.policy, self.evaluator.tiers, cutoffs)


class Judges:
    """The judge of each customer."""

    def __init__(self, policy: Policy) -> None:
        self.for_all: Final = Judge(policy)
        self._kinds: Final[Mapping[CustomerSegment, Judge]] = {
            kind: Judge(own) for kind, own in policy.kinds.items()
        }

    def of(self, customer: Customer) -> Judge:
        """That of its kind, as the newest master data have it."""
        if not self._kinds:
            return self.for_all
        master = customer.master
        if master is None or master.segment is None:
            return self.for_all
        return self._kinds.get(master.segment, self.for_all)

    def fire(self, customer: Customer, policy: Policy) -> Iterator[Decision]:
        """Lets happen what is due next for one who stands apart from any partition.

        Decision by decision, each taken over: the customer is as of it until the next is asked for.
        """
        at_us = max(customer.due_us, customer.as_of_us)
        customer.advance(at_us, policy)
        while customer.due_us <= at_us:
            yield self.judged(customer)

    def judged(self, customer: Customer) -> Decision:
        """What is decided with no event, taken over."""
        decision = self.of(customer).evaluator.decide(customer, None)
        take_over(customer, decision)
        return decision

    def adopt(self, cutoffs: CutoffsRow | None) -> None:
        """All go by these cut-offs from now on; None: by their policies' entries."""
        self.for_all.adopt(cutoffs)
        for judge in self._kinds.values():
            judge.adopt(cutoffs)

    def snapshot(self, customer: Customer) -> CustomerValue:
        """The customer's record for `customer-values`."""
        return self.of(customer).renderer.snapshot(customer)
