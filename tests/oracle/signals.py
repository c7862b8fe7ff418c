"""The signals of a customer at risk: when each is raised and cleared, and what proves it."""

from collections.abc import Callable
from typing import NamedTuple

from . import ledger, wire
from .customer import Customer, Figures
from .money import Terms
from .wire import Wire, finding


class Opinion(NamedTuple):
    """What a signal's rules say just now; each list is what proves it."""

    raised: list[Wire] | None
    cleared: list[Wire] | None


def signalled(customer: Customer, figures: Figures, terms: Terms, trigger: Wire) -> list[Wire]:
    """Raise and clear the customer's signals; give the risks to publish."""
    risks = []
    for signal, opinion in _OPINIONS.items():
        said = opinion(customer, figures, terms)
        if signal not in customer.risks and said.raised is not None:
            customer.risks[signal] = customer.as_of
            risks.append(_risk(customer, signal, "raised", said.raised))
        elif signal in customer.risks and said.cleared is not None:
            del customer.risks[signal]
            risks.append(_risk(customer, signal, "cleared", said.cleared))
    for risk in risks:
        risk |= {"trigger": trigger, "policy_version": terms.version}
    return risks


def worth(figures: Figures, terms: Terms) -> int:
    """Reckon what a customer brings, as the signal `unprofitable` sees it."""
    excused = figures.lines[ledger.FAULT] if terms.excuse_seller_fault else 0
    return figures.contribution + excused


def _risk(customer: Customer, signal: str, status: str, evidence: list[Wire]) -> Wire:
    customer.sequence += 1
    return {
        "customer_id": customer.customer_id,
        "sequence": customer.sequence,
        "signal": signal,
        "status": status,
        "severity": "watch",
        "evidence": evidence,
        "tier": customer.tier,
        "recommended_step": None,
        "effective_at": wire.time(customer.as_of),
    }


def _late_payer(customer: Customer, _: Figures, terms: Terms) -> Opinion:
    """Raise at so many late payments of the last few; clear at so many in time in a row."""
    rule = terms.late_payer
    if rule is None:
        return Opinion(None, None)
    late = sum(days > rule["days"] for days in customer.last_payments(rule["of"]))
    newest = customer.last_payments(rule["clear_on_time"])
    on_time = sum(days <= 0 for days in newest)
    raised = [finding("risk.late_payer.late", late, rule["late"])]
    cleared = [finding("risk.late_payer.clear_on_time", on_time, rule["clear_on_time"])]
    return Opinion(
        raised if late >= rule["late"] else None,
        cleared if on_time >= rule["clear_on_time"] else None,
    )


def _support_spike(customer: Customer, _: Figures, terms: Terms) -> Opinion:
    """Raise at many contacts in the signal's own window; clear at few."""
    rule = terms.support_spike
    if rule is None:
        return Opinion(None, None)
    contacts = customer.contacts(rule["window_days"])
    raised = [finding("risk.support_spike.contacts", contacts, rule["contacts"])]
    cleared = [finding("risk.support_spike.clear_at", contacts, rule["clear_at"])]
    return Opinion(
        raised if contacts >= rule["contacts"] else None,
        cleared if contacts <= rule["clear_at"] else None,
    )


def _unprofitable(customer: Customer, figures: Figures, terms: Terms) -> Opinion:
    """Raise when a customer that is no newcomer brings too little; clear when it brings enough."""
    rule = terms.unprofitable
    if rule is None:
        return Opinion(None, None)
    brought = worth(figures, terms)
    observed = terms.text(brought)
    enough, tenure = rule["min_tenure_days"], customer.tenure()
    excused = []
    if terms.excuse_seller_fault and figures.lines[ledger.FAULT]:
        fault = terms.text(figures.lines[ledger.FAULT])
        excused = [finding("risk.unprofitable.excuse_seller_fault", fault, "excused")]
    raised = [
        finding("risk.unprofitable.below", observed, terms.text(rule["below"])),
        finding("risk.unprofitable.min_tenure_days", tenure, enough),
    ]
    cleared = [finding("risk.unprofitable.clear_at", observed, terms.text(rule["clear_at"]))]
    return Opinion(
        raised + excused if brought < rule["below"] and tenure >= enough else None,
        cleared + excused if brought >= rule["clear_at"] else None,
    )


_OPINIONS: dict[str, Callable[[Customer, Figures, Terms], Opinion]] = {
    "late_payer": _late_payer,
    "support_spike": _support_spike,
    "unprofitable": _unprofitable,
}
"""Each signal's rules, in the order of their names."""
