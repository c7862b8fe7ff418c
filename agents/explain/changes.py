"""The last changes of a customer, as far as its row still knows of them."""

from operator import attrgetter
from typing import Final

from agents.customer.stage import NO_STAGE
from agents.customer.state import Customer
from agents.customer.tier_state import FELL, ROSE
from agents.decide.ladder import name_of
from agents.decide.lives import CLEARED, RAISED
from agents.decide.stage import stage_name
from agents.explain.found import Change
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import TIERS

_CAME: Final = {FELL: "fell", ROSE: "rose"}
_at: Final = attrgetter("at")


def changes_of(customer: Customer) -> list[Change]:
    """The newest first; of one day in no order that means something."""
    tier_state, standing, signals = customer.tier_state, customer.standing, customer.signals
    assert tier_state is not None
    came = _CAME.get(tier_state.came, "assigned")
    found = [
        Change(_day(tier_state.since_day), "tier_by_value", came, TIERS[tier_state.tier]),
        Change(_day(tier_state.in_force_since_day), "tier", "in_force", TIERS[tier_state.in_force]),
    ]
    if standing.stage != NO_STAGE:
        found.append(
            Change(_day(standing.since_day), "stage", "in_force", stage_name(standing) or "")
        )
    found += [
        Change(format_micros(risk.since_us), "signal", risk.signal, RAISED)
        for risk in customer.risks.values()
    ]
    found += [
        Change(_day(row.day), "signal", name, CLEARED) for name, row in signals.cleared.items()
    ]
    if signals.ladder is not None:
        found += [
            Change(_day(day), "ladder", "step", name_of(step) or "none")
            for step, day in signals.ladder.steps
        ]
    return sorted(found, key=_at, reverse=True)


def _day(day: int) -> str:
    return format_micros(day_start(day))
