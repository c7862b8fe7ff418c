"""What the rules of each signal say of a customer as it stands."""

from collections.abc import Callable

from . import opinions_on_buying as buying
from . import opinions_on_calling as calling
from . import opinions_on_paying as paying
from .customer import Customer, Figures
from .instants import day_of
from .money import Terms
from .opinion import HIGH, WATCH, Opinion
from .risk_terms import Rule
from .wire import finding


def leaving(customer: Customer, figures: Figures, terms: Terms, _: Rule) -> Opinion:
    """Raise when one sign holds; clear with a purchase, or when none does any more."""
    said = {
        name: OPINIONS[name](customer, figures, terms, rule)
        for name, rule in sorted(terms.risk.signs.items())
    }
    held = [its for its in said.values() if its.severity is not None]
    risk, last = customer.risks.get("leaving"), customer.kept.sales.last
    cleared = None if held else [finding("risk.leaving", 0, 1)]
    if risk is not None and last is not None and last >= day_of(risk.since):
        days = customer.today() - last, customer.today() - day_of(risk.since)
        cleared = [finding("risk.leaving.bought", *days)]
    severity = None
    if held:
        severity = HIGH if len(held) > 1 or held[0].severity == HIGH else WATCH
    turns = [turn for its in said.values() for turn in its.turns]
    return Opinion(severity, [proof for its in held for proof in its.raised], cleared, turns)


OPINIONS: dict[str, Callable[[Customer, Figures, Terms, Rule], Opinion]] = {
    "call_abuse": calling.call_abuse,
    "commitment_shortfall": paying.commitment_shortfall,
    "complaint_open": calling.complaint_open,
    "dissatisfied": calling.dissatisfied,
    "fading": buying.fading,
    "habitual_complainer": calling.habitual_complainer,
    "late_payer": paying.late_payer,
    "leaving": leaving,
    "no_second_purchase": buying.no_second_purchase,
    "overdue": buying.overdue,
    "overdue_invoice": paying.overdue_invoice,
    "repeat_issue": calling.repeat_issue,
    "return_abuse": buying.return_abuse,
    "spend_drop": buying.spend_drop,
    "support_spike": calling.support_spike,
    "unprofitable": paying.unprofitable,
}
"""Each signal, in the order of their names."""
