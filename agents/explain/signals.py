"""Every signal of the policy, open or not: what is observed beside the bounds that turn it."""

from typing import Final

from agents.customer.state import Customer
from agents.decide.ending import is_closed
from agents.decide.stage import stages_of
from agents.explain.found import Ahead, Gauge, SignalFound
from agents.explain.texts import day_text
from agents.policy.compiled import Policy
from agents.signals.registry import SIGNALS, rules_of
from agents.signals.rule import Signal
from schemas.base.times import format_micros
from schemas.outputs.parts import Finding

_ENDS: Final = frozenset(f"risk.{signal.name}.{key}" for signal in SIGNALS for key in signal.ends)
"""It is raised below these bounds only, and cleared at them."""
_WORDS: Final = {
    f"risk.{signal.name}.{key}" if key else f"risk.{signal.name}": words
    for signal in SIGNALS
    for key, words in signal.words.items()
}


def signals_of(customer: Customer, policy: Policy, ahead: Ahead) -> list[SignalFound]:
    """Each by name; `ahead` tells when time alone turns it."""
    return [_found(rule, customer, policy, ahead) for rule in rules_of(policy)]


def is_silent(rule: Signal, customer: Customer, policy: Policy) -> bool:
    """Whether a signal is not asked: all once it is over, those of leaving of the lost."""
    stages = stages_of(policy)
    if stages is None:
        return False
    day = customer.day
    return is_closed(customer, day) or (rule.leaves and stages.is_lost(customer, day))


def _found(rule: Signal, customer: Customer, policy: Policy, ahead: Ahead) -> SignalFound:
    row, cools = customer.risks.get(rule.name), customer.signals.cleared.get(rule.name)
    cooling_until = None
    if cools is not None:
        cooling_until = day_text(cools.day + policy.risk.cooldown_days)
    turn = None
    for one in ahead.turns:
        if one.what == "signal" and one.name == rule.name:
            turn = one
            break
    return SignalFound(
        signal=rule.name,
        severity=None if row is None else row.severity,
        since=None if row is None else format_micros(row.since_us),
        silent=is_silent(rule, customer, policy),
        cooling_until=cooling_until,
        raised_by=[gauge(found, cleared=False) for found in rule.raised_by(customer)],
        cleared_by=[]
        if row is None
        else [gauge(found, cleared=True) for found in rule.cleared_by(customer)],
        turns_at=None if turn is None else turn.at,
        turns_to=None if turn is None else turn.becomes,
    )


def gauge(found: Finding, *, cleared: bool) -> Gauge:
    """A finding with its words, and how the observed has to stand to the bound."""
    what, raises, *clears = _WORDS[found.rule]
    comparison = clears[0] if cleared and clears else raises
    if not cleared and found.rule in _ENDS:
        comparison = "<"
    return Gauge(found.rule, what, found.observed, comparison, found.threshold)
