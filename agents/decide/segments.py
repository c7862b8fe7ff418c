"""Segments: what is remarkable about a customer beside its tier, each by a rule of the policy."""

from typing import Final

from agents.customer.margin import cost_of, margin_of
from agents.customer.state import Customer
from agents.events.payments import DAYS_A_YEAR
from agents.policy.compiled import Policy
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.times import NO_DUE_US, day_start
from schemas.base.value_lines import REVENUE, SERVICE
from schemas.base.vocabulary import SEGMENTS, TIERS, SegmentName
from schemas.outputs.parts import Finding
from schemas.state.rows import NOT_ASKED

LOW_RANK = TIERS.index("ordinary")
"""`ordinary` or below is a low tier."""
BEST, FAKE_BIG, OVER_SERVED, POTENTIAL, WORST, LATENT, PROMPT_PAYER = (
    1 << place for place in range(len(SEGMENTS))
)
_NAMES: Final = tuple(
    tuple(sorted(name for place, name in enumerate(SEGMENTS) if bits >> place & 1))
    for bits in range(1 << len(SEGMENTS))
)


def names_of(bits: int) -> tuple[SegmentName, ...]:
    """The names of these segments, in order; none where nobody asked."""
    return () if bits == NOT_ASKED else _NAMES[bits]


def segments_held(customer: Customer, tier: int, totals: list[int], policy: Policy) -> int:
    """The segments that hold for this tier in force, a bit each.

    `totals` are the lines of its value.
    """
    rules, bits = policy.segments, 0
    contribution, revenue = customer.judged(policy), totals[REVENUE]
    if rules.best_from is not None and contribution >= rules.best_from:
        bits |= BEST
    if rules.fake_big is not None:
        revenue_from, below = rules.fake_big
        if revenue >= revenue_from and contribution < below:
            bits |= FAKE_BIG
    if _is_latent(customer, revenue, policy):
        bits |= LATENT
    if is_potential(customer, tier, policy):
        bits |= POTENTIAL
    if _is_prompt_payer(customer, policy):
        bits |= PROMPT_PAYER
    if customer.is_prospect(policy):
        # whoever never bought is in no segment of cost
        return bits
    if tier <= LOW_RANK and _is_over_served(totals, policy):
        bits |= OVER_SERVED
    if rules.worst_below is not None and contribution < rules.worst_below:
        bits |= WORST
    return bits


def proofs_of(customer: Customer, bits: int, totals: list[int], policy: Policy) -> list[Finding]:
    """What these segments rest on, by their names."""
    rules, contribution = policy.segments, customer.judged(policy)
    found: list[Finding] = []

    def money(key: str, observed: int, threshold: int) -> None:
        texts = [format_minor(amount, policy.digits) for amount in (observed, threshold)]
        found.append(Finding(f"segments.{key}", *texts))

    if bits & BEST and rules.best_from is not None:
        money("best.contribution_from", contribution, rules.best_from)
    if bits & FAKE_BIG and rules.fake_big is not None:
        revenue_from, below = rules.fake_big
        money("fake_big.revenue_from", totals[REVENUE], revenue_from)
        money("fake_big.contribution_below", contribution, below)
    share = wallet_share(customer, totals[REVENUE], policy)
    if bits & LATENT and rules.latent_below is not None and share is not None:
        observed, below_share = format_share(*share), format_share(*rules.latent_below)
        found.append(Finding("segments.latent.wallet_share_below", observed, below_share))
    if bits & OVER_SERVED and rules.over_served is not None:
        numerator, denominator = rules.over_served
        most = half_even(numerator * margin_of(totals, policy), denominator)
        money("over_served.service_share", cost_of(totals, SERVICE, policy), most)
    if bits & POTENTIAL and rules.potential is not None and customer.before is not None:
        (numerator, denominator), _ = rules.potential
        least = half_even(numerator * customer.before.total, denominator)
        money("potential.growth", contribution, least)
    if bits & PROMPT_PAYER and rules.prompt_payments is not None:
        count = rules.prompt_payments
        found.append(Finding("segments.prompt_payer.payments", count, count))
    if bits & WORST and rules.worst_below is not None:
        money("worst.contribution_below", contribution, rules.worst_below)
    return found


def next_turn_us(customer: Customer, policy: Policy) -> int:
    """When a segment may turn by the time alone, while no figure does; NO_DUE_US: never."""
    rules, due_us = policy.segments, NO_DUE_US
    known_day = _known_day(customer, policy)
    if rules.potential is not None and rules.potential_is_whole and customer.day < known_day:
        due_us = day_start(known_day)
    if rules.prompt_payments is not None:
        forgiven_day = customer.payments.late_day + policy.window_days
        if customer.day < forgiven_day:
            due_us = min(due_us, day_start(forgiven_day))
        due_us = min(due_us, customer.invoices.next_late_us(customer.as_of_us))
    return due_us


def wallet_share(customer: Customer, revenue: int, policy: Policy) -> tuple[int, int] | None:
    """What part of its yearly spend it spends here, as a ratio; None: its wallet is not known."""
    master = customer.master
    if master is None or not master.wallet:
        return None
    return revenue * DAYS_A_YEAR, policy.window_days * master.wallet


def is_potential(customer: Customer, tier: int, policy: Policy) -> bool:
    """Whether it is in the segment of those that rise from a low tier."""
    rules, before = policy.segments, customer.before
    if rules.potential is None or before is None or tier > LOW_RANK:
        return False
    if rules.potential_is_whole and customer.day < _known_day(customer, policy):
        # a window before that it was not there for is no measure of its growth
        return False
    (numerator, denominator), rise = rules.potential
    contribution = customer.judged(policy)
    grown = contribution * denominator >= numerator * before.total
    return grown and contribution > 0 and contribution - before.total >= rise


def _known_day(customer: Customer, policy: Policy) -> int:
    """The day from which on the whole window before lies after its first day."""
    return customer.first_day + 2 * policy.window_days


def _is_latent(customer: Customer, revenue: int, policy: Policy) -> bool:
    """Whether its wallet is known, and it spends most of it elsewhere."""
    below, share = policy.segments.latent_below, wallet_share(customer, revenue, policy)
    return below is not None and share is not None and share[0] * below[1] < below[0] * share[1]


def _is_over_served(totals: list[int], policy: Policy) -> bool:
    """Whether its service costs more than its part of the margin."""
    share, cost = policy.segments.over_served, cost_of(totals, SERVICE, policy)
    return share is not None and cost > 0 and cost * share[1] > share[0] * margin_of(totals, policy)


def _is_prompt_payer(customer: Customer, policy: Policy) -> bool:
    """Whether it paid on time again and again, never late in the window, and owes nothing late."""
    count, payments = policy.segments.prompt_payments, customer.payments
    if count is None or customer.day - payments.late_day < policy.window_days:
        return False
    last = payments.last[-count:]
    if len(last) < count or any(paid[1] > 0 for paid in last):
        return False
    return not customer.invoices.is_late(customer.as_of_us)
