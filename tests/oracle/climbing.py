"""The ladder: which step a customer stands on, what moves it, and when that comes by itself."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from . import instants, segments
from .customer import Customer, Figures
from .fields import STEPS, TIERS
from .money import Terms
from .risk_terms import COSTLY, Rule
from .tiers import prospect
from .wire import Wire, finding

FOR_VALUABLE = "renegotiate"
FOR_YOUNG = "educate"


class Guard(NamedTuple):
    """What keeps a customer from going beyond a step."""

    rule: str
    observed: object
    step: str


def climb(customer: Customer, figures: Figures, terms: Terms) -> list[Wire] | None:
    """Judge a customer's step, once its signals are; give the evidence if it moved."""
    standing, today, rule = customer.standing, customer.today(), terms.risk.ladder
    opened = [] if prospect(customer, terms) else _open(customer)
    if opened and standing.open_since is None:
        standing.open_since = today
    if not opened and standing.open_since is not None:
        standing.open_since, standing.quiet_since = None, today
    asked, customer.master.asked = customer.master.asked, None
    if rule is None:
        return None if standing.step is None else _moved(customer, None, [])
    set_or_back = None if asked is None else _set_by_hand(customer, asked)
    set_or_back = set_or_back or _back(customer, figures, terms)
    if set_or_back is not None:
        return set_or_back
    hold = _hold_until(customer)
    if hold is not None and customer.as_of < hold:
        return None
    return _by_time(customer, figures, terms, rule)


def moves_at(customer: Customer, figures: Figures, terms: Terms) -> Iterator[int]:
    """Give the instant at which the step moves, if no event comes; it may have come already."""
    standing, rule = customer.standing, terms.risk.ladder
    hold = _hold_until(customer)
    holds = [hold] if hold is not None and hold > customer.as_of else []
    if rule is None:
        return
    if standing.step is None:
        if standing.open_since is not None:
            waits = _waits_for(customer, rule)
            yield from [max([instants.midnight(waits), *holds])] if waits is not None else holds
        return
    if standing.open_since is None:
        yield max([instants.midnight(standing.quiet_since + rule["clear_days"]), *holds])
        return
    step = _next_step(standing.step)
    if step is None:
        return
    days = [max(standing.since, standing.open_since) + rule["dwell_days"]]
    guards = [] if _is_said(customer, step) else _guards(customer, figures, terms, rule)
    for guard in guards:
        if STEPS.index(step) > STEPS.index(guard.step):
            if guard.rule != "ladder.young_days":
                return
            days.append(customer.today() - _age(customer) + rule["young_days"])
    yield max([instants.midnight(max(days)), *holds])


def _open(customer: Customer) -> list[str]:
    return [signal for signal in COSTLY if signal in customer.risks]


def _said(customer: Customer) -> str | None:
    """Name the step that the newest record on customers says."""
    ladder = customer.master.ladder()
    return None if ladder is None else ladder["set_step"]


def _is_said(customer: Customer, step: str) -> bool:
    """Whether what a human says leads so far."""
    said = _said(customer)
    return said in STEPS and STEPS.index(step) <= STEPS.index(said)


def _waits_for(customer: Customer, rule: Rule) -> int | None:
    """Name the day for which the first step waits, where a human set none."""
    standing = customer.standing
    if _said(customer) != "none" or standing.open_since is None:
        return None
    since = standing.open_since if standing.since is None else standing.since
    waits: int = max(since, standing.open_since) + rule["dwell_days"]
    return waits


def _hold_until(customer: Customer) -> int | None:
    ladder = customer.master.ladder()
    return None if ladder is None else ladder["hold_until"]


def _next_step(step: str) -> str | None:
    return dict(pairwise(STEPS)).get(step)


def _age(customer: Customer) -> int:
    """Count the days since the day it joined, or, where nobody said, of its first event."""
    joined = customer.master.joined_on()
    return customer.tenure() if joined is None else customer.today() - joined


def _guards(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> list[Guard]:
    """List what holds a customer back, the one to be named first at the front."""
    guards = []
    if _age(customer) < rule["young_days"]:
        guards.append(Guard("ladder.young_days", _age(customer), FOR_YOUNG))
    if customer.tier in TIERS[2:]:
        guards.append(Guard("ladder.tier", customer.tier, FOR_VALUABLE))
    if "potential" in segments.held(customer, figures, terms):
        guards.append(Guard("ladder.segment", "potential", FOR_VALUABLE))
    return guards


def _beyond(
    customer: Customer, figures: Figures, terms: Terms, rule: Rule, step: str
) -> Guard | None:
    """Name the guard that a step is beyond, if any; what a human says is allowed."""
    if _is_said(customer, step):
        return None
    for guard in _guards(customer, figures, terms, rule):
        if STEPS.index(step) > STEPS.index(guard.step):
            return guard
    return None


def _set_by_hand(customer: Customer, asked: str) -> list[Wire] | None:
    """Take the step that a human set; the one there is already is none to be taken."""
    step = None if asked == "none" else asked
    ladder = customer.master.ladder()
    if step is None and customer.standing.step is None:
        customer.standing.since = customer.today()
    if step == customer.standing.step or ladder is None:
        return None
    if customer.standing.open_since is None:
        customer.standing.quiet_since = customer.today()
    return _moved(customer, step, [finding("ladder.set_step", asked, ladder["reason"])])


def _back(customer: Customer, figures: Figures, terms: Terms) -> list[Wire] | None:
    """Take back a step that is beyond what is allowed."""
    step, rule = customer.standing.step, terms.risk.ladder
    if step is None or rule is None:
        return None
    guard = _beyond(customer, figures, terms, rule, step)
    if guard is None:
        return None
    said = _said(customer)
    if said in STEPS and STEPS.index(said) > STEPS.index(guard.step):
        guard = guard._replace(step=said)
    return _moved(customer, guard.step, [finding(*guard)])


def _by_time(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> list[Wire] | None:
    """Take the first step, the next one, or none any more."""
    standing, today = customer.standing, customer.today()
    if standing.open_since is None:
        passed, least = today - standing.quiet_since, rule["clear_days"]
        if standing.step is None or passed < least:
            return None
        return _moved(customer, None, [finding("ladder.clear_days", passed, least)])
    signals = [
        finding(
            f"risk.{signal}",
            today - instants.day_of(customer.risks[signal].since),
            customer.risks[signal].severity,
        )
        for signal in _open(customer)
    ]
    if standing.step is None:
        waits = _waits_for(customer, rule)
        return _moved(customer, STEPS[0], signals) if waits is None or waits <= today else None
    step = _next_step(standing.step)
    passed, least = today - max(standing.since, standing.open_since), rule["dwell_days"]
    if step is None or passed < least:
        return None
    if _beyond(customer, figures, terms, rule, step) is not None:
        return None
    return _moved(customer, step, [finding("ladder.dwell_days", passed, least), *signals])


def _moved(customer: Customer, step: str | None, evidence: list[Wire]) -> list[Wire]:
    """Put the customer on a step, or on none."""
    standing, today = customer.standing, customer.today()
    standing.step, standing.since = step, today
    standing.steps = () if step is None else (*standing.steps, (step, today))
    return evidence
