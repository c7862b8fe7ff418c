"""What holds a customer in its tier, and what each other tier takes from here."""

from typing import Final

from agents.customer.state import Customer
from agents.decide.ending import is_closed
from agents.decide.entries import tier_rank
from agents.decide.override import active_override
from agents.decide.tiers import TierRules
from agents.explain.found import Hold, Line, TierNeed
from agents.explain.texts import day_text
from agents.policy.compiled import Policy
from schemas.base.money import MAX_DIGITS, format_minor, half_even
from schemas.base.times import format_micros
from schemas.base.value_lines import (
    CONTACT_LINES,
    FEES,
    GOODS,
    LATE_PAYMENT,
    REMINDERS,
    RETURNS,
    REVENUE,
)
from schemas.base.vocabulary import CONTACT_CHANNELS, TIERS

_COSTS: Final = (
    (GOODS, "goods"),
    *(
        (line, f"contacts.{name}")
        for line, name in zip(CONTACT_LINES, CONTACT_CHANNELS, strict=True)
    ),
    (RETURNS, "returns"),
    (LATE_PAYMENT, "late_payment"),
    (REMINDERS, "reminders"),
)
_BRINGS: Final = ((REVENUE, "revenue"), (FEES, "restocking_fees"))
LARGEST_SALE: Final = 10**MAX_DIGITS - 1
"""In minor units: an event's amount has no more digits."""


def holds_of(customer: Customer, rules: TierRules, policy: Policy) -> list[Hold]:
    """All that keeps the tier from being that of the value; empty: it is."""
    tier_state = customer.tier_state
    assert tier_state is not None
    by_value, index, day = tier_state.tier, customer.index(policy), customer.day
    holds: list[Hold] = []
    override = active_override(customer.master, customer.as_of_us)
    if override is not None:
        ends_us = override.expires_us
        until = None if ends_us is None else format_micros(ends_us)
        holds.append(Hold("override", TIERS[tier_state.in_force], TIERS[by_value], until))
    if customer.is_prospect(policy):
        wants = TIERS[tier_rank(index, rules.entries)]
        return [*holds, Hold("before_first_sale", TIERS[by_value], wants, None)]
    wait = rules.waits(tier_state, index, day)
    if wait is None:
        return holds
    keeps, wants = TIERS[by_value], TIERS[wait.rank]
    if policy.stage is not None and is_closed(customer, day):
        return [*holds, Hold("closed", keeps, wants, None)]
    return [*holds, Hold(wait.by, keeps, wants, day_text(wait.until_day))]


def needs_of(customer: Customer, rules: TierRules, policy: Policy) -> list[TierNeed]:
    """What each other tier than that by value takes, the highest first."""
    assert customer.tier_state is not None
    tier, index, totals = customer.tier_state.tier, customer.index(policy), customer.totals()
    needs: list[TierNeed] = []
    for rank in reversed(range(len(TIERS))):
        if rank > tier:
            needs.append(_up(rank, rules.rises_at(rank), index, totals, policy))
        elif rank < tier and (bound := rules.falls_below(tier, rank)) is not None:
            needs.append(_down(rank, bound, index, totals, policy))
    return needs


def _up(rank: int, bound: int, index: int, totals: list[int], policy: Policy) -> TierNeed:
    lacks = max(0, bound - index)
    sale = sale_for(lacks, policy) if lacks else None
    costs = [(totals[line], name) for line, name in _COSTS if totals[line] >= lacks > 0]
    return TierNeed(
        TIERS[rank],
        "up",
        format_minor(bound, policy.digits),
        format_minor(lacks, policy.digits),
        None if sale is None else format_minor(sale, policy.digits),
        _lines(costs, policy),
    )


def _down(rank: int, bound: int, index: int, totals: list[int], policy: Policy) -> TierNeed:
    # an index of a minor unit below the bound is below it
    loses = max(0, index - bound + 1)
    brings = [(totals[line], name) for line, name in _BRINGS if totals[line] > 0 < loses]
    return TierNeed(
        TIERS[rank],
        "down",
        format_minor(bound, policy.digits),
        format_minor(loses, policy.digits),
        None,
        _lines(brings, policy),
    )


def _lines(found: list[tuple[int, str]], policy: Policy) -> list[Line]:
    """The largest first."""
    ordered = sorted(found, reverse=True)
    return [Line(name, format_minor(amount, policy.digits)) for amount, name in ordered]


def sale_for(lacks: int, policy: Policy) -> int | None:
    """The least sale whose margin is so much, at the default margin, in minor units.

    None where no sale is enough, or where the tier goes by more than the money of the window.
    """
    if policy.decay is not None or policy.index_rules is not None:
        return None
    share, whole = policy.default_cost_rate
    if share >= whole:
        return None
    amount = lacks * whole // (whole - share)
    # the cost is rounded: the least amount lies beside the exact one
    while amount > 0 and _margin(amount - 1, policy) >= lacks:
        amount -= 1
    while _margin(amount, policy) < lacks:
        amount += 1
    return amount if amount <= LARGEST_SALE else None


def _margin(amount: int, policy: Policy) -> int:
    share, whole = policy.default_cost_rate
    return amount - half_even(amount * share, whole)
