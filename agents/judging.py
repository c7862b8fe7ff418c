"""Judging: what follows for a customer from its figures: value, then tier, then signals by name."""

from typing import Any, Final

import msgspec

from agents.booking import Booking
from agents.customer import Customer
from agents.policy import Policy
from agents.risks import WATCH, Turn, rules_of
from agents.tiers import Move, Standing, TierRules, thresholds
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
from schemas.times import day_start, format_micros

TIMER: Final = "timer"
POLICY: Final = "policy"
Cause = Booking | str
"""What begins a judgement: an event, or TIMER or POLICY."""
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
        self._tiers = TierRules(policy)

    def judge(self, customer: Customer, event: Booking | None) -> list[Output]:
        """What changed, in order; the customer's tier, risks, sequence and due day follow.

        `event` is what began it; None: the passing of time. What an event does not feed cannot
        change with it: what is due by its time has happened before it.
        """
        outputs: list[Output] = []
        cause: Cause = POLICY if customer.policy_is_new else TIMER
        if event is not None:
            cause = event
        contribution, standing = customer.value.contribution, customer.standing
        if standing is None:
            customer.standing, first = self._tiers.begin(contribution, customer.day)
            outputs.append(self._tier_change(customer, first, contribution, cause))
        elif not self._tiers.stays(standing, contribution):
            outputs += [
                self._tier_change(customer, move, contribution, cause)
                for move in self._moves(customer, standing, by_policy=cause == POLICY)
            ]
        risks = customer.risks
        if event is None or customer.policy_is_new:
            rules = self._rules
            customer.policy_is_new = False
        else:
            rules = self._fed_by[event.kind]
        for rule in rules:
            turn = rule.judge(customer, rule.name in risks)
            if turn is not None:
                outputs.append(self._risk(customer, rule.name, turn, cause))
        if risks and not risks.keys() <= self._names:
            # whose section is gone from the policy: nothing else could ever close it
            outputs += [
                self._risk(customer, name, SWITCHED_OFF, cause)
                for name in sorted(risks.keys() - self._names)
            ]
        customer.due_day = self.due_day(customer)
        return outputs

    def _moves(self, customer: Customer, standing: Standing, *, by_policy: bool) -> list[Move]:
        on_change = self._policy.on_change if by_policy else "full"
        if on_change == "keep":
            return []
        return self._tiers.judge(
            standing,
            customer.value.contribution,
            customer.day,
            upgrades_only=on_change == "upgrades_only",
        )

    def due_day(self, customer: Customer) -> int:
        """The first day at whose start a figure, the tier or a signal changes with no event."""
        counts_from = customer.value.counts_from
        due = NO_DUE if counts_from == NO_DAY else counts_from + self._policy.window_days
        standing, risks = customer.standing, customer.risks
        if standing is not None and not self._tiers.stays(standing, customer.value.contribution):
            tier_day = self._tiers.due_day(standing, customer.value.contribution)
            # what a policy's change kept back waits for the next occasion
            if customer.day < tier_day < due:
                due = tier_day
        for rule in self._rules if risks else self._opening:
            day = rule.due_day(customer, rule.name in risks)
            if day < due:
                due = day
        return due

    def _tier_change(
        self, customer: Customer, move: Move, contribution: int, cause: Cause
    ) -> Output:
        rank, due_day = move.after, move.takes_effect_day
        in_force = move.before if move.direction == "notice" and move.before is not None else rank
        observed = format_minor(contribution, self._policy.digits)
        wire = self._head(customer, TIER_CHANGES)
        wire["from_tier"] = None if move.before is None else TIER_NAMES[move.before]
        wire["to_tier"] = TIER_NAMES[rank]
        wire["direction"] = move.direction
        wire["takes_effect_at"] = None if due_day is None else format_micros(day_start(due_day))
        wire["value"] = self.value_wire(customer)
        wire["reasons"] = found = [
            {"rule": rule, "observed": observed, "threshold": threshold}
            for rule, threshold in self._thresholds[rank]
        ]
        band = self._tiers.band_of(move)
        if band is not None:
            threshold = format_minor(band[1], self._policy.digits)
            found.append({"rule": band[0], "observed": observed, "threshold": threshold})
        wire["trigger"] = _trigger(cause)
        wire["treatment"] = self._treatments[in_force]
        return Output(TIER_CHANGES, move.direction, wire)

    def _risk(
        self,
        customer: Customer,
        signal: str,
        turn: Turn,
        cause: Cause,
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
        wire["trigger"] = _trigger(cause)
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
        standing = customer.standing
        assert standing is not None
        effect_day = self._tiers.takes_effect_day(standing)
        return {
            "customer_id": customer.customer_id,
            "as_of": format_micros(customer.as_of_us),
            "tier": TIER_NAMES[standing.tier],
            "tier_since": format_micros(day_start(standing.since_day)),
            "downgrade_at": None if effect_day is None else format_micros(day_start(effect_day)),
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


def _trigger(cause: Cause) -> dict[str, str | None]:
    """What made Whalecurve judge: an event with its topic and id, or only a kind."""
    if isinstance(cause, str):
        return {"kind": cause, "topic": None, "event_id": None}
    return {"kind": "event", "topic": TOPIC_OF_KIND[cause.kind], "event_id": cause.event_id}
