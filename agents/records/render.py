"""All records that one decision makes, in the order in which they go out."""

from agents.customer.state import Customer
from agents.decide.decisions import Decision
from agents.decide.tiers import TierRules
from agents.policy.compiled import Policy
from agents.records.at_risk import at_risk
from agents.records.contacts import contact_due
from agents.records.head import Output
from agents.records.snapshots import Snapshots
from agents.records.tier_changes import TierChanges
from schemas.outputs.customer_values import CustomerValue
from schemas.state.rows import CutoffsRow


class Renderer:
    """Renders by one policy; it decides nothing, and counts the customer's sequences."""

    def __init__(self, policy: Policy, tiers: TierRules, cutoffs: CutoffsRow | None = None) -> None:
        """By the policy's entries, or by cut-offs in their place."""
        self._policy = policy
        self._tier_changes = TierChanges(policy, tiers, cutoffs)
        self._snapshots = Snapshots(policy, tiers, cutoffs)

    def records(self, customer: Customer, decision: Decision) -> list[Output]:
        """What is to be said of a customer that has taken a decision over."""
        outputs = [
            self._tier_changes.record(customer, said, decision) for said in decision.announcements
        ]
        if decision.transitions or decision.step is not None:
            outputs += at_risk(customer, decision, self._policy)
        outputs += [contact_due(customer, due, decision, self._policy) for due in decision.contacts]
        return outputs

    def snapshot(self, customer: Customer) -> CustomerValue:
        """The customer's record for `customer-values`."""
        return self._snapshots.record(customer)
