"""Judging a customer after every event and due time: value, tier, signals, contacts due."""

from typing import NamedTuple

from . import segments, stages, wire
from .changes import Changes
from .climbing import held_by
from .contacts import Asked, contacts_due
from .customer import Customer
from .fields import Event
from .money import Terms
from .signals import score, signalled, turned
from .tiers import downgrade_day
from .wire import Wire


class Verdict(NamedTuple):
    """What there is to publish, by output topic."""

    tier_changes: list[Wire]
    at_risk: list[Wire]
    contacts_due: list[Wire]


def judged(customer: Customer, terms: Terms, trigger: Wire, event: Event | None = None) -> Verdict:
    """Move the customer's tier and signals; the event is what was applied just now, if any."""
    figures = customer.figures(terms)
    look = Changes(customer, figures, terms, trigger)
    is_over, ends = terms.stage is not None and stages.over(customer), customer.standing.ends
    look.make(is_over=is_over)
    happenings = turned(customer, figures, terms)
    look.live(is_over=is_over)
    look.treat()
    risks = signalled(customer, figures, terms, trigger, happenings)
    changes = look.put_out
    end = None
    if (ends is None) != (customer.standing.ends is None) and not (ends is not None and is_over):
        end = "termination_notice" if ends is None else "termination_withdrawn"
    asked = Asked(event, changes, end, is_over=is_over)
    return Verdict(changes, risks, contacts_due(customer, terms, trigger, asked))


def snapshot(customer: Customer, terms: Terms) -> Wire:
    """Write the newest picture of a customer."""
    figures = customer.figures(terms)
    held = list(segments.held(customer, figures, terms))
    return {
        "customer_id": customer.customer_id,
        "as_of": wire.time(customer.as_of),
        "tier": customer.tier,
        "tier_since": wire.midnight(customer.tier_since),
        "downgrade_at": wire.midnight(downgrade_day(customer, terms)) if customer.told else None,
        "stage": customer.stage,
        "stage_since": None if customer.stage is None else wire.midnight(customer.stage_since),
        "tier_by_value": customer.value_tier,
        "treatment": customer.granted(terms, str(customer.tier), held),
        "override": wire.override(customer.master.override(customer.as_of)),
        "cutoffs_version": None,
        "value": wire.value(figures, terms),
        "tenure_days": customer.tenure(),
        "wallet_share": customer.master.wallet_share(figures.revenue, terms),
        "profile": wire.profile(customer),
        "segments": held,
        "risks": [
            {"signal": signal, "severity": risk.severity, "since": wire.time(risk.since)}
            for signal, risk in sorted(customer.risks.items())
        ],
        "score": score(customer, terms),
        "ladder": wire.ladder(customer, held_by(customer, figures, terms)),
        "lifetime": wire.lifetime(customer, terms),
        "sequence": customer.sequence,
        "policy_version": terms.version,
    }
