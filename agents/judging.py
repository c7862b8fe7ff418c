"""Judging: what follows for a customer from its figures: value, then tier, then signals by name."""

from typing import Any

import msgspec

from agents.customer import Customer
from agents.policy import Policy
from agents.risks import WATCH, Rule, rules_of
from agents.tiers import direction, reasons, tier_rank
from schemas.outputs import AT_RISK, TIER_CHANGES, TIERS, Trigger, output_id, value_wire
from schemas.row import NO_DUE, RiskRow
from schemas.times import format_micros


class Output(msgspec.Struct, frozen=True):
    """One record to put out, but for the clock's time."""

    topic: str
    label: str
    """Its kind within the topic (direction or status), for the metrics."""
    wire: dict[str, Any]


class Judge:
    """Judges customers by one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules: tuple[Rule, ...] = rules_of(policy)

    def judge(self, customer: Customer, trigger: Trigger) -> list[Output]:
        """What changed, in order; the customer's tier, risks, sequence and due day follow."""
        outputs: list[Output] = []
        contribution = customer.value.contribution
        rank = tier_rank(contribution, self._policy.entries)
        if rank != customer.tier:
            outputs.append(self._tier_change(customer, rank, contribution, trigger))
        for rule in self._rules:
            turn = rule.judge(customer, is_open=rule.name in customer.risks)
            if turn is not None:
                evidence = [finding.wire() for finding in turn.evidence]
                outputs.append(self._risk(customer, rule.name, turn.raised, evidence, trigger))
        customer.due_day = self._due_day(customer)
        return outputs

    def _due_day(self, customer: Customer) -> int:
        """The first day at whose start a figure, the tier or a signal changes with no event."""
        first = customer.value.first_that_counts()
        due = NO_DUE if first is None else first + self._policy.window_days
        for rule in self._rules:
            day = rule.due_day(customer, is_open=rule.name in customer.risks)
            due = min(due, day)
        return due

    def due_day(self, customer: Customer) -> int:
        """The customer's next due day by this policy (a row may be of another one)."""
        return self._due_day(customer)

    def _tier_change(
        self, customer: Customer, rank: int, contribution: int, trigger: Trigger
    ) -> Output:
        before, customer.tier = customer.tier, rank
        way = direction(before, rank)
        wire = self._head(customer, TIER_CHANGES) | {
            "from_tier": None if before is None else TIERS[before].value,
            "to_tier": TIERS[rank].value,
            "direction": way,
            "value": self.value_wire(customer),
            "reasons": [found.wire() for found in reasons(rank, contribution, self._policy)],
            "trigger": trigger.wire(),
            "treatment": self._policy.treatment[TIERS[rank]],
        }
        return Output(TIER_CHANGES, way, wire)

    def _risk(
        self,
        customer: Customer,
        signal: str,
        raised: bool,  # noqa: FBT001 - a decision's own word
        evidence: list[dict[str, str | int]],
        trigger: Trigger,
    ) -> Output:
        severity = WATCH
        if raised:
            customer.risks[signal] = RiskRow(signal, severity, customer.as_of_us)
            customer.risks = dict(sorted(customer.risks.items()))
        else:
            severity = customer.risks.pop(signal).severity
        status = "raised" if raised else "cleared"
        assert customer.tier is not None
        wire = self._head(customer, AT_RISK) | {
            "signal": signal,
            "status": status,
            "severity": severity,
            "evidence": evidence,
            "tier": TIERS[customer.tier].value,
            "recommended_step": None,
            "trigger": trigger.wire(),
        }
        return Output(AT_RISK, status, wire)

    def _head(self, customer: Customer, topic: str) -> dict[str, Any]:
        customer.sequence += 1
        return {
            "event_id": output_id(
                customer.customer_id, customer.origin, customer.sequence, topic
            ),
            "customer_id": customer.customer_id,
            "sequence": customer.sequence,
            "effective_at": format_micros(customer.as_of_us),
            "policy_version": self._policy.version,
        }

    def value_wire(self, customer: Customer) -> dict[str, Any]:
        """The customer's figures as they go out."""
        policy = self._policy
        return value_wire(
            customer.value.figures(), policy.base_currency, policy.digits, policy.window_days
        )

    def snapshot(self, customer: Customer) -> dict[str, Any]:
        """The customer's record for `customer-values`."""
        assert customer.tier is not None
        return {
            "customer_id": customer.customer_id,
            "as_of": format_micros(customer.as_of_us),
            "tier": TIERS[customer.tier].value,
            "value": self.value_wire(customer),
            "risks": [
                {
                    "signal": risk.signal,
                    "severity": risk.severity,
                    "since": format_micros(risk.since_us),
                }
                for risk in customer.risks.values()
            ],
            "sequence": customer.sequence,
            "policy_version": self._policy.version,
        }
