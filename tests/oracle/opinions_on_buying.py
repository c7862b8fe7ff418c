"""Signals of what a customer buys and gives back, or does not buy any more."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from . import instants
from .alive import first_day_below
from .customer import Customer, Figures
from .ledger import FAULT, REFUNDS, RETURNS
from .money import Terms, decimal
from .opinion import SILENT, Opinion, opinion
from .risk_terms import Lifetime, Rule
from .sales import Sales
from .wire import Wire, finding


def fading(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it has probably gone; clear when it is probably there."""
    sales, lifetime, today = customer.kept.sales, terms.risk.lifetime, customer.today()
    if lifetime is None:
        return SILENT
    if sales.first is None:
        return _over([finding("risk.fading.clear_at", "1.0000", decimal(rule["clear_at"]))])
    alive = Fraction(sales.alive(today, lifetime))
    high = alive < rule["high_below"]
    bound = "high_below" if high else "below"
    observed = decimal(alive)
    return opinion(
        [finding(f"risk.fading.{bound}", observed, decimal(rule[bound]))],
        [finding("risk.fading.clear_at", observed, decimal(rule["clear_at"]))],
        holds=alive < rule["below"],
        high=high,
        over=alive >= rule["clear_at"],
        turns=_fades(sales, lifetime, today, rule),
    )


def _over(proof: list[Wire]) -> Opinion:
    """It bought nothing, or not often enough, by now: what was bought may have been taken back."""
    return opinion([], proof, holds=False, over=True)


def _fades(sales: Sales, lifetime: Lifetime, today: int, rule: Rule) -> Iterable[int]:
    """It is less likely there with every day."""
    for bound in ("below", "high_below"):
        exact = Decimal(rule[bound].numerator) / Decimal(rule[bound].denominator)
        day = first_day_below(exact, today, lambda on: sales.alive(on, lifetime))
        if day is not None:
            yield instants.midnight(day)


def no_second_purchase(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise so long after the only purchase day; clear with another."""
    sales, after = customer.kept.sales, rule["after_days"]
    if sales.first is None:
        return _over([finding("risk.no_second_purchase", 0, 2)])
    since = customer.today() - sales.first
    return opinion(
        [finding("risk.no_second_purchase.after_days", since, after)],
        [finding("risk.no_second_purchase", sales.purchase_days, 2)],
        holds=sales.purchase_days == 1 and since >= after,
        over=sales.purchase_days > 1,
        turns=[instants.midnight(sales.first + after)],
    )


def overdue(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when it has not bought for far longer than it uses to; clear when it has."""
    sales, least = customer.kept.sales, rule["min_purchase_days"]
    if sales.last is None or sales.purchase_days < 2:
        return _over([finding("risk.overdue.watch", 0, 0)])
    since, many = customer.today() - sales.last, sales.purchase_days
    gaps = {key: _gaps(sales, rule, key) for key in ("watch", "high")}
    high = many >= least and since > gaps["high"]
    bound = "high" if high else "watch"
    return opinion(
        [
            finding(f"risk.overdue.{bound}", since, gaps[bound]),
            finding("risk.overdue.min_purchase_days", many, least),
        ],
        [finding("risk.overdue.watch", since, gaps["watch"])],
        holds=many >= least and since > gaps["watch"],
        high=high,
        over=since <= gaps["watch"],
        turns=[instants.midnight(sales.last + gap + 1) for gap in gaps.values()],
    )


def _gaps(sales: Sales, rule: Rule, factor: str) -> int:
    """Reckon how long a pause may be, in whole days: so many of its gaps, and a least one."""
    if sales.first is None or sales.last is None or sales.purchase_days < 2:
        return 0
    gap = Fraction(sales.last - sales.first, sales.purchase_days - 1)
    if "quantile" in rule and len(sales.latest) > 1:
        gap = Fraction(_usual(sorted(sales.latest), rule["quantile"]))
    least: int = rule["min_days"]
    return max(int(rule[factor] * gap), least)


def _usual(days: list[int], share: Fraction) -> int:
    """Find the least gap that at least so large a share of the gaps does not exceed."""
    gaps = [day - before for before, day in pairwise(days)]
    return min(gap for gap in gaps if sum(its <= gap for its in gaps) >= share * len(gaps))


def return_abuse(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at too many returns for so many sales; clear at few, or without sales."""
    orders = customer.kept.ordered(customer.today(), terms)
    sales, returns = orders.sales, orders.returns
    share = decimal(Fraction(returns, sales) if sales else 0)
    proofs = [
        finding("risk.return_abuse.above", share, decimal(rule["above"])),
        finding("risk.return_abuse.orders", sales, rule["orders"]),
    ]
    if rule["returns"]:
        proofs.append(finding("risk.return_abuse.returns", returns, rule["returns"]))
    too_dear = True
    if rule["cost_share"] is not None:
        lines, margin = figures.lines, figures.margin
        cost = lines[RETURNS]
        if terms.excuses:
            cost, margin = cost - lines[FAULT], margin + lines[REFUNDS]
        most = rule["cost_share"] * margin
        too_dear = cost > max(0, most)
        texts = terms.text(cost), terms.text(round(most))
        proofs.append(finding("risk.return_abuse.cost_share", *texts))
    return opinion(
        proofs,
        [finding("risk.return_abuse.clear_below", share, decimal(rule["clear_below"]))],
        holds=sales >= rule["orders"]
        and returns >= rule["returns"]
        and returns > rule["above"] * sales
        and too_dear,
        over=sales == 0 or returns < rule["clear_below"] * sales,
        turns=(instants.midnight(on + terms.window_days) for on in customer.kept.orders),
    )


def spend_drop(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise when it pays far less than before; clear when it pays enough again."""
    today, recent, before = customer.today(), rule["recent_days"], rule["before_days"]
    sales, least = customer.kept.sales, rule["min_purchases"]
    now = sales.within(today - recent + 1, today)
    then = sales.within(today - recent - before + 1, today - recent)
    below, clear = (rule[key] * then.paid * recent / before for key in ("below", "clear_at"))
    paid = terms.text(now.paid)
    return opinion(
        [
            finding("risk.spend_drop.below", paid, terms.text(round(below))),
            finding("risk.spend_drop.min_purchases", then.sales, least),
        ],
        [finding("risk.spend_drop.clear_at", paid, terms.text(round(clear)))],
        holds=then.sales >= least and now.paid < below and not _is_seldom(sales, rule),
        over=now.paid >= clear,
        turns=(
            instants.midnight(on + days) for on in sales.days for days in (recent, recent + before)
        ),
    )


def _is_seldom(sales: Sales, rule: Rule) -> bool:
    """Tell whether the days that are compared hold too few of its gaps."""
    if sales.first is None or sales.last is None or sales.purchase_days < 2:
        return bool(rule["min_gaps"])
    gap = Fraction(sales.last - sales.first, sales.purchase_days - 1)
    return bool(rule["recent_days"] < rule["min_gaps"] * gap)
