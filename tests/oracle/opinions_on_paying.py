"""Signals of what a customer pays, owes, promised to buy, and leaves."""

from . import instants, ledger
from .customer import Customer, Figures
from .money import Terms, decimal
from .opinion import Opinion, opinion
from .risk_terms import Rule
from .tiers import prospect
from .wire import finding


def commitment_shortfall(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it buys far less than it promised to by now; clear when it buys enough."""
    master = customer.master
    promised = master.promised(terms)
    if promised is None or master.term is None:
        return Opinion(None, [], [finding("risk.commitment_shortfall", 0, 1)])
    passed = master.passed(customer.today())
    below, clear = (rule[key] * promised * passed for key in ("below", "clear_at"))
    revenue, after = terms.text(master.revenue), rule["after_share"]
    starts, ends = master.term
    if rule["ends_with_term"] and customer.today() > ends:
        last = instants.date_text(ends)
        return Opinion(
            None, [], [finding("risk.commitment_shortfall.ends_with_term", last, "past")]
        )
    # so much of the term is to pass, and more than what it bought is worth
    whole = ends - starts + 1
    days = [-(-after * whole // 1)]
    if rule["below"] * promised > 0:
        days.append(master.revenue * whole / (rule["below"] * promised) // 1 + 1)
    return opinion(
        [
            finding("risk.commitment_shortfall.below", revenue, terms.text(round(below))),
            finding("risk.commitment_shortfall.after_share", decimal(passed), decimal(after)),
        ],
        [finding("risk.commitment_shortfall.clear_at", revenue, terms.text(round(clear)))],
        holds=passed >= after and master.revenue < below,
        over=master.revenue >= clear,
        turns=[instants.midnight(starts - 1 + int(max(days))), instants.midnight(ends + 1)],
    )


def late_payer(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at so many late payments of the last few; clear at so many in time in a row."""
    ages, oldest = rule["age_days"], customer.paid(rule["of"], terms)
    made = [instants.day_of(when) for when, days in oldest if days > rule["days"]]
    late = sum(ages is None or customer.today() - on < ages for on in made)
    on_time = sum(days <= 0 for _, days in customer.paid(rule["clear_on_time"], terms))
    mended = on_time >= rule["clear_on_time"]
    counted = finding("risk.late_payer.late", late, rule["late"])
    paid = finding("risk.late_payer.clear_on_time", on_time, rule["clear_on_time"])
    return opinion(
        [counted],
        [paid if mended else counted],
        holds=late >= rule["late"],
        over=mended or (ages is not None and late == 0),
        turns=[instants.midnight(on + ages) for on in made if ages is not None],
    )


def overdue_invoice(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when an invoice was not paid for long; clear when none is that old."""
    open_ones = customer.invoices.open.values()
    most = max((its.days_over(customer.as_of) for its in open_ones), default=0)
    high = most >= rule["high_days"]
    bound = "high_days" if high else "days"
    return opinion(
        [finding(f"risk.overdue_invoice.{bound}", most, rule[bound])],
        [finding("risk.overdue_invoice.days", max(0, most), rule["days"])],
        holds=most >= rule["days"],
        high=high,
        over=most < rule["days"],
        turns=(
            its.due + rule[key] * instants.DAY for its in open_ones for key in ("days", "high_days")
        ),
    )


def unprofitable(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when a customer that is no newcomer brings too little; clear when it brings enough."""
    fault = figures.lines[ledger.FAULT] if rule["excuse_seller_fault"] else 0
    fault = ledger.fault(figures.lines) if terms.excuses else fault
    brought = figures.contribution + fault
    observed = terms.text(brought)
    enough, tenure = rule["min_tenure_days"], customer.tenure()
    excused = [finding("risk.unprofitable.excuse_seller_fault", terms.text(fault), "excused")]
    excused *= fault != 0
    cleared = [finding("risk.unprofitable.clear_at", observed, terms.text(rule["clear_at"]))]
    turns = [customer.first_day + enough]
    met = customer.last_touch
    rests = rule["active_days"] is not None and met is None
    if rule["active_days"] is not None:
        turns += [instants.day_of(met) + rule["active_days"]] if met is not None else []
        still = customer.today() - (customer.first_day if met is None else instants.day_of(met))
        rests = rests or still >= rule["active_days"]
        if rests:
            cleared = [finding("risk.unprofitable.active_days", still, rule["active_days"])]
    quiet = rests or prospect(customer, terms)
    return opinion(
        [
            finding("risk.unprofitable.below", observed, terms.text(rule["below"])),
            finding("risk.unprofitable.min_tenure_days", tenure, enough),
            *excused,
        ],
        [*cleared, *excused],
        holds=brought < rule["below"] and tenure >= enough and not quiet,
        over=brought >= rule["clear_at"] or rests,
        # what it brings changes at other due times
        turns=map(instants.midnight, turns),
    )
