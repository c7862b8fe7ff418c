"""The stage of a customer's life: what follows at each look from the one before."""

from collections.abc import Iterator
from fractions import Fraction

from . import instants
from .customer import Customer
from .money import Terms
from .wire import Wire, finding

LEAVING = ("fading", "leaving", "no_second_purchase", "overdue", "spend_drop")
"""The signals of one who leaves."""


def over(customer: Customer) -> bool:
    """Tell whether the relation is over, and the customer did not buy since."""
    if customer.stage == "closed":
        return not _bought_since(customer)
    ends = customer.standing.ends
    return ends is not None and customer.today() >= ends


def lost(customer: Customer, terms: Terms) -> bool:
    """Tell whether it bought nothing for too long."""
    first = _lost_on(customer, terms)
    return first is not None and customer.today() >= first


def left_alone(customer: Customer, terms: Terms) -> bool:
    """Tell whether nothing is asked of it any more."""
    return terms.stage is not None and (over(customer) or lost(customer, terms))


def unasked(customer: Customer, terms: Terms, signal: str) -> list[Wire] | None:
    """Give the evidence why a signal is not judged; None: it is."""
    if terms.stage is None:
        return None
    if over(customer):
        return [finding("stage", customer.stage or "none", "closed")]
    if signal in LEAVING and lost(customer, terms):
        return [why_lost(customer, terms)]
    return None


def why_lost(customer: Customer, terms: Terms) -> Wire:
    """Count the days without a purchase, beside those that there may be."""
    first, last = _lost_on(customer, terms), customer.kept.sales.last
    assert first is not None
    assert last is not None
    return finding("stage.lost_days", customer.today() - last, first - 1 - last)


def stage_of(customer: Customer, terms: Terms, *, is_over: bool) -> str | None:
    """Name the stage, once signals are judged; it is over where an end was reached just now."""
    if terms.stage is None:
        return None
    stage, since = customer.stage or "prospect", customer.stage_since
    if customer.stage is None:
        since = customer.today()
    while True:
        following = _following(customer, terms, stage, since, is_over=is_over)
        if following == stage:
            return stage
        stage, since = following, customer.today()


def _following(customer: Customer, terms: Terms, stage: str, since: int, *, is_over: bool) -> str:
    """Name what follows a stage just now, or the very same."""
    if is_over or stage == "closed":
        return "closed" if is_over else "returned"
    if stage == "prospect":
        return "new" if customer.bought or customer.kept.sales.last is not None else stage
    if customer.kept.sales.last is None:
        return stage if customer.bought else "prospect"
    if lost(customer, terms):
        return "lost"
    if stage == "lost":
        return "returned" if customer.kept.sales.last >= since else "active"
    return _while_buying(customer, terms, stage, since)


def _while_buying(customer: Customer, terms: Terms, stage: str, since: int) -> str:
    if any(signal in customer.risks for signal in LEAVING):
        return "slipping"
    ends = _settles(customer, terms, stage, since)
    if stage == "slipping" or (ends is not None and customer.today() >= ends):
        return "active"
    return stage


def turns(customer: Customer, terms: Terms) -> Iterator[int]:
    """Give the instants at which the stage changes by itself, but for signals and steps."""
    if terms.stage is None or customer.stage in {None, "prospect", "lost", "closed"}:
        return
    stage = str(customer.stage)
    days = _lost_on(customer, terms), _settles(customer, terms, stage, customer.stage_since)
    yield from (instants.midnight(day) for day in days if day is not None)


def _settles(customer: Customer, terms: Terms, stage: str, since: int) -> int | None:
    """Name the day from which it is neither new nor back."""
    assert terms.stage is not None
    begins = {"new": customer.kept.sales.first, "returned": since}.get(stage)
    return None if begins is None else int(begins + terms.stage["new_days"])


def _lost_on(customer: Customer, terms: Terms) -> int | None:
    sales, rule = customer.kept.sales, terms.stage
    if rule is None or sales.first is None or sales.last is None:
        return None
    pause: int = rule["lost_days"]
    if sales.purchase_days > 1:
        mean = Fraction(sales.last - sales.first, sales.purchase_days - 1)
        pause = max(pause, int(rule["lost_gaps"] * mean))
    return sales.last + pause + 1


def _bought_since(customer: Customer) -> bool:
    last = customer.kept.sales.last
    return last is not None and last >= customer.stage_since
