"""Signals of what a customer pays, owes, promised to buy, and leaves."""

from collections.abc import Iterable

from . import instants, ledger, shares
from .customer import Customer, Figures
from .money import Terms
from .opinion import HIGH, WATCH, Opinion, opinion
from .risk_terms import Rule
from .wire import finding


def commitment_shortfall(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it buys far less than it promised to by now; clear when it buys enough."""
    master = customer.master
    promised = master.promised(terms)
    if promised is None:
        gone_for_good = [finding("risk.commitment_shortfall", 0, 1)]
        return Opinion(None, [], gone_for_good)
    passed = master.passed(customer.today())
    below, clear = (rule[key] * promised * passed for key in ("below", "clear_at"))
    revenue, after = terms.text(master.revenue), rule["after_share"]
    return opinion(
        passed >= after and master.revenue < below,
        [
            finding("risk.commitment_shortfall.below", revenue, terms.text(round(below))),
            finding(
                "risk.commitment_shortfall.after_share", shares.text(passed), shares.text(after)
            ),
        ],
        [finding("risk.commitment_shortfall.clear_at", revenue, terms.text(round(clear)))],
        over=master.revenue >= clear,
    )


def commitment_shortfall_turns(customer: Customer, terms: Terms, rule: Rule) -> Iterable[int]:
    """So much of the term has passed, and more than what it bought is worth."""
    master = customer.master
    promised = master.promised(terms)
    if promised is None or master.term is None:
        return
    starts, ends = master.term
    whole = ends - starts + 1
    days = [-(-rule["after_share"] * whole // 1)]
    if rule["below"] * promised > 0:
        days.append(master.revenue * whole / (rule["below"] * promised) // 1 + 1)
    yield instants.midnight(starts - 1 + max(int(day) for day in days))


def late_payer(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise at so many late payments of the last few; clear at so many in time in a row."""
    late = sum(days > rule["days"] for days in customer.last_payments(rule["of"]))
    newest = customer.last_payments(rule["clear_on_time"])
    on_time = sum(days <= 0 for days in newest)
    return opinion(
        late >= rule["late"],
        [finding("risk.late_payer.late", late, rule["late"])],
        [finding("risk.late_payer.clear_on_time", on_time, rule["clear_on_time"])],
        over=on_time >= rule["clear_on_time"],
    )


def overdue_invoice(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when an invoice was not paid for long; clear when none is that old."""
    open_ones = customer.invoices.open.values()
    most = max((its.days_over(customer.as_of) for its in open_ones), default=0)
    severity, bound = None, "days"
    if most >= rule["days"]:
        severity = WATCH
    if most >= rule["high_days"]:
        severity, bound = HIGH, "high_days"
    return opinion(
        severity,
        [finding(f"risk.overdue_invoice.{bound}", most, rule[bound])],
        [finding("risk.overdue_invoice.days", max(0, most), rule["days"])],
        over=most < rule["days"],
    )


def overdue_invoice_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """An invoice has waited for so many times 24 hours."""
    for invoice in customer.invoices.open.values():
        for bound in ("days", "high_days"):
            yield invoice.due + rule[bound] * instants.DAY


def unprofitable(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when a customer that is no newcomer brings too little; clear when it brings enough."""
    fault = figures.lines[ledger.FAULT] if rule["excuse_seller_fault"] else 0
    brought = figures.contribution + fault
    observed = terms.text(brought)
    enough, tenure = rule["min_tenure_days"], customer.tenure()
    excused = []
    if fault:
        excused = [finding("risk.unprofitable.excuse_seller_fault", terms.text(fault), "excused")]
    raised = [
        finding("risk.unprofitable.below", observed, terms.text(rule["below"])),
        finding("risk.unprofitable.min_tenure_days", tenure, enough),
    ]
    cleared = [finding("risk.unprofitable.clear_at", observed, terms.text(rule["clear_at"]))]
    return opinion(
        brought < rule["below"] and tenure >= enough,
        raised + excused,
        cleared + excused,
        over=brought >= rule["clear_at"],
    )


def unprofitable_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """It has been here for long enough; what it brings changes at other due times."""
    yield instants.midnight(customer.first_day + rule["min_tenure_days"])
