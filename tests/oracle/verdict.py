"""Judging a customer after every event and due time: value, tier, then signals by name."""

from collections.abc import Callable
from typing import Any, NamedTuple

from . import instants
from .customer import Customer, Figures
from .money import Terms

Wire = dict[str, Any]

TIERS = ("maintenance", "ordinary", "important", "key")
"""From the lowest to the highest."""


class Opinion(NamedTuple):
    """What a signal's rules say just now; each list is what proves it."""

    raised: list[Wire] | None
    cleared: list[Wire] | None


def judged(customer: Customer, terms: Terms, trigger: Wire) -> tuple[list[Wire], list[Wire]]:
    """Move the customer's tier and signals; give the tier changes and the risks to publish."""
    figures = customer.figures(terms)
    changes = _tier(customer, figures, terms, trigger)
    risks = []
    for signal, opinion in OPINIONS.items():
        said = opinion(customer, figures, terms)
        if signal not in customer.risks and said.raised is not None:
            customer.risks[signal] = customer.as_of
            risks.append(_risk(customer, signal, "raised", said.raised))
        elif signal in customer.risks and said.cleared is not None:
            del customer.risks[signal]
            risks.append(_risk(customer, signal, "cleared", said.cleared))
    for risk in risks:
        risk |= {"trigger": trigger, "policy_version": terms.version}
    return changes, risks


def snapshot(customer: Customer, terms: Terms) -> Wire:
    """Write the newest picture of a customer."""
    return {
        "customer_id": customer.customer_id,
        "as_of": instants.text(customer.as_of),
        "tier": customer.tier,
        "tier_since": instants.text(instants.midnight(customer.tier_since)),
        "downgrade_at": None
        if customer.noticed is None
        else instants.text(instants.midnight(customer.downgrade_day(terms))),
        "value": _value(customer.figures(terms), terms),
        "risks": [
            {"signal": signal, "severity": "watch", "since": instants.text(since)}
            for signal, since in sorted(customer.risks.items())
        ],
        "sequence": customer.sequence,
        "policy_version": terms.version,
    }


def _value(figures: Figures, terms: Terms) -> Wire:
    amounts = {name: terms.text(minor) for name, minor in figures._asdict().items()}
    return {"currency": terms.base, "window_days": terms.window_days, **amounts}


def _rule(rule: str, observed: object, threshold: object) -> Wire:
    return {"rule": rule, "observed": observed, "threshold": threshold}


def _tier(customer: Customer, figures: Figures, terms: Terms, trigger: Wire) -> list[Wire]:
    """Say what becomes of the tier, one thing after the other, until there is nothing to say."""
    changes: list[Wire] = []
    while True:
        before = customer.tier
        said = _next_word(customer, figures.contribution, terms)
        if said is None:
            return changes
        direction, other = said
        effect = None
        if direction == "notice":
            customer.noticed = customer.today()
            effect = instants.text(instants.midnight(customer.downgrade_day(terms)))
        else:
            customer.noticed = None
        if direction in ("assigned", "upgrade", "downgrade"):
            customer.tier, customer.tier_since = other, customer.today()
        customer.sequence += 1
        at = TIERS.index(other)
        observed = terms.text(figures.contribution)
        reasons = [
            _rule(f"tiers.entry.{tier}", observed, terms.text(terms.entry[tier]))
            for tier in TIERS[at : at + 2]
            if tier != TIERS[0]
        ]
        margin, held = "keep_margin", str(before)
        if direction == "upgrade":
            margin, held = "upgrade_margin", other
        if held in terms.entry and terms.band(held, margin):
            way = 1 if direction == "upgrade" else -1
            bound = terms.entry[held] + way * terms.band(held, margin)
            reasons.append(_rule(f"tiers.hold.{margin}", observed, terms.text(bound)))
        changes.append(
            {
                "customer_id": customer.customer_id,
                "sequence": customer.sequence,
                "from_tier": before,
                "to_tier": other,
                "direction": direction,
                "takes_effect_at": effect,
                "effective_at": instants.text(customer.as_of),
                "value": _value(figures, terms),
                "reasons": reasons,
                "trigger": trigger,
                "treatment": terms.treatment.get(str(customer.tier), {}),
                "policy_version": terms.version,
            }
        )


def _next_word(customer: Customer, contribution: int, terms: Terms) -> tuple[str, str] | None:
    """Find the next thing to say of a tier: what, and of which tier."""
    tier = customer.tier
    plain = [its for its in TIERS[1:] if contribution >= terms.entry[its]]
    reached = plain[-1] if plain else TIERS[0]
    if tier is None:
        return "assigned", reached
    place = TIERS.index(tier)
    stayed = customer.today() - customer.tier_since >= terms.hold["min_dwell_days"]
    kept = tier == TIERS[0] or contribution >= terms.entry[tier] - terms.band(tier, "keep_margin")
    if kept:
        if customer.noticed is not None:
            return "notice_withdrawn", tier
        higher = [
            its
            for its in TIERS[place + 1 :]
            if contribution >= terms.entry[its] + terms.band(its, "upgrade_margin")
        ]
        return ("upgrade", higher[-1]) if higher and stayed else None
    lower = TIERS[place - 1]
    if terms.hold["downgrade"] == "full":
        lower = TIERS[min(place - 1, TIERS.index(reached))]
    if customer.noticed is None and terms.hold["grace_days"] > 0:
        return "notice", lower
    return ("downgrade", lower) if customer.today() >= customer.downgrade_day(terms) else None


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
        "effective_at": instants.text(customer.as_of),
    }


def _late_payer(customer: Customer, _: Figures, terms: Terms) -> Opinion:
    """Raise at so many late payments of the last few; clear at so many in time in a row."""
    rule = terms.late_payer
    if rule is None:
        return Opinion(None, None)
    late = sum(days > rule["days"] for days in customer.last_payments(rule["of"]))
    newest = customer.last_payments(rule["clear_on_time"])
    on_time = sum(days <= 0 for days in newest)
    raised = [_rule("risk.late_payer.late", late, rule["late"])]
    cleared = [_rule("risk.late_payer.clear_on_time", on_time, rule["clear_on_time"])]
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
    raised = [_rule("risk.support_spike.contacts", contacts, rule["contacts"])]
    cleared = [_rule("risk.support_spike.clear_at", contacts, rule["clear_at"])]
    return Opinion(
        raised if contacts >= rule["contacts"] else None,
        cleared if contacts <= rule["clear_at"] else None,
    )


def _unprofitable(customer: Customer, figures: Figures, terms: Terms) -> Opinion:
    """Raise when a customer that is no newcomer brings too little; clear when it brings enough."""
    rule = terms.unprofitable
    if rule is None:
        return Opinion(None, None)
    observed = terms.text(figures.contribution)
    enough, tenure = rule["min_tenure_days"], customer.tenure()
    raised = [
        _rule("risk.unprofitable.below", observed, terms.text(rule["below"])),
        _rule("risk.unprofitable.min_tenure_days", tenure, enough),
    ]
    cleared = [_rule("risk.unprofitable.clear_at", observed, terms.text(rule["clear_at"]))]
    return Opinion(
        raised if figures.contribution < rule["below"] and tenure >= enough else None,
        cleared if figures.contribution >= rule["clear_at"] else None,
    )


OPINIONS: dict[str, Callable[[Customer, Figures, Terms], Opinion]] = {
    "late_payer": _late_payer,
    "support_spike": _support_spike,
    "unprofitable": _unprofitable,
}
"""Each signal's rules, in the order of their names."""
