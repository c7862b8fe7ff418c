"""Segments: what is remarkable about a customer beside its tier, each by a rule of the policy."""

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from schemas.base.money import format_minor, half_even
from schemas.base.value_lines import (
    FEES,
    GOODS,
    REVENUE,
    SELLER_FAULT,
    SELLER_FAULT_REFUNDS,
    SERVICE,
)
from schemas.base.vocabulary import TIERS
from schemas.outputs.parts import Finding

LOW_RANK = TIERS.index("ordinary")
"""`ordinary` or below is a low tier."""
Segment = tuple[str, list[Finding]]


def segments_of(customer: Customer, tier: int, totals: list[int], policy: Policy) -> list[Segment]:
    """The segments that hold for this tier in force, by name, each with its findings.

    `totals` are the lines of its value.
    """
    rules, digits = policy.segments, policy.digits
    contribution = customer.judged(policy)
    revenue = totals[REVENUE]
    segments: list[Segment] = []

    def money(name: str, key: str, observed: int, threshold: int) -> Finding:
        return Finding(
            f"segments.{name}.{key}",
            format_minor(observed, digits),
            format_minor(threshold, digits),
        )

    if rules.best_from is not None and contribution >= rules.best_from:
        segments.append(
            ("best", [money("best", "contribution_from", contribution, rules.best_from)])
        )
    if rules.fake_big is not None:
        revenue_from, below = rules.fake_big
        if revenue >= revenue_from and contribution < below:
            why = [
                money("fake_big", "revenue_from", revenue, revenue_from),
                money("fake_big", "contribution_below", contribution, below),
            ]
            segments.append(("fake_big", why))
    is_prospect = customer.is_prospect(policy)
    if rules.over_served is not None and tier <= LOW_RANK and not is_prospect:
        numerator, denominator = rules.over_served
        margin, cost = margin_of(totals, policy), cost_of(totals, SERVICE, policy)
        if cost > 0 and cost * denominator > numerator * margin:
            most = half_even(numerator * margin, denominator)
            segments.append(("over_served", [money("over_served", "service_share", cost, most)]))
    if is_potential(customer, tier, policy) and rules.potential is not None:
        assert customer.before is not None
        (numerator, denominator), _ = rules.potential
        least = half_even(numerator * customer.before.total, denominator)
        segments.append(("potential", [money("potential", "growth", contribution, least)]))
    if rules.worst_below is not None and contribution < rules.worst_below and not is_prospect:
        why = [money("worst", "contribution_below", contribution, rules.worst_below)]
        segments.append(("worst", why))
    return segments


def margin_of(totals: list[int], policy: Policy) -> int:
    """The margin of these lines, without refunds that the policy excuses."""
    margin = totals[REVENUE] - totals[GOODS] + totals[FEES]
    return margin + totals[SELLER_FAULT_REFUNDS] if policy.excuses else margin


def cost_of(totals: list[int], lines: tuple[int, ...], policy: Policy) -> int:
    """What these lines of service cost, without what the policy excuses."""
    cost = sum([totals[line] for line in lines])
    return cost - totals[SELLER_FAULT] if policy.excuses else cost


def is_potential(customer: Customer, tier: int, policy: Policy) -> bool:
    """Whether it is in the segment of those that rise from a low tier."""
    rule, before = policy.segments.potential, customer.before
    if rule is None or before is None or tier > LOW_RANK:
        return False
    (numerator, denominator), rise = rule
    contribution = customer.judged(policy)
    grown = contribution * denominator >= numerator * before.total
    return grown and contribution > 0 and contribution - before.total >= rise
