"""When a signal is raised, escalated and cleared, and when that happens by itself."""

from collections.abc import Iterator
from copy import copy
from typing import NamedTuple

from . import instants, stages
from .customer import Cleared, Customer, Figures, Risk
from .money import Terms
from .opinion import HIGH, WATCH, Opinion
from .opinions import OPINIONS
from .wire import Wire


class Happening(NamedTuple):
    """What happened to a signal, or to the ladder."""

    signal: str
    status: str
    severity: str
    evidence: list[Wire]


def happen(customer: Customer, figures: Figures, terms: Terms) -> list[Happening]:
    """Raise, escalate and clear the signals, in the order of their names."""
    found = []
    for signal in OPINIONS:
        happening = _next(customer, figures, terms, signal)
        if happening is None:
            continue
        found.append(happening)
        if happening.status == "cleared":
            del customer.risks[signal]
            customer.cooling[signal] = Cleared(customer.today(), happening.severity)
        elif happening.status == "raised":
            customer.cooling.pop(signal, None)
            customer.risks[signal] = Risk(customer.as_of, happening.severity)
        else:
            customer.risks[signal] = customer.risks[signal]._replace(severity=HIGH)
    return found


def turns(customer: Customer, figures: Figures, terms: Terms) -> Iterator[int]:
    """Give for each signal the first instant to come at which something happens to it.

    Figures are as they are now: they change at due times of their own, after which this is
    looked at again.
    """
    for signal, rule in terms.risk.rules.items():
        instants_to_come = set(OPINIONS[signal](customer, figures, terms, rule).turns)
        if signal in customer.cooling:
            instants_to_come.add(instants.midnight(_cool_on(customer.cooling[signal], terms)))
        then = copy(customer)
        for then.as_of in sorted(instants_to_come):
            if then.as_of > customer.as_of and _next(then, figures, terms, signal):
                yield then.as_of
                break


def _next(customer: Customer, figures: Figures, terms: Terms, signal: str) -> Happening | None:
    """Find what happens to a signal just now, if anything."""
    risk, rule = customer.risks.get(signal), terms.risk.rules.get(signal)
    if rule is None:
        return None if risk is None else Happening(signal, "cleared", risk.severity, [])
    unasked = stages.unasked(customer, terms, signal)
    said = OPINIONS[signal](customer, figures, terms, rule)
    if unasked is not None:
        said = Opinion(None, [], unasked)
    if risk is None:
        if said.severity is None or _cools(customer, terms, signal, said):
            return None
        return Happening(signal, "raised", said.severity, said.raised)
    if said.cleared is not None:
        return Happening(signal, "cleared", risk.severity, said.cleared)
    if said.severity == HIGH and risk.severity == WATCH:
        return Happening(signal, "escalated", HIGH, said.raised)
    return None


def _cools(customer: Customer, terms: Terms, signal: str, said: Opinion) -> bool:
    """Tell whether a signal is not to be raised again yet."""
    cleared = customer.cooling.get(signal)
    if cleared is None or customer.today() >= _cool_on(cleared, terms):
        return False
    return not (said.severity == HIGH and cleared.severity == WATCH)


def _cool_on(cleared: Cleared, terms: Terms) -> int:
    return cleared.day + terms.risk.cooldown_days
