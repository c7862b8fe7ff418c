"""When is a customer to be looked at again, if no event comes before?"""

from collections.abc import Callable

from . import climbing, contacts, decay, episodes, instants, stages
from .customer import Customer, Figures
from .money import Terms
from .tiers import (
    downgrade_day,
    falls_day,
    free_day,
    keep_bound,
    lower_tier,
    prospect,
    upgrade_bound,
)


def find_next_due(customer: Customer, terms: Terms) -> None:
    """Find the first instant after `as_of` at which something changes with no event."""
    figures = customer.figures(terms)
    days = [
        _day_leaves(customer, terms),
        _day_is_compared_no_more(customer, terms),
        _was_there_all_through(customer, terms),
        _late_payment_is_forgiven(customer, terms),
        _tier_moves(customer, figures, terms),
        _index_moves_tier(customer, figures, terms),
        customer.master.leakage_changes(customer.today(), terms.discount),
        None if customer.stage == "closed" else contacts.interval_ends(customer, terms),
    ]
    known = [instants.midnight(day) for day in days if day is not None]
    known += customer.invoices.dues(customer.as_of, terms)
    known += stages.turns(customer, terms)
    if "prompt_payer" in terms.segments:
        known += customer.invoices.lateness_begins(customer.as_of)
    known += episodes.turns(customer, figures, terms)
    known += climbing.moves_at(customer, figures, terms)
    override = customer.master.override(customer.as_of)
    if override is not None and override["expires_at"] is not None:
        known.append(override["expires_at"])
    customer.next_due = min(known, default=None)


def _day_leaves(customer: Customer, terms: Terms) -> int | None:
    """Find when the first day that carries a figure leaves the value window."""
    first = customer.today() - terms.window_days + 1
    inside = [on for on, day in customer.days.items() if on >= first and day.counts()]
    if terms.risk.asks("habitual_complainer", "return_abuse"):
        inside += [on for on in customer.kept.orders if on >= first]
        inside += [on for on, _ in customer.kept.complaints if on >= first]
    return min(inside) + terms.window_days if inside else None


def _day_is_compared_no_more(customer: Customer, terms: Terms) -> int | None:
    """Find when the first day that left something leaves the window before the value window."""
    if "potential" not in terms.segments:
        return None
    first = customer.today() - 2 * terms.window_days + 1
    inside = [
        on
        for on, day in customer.days.items()
        if on >= first and day.left + day.excused * terms.excuses
    ]
    return min(inside) + 2 * terms.window_days if inside else None


def _was_there_all_through(customer: Customer, terms: Terms) -> int | None:
    """Find when the customer will have been known for two whole windows."""
    day = customer.first_day + 2 * terms.window_days
    asked = terms.segments.get("potential", {}).get("whole_window")
    return day if asked and day > customer.today() else None


def _late_payment_is_forgiven(customer: Customer, terms: Terms) -> int | None:
    """Find when the last late payment leaves the value window."""
    late = customer.last_late(terms) if "prompt_payer" in terms.segments else None
    return None if late is None else late + terms.window_days


def _tier_moves(customer: Customer, figures: Figures, terms: Terms) -> int | None:
    """Find when a downgrade comes, or when the tier has stayed long enough to change."""
    if prospect(customer, terms) or customer.stage == "closed":
        return None
    if customer.noticed is not None:
        return downgrade_day(customer, terms)
    tier, today = str(customer.value_tier), customer.today()
    if figures.index < keep_bound(tier, terms):
        days = [falls_day(customer, terms)]
        if not terms.hold["grace_days"]:
            days.append(int(max(free_day(customer, terms, "downgrade"), today)))
        return max(days)
    if figures.index < upgrade_bound(tier, terms):
        return None
    return int(max(free_day(customer, terms, "upgrade"), today))


def _index_moves_tier(customer: Customer, figures: Figures, terms: Terms) -> int | None:
    """Find when the index, as days go by, comes to where the tier by value must say something."""
    if terms.decay is None:
        return None
    halving, now, waiting = terms.decay, figures.index, figures.waiting
    tier = str(customer.value_tier)
    keep, upgrade = keep_bound(tier, terms), upgrade_bound(tier, terms)
    weighed = customer.weighed(terms)

    def first(index_fits: Callable[[int], bool]) -> int | None:
        if index_fits(now):
            return None
        return decay.first_day(
            weighed, customer.today(), halving, lambda left: index_fits(left - waiting)
        )

    if prospect(customer, terms) or customer.stage == "closed":
        return None
    if customer.noticed is not None and terms.hold["notice_after_days"] is not None:
        told = customer.noticed_tier
        return first(lambda index: index >= keep or lower_tier(tier, index, terms) != told)
    if customer.noticed is not None or customer.below_since is not None:
        return first(lambda index: index >= keep)
    days = first(lambda index: index < keep), first(lambda index: index >= upgrade)
    return min((day for day in days if day is not None), default=None)
