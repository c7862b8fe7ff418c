"""One invoice: how sales, and payments taken back, change what it asks for, and when it is paid."""

from agents.customer.waiting import owed_base
from agents.events.booking import InvoiceEntry
from agents.policy.compiled import Policy, ToleranceRules
from schemas.base.money import half_even
from schemas.base.times import DAY_US
from schemas.state.rows import InvoiceRow


def by_due(invoice: InvoiceRow) -> tuple[int, bytes]:
    """The one due the longest first; of one time by its key."""
    return invoice.due_us, invoice.key


def by_paid(invoice: InvoiceRow) -> tuple[int, int, bytes]:
    """Of those that are paid: the one paid the longest ago first; of one time the one due first."""
    assert invoice.paid_until_us is not None
    return invoice.paid_until_us, invoice.due_us, invoice.key


def opened(entry: InvoiceEntry) -> InvoiceRow:
    """The invoice of a first sale."""
    assert entry.due_us is not None
    amount = entry.amount
    return InvoiceRow(
        entry.key, entry.currency, amount, amount, entry.base_amount, entry.due_us, None
    )


def stated(entry: InvoiceEntry, at_us: int) -> InvoiceRow:
    """The invoice of a payment taken back, whose sale is not known or forgotten."""
    invoice = opened(entry)
    invoice.reversed_us = at_us
    return invoice


def void(entry: InvoiceEntry, at_us: int) -> InvoiceRow:
    """The invoice of a sale that was cancelled: paid, as it asks for nothing."""
    invoice = opened(entry)
    invoice.paid_until_us, invoice.closing_cost = at_us, 0
    return invoice


def is_void(invoice: InvoiceRow) -> bool:
    """Whether nothing but cancelled sales is known of it."""
    return invoice.amount == 0


def add_sale(invoice: InvoiceRow, entry: InvoiceEntry, day: int, policy: Policy) -> None:
    """Another sale on the same invoice; the first one, where only a reversal told of it."""
    assert entry.due_us is not None
    more = converted(entry.amount, entry.currency, invoice.currency, day, policy)
    invoice.remaining += more
    if invoice.reversed_us is None and not is_void(invoice):
        invoice.amount += more
        invoice.base_amount += entry.base_amount
        invoice.due_us = max(invoice.due_us, entry.due_us)
    else:
        # of a far smaller currency it may be less than a minor unit
        invoice.amount = max(1, more)
        invoice.base_amount, invoice.due_us = entry.base_amount, entry.due_us
        invoice.reversed_us = None


def add_reversal(invoice: InvoiceRow, entry: InvoiceEntry, at_us: int, policy: Policy) -> None:
    """A payment of it is taken back: it asks for so much again."""
    assert entry.due_us is not None
    more = converted(entry.amount, entry.currency, invoice.currency, at_us // DAY_US, policy)
    invoice.remaining += more
    if is_void(invoice):
        invoice.amount = max(1, more)
        invoice.base_amount, invoice.due_us = entry.base_amount, entry.due_us
    elif invoice.reversed_us is not None:
        invoice.amount += more
        invoice.base_amount += entry.base_amount
        invoice.due_us = max(invoice.due_us, entry.due_us)
        invoice.reversed_us = min(invoice.reversed_us, at_us)


def is_paid(invoice: InvoiceRow, tolerance: ToleranceRules | None) -> bool:
    """Whether nothing is left of what it asks for, or so little that nobody asks for it."""
    left = invoice.remaining
    if left <= 0 or tolerance is None:
        return left <= 0
    numerator, denominator = tolerance.share
    in_share = left * denominator <= invoice.amount * numerator
    return in_share or owed_base(invoice) <= tolerance.amount


def converted(amount: int, currency: str, into: str, day: int, policy: Policy) -> int:
    """Minor units of one currency in those of another, at a day's rates; rounded once."""
    if currency == into:
        return amount
    here, there = policy.rates.ratio(currency, day), policy.rates.ratio(into, day)
    if here is None or there is None or there[0] == 0:
        # only where a changed policy took a currency's rates away
        return amount
    return half_even(amount * here[0] * there[1], here[1] * there[0])
