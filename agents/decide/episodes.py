"""Episodes of the signals: raised, escalated and cleared once each, and not again so soon."""

from operator import attrgetter
from typing import Final

from agents.customer.stage import Standing
from agents.customer.state import Customer
from agents.customer.windows import insert_sorted
from agents.decide.decisions import Transition
from agents.decide.ending import CLOSED, is_closed
from agents.decide.lives import (
    CLEARED,
    COOLING_HIGH,
    COOLING_WATCH,
    ESCALATED,
    FOUND_CLEAR,
    FOUND_HIGH,
    FOUND_WATCH,
    HIGH_OPEN,
    QUIET,
    SIGNAL_LIFE,
    WATCH_OPEN,
    Unsaid,
    happens,
)
from agents.decide.stage import becomes, stages_of
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.signals.registry import rules_of
from agents.signals.rule import NONE, Signal, word_of
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.base.vocabulary import Severity, SignalStatus
from schemas.inputs.events import Kind
from schemas.state.rows import RiskRow
from schemas.state.signal_rows import ClearedRow

Open = dict[str, RiskRow]
Cleared = dict[str, ClearedRow]
_FOUND: Final = ("", FOUND_WATCH, FOUND_HIGH)
_OPEN: Final[dict[Severity, str]] = {"watch": WATCH_OPEN, "high": HIGH_OPEN}
_COOLING: Final[dict[Severity, str]] = {"watch": COOLING_WATCH, "high": COOLING_HIGH}
SPEAKING, LEAVING, ALL = range(3)
"""Which signals are not asked."""
_signal: Final = attrgetter("signal")


def _fed_by(kind: Kind, rules: tuple[Signal, ...], policy: Policy) -> tuple[Signal, ...]:
    if kind is Kind.CUSTOMERS and (policy.kinds or policy.kind is not None):
        # who turns out to be of another kind is judged by other bounds from now on
        return rules
    return tuple(rule for rule in rules if kind in rule.fed_by)


class SignalTracker:
    """What one policy makes of the signals of customers; it keeps nothing of them."""

    def __init__(self, policy: Policy) -> None:
        self._cooldown_days = policy.risk.cooldown_days
        self._stages = stages_of(policy)
        self._rules = rules_of(policy)
        self._fed_by = tuple(_fed_by(kind, self._rules, policy) for kind in Kind)
        self._opening = tuple(rule for rule in self._rules if rule.opens_by_itself)
        self._names = {rule.name for rule in self._rules}

    def transitions(self, customer: Customer, tier: int, event: Booking | None) -> list[Transition]:
        """What happens to signals now, by name, of a customer that has this tier in force.

        What an event does not feed cannot turn with it: what is due by its time has happened.
        """
        rules = self._rules
        if event is not None and not customer.policy_is_new and not self._may_speak_again(customer):
            rules = self._fed_by[event.kind]
        found: list[Transition] = []
        risks, cleared, as_of_us = customer.risks, customer.signals.cleared, customer.as_of_us
        silent = self._silent(customer, as_of_us)
        for rule in rules:
            row, cools = risks.get(rule.name), cleared.get(rule.name)
            status, severity = self._status(rule, customer, tier, as_of_us, row, cools, silent)
            if status:
                found.append(self._transition(customer, rule, status, severity, silent))
        if risks and not risks.keys() <= self._names:
            # whose section is gone from the policy: nothing else could ever close it
            gone = sorted(risks.keys() - self._names)
            found += [Transition(name, CLEARED, risks[name].severity, []) for name in gone]
            found.sort(key=_signal)
        return found

    def after(self, customer: Customer, transitions: list[Transition]) -> tuple[Open, Cleared]:
        """(the open signals, those in their cool-down) once these have happened."""
        risks, cleared = dict(customer.risks), dict(customer.signals.cleared)
        for transition in transitions:
            name, severity = transition.signal, transition.severity
            if transition.status == CLEARED:
                del risks[name]
                if self._cooldown_days:
                    cleared[name] = ClearedRow(severity, customer.day)
            elif transition.status == ESCALATED:
                risks[name] = RiskRow(name, severity, risks[name].since_us)
            else:
                cleared.pop(name, None)
                insert_sorted(risks, name, RiskRow(name, severity, customer.as_of_us))
        return risks, cleared

    def _status(
        self,
        rule: Signal,
        customer: Customer,
        tier: int,
        at_us: int,
        row: RiskRow | None,
        cools: ClearedRow | None,
        silent: int,
    ) -> tuple[SignalStatus | Unsaid, int]:
        """(what happens, the severity found) at a time if no event comes before; empty: nothing."""
        is_silent = silent == ALL or (silent == LEAVING and rule.leaves)
        if row is not None:
            state = _OPEN[row.severity]
            if is_silent or rule.clears(customer, tier, at_us):
                return happens(SIGNAL_LIFE, state, FOUND_CLEAR), NONE
            severity = rule.severity(customer, tier, at_us)
            return happens(SIGNAL_LIFE, state, _FOUND[severity]), severity
        severity = NONE if is_silent else rule.severity(customer, tier, at_us)
        if severity == NONE:
            return "", NONE
        state = QUIET
        if cools is not None and at_us // DAY_US < cools.day + self._cooldown_days:
            state = _COOLING[cools.severity]
        return happens(SIGNAL_LIFE, state, _FOUND[severity]), severity

    def _may_speak_again(self, customer: Customer) -> bool:
        """Whether it may be back, of which nothing was said: any signal may have come to hold."""
        return self._stages is not None and customer.standing.stage == CLOSED

    def _silent(self, customer: Customer, at_us: int) -> int:
        """Which signals are not asked: those of leaving, of who is lost; all, once all is over."""
        stages, day = self._stages, at_us // DAY_US
        if stages is None:
            return SPEAKING
        if is_closed(customer, day):
            return ALL
        return LEAVING if stages.is_lost(customer, day) else SPEAKING

    def _transition(
        self, customer: Customer, rule: Signal, status: SignalStatus, severity: int, silent: int
    ) -> Transition:
        cleared = status == CLEARED
        word = customer.risks[rule.name].severity if cleared else word_of(severity)
        if silent == ALL:
            evidence = [becomes(customer.standing, Standing(CLOSED, customer.day))]
        elif silent == LEAVING and rule.leaves and self._stages is not None:
            evidence = [self._stages.why_lost(customer)]
        else:
            evidence = rule.evidence(customer, severity)
        return Transition(rule.name, status, word, evidence)

    def due_us(
        self, customer: Customer, tier: int, risks: Open, cleared: Cleared, before_us: int
    ) -> int:
        """When a signal turns with no event; `before_us` where none does before that time."""
        due_us = before_us
        for rule in self._rules if risks or cleared else self._opening:
            row, cools = risks.get(rule.name), cleared.get(rule.name)
            if row is not None or cools is not None or rule.opens_by_itself:
                at_us = self._due_of(rule, customer, tier, row, cools, due_us)
                if at_us < due_us:
                    due_us = at_us
        return due_us

    def _due_of(
        self,
        rule: Signal,
        customer: Customer,
        tier: int,
        row: RiskRow | None,
        cools: ClearedRow | None,
        before_us: int,
    ) -> int:
        """When it turns, if before a time."""
        cool_us = NO_DUE_US if cools is None else day_start(cools.day + self._cooldown_days)
        at_us = customer.as_of_us
        while True:
            next_us = rule.next_us(customer, tier, at_us, row is not None)
            if at_us < cool_us < next_us:
                next_us = cool_us
            if next_us >= before_us:
                return next_us
            silent = self._silent(customer, next_us)
            if self._status(rule, customer, tier, next_us, row, cools, silent)[0]:
                return next_us
            at_us = next_us
