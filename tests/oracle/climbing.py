"""The ladder: which step a customer stands on, what moves it, and when that comes by itself."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from . import instants
from .customer import Customer, Figures
from .fields import STEPS
from .guarding import Guard, guards, leading, off_at, rests, said, share
from .money import Terms
from .risk_terms import COSTLY, Rule
from .stages import left_alone, why_lost
from .wire import Wire, finding

AFTER_TALK = "educate"


class Move(NamedTuple):
    """What became of a step: it moved, or somebody is reminded of it."""

    evidence: list[Wire]
    reminds: bool = False


def _answered_on(customer: Customer) -> tuple[int | None, bool]:
    """Name the day on which somebody has just answered to the step, in words or by taking it.

    The second: whether somebody lets the relation end.
    """
    standing = customer.standing
    said, customer.master.answered = customer.master.answered, False
    taken, customer.taken = customer.taken, None
    if standing.step is None:
        return None, False
    if said:
        return customer.today(), False
    if taken is None or taken[0] != standing.step or taken[1] < standing.since:
        return None, False
    return taken[1], taken[2] and taken[0] == STEPS[-1]


def climb(customer: Customer, figures: Figures, terms: Terms) -> Move | None:
    """Judge a customer's step, once its signals are; give the evidence if it moved."""
    standing, today, rule = customer.standing, customer.today(), terms.risk.ladder
    opened = leading(customer, terms)
    if opened and standing.open_since is None:
        standing.open_since = today
    if not opened and standing.open_since is not None:
        standing.open_since, standing.quiet_since = None, today
    asked, customer.master.asked = customer.master.asked, None
    answered, lets_end = _answered_on(customer)
    if rule is None:
        return None if standing.step is None else _moved(customer, None, [])
    if rule["waits_for_answer"] and answered is not None:
        standing.answered = max(answered, standing.answered or answered)
    set_or_back = None if asked is None else _set_by_hand(customer, asked)
    decided = STEPS[-1] if lets_end else asked
    if decided is not None and terms.stage is not None:
        _approve(customer, decided, rule)
    if standing.ends is not None:
        return _ended(customer, rule) or set_or_back
    set_or_back = set_or_back or _back(customer, figures, terms)
    if set_or_back is not None:
        return set_or_back
    hold = _hold_until(customer)
    if hold is not None and customer.as_of < hold:
        return None
    return _by_time(customer, figures, terms, rule)


def held_by(customer: Customer, figures: Figures, terms: Terms) -> Wire | None:
    """Name what keeps a customer from its next step, if anything does."""
    step = customer.standing.step
    following = None if step is None else _next_step(step)
    if following is None or not leading(customer, terms):
        return None
    guard = _first(customer, figures, terms, following)
    return None if guard is None else finding(*_as_told(customer, guard))


def moves_at(customer: Customer, figures: Figures, terms: Terms) -> Iterator[int]:
    """Give the instant at which the step moves, if no event comes; it may have come already."""
    standing, rule = customer.standing, terms.risk.ladder
    if rule is None:
        return
    if standing.ends is not None:
        yield instants.midnight(standing.ends)
    else:
        yield from off_at(customer, terms)
        yield from _moves_by_time(customer, figures, terms, rule)


def _moves_by_time(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Iterator[int]:
    standing = customer.standing
    hold = _hold_until(customer)
    holds = [hold] if hold is not None and hold > customer.as_of else []
    if standing.step is None:
        if standing.open_since is not None:
            waits = _waits_for(customer, rule)
            yield from [max([instants.midnight(waits), *holds])] if waits is not None else holds
        return
    if standing.open_since is None:
        yield max([instants.midnight(standing.quiet_since + rule["clear_days"]), *holds])
        return
    days = [_dwells_from(customer) + rule["dwell_days"]]
    if rule["waits_for_answer"] and standing.answered is None:
        if not standing.reminded:
            yield max([instants.midnight(days[0]), *holds])
        return
    step = _next_step(standing.step)
    if step is None:
        return
    for guard in _beyond(customer, figures, terms, step):
        if guard.until is None:
            return
        days.append(guard.until)
    yield max([instants.midnight(max(days)), *holds])


def _is_said(customer: Customer, step: str) -> bool:
    """Whether what a human says leads so far."""
    name = said(customer)
    return name in STEPS and STEPS.index(step) <= STEPS.index(name)


def _dwells_from(customer: Customer) -> int:
    standing = customer.standing
    days = (standing.since, standing.open_since, standing.answered)
    return max(day for day in days if day is not None)


def _waits_for(customer: Customer, rule: Rule) -> int | None:
    """Name the day for which the first step waits, where a human set none."""
    standing = customer.standing
    if said(customer) != "none" or standing.open_since is None:
        return None
    since = standing.open_since if standing.since is None else standing.since
    waits: int = max(since, standing.open_since) + rule["dwell_days"]
    return waits


def _hold_until(customer: Customer) -> int | None:
    ladder = customer.master.ladder()
    return None if ladder is None else ladder["hold_until"]


def _next_step(step: str) -> str | None:
    return dict(pairwise(STEPS)).get(step)


def _beyond(customer: Customer, figures: Figures, terms: Terms, step: str) -> list[Guard]:
    """List the guards that a step is beyond; what a human says is allowed."""
    if _is_said(customer, step):
        return []
    held = guards(customer, figures, terms, step)
    return [guard for guard in held if STEPS.index(step) > STEPS.index(guard.step)]


def _first(customer: Customer, figures: Figures, terms: Terms, step: str) -> Guard | None:
    """Name the guard that allows least."""
    held = _beyond(customer, figures, terms, step)
    return min(held, key=lambda guard: STEPS.index(guard.step), default=None)


def _as_told(customer: Customer, guard: Guard) -> tuple[str, object, str]:
    """Name the step that is allowed: further than the guard where a human says so."""
    name = said(customer)
    further = name in STEPS and STEPS.index(name) > STEPS.index(guard.step)
    return guard.rule, guard.observed, name if further and name is not None else guard.step


def _set_by_hand(customer: Customer, asked: str) -> Move | None:
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


def _approve(customer: Customer, asked: str, rule: Rule) -> None:
    """A human lets the relation end after the notice, or not any more."""
    standing = customer.standing
    if asked != STEPS[-1]:
        standing.ends = None
    elif standing.ends is None:
        standing.ends = customer.today() + max(1, rule["notice_days"])


def _ended(customer: Customer, rule: Rule) -> Move | None:
    """Leave the ladder on the day on which the relation ends."""
    ends, days = customer.standing.ends, rule["notice_days"]
    if ends is None or customer.today() < ends:
        return None
    return _moved(customer, None, [finding("ladder.notice_days", days, days)])


def _back(customer: Customer, figures: Figures, terms: Terms) -> Move | None:
    """Take back a step that is beyond what is allowed; at rest none is."""
    step, rule = customer.standing.step, terms.risk.ladder
    if step is None or rule is None or _is_said(customer, step):
        return None
    if rests(customer, rule):
        least = rule["at_rest_days"]
        return _moved(customer, None, [finding("ladder.at_rest_days", customer.rested(), least)])
    if left_alone(customer, terms):
        return _moved(customer, None, [why_lost(customer, terms)])
    guard = _first(customer, figures, terms, step)
    if guard is None:
        return None
    told = _as_told(customer, guard)
    return _moved(customer, told[2], [finding(*told)])


def _by_time(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Move | None:
    """Take the first step, the next one, or none any more."""
    standing, today = customer.standing, customer.today()
    if standing.open_since is None:
        passed, least = today - standing.quiet_since, rule["clear_days"]
        if standing.step is None or passed < least:
            return None
        return _moved(customer, None, [finding("ladder.clear_days", passed, least)])
    signals = _signals(customer, figures, terms, rule)
    if standing.step is None:
        waits = _waits_for(customer, rule)
        if waits is not None and waits > today:
            return None
        costs = any(signal in COSTLY for signal in leading(customer, terms))
        return _moved(customer, STEPS[0] if costs else AFTER_TALK, signals)
    return _onwards(customer, figures, terms, rule, signals)


def _signals(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> list[Wire]:
    """Tell which signals lead the customer on, and since when."""
    opened = leading(customer, terms)
    found = []
    for signal in opened:
        risk = customer.risks[signal]
        days = customer.today() - instants.day_of(risk.since)
        found.append(finding(f"risk.{signal}", days, risk.severity))
    if not any(signal in COSTLY for signal in opened):
        cost, most = share(figures, terms, rule)
        found.append(finding("ladder.service_share", terms.text(cost), terms.text(round(most))))
    return found


def _onwards(
    customer: Customer, figures: Figures, terms: Terms, rule: Rule, signals: list[Wire]
) -> Move | None:
    """Take the next step, or remind of the one that nobody has answered to."""
    standing, today = customer.standing, customer.today()
    assert standing.step is not None
    passed, least = today - _dwells_from(customer), rule["dwell_days"]
    if passed < least:
        return None
    evidence = [finding("ladder.dwell_days", passed, least), *signals]
    if rule["waits_for_answer"] and standing.answered is None:
        if standing.reminded:
            return None
        standing.reminded = True
        return Move(evidence, reminds=True)
    step = _next_step(standing.step)
    if step is None or _beyond(customer, figures, terms, step):
        return None
    return _moved(customer, step, evidence)


def _moved(customer: Customer, step: str | None, evidence: list[Wire]) -> Move:
    """Put the customer on a step, or on none."""
    standing, today = customer.standing, customer.today()
    standing.step, standing.since = step, today
    standing.answered, standing.reminded = None, False
    if step != STEPS[-1]:
        standing.ends = None
    standing.steps = () if step is None else (*standing.steps, (step, today))
    return Move(evidence)
