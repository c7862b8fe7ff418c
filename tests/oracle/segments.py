"""The segments of the policy that a customer belongs to, and what proves it."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from . import ledger
from .customer import Customer, Figures
from .fields import TIERS
from .money import Terms
from .tiers import prospect
from .wire import Wire, finding

Rule = Mapping[str, Fraction]
Proof = list[tuple[str, int, Fraction]]
"""Of each threshold: its key, what was observed, and the threshold in minor units."""


def held(customer: Customer, figures: Figures, terms: Terms) -> dict[str, list[Wire]]:
    """Give the findings of each segment that holds, in the order of their names."""
    found = {}
    for name, prove in _PROOFS.items():
        if name not in terms.segments:
            continue
        proof = prove(customer, figures, terms, terms.segments[name])
        if proof is not None:
            found[name] = [
                finding(
                    f"segments.{name}.{key}", terms.text(observed), terms.text(round(threshold))
                )
                for key, observed, threshold in proof
            ]
    return found


def _low(customer: Customer) -> bool:
    return customer.tier in TIERS[:2]


def _best(_: Customer, figures: Figures, __: Terms, rule: Rule) -> Proof | None:
    """Brings much."""
    least = rule["contribution_from"]
    if figures.judged < least:
        return None
    return [("contribution_from", figures.judged, least)]


def _fake_big(_: Customer, figures: Figures, __: Terms, rule: Rule) -> Proof | None:
    """Buys much and brings little."""
    least, below = rule["revenue_from"], rule["contribution_below"]
    if figures.revenue < least or figures.judged >= below:
        return None
    return [
        ("revenue_from", figures.revenue, least),
        ("contribution_below", figures.judged, below),
    ]


def _over_served(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Stands low and costs more service than its margin bears."""
    margin, cost = figures.margin, figures.service_cost
    if terms.excuses:
        margin += figures.lines[ledger.REFUNDS]
        cost -= figures.lines[ledger.FAULT]
    most = rule["service_share"] * margin
    is_low = _low(customer) and not prospect(customer, terms)
    if not is_low or cost <= max(Fraction(0), most):
        return None
    return [("service_share", cost, most)]


def _potential(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Stands low and brings far more than in the window before."""
    before = customer.left_before(terms)
    least = rule["growth"] * before
    brings = figures.judged
    enough = brings > 0 and brings >= least and brings - before >= rule["rise"]
    return [("growth", brings, least)] if _low(customer) and enough else None


def _worst(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Brings too little."""
    below = rule["contribution_below"]
    if figures.judged >= below or prospect(customer, terms):
        return None
    return [("contribution_below", figures.judged, below)]


_PROOFS: dict[str, Callable[[Customer, Figures, Terms, Rule], Proof | None]] = {
    "best": _best,
    "fake_big": _fake_big,
    "over_served": _over_served,
    "potential": _potential,
    "worst": _worst,
}
"""Each segment's rule, in the order of their names."""
