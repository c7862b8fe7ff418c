"""Signals of what a customer calls about, how often, and what it thinks of the answers."""

from collections.abc import Iterable
from fractions import Fraction

from . import instants, shares
from .customer import Customer, Figures
from .fields import TIERS
from .money import Terms
from .opinion import Opinion, opinion
from .risk_terms import Rule
from .wire import Wire, finding

HOUR = 3_600 * instants.SECOND
NAMED_BY = 64
"""So many characters of an issue name it."""


def call_abuse(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise at many contacts on an issue that is resolved, and not the seller's fault."""
    return _by_issue(customer, "call_abuse", rule, "resolved")


def call_abuse_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """Contacts leave the window."""
    for issue in customer.kept.issues.known.values():
        for on in issue.days:
            yield instants.midnight(on + rule["window_days"])


def complaint_open(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when a good customer's complaint was not answered in time; clear when none waits."""
    after = rule["after_hours"]
    late = customer.kept.issues.complained(
        lambda made: customer.as_of - made >= after * HOUR,
    )
    raised: list[Wire] = []
    if late:
        made, _order, name = late[0]
        hours = (customer.as_of - made) // HOUR
        raised = [
            finding("risk.complaint_open.after_hours", hours, after),
            finding("risk.complaint_open.issue", name[:NAMED_BY], "unresolved"),
        ]
    return opinion(
        bool(late) and customer.tier in TIERS[2:],
        raised,
        [finding("risk.complaint_open", 0, 1)],
        over=not late,
    )


def complaint_open_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """A complaint has waited for so long."""
    waiting = customer.kept.issues.complained(lambda _: True)
    return (made + rule["after_hours"] * HOUR for made, _, _ in waiting)


def dissatisfied(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise when the last answers were bad; clear when they are good."""
    given = [answer for _, _, answer in customer.kept.answers[-rule["answers"] :]]
    mean = Fraction(sum(given), len(given)) if given else Fraction(0)
    observed = shares.text(mean, 2)
    return opinion(
        len(given) == rule["answers"] and mean <= rule["at_most"],
        [finding("risk.dissatisfied.at_most", observed, shares.text(rule["at_most"], 2))],
        [finding("risk.dissatisfied.clear_at", observed, shares.text(rule["clear_at"], 2))],
        over=mean >= rule["clear_at"],
    )


def repeat_issue(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise at several contacts on an issue that is unresolved; clear when it is, or quiet."""
    return _by_issue(customer, "repeat_issue", rule, "unresolved")


def repeat_issue_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """Nobody has called about an issue for so many days."""
    for issue in customer.kept.issues.known.values():
        yield instants.midnight(instants.day_of(issue.latest) + rule["quiet_days"])


def support_spike(customer: Customer, _: Figures, __: Terms, rule: Rule) -> Opinion:
    """Raise at many contacts in the signal's own window; clear at few."""
    contacts = customer.contacts(rule["window_days"])
    return opinion(
        contacts >= rule["contacts"],
        [finding("risk.support_spike.contacts", contacts, rule["contacts"])],
        [finding("risk.support_spike.clear_at", contacts, rule["clear_at"])],
        over=contacts <= rule["clear_at"],
    )


def support_spike_turns(customer: Customer, _: Terms, rule: Rule) -> Iterable[int]:
    """Contacts leave the window."""
    for on, day in customer.days.items():
        if day.contacts:
            yield instants.midnight(on + rule["window_days"])


def _by_issue(customer: Customer, signal: str, rule: Rule, word: str) -> Opinion:
    """Judge a signal that is open while an issue counts for it."""
    today = customer.today()
    issues = customer.kept.issues.counting(signal, rule, today)
    raised: list[Wire] = []
    if issues:
        contacts = issues[0].contacts(rule["window_days"], today)
        raised = [
            finding(f"risk.{signal}.contacts", contacts, rule["contacts"]),
            finding(f"risk.{signal}.issue", issues[0].name[:NAMED_BY], word),
        ]
    return opinion(bool(issues), raised, [finding(f"risk.{signal}", 0, 1)], over=not issues)
