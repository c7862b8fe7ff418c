"""The segments of the policy that a customer belongs to, and what proves it."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from . import ledger
from .customer import Customer, Figures
from .fields import TIERS
from .money import Terms, decimal
from .tiers import prospect
from .wire import Wire, finding

Rule = Mapping[str, Fraction]
Proof = list[tuple[str, int | Fraction, Fraction]]
"""Of each threshold: its key, what was observed, and the threshold; amounts in minor units."""


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
                    f"segments.{name}.{key}",
                    _written(key, Fraction(observed), terms),
                    _written(key, threshold, terms),
                )
                for key, observed, threshold in proof
            ]
    return found


def _written(key: str, number: Fraction, terms: Terms) -> str | int:
    """Write a share, a count or an amount."""
    if key == "wallet_share_below":
        return decimal(number)
    return int(number) if key == "payments" else terms.text(round(number))


def asked(terms: Terms) -> bool:
    """Tell whether anybody hears of segments as they change, or is granted something by them."""
    return "segments" in terms.tells or not _PROOFS.keys().isdisjoint(
        terms.treatment.get("when", {})
    )


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


def _latent(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Spends most of what it spends elsewhere."""
    share, below = (
        customer.master.share_of_wallet(figures.revenue, terms),
        rule["wallet_share_below"],
    )
    if share is None or share >= below:
        return None
    return [("wallet_share_below", share, below)]


def _prompt_payer(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Paid on time again and again, never late within the window, and owes nothing overdue."""
    asked = int(rule["payments"])
    last = [late for _, late in customer.paid(asked, terms)]
    on_time = len(last) == asked and all(days <= 0 for days in last)
    late = customer.last_late(terms) is not None or customer.invoices.is_late(customer.as_of)
    return [("payments", asked, rule["payments"])] if on_time and not late else None


def _potential(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Proof | None:
    """Stands low and brings far more than in the window before, if it was there all through it."""
    if rule.get("whole_window") and customer.tenure() < 2 * terms.window_days:
        return None
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
    "latent": _latent,
    "over_served": _over_served,
    "potential": _potential,
    "prompt_payer": _prompt_payer,
    "worst": _worst,
}
"""Each segment's rule, in the order of their names."""
