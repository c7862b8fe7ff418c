"""What the rules of each signal say of a customer as it stands."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from . import opinions_on_buying as buying
from . import opinions_on_calling as calling
from . import opinions_on_paying as paying
from .customer import Customer, Figures
from .money import Terms
from .opinion import Opinion
from .risk_terms import Rule


class Signal(NamedTuple):
    """A signal's rules, and when, if no event comes, they may come to say something else."""

    judge: Callable[[Customer, Figures, Terms, Rule], Opinion]
    turns: Callable[[Customer, Terms, Rule], Iterable[int]]


def _never(_: Customer, __: Terms, ___: Rule) -> Iterable[int]:
    return ()


OPINIONS = {
    "call_abuse": Signal(calling.call_abuse, calling.call_abuse_turns),
    "commitment_shortfall": Signal(paying.commitment_shortfall, paying.commitment_shortfall_turns),
    "complaint_open": Signal(calling.complaint_open, calling.complaint_open_turns),
    "dissatisfied": Signal(calling.dissatisfied, _never),
    "fading": Signal(buying.fading, buying.fading_turns),
    "late_payer": Signal(paying.late_payer, _never),
    "no_second_purchase": Signal(buying.no_second_purchase, buying.no_second_purchase_turns),
    "overdue": Signal(buying.overdue, buying.overdue_turns),
    "overdue_invoice": Signal(paying.overdue_invoice, paying.overdue_invoice_turns),
    "repeat_issue": Signal(calling.repeat_issue, calling.repeat_issue_turns),
    "return_abuse": Signal(buying.return_abuse, buying.return_abuse_turns),
    "spend_drop": Signal(buying.spend_drop, buying.spend_drop_turns),
    "support_spike": Signal(calling.support_spike, calling.support_spike_turns),
    "unprofitable": Signal(paying.unprofitable, paying.unprofitable_turns),
}
"""Each signal, in the order of their names."""
