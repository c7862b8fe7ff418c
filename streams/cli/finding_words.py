"""Findings in words: how a rule's observation is named, and how it stands to the threshold."""

from decimal import Decimal
from typing import Any, Final

_FINDINGS: Final = {
    "ladder.clear_days": ("days without a signal", ">="),
    "ladder.dwell_days": ("days on its step", ">="),
    "ladder.segment": ("segment", "goes as far as"),
    "ladder.set_step": ("set to", "for:"),
    "ladder.tier": ("tier", "goes as far as"),
    "ladder.young_days": ("days a customer", "go as far as"),
    "override.floor": ("by value", "with a floor of"),
    "override.lock": ("by value", "locked at"),
    "risk.call_abuse.contacts": ("contacts on one issue", ">="),
    "risk.call_abuse.issue": ("issue", "is"),
    "risk.commitment_shortfall.after_share": ("of the term", ">="),
    "risk.commitment_shortfall.below": ("bought", "<"),
    "risk.commitment_shortfall.clear_at": ("bought", ">="),
    "risk.complaint_open.after_hours": ("hours since a complaint", ">="),
    "risk.complaint_open.issue": ("issue", "is"),
    "risk.dissatisfied.at_most": ("satisfaction", "<="),
    "risk.dissatisfied.clear_at": ("satisfaction", ">="),
    "risk.fading.below": ("chance that it is alive", "<"),
    "risk.fading.clear_at": ("chance that it is alive", ">="),
    "risk.fading.high_below": ("chance that it is alive", "<"),
    "risk.late_payer.clear_on_time": ("payments on time", ">="),
    "risk.late_payer.late": ("late payments", ">="),
    "risk.no_second_purchase": ("purchase days", ">="),
    "risk.no_second_purchase.after_days": ("days since the only purchase", ">="),
    "risk.overdue.high": ("days since a purchase", ">"),
    "risk.overdue.min_purchase_days": ("purchase days", ">="),
    "risk.overdue_invoice.high_days": ("days past due", ">="),
    "risk.repeat_issue.contacts": ("contacts on one issue", ">="),
    "risk.repeat_issue.issue": ("issue", "is"),
    "risk.return_abuse.above": ("sent back", ">"),
    "risk.return_abuse.clear_below": ("sent back", "<"),
    "risk.return_abuse.orders": ("of sales", ">="),
    "risk.spend_drop.below": ("spent", "<"),
    "risk.spend_drop.clear_at": ("spent", ">="),
    "risk.spend_drop.min_purchases": ("sales before", ">="),
    "risk.support_spike.clear_at": ("contacts", "<="),
    "risk.support_spike.contacts": ("contacts", ">="),
    "risk.unprofitable.below": ("contribution", "<"),
    "risk.unprofitable.clear_at": ("contribution", ">="),
    "risk.unprofitable.excuse_seller_fault": ("the seller's fault", "is"),
    "risk.unprofitable.min_tenure_days": ("days a customer", ">="),
    "segments.best.contribution_from": ("best: contribution", ">="),
    "segments.fake_big.contribution_below": ("fake big: contribution", "<"),
    "segments.fake_big.revenue_from": ("fake big: revenue", ">="),
    "segments.over_served.service_share": ("over-served: service cost", ">"),
    "segments.potential.growth": ("potential: contribution", ">="),
    "segments.worst.contribution_below": ("worst: contribution", "<"),
}
_EITHER_WAY: Final = {
    "risk.overdue.watch": ("days since a purchase", ">", "<="),
    "risk.overdue_invoice.days": ("days past due", ">=", "<"),
}
"""Rules that tell of the same bound when a signal is raised and when it is cleared."""
_COUNTED: Final = {
    "risk.call_abuse": "issues called about too often",
    "risk.commitment_shortfall": "commitments",
    "risk.complaint_open": "complaints open",
    "risk.repeat_issue": "issues that repeat",
}


def findings(found: list[dict[str, Any]]) -> str:
    """Put reasons or evidence in words: what was observed against which threshold."""
    words: dict[tuple[str, str], list[str]] = {}
    for finding in found:
        name, sign = _named(finding)
        words.setdefault((name, str(finding["observed"])), []).append(
            f"{sign} {finding['threshold']}"
        )
    return ", ".join(
        f"{name} {observed} {' and '.join(against)}" for (name, observed), against in words.items()
    )


def _named(finding: dict[str, Any]) -> tuple[str, str]:
    rule = finding["rule"]
    if rule in _FINDINGS:
        return _FINDINGS[rule]
    if rule in _COUNTED and isinstance(finding["threshold"], int):
        return _COUNTED[rule], "<"
    if rule in _EITHER_WAY:
        name, raised, cleared = _EITHER_WAY[rule]
        over = finding["observed"] - (raised == ">") >= finding["threshold"]
        return name, raised if over else cleared
    if rule.startswith("risk.") and rule.count(".") == 1:
        # of a step on the ladder: a signal, open for so many days
        return f"days {rule.removeprefix('risk.')}", "at"
    reached = Decimal(finding["observed"]) >= Decimal(finding["threshold"])
    name = "value" if rule.startswith("tiers.share.") else rule
    name = "contribution" if rule.startswith(("tiers.entry.", "tiers.hold.")) else name
    return name, ">=" if reached else "<"
