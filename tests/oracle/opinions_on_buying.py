"""Signals of what a customer buys and gives back, or does not buy any more."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from . import instants, shares
from .alive import first_day_below
from .customer import Customer, Figures
from .money import Terms
from .opinion import HIGH, WATCH, Opinion, opinion
from .risk_terms import Rule
from .wire import finding

SILENT = Opinion(None, [], None)


def fading(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it has probably gone; clear when it is probably there."""
    sales, lifetime = customer.kept.sales, terms.risk.lifetime
    if lifetime is None or sales.first is None:
        return SILENT
    alive = Fraction(sales.alive(customer.today(), lifetime))
    severity, bound = None, "below"
    if alive < rule["below"]:
        severity = WATCH
    if alive < rule["high_below"]:
        severity, bound = HIGH, "high_below"
    observed = shares.text(alive)
    return opinion(
        severity,
        [finding(f"risk.fading.{bound}", observed, shares.text(rule[bound]))],
        [finding("risk.fading.clear_at", observed, shares.text(rule["clear_at"]))],
        over=alive >= rule["clear_at"],
    )


def fading_turns(customer: Customer, terms: Terms, rule: Rule) -> Iterable[int]:
    """It is less likely there with every day."""
    sales, lifetime = customer.kept.sales, terms.risk.lifetime
    if lifetime is None or sales.first is None:
        return
    for bound in ("below", "high_below"):
        exact = Decimal(rule[bound].numerator) / Decimal(rule[bound].denominator)
        day = first_day_below(exact, customer.today(), lambda on: sales.alive(on, lifetime))
        if day is not None:
            yield instants.midnight(day)


def no_second_purchase(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise so long after the only purchase day; clear with another."""
    sales, after = customer.kept.sales, rule["after_days"]
    since = customer.today() - (sales.first or 0)
    return opinion(
        sales.purchase_days == 1 and since >= after,
        [finding("risk.no_second_purchase.after_days", since, after)],
        [finding("risk.no_second_purchase", sales.purchase_days, 2)],
        over=sales.purchase_days > 1,
    )


def no_second_purchase_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """So many days have passed."""
    if customer.kept.sales.first is not None:
        yield instants.midnight(customer.kept.sales.first + rule["after_days"])


def overdue(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when it has not bought for far longer than it uses to; clear when it has."""
    sales = customer.kept.sales
    if sales.first is None or sales.last is None:
        return SILENT
    since, many, span = customer.today() - sales.last, sales.purchase_days, sales.last - sales.first
    severity, bound = None, "watch"
    if many >= rule["min_purchase_days"]:
        if since * (many - 1) > rule["watch"] * span:
            severity = WATCH
        if since * (many - 1) > rule["high"] * span:
            severity, bound = HIGH, "high"
    return opinion(
        severity,
        [
            finding(f"risk.overdue.{bound}", since, _gaps(customer, rule[bound])),
            finding("risk.overdue.min_purchase_days", many, rule["min_purchase_days"]),
        ],
        [finding("risk.overdue.watch", since, _gaps(customer, rule["watch"]))],
        over=since * (many - 1) <= rule["watch"] * span,
    )


def overdue_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """It should have come back by then."""
    last = customer.kept.sales.last
    if last is not None:
        for bound in ("watch", "high"):
            yield instants.midnight(last + _gaps(customer, rule[bound]) + 1)


def _gaps(customer: Customer, factor: Fraction) -> int:
    """Reckon so many times the mean gap between purchase days, in whole days, rounded down."""
    sales = customer.kept.sales
    if sales.first is None or sales.last is None or sales.purchase_days < 2:
        return 0
    return int(factor * (sales.last - sales.first) / (sales.purchase_days - 1))


def return_abuse(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at too many returns for so many sales; clear at few, or without sales."""
    orders = customer.kept.ordered(customer.today(), terms)
    sales, returns = orders.sales, orders.returns
    share = shares.text(Fraction(returns, sales) if sales else 0)
    return opinion(
        sales >= rule["orders"] and returns > rule["above"] * sales,
        [
            finding("risk.return_abuse.above", share, shares.text(rule["above"])),
            finding("risk.return_abuse.orders", sales, rule["orders"]),
        ],
        [finding("risk.return_abuse.clear_below", share, shares.text(rule["clear_below"]))],
        over=sales == 0 or returns < rule["clear_below"] * sales,
    )


def return_abuse_turns(customer: Customer, terms: Terms, _: Rule) -> Iterable[int]:
    """Orders leave the value window."""
    return (instants.midnight(on + terms.window_days) for on in customer.kept.orders)


def spend_drop(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it pays far less than before; clear when it pays enough again."""
    today, recent, before = customer.today(), rule["recent_days"], rule["before_days"]
    now = customer.kept.sales.within(today - recent + 1, today)
    then = customer.kept.sales.within(today - recent - before + 1, today - recent)
    usual = Fraction(then.paid * recent, before)
    paid, least = terms.text(now.paid), rule["min_purchases"]
    below, clear = (rule[key] * usual for key in ("below", "clear_at"))
    return opinion(
        then.sales >= least and now.paid < below,
        [
            finding("risk.spend_drop.below", paid, terms.text(round(below))),
            finding("risk.spend_drop.min_purchases", then.sales, least),
        ],
        [finding("risk.spend_drop.clear_at", paid, terms.text(round(clear)))],
        over=now.paid >= clear,
    )


def spend_drop_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """Sales become old, and then too old."""
    recent, before = rule["recent_days"], rule["before_days"]
    for on in customer.kept.sales.days:
        yield instants.midnight(on + recent)
        yield instants.midnight(on + recent + before)
