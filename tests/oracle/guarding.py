"""Who is led onto the ladder at all, and what keeps a customer from going further."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from . import instants, ledger, segments
from .customer import Customer, Figures
from .fields import CHANNELS, STEPS, TIERS
from .money import Terms
from .risk_terms import COSTLY, TEACHING, Rule
from .stages import left_alone
from .tiers import prospect

FOR_VALUABLE = "renegotiate"
FOR_MOST = "educate"


class Guard(NamedTuple):
    """What keeps a customer from going beyond a step."""

    rule: str
    observed: object
    step: str
    until: int | None = None
    """The day from which it holds no more, if that is known."""


def leading(customer: Customer, terms: Terms) -> list[str]:
    """List the open signals that lead onto the ladder."""
    rule = terms.risk.ladder
    opened = [name for name in customer.risks if name in COSTLY or name in TEACHING]
    if prospect(customer, terms) or (rule is not None and rests(customer, rule)):
        return []
    if left_alone(customer, terms):
        return []
    if rule is not None and rule["service_share"] is not None and set(opened) & set(TEACHING):
        cost, most = share(customer.figures(terms), terms, rule)
        if cost > max(0, round(most)):
            return sorted(opened)
    return sorted(name for name in opened if name in COSTLY)


def share(figures: Figures, terms: Terms, rule: Rule) -> tuple[int, Fraction]:
    """Reckon what contacts cost, and the most that they may."""
    cost, margin = sum(figures.lines[channel] for channel in CHANNELS), figures.margin
    if terms.excuses:
        cost -= figures.lines[ledger.FAULT]
        margin += figures.lines[ledger.REFUNDS]
    return cost, rule["service_share"] * margin


def rests(customer: Customer, rule: Rule) -> bool:
    """Tell whether nothing went on for so long that no step is asked for."""
    return rule["at_rest_days"] is not None and customer.rested() >= rule["at_rest_days"]


def off_at(customer: Customer, terms: Terms) -> Iterator[int]:
    """Give the instant at which a customer comes to rest, where that matters."""
    standing, rule = customer.standing, terms.risk.ladder
    if rule is None or rule["at_rest_days"] is None or rests(customer, rule):
        return
    if standing.step is not None or standing.open_since is not None:
        yield instants.midnight(customer.today() - customer.rested() + rule["at_rest_days"])


def said(customer: Customer) -> str | None:
    """Name the step that the newest record on customers says."""
    ladder = customer.master.ladder()
    return None if ladder is None else ladder["set_step"]


def guards(customer: Customer, figures: Figures, terms: Terms, step: str) -> list[Guard]:
    """List what may hold a customer back from a step, the one to be named first at the front."""
    rule = terms.risk.ladder
    assert rule is not None
    held = (
        []
        if STEPS.index(step) < STEPS.index(FOR_VALUABLE)
        else [
            *_for_all(customer, figures, terms, rule),
            *_for_the_valuable(customer, figures, terms),
        ]
    )
    opened = leading(customer, terms)
    if opened:
        reaches = [(rule["reach"].get(name, _end(name)), name) for name in opened]
        furthest = max(STEPS.index(reach) for reach, _ in reaches)
        name = next(name for reach, name in reaches if STEPS.index(reach) == furthest)
        held.append(Guard("ladder.reach", name, STEPS[furthest]))
    return held


def _end(signal: str) -> str:
    return FOR_MOST if signal in TEACHING else STEPS[-1]


def _for_all(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Iterator[Guard]:
    age, young = _age(customer), rule["young_days"]
    if age < young:
        yield Guard("ladder.young_days", age, FOR_MOST, customer.today() - age + young)
    if rule["unanswered_complaint"]:
        asked = [
            complaint
            for issue in customer.kept.issues.known.values()
            if issue.word is False and (complaint := issue.complaint()) is not None
        ]
        if asked:
            days = customer.today() - instants.day_of(min(asked))
            yield Guard("ladder.guards.unanswered_complaint", days, FOR_MOST)
    if rule["earned_share"] is not None:
        earned, cost = customer.earned(terms), figures.service_cost
        if terms.excuses:
            cost -= figures.lines[ledger.FAULT]
        if earned > 0 and cost < rule["earned_share"] * earned:
            yield Guard("ladder.guards.earned_share", terms.text(cost), FOR_MOST)


def _for_the_valuable(customer: Customer, figures: Figures, terms: Terms) -> Iterator[Guard]:
    if customer.tier in TIERS[2:]:
        yield Guard("ladder.tier", customer.tier, FOR_VALUABLE)
    if "potential" in segments.held(customer, figures, terms):
        yield Guard("ladder.segment", "potential", FOR_VALUABLE)


def _age(customer: Customer) -> int:
    """Count the days since the day it joined, or, where nobody said, of its first event."""
    joined = customer.master.joined_on()
    return customer.tenure() if joined is None else customer.today() - joined
