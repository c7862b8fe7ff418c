"""`[invoices]` of a checked policy file, in minor units."""

from agents.policy.compiled import InvoiceRules, ToleranceRules
from agents.policy_file.invoice_keys import Invoices, Tolerance
from schemas.base.money import parse_minor, parse_ratio


def invoice_rules(file: Invoices, digits: int) -> InvoiceRules:
    """How sales on credit are followed, in a base currency of so many digits."""
    tolerance = None if file.tolerance is None else _tolerance(file.tolerance, digits)
    return InvoiceRules(file.open_max, file.unmatched_max, file.paid_days, tolerance)


def _tolerance(file: Tolerance, digits: int) -> ToleranceRules:
    amount, share = parse_minor(file.amount, digits), parse_ratio(file.rate)
    assert amount is not None
    assert share is not None
    return ToleranceRules(amount, share)
