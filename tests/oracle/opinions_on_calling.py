"""Signals of what a customer calls about, how often, and what it thinks of the answers."""

from collections.abc import Iterable
from fractions import Fraction

from . import instants
from .customer import Customer, Figures
from .fields import TIERS
from .ledger import REFUNDS
from .money import Terms, decimal
from .opinion import Opinion, opinion
from .risk_terms import Rule
from .wire import Wire, finding

HOUR = 3_600 * instants.SECOND
NAMED_BY = 64
"""So many characters of an issue name it."""


def call_abuse(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at many contacts on an issue that is resolved, and not the seller's fault."""
    known = customer.kept.issues.known.values()
    leave = (on + rule["window_days"] for issue in known for on in issue.days)
    return _by_issue(customer, terms, "call_abuse", rule, "resolved", leave)


def repeat_issue(customer: Customer, _: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at several contacts on an issue that is unresolved; clear when it is, or quiet."""
    known = customer.kept.issues.known.values()
    quiet = (instants.day_of(issue.latest) + rule["quiet_days"] for issue in known)
    return _by_issue(customer, terms, "repeat_issue", rule, "unresolved", quiet)


def _by_issue(
    customer: Customer, terms: Terms, signal: str, rule: Rule, word: str, turns: Iterable[int]
) -> Opinion:
    """Judge a signal that is open while an issue counts for it."""
    today = customer.today()
    issues = customer.kept.issues.counting(
        signal, terms.risk.labels.get(signal, signal), rule, today
    )
    raised: list[Wire] = []
    if issues:
        contacts = issues[0].contacts(rule["window_days"], today)
        raised = [
            finding(f"risk.{signal}.contacts", contacts, rule["contacts"]),
            finding(f"risk.{signal}.issue", issues[0].name[:NAMED_BY], word),
        ]
    return opinion(
        raised,
        [finding(f"risk.{signal}", 0, 1)],
        holds=bool(issues),
        over=not issues,
        turns=map(instants.midnight, turns),
    )


def habitual_complainer(customer: Customer, figures: Figures, terms: Terms, rule: Rule) -> Opinion:
    """Raise at dear complaints on many of its orders, the last not old; clear at few, or old."""
    today, age = customer.today(), rule["age_days"]
    made = customer.kept.complained(today, terms)
    sales = customer.kept.ordered(today, terms).sales
    since = today - max((on for on, _ in made), default=today)
    is_old = age is not None and since >= age
    share = decimal(Fraction(len(made), sales) if sales else 0)
    proofs = [
        finding("risk.habitual_complainer.above", share, decimal(rule["above"])),
        finding("risk.habitual_complainer.complaints", len(made), rule["complaints"]),
    ]
    too_dear = True
    if rule["cost_share"] is not None:
        margin = figures.margin + (figures.lines[REFUNDS] if terms.excuses else 0)
        cost, most = sum(cost for _, cost in made), rule["cost_share"] * margin
        too_dear = cost > max(0, most)
        texts = terms.text(cost), terms.text(round(most))
        proofs.append(finding("risk.habitual_complainer.cost_share", *texts))
    ceased = finding("risk.habitual_complainer.clear_below", share, decimal(rule["clear_below"]))
    if is_old:
        ceased = finding("risk.habitual_complainer.age_days", since, age)
    many = sales > 0 and len(made) >= rule["complaints"]
    return opinion(
        proofs,
        [ceased],
        holds=many and len(made) > rule["above"] * sales and too_dear and not is_old,
        over=not made or not sales or len(made) < rule["clear_below"] * sales or is_old,
        turns=(instants.midnight(on + age) for on, _ in made if age is not None),
    )


def complaint_open(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when a good customer's complaint was not answered in time; clear when none waits."""
    after = rule["after_hours"]
    waiting = customer.kept.issues.complained()
    late = [its for its in waiting if customer.as_of - its[0] >= after * HOUR]
    raised: list[Wire] = []
    if late:
        made, _order, name = late[0]
        hours = (customer.as_of - made) // HOUR
        raised = [
            finding("risk.complaint_open.after_hours", hours, after),
            finding("risk.complaint_open.issue", name[:NAMED_BY], "unresolved"),
        ]
    return opinion(
        raised,
        [finding("risk.complaint_open", 0, 1)],
        holds=bool(late) and customer.tier in TIERS[2:],
        over=not late,
        turns=(made + after * HOUR for made, _order, _name in waiting),
    )


def dissatisfied(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when the last answers were bad; clear when they are good."""
    last, ages = customer.kept.answers[-rule["answers"] :], rule["age_days"]
    days = [instants.day_of(when) for when, _, _ in last]
    given = [
        answer
        for on, (_, _, answer) in zip(days, last, strict=True)
        if ages is None or customer.today() - on < ages
    ]
    mean = Fraction(sum(given), len(given)) if given else Fraction(0)
    observed = decimal(mean, 2)
    cleared = finding("risk.dissatisfied.clear_at", observed, decimal(rule["clear_at"], 2))
    forgotten = ages is not None and not given
    if forgotten:
        silent = customer.today() - max(days, default=customer.first_day)
        cleared = finding("risk.dissatisfied.age_days", silent, ages)
    return opinion(
        [finding("risk.dissatisfied.at_most", observed, decimal(rule["at_most"], 2))],
        [cleared],
        holds=len(given) == rule["answers"] and mean <= rule["at_most"],
        over=mean >= rule["clear_at"] or forgotten,
        turns=[instants.midnight(on + ages) for on in days if ages is not None],
    )


def support_spike(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise at many contacts in the signal's own window, on its channels; clear at few."""
    window = rule["window_days"]
    days = customer.contacts(window, rule["channels"])
    contacts = len(days)
    return opinion(
        [finding("risk.support_spike.contacts", contacts, rule["contacts"])],
        [finding("risk.support_spike.clear_at", contacts, rule["clear_at"])],
        holds=contacts >= rule["contacts"],
        over=contacts <= rule["clear_at"],
        turns=[instants.midnight(on + window) for on in days],
    )
