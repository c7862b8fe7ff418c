"""Evaluates customers as a partition does: decided, taken over, rendered."""

from agents.customer.state import Customer
from agents.decide.decisions import Transition, take_over
from agents.decide.episodes import SignalTracker
from agents.decide.evaluate import Evaluator
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.records.head import Output
from agents.records.render import Renderer
from schemas.outputs.customer_values import CustomerValue


class Deciding:
    """One policy's evaluations, without a partition around them."""

    def __init__(self, policy: Policy) -> None:
        self.evaluator = Evaluator(policy)
        self.renderer = Renderer(policy, self.evaluator.tiers)

    def evaluate(self, customer: Customer, event: Booking | None) -> list[Output]:
        """What is said of a customer now; it has taken the decision over."""
        decision = self.evaluator.decide(customer, event)
        take_over(customer, decision)
        return self.renderer.records(customer, decision)

    def snapshot(self, customer: Customer) -> CustomerValue:
        """Its record for `customer-values`."""
        return self.renderer.snapshot(customer)


class Tracking:
    """One policy's signals alone, taken over as they turn."""

    def __init__(self, policy: Policy) -> None:
        self.tracker = SignalTracker(policy)

    def turn(self, customer: Customer, event: Booking | None) -> list[Transition]:
        """What turns now, by name; the customer's open signals follow."""
        assert customer.tier is not None
        transitions = self.tracker.transitions(customer, customer.tier, event)
        customer.risks, customer.signals.cleared = self.tracker.after(customer, transitions)
        customer.policy_is_new = False
        return transitions

    def due_us(self, customer: Customer, before_us: int) -> int:
        """When a signal turns with no event; `before_us` where none does before that time."""
        assert customer.tier is not None
        risks, cleared = customer.risks, customer.signals.cleared
        return self.tracker.due_us(customer, customer.tier, risks, cleared, before_us)
