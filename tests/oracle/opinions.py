"""What the rules of each signal say of a customer as it stands."""

from collections.abc import Callable

from . import opinions_on_buying as buying
from . import opinions_on_calling as calling
from . import opinions_on_paying as paying
from .customer import Customer, Figures
from .money import Terms
from .opinion import Opinion
from .risk_terms import Rule

OPINIONS: dict[str, Callable[[Customer, Figures, Terms, Rule], Opinion]] = {
    "call_abuse": calling.call_abuse,
    "commitment_shortfall": paying.commitment_shortfall,
    "complaint_open": calling.complaint_open,
    "dissatisfied": calling.dissatisfied,
    "fading": buying.fading,
    "late_payer": paying.late_payer,
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
