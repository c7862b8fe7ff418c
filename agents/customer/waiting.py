"""What waiting for money costs by now, and when that changes: interest and reminders."""

from agents.events.payments import DAYS_A_YEAR, late_cost
from agents.policy.compiled import Policy
from agents.policy.rates import Costs
from schemas.base.money import half_even
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.state.rows import InvoiceRow


def waiting_cost(invoices: list[InvoiceRow], at_us: int, policy: Policy) -> tuple[int, int]:
    """(interest, reminders) of what is past due and not paid, as they stand at a time."""
    interest = reminders = 0
    costs = policy.cards.at(at_us // DAY_US)
    for invoice in invoices:
        days = (at_us - invoice.due_us) // DAY_US
        if days > 0:
            interest += _interest(invoice, min(days, policy.window_days), costs)
            reminders += reminder_cost(days, costs)
    return interest, reminders


def next_change_us(invoices: list[InvoiceRow], at_us: int, policy: Policy) -> int:
    """When waiting costs more; or another card reckons it, where something is past due."""
    costs = policy.cards.at(at_us // DAY_US)
    for card_day, next_costs in policy.cards.after(at_us // DAY_US):
        card_us = day_start(card_day)
        grows_us = _growth_us(invoices, at_us, costs, policy)
        if grows_us < card_us:
            return grows_us
        if any(card_us - invoice.due_us >= DAY_US for invoice in invoices):
            return card_us
        at_us, costs = card_us, next_costs
    return _growth_us(invoices, at_us, costs, policy)


def _growth_us(invoices: list[InvoiceRow], at_us: int, costs: Costs, policy: Policy) -> int:
    """When waiting costs more by one card."""
    next_us = NO_DUE_US
    for invoice in invoices:
        days = max((at_us - invoice.due_us) // DAY_US, 0)
        grows = _next_growth(invoice, days, policy.window_days, costs)
        if grows is not None:
            next_us = min(next_us, invoice.due_us + grows * DAY_US)
    return next_us


def owed_base(invoice: InvoiceRow) -> int:
    """What is left to be paid, in the base currency at the rate of its sale."""
    return half_even(invoice.base_amount * invoice.remaining, invoice.amount)


def _interest(invoice: InvoiceRow, days: int, costs: Costs) -> int:
    return late_cost(owed_base(invoice), days, costs) - costs.late_fee


def reminder_cost(days: int, costs: Costs) -> int:
    """What was spent on reminders, so many days after the due time."""
    return sum(cost for after_days, cost in costs.reminders if after_days <= days)


def _next_growth(invoice: InvoiceRow, days: int, window_days: int, costs: Costs) -> int | None:
    """The first number of days past due, above `days`, at which waiting costs more."""
    steps = [after_days for after_days, cost in costs.reminders if after_days > days and cost]
    rate, whole = costs.late_annual_rate
    slope, per_unit = owed_base(invoice) * rate, whole * DAYS_A_YEAR
    if slope > 0 and days < window_days:
        charged = late_cost(owed_base(invoice), days, costs)
        # half_even goes from n to n + 1 above n + 1/2, and already there where n is odd
        halves = (2 * charged + 1 - 2 * costs.late_fee) * per_unit
        at_days, rest = divmod(halves, 2 * slope)
        if rest or charged % 2 == 0:
            at_days += 1
        if at_days <= window_days:
            steps.append(max(at_days, days + 1))
    return min(steps, default=None)
