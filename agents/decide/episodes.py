"""Episodes of the signals: raised, escalated and cleared once each, and not again so soon."""

import msgspec

from agents.customer.state import Customer
from agents.customer.windows import insert_sorted
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.signals.registry import rules_of
from agents.signals.rule import NONE, SEVERITIES, Signal
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.records import Finding
from schemas.state.rows import RiskRow
from schemas.state.signal_rows import ClearedRow

RAISED, ESCALATED, CLEARED = "raised", "escalated", "cleared"


class Transition(msgspec.Struct, frozen=True):
    """A signal that was raised, escalated or cleared."""

    signal: str
    status: str
    severity: str
    evidence: list[Finding]


class SignalTracker:
    """Judges the signals of customers by one policy."""

    def __init__(self, policy: Policy) -> None:
        self._cooldown_days = policy.risk.cooldown_days
        self._rules = rules_of(policy)
        self._fed_by = tuple(
            tuple(rule for rule in self._rules if kind in rule.fed_by) for kind in Kind
        )
        self._opening = tuple(rule for rule in self._rules if rule.opens_by_itself)
        self._names = {rule.name for rule in self._rules}

    def judge(self, customer: Customer, event: Booking | None) -> list[Transition]:
        """What turns, by name; the customer's open signals follow.

        What an event does not feed cannot turn with it: what is due by its time has happened.
        """
        risks = customer.risks
        rules = self._rules if event is None or customer.policy_is_new else self._fed_by[event.kind]
        turns: list[Transition] = []
        for rule in rules:
            status, severity = self._status(rule, customer, customer.as_of_us)
            if status:
                turns.append(self._turn(customer, rule, status, severity))
        if risks and not risks.keys() <= self._names:
            # whose section is gone from the policy: nothing else could ever close it
            gone = sorted(risks.keys() - self._names)
            turns += [self._end(customer, name, []) for name in gone]
            turns.sort(key=_signal)
        return turns

    def _status(self, rule: Signal, customer: Customer, at_us: int) -> tuple[str, int]:
        """What happens to a signal at a time, if no event comes before; empty: nothing."""
        found = customer.risks.get(rule.name)
        if found is not None:
            if rule.clears(customer, at_us):
                return CLEARED, NONE
            severity = rule.severity(customer, at_us)
            return (ESCALATED if severity > SEVERITIES.index(found.severity) else ""), severity
        severity = rule.severity(customer, at_us)
        if severity == NONE:
            return "", NONE
        cleared = customer.signals.cleared.get(rule.name)
        if cleared is not None:
            cools = at_us // DAY_US < cleared.day + self._cooldown_days
            if cools and severity <= SEVERITIES.index(cleared.severity):
                return "", NONE
        return RAISED, severity

    def _turn(self, customer: Customer, rule: Signal, status: str, severity: int) -> Transition:
        risks, name = customer.risks, rule.name
        evidence = rule.evidence(customer, severity)
        if status == CLEARED:
            return self._end(customer, name, evidence)
        word = SEVERITIES[severity]
        if status == ESCALATED:
            risks[name].severity = word
        else:
            customer.signals.cleared.pop(name, None)
            insert_sorted(risks, name, RiskRow(name, word, customer.as_of_us))
        return Transition(name, status, word, evidence)

    def _end(self, customer: Customer, name: str, evidence: list[Finding]) -> Transition:
        word = customer.risks.pop(name).severity
        if self._cooldown_days:
            customer.signals.cleared[name] = ClearedRow(word, customer.day)
        return Transition(name, CLEARED, word, evidence)

    def due_us(self, customer: Customer, before_us: int) -> int:
        """When a signal turns with no event; `before_us` where none does before that time."""
        risks, cleared = customer.risks, customer.signals.cleared
        due_us = before_us
        for rule in self._rules if risks or cleared else self._opening:
            is_open = rule.name in risks
            cools = cleared.get(rule.name)
            if is_open or cools is not None or rule.opens_by_itself:
                cool_us = NO_DUE_US
                if cools is not None:
                    cool_us = day_start(cools.day + self._cooldown_days)
                at_us = self._due_of(rule, customer, is_open, cool_us, due_us)
                if at_us < due_us:
                    due_us = at_us
        return due_us

    def _due_of(
        self, rule: Signal, customer: Customer, is_open: bool, cool_us: int, before_us: int
    ) -> int:
        """When it turns, if before a time."""
        at_us = customer.as_of_us
        while True:
            next_us = rule.next_us(customer, at_us, is_open)
            if at_us < cool_us < next_us:
                next_us = cool_us
            if next_us >= before_us or self._status(rule, customer, next_us)[0]:
                return next_us
            at_us = next_us


def _signal(turn: Transition) -> str:
    return turn.signal
