"""Judging: what follows for a customer from its figures: value, then tier, then signals by name."""

from typing import Any, Final

import msgspec

from agents.booking import Booking
from agents.customer import Customer
from agents.policy import Policy
from agents.risks import WATCH, Turn, rules_of
from agents.tiers import bounds, direction, thresholds, tier_rank
from agents.window import NO_DAY, insert_sorted
from schemas.events import TOPIC_OF_KIND, Kind
from schemas.money import format_minor
from schemas.outputs import (
    AT_RISK,
    TIER_CHANGES,
    TIER_NAMES,
    TIERS,
    output_id,
    value_wire,
)
from schemas.row import NO_DUE, RiskRow
from schemas.times import format_micros

SWITCHED_OFF: Final = Turn(raised=False, evidence=[])


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
        self._rules = rules_of(policy)
        self._fed_by = tuple(
            tuple(rule for rule in self._rules if kind in rule.fed_by) for kind in Kind
        )
        self._opening = tuple(rule for rule in self._rules if rule.opens_by_itself)
        self._names = {rule.name for rule in self._rules}
        self._thresholds = tuple(thresholds(rank, policy) for rank in range(len(TIERS)))
        self._treatments = tuple(policy.treatment[tier] for tier in TIERS)
        self._stays = tuple(bounds(rank, policy.entries) for rank in range(len(TIERS)))

    def judge(self, customer: Customer, event: Booking | None) -> list[Output]:
        """What changed, in order; the customer's tier, risks, sequence and due day follow.

        `event` is what began it; None: the passing of time. What an event does not feed cannot
        change with it: what is due by its time has happened before it.
        """
        outputs: list[Output] = []
        contribution, tier = customer.value.contribution, customer.tier
        if tier is None or not self._stays[tier][0] <= contribution < self._stays[tier][1]:
            rank = tier_rank(contribution, self._policy.entries)
            outputs.append(self._tier_change(customer, rank, contribution, event))
        risks = customer.risks
        if event is None or customer.policy_is_new:
            rules = self._rules
            customer.policy_is_new = False
        else:
            rules = self._fed_by[event.kind]
        for rule in rules:
            turn = rule.judge(customer, rule.name in risks)
            if turn is not None:
                outputs.append(self._risk(customer, rule.name, turn, event))
        if risks and not risks.keys() <= self._names:
            # whose section is gone from the policy: nothing else could ever close it
            outputs += [
                self._risk(customer, name, SWITCHED_OFF, event)
                for name in sorted(risks.keys() - self._names)
            ]
        customer.due_day = self.due_day(customer)
        return outputs

    def due_day(self, customer: Customer) -> int:
        """The first day at whose start a figure, the tier or a signal changes with no event."""
        counts_from = customer.value.counts_from
        due = NO_DUE if counts_from == NO_DAY else counts_from + self._policy.window_days
        risks = customer.risks
        for rule in self._rules if risks else self._opening:
            day = rule.due_day(customer, rule.name in risks)
            if day < due:
                due = day
        return due

    def _tier_change(
        self, customer: Customer, rank: int, contribution: int, event: Booking | None
    ) -> Output:
        before, customer.tier = customer.tier, rank
        way = direction(before, rank)
        observed = format_minor(contribution, self._policy.digits)
        wire = self._head(customer, TIER_CHANGES)
        wire["from_tier"] = None if before is None else TIER_NAMES[before]
        wire["to_tier"] = TIER_NAMES[rank]
        wire["direction"] = way
        wire["value"] = self.value_wire(customer)
        wire["reasons"] = [
            {"rule": rule, "observed": observed, "threshold": threshold}
            for rule, threshold in self._thresholds[rank]
        ]
        wire["trigger"] = _trigger(event)
        wire["treatment"] = self._treatments[rank]
        return Output(TIER_CHANGES, way, wire)

    def _risk(
        self,
        customer: Customer,
        signal: str,
        turn: Turn,
        event: Booking | None,
    ) -> Output:
        severity = WATCH
        if turn.raised:
            insert_sorted(customer.risks, signal, RiskRow(signal, severity, customer.as_of_us))
        else:
            severity = customer.risks.pop(signal).severity
        status = "raised" if turn.raised else "cleared"
        assert customer.tier is not None
        wire = self._head(customer, AT_RISK)
        wire["signal"] = signal
        wire["status"] = status
        wire["severity"] = severity
        wire["evidence"] = [finding.wire() for finding in turn.evidence]
        wire["tier"] = TIER_NAMES[customer.tier]
        wire["recommended_step"] = None
        wire["trigger"] = _trigger(event)
        return Output(AT_RISK, status, wire)

    def _head(self, customer: Customer, topic: str) -> dict[str, Any]:
        customer.sequence += 1
        return {
            "event_id": output_id(customer.customer_id, customer.origin, customer.sequence, topic),
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
            "tier": TIER_NAMES[customer.tier],
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


def _trigger(event: Booking | None) -> dict[str, str | None]:
    """What made Whalecurve judge: an event (with its topic and id) or the passing of time."""
    if event is None:
        return {"kind": "timer", "topic": None, "event_id": None}
    return {"kind": "event", "topic": TOPIC_OF_KIND[event.kind], "event_id": event.event_id}
