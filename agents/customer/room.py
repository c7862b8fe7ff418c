"""How many invoices are kept: what is open beyond is summed up, and the long paid forgotten."""

from typing import Final

from agents.customer.account import by_due, by_paid
from agents.customer.waiting import owed_base
from agents.policy.compiled import InvoiceRules
from schemas.base.times import DAY_US
from schemas.state.rows import LARGEST, InvoiceRow

REST: Final = b""
"""The key of what many invoices are summed into for want of room."""


def sum_up(invoices: list[InvoiceRow], open_max: int, base_currency: str) -> int:
    """Sums up those that are too many, the least due first, so that what is owed stays owed.

    Returns how many are kept apart no longer; of those the too large are given up.
    """
    before = len(invoices)
    if any(its.base_amount > LARGEST or its.amount > LARGEST for its in invoices):
        # nothing can be reckoned with such amounts
        invoices[:] = [its for its in invoices if its.base_amount <= LARGEST >= its.amount]
    gone = before - len(invoices)
    if len(invoices) <= open_max:
        return gone
    apart = sorted([its for its in invoices if its.key != REST], key=by_due)
    for invoice in apart[open_max:]:
        invoices.remove(invoice)
        _add_to_rest(invoices, invoice, base_currency)
        gone += 1
    return gone


def _add_to_rest(invoices: list[InvoiceRow], invoice: InvoiceRow, base_currency: str) -> None:
    owed = owed_base(invoice)
    rest = next((its for its in invoices if its.key == REST), None)
    if rest is None:
        if owed <= 0:
            return
        rest = InvoiceRow(REST, base_currency, 0, 0, 0, invoice.due_us, None)
        invoices.append(rest)
    rest.amount += owed
    rest.remaining += owed
    rest.base_amount += owed
    rest.due_us = min(rest.due_us, invoice.due_us)


def remembered(paid: list[InvoiceRow], day: int, rules: InvoiceRules | None) -> list[InvoiceRow]:
    """Those not paid too long ago, and no more of them than there may be open: the latest."""
    if rules is None or rules.paid_days is None:
        return []
    first_day = day - rules.paid_days + 1
    kept = [its for its in paid if by_paid(its)[0] >= first_day * DAY_US]
    if len(kept) > rules.open_max:
        return sorted(kept, key=by_paid)[-rules.open_max :]
    return kept
