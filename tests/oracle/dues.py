"""When is a customer to be looked at again, if no event comes before?"""

from collections.abc import Callable

from . import contacts, decay, instants
from .customer import Customer, Figures
from .money import Terms
from .signals import worth
from .tiers import downgrade_day, keep_bound, upgrade_bound


def find_next_due(customer: Customer, terms: Terms) -> None:
    """Find the first instant after `as_of` at which something changes with no event."""
    figures = customer.figures(terms)
    days = [
        _day_leaves(customer, terms),
        _day_is_compared_no_more(customer, terms),
        _spike_clears(customer, terms),
        _tenure_reached(customer, figures, terms),
        _tier_moves(customer, figures, terms),
        _index_moves_tier(customer, figures, terms),
        customer.master.leakage_changes(customer.today(), terms.discount),
        contacts.interval_ends(customer, terms),
    ]
    known = [instants.midnight(day) for day in days if day is not None]
    known += customer.invoices.dues(customer.as_of, terms)
    override = customer.master.override(customer.as_of)
    if override is not None and override["expires_at"] is not None:
        known.append(override["expires_at"])
    customer.next_due = min(known, default=None)


def _day_leaves(customer: Customer, terms: Terms) -> int | None:
    """Find when the first day that carries a figure leaves the value window."""
    first = customer.today() - terms.window_days + 1
    inside = [on for on, day in customer.days.items() if on >= first and day.counts()]
    return min(inside) + terms.window_days if inside else None


def _day_is_compared_no_more(customer: Customer, terms: Terms) -> int | None:
    """Find when the first day that left something leaves the window before the value window."""
    if "potential" not in terms.segments:
        return None
    first = customer.today() - 2 * terms.window_days + 1
    inside = [on for on, day in customer.days.items() if on >= first and day.left]
    return min(inside) + 2 * terms.window_days if inside else None


def _spike_clears(customer: Customer, terms: Terms) -> int | None:
    """Find when so many contacts have left their window that an open spike clears."""
    if terms.support_spike is None or "support_spike" not in customer.risks:
        return None
    window_days = terms.support_spike["window_days"]
    first = customer.today() - window_days + 1
    left = customer.contacts(window_days)
    for on in sorted(on for on in customer.days if on >= first):
        left -= customer.days[on].contacts
        if left <= terms.support_spike["clear_at"]:
            return on + window_days
    return None


def _tenure_reached(customer: Customer, figures: Figures, terms: Terms) -> int | None:
    """Find when a customer that already costs money has been here long enough to say so.

    If the contribution changes before, that is due earlier and this is looked at again.
    """
    rule = terms.unprofitable
    if rule is None or "unprofitable" in customer.risks:
        return None
    if customer.tenure() >= rule["min_tenure_days"] or worth(figures, terms) >= rule["below"]:
        return None
    return customer.first_day + rule["min_tenure_days"]


def _tier_moves(customer: Customer, figures: Figures, terms: Terms) -> int | None:
    """Find when a downgrade comes, or when the tier has stayed long enough to change."""
    if customer.noticed is not None:
        return downgrade_day(customer, terms)
    tier = str(customer.value_tier)
    if keep_bound(tier, terms) <= figures.index < upgrade_bound(tier, terms):
        return None
    return int(customer.value_tier_since + terms.hold["min_dwell_days"])


def _index_moves_tier(customer: Customer, figures: Figures, terms: Terms) -> int | None:
    """Find when the index, as days go by, comes to where the tier by value must say something."""
    if terms.decay is None:
        return None
    halving, now, waiting = terms.decay, figures.index, figures.waiting
    tier = str(customer.value_tier)
    keep, upgrade = keep_bound(tier, terms), upgrade_bound(tier, terms)
    weighed = customer.weighed(halving)

    def first(index_fits: Callable[[int], bool]) -> int | None:
        if index_fits(now):
            return None
        return decay.first_day(
            weighed, customer.today(), halving, lambda left: index_fits(left - waiting)
        )

    if customer.noticed is not None:
        return first(lambda index: index >= keep)
    days = first(lambda index: index < keep), first(lambda index: index >= upgrade)
    return min((day for day in days if day is not None), default=None)
