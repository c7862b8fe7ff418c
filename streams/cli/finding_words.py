"""Findings in words: how a rule's observation is named, and how it stands to the threshold."""

from decimal import Decimal
from typing import Any, Final

from agents.signals.registry import SIGNALS

_FINDINGS: Final = {
    "ladder.at_rest_days": ("days at rest", ">="),
    "ladder.clear_days": ("days without a signal", ">="),
    "ladder.dwell_days": ("days on its step", ">="),
    "ladder.guards.earned_share": ("service cost", "goes as far as"),
    "ladder.guards.unanswered_complaint": ("days since a complaint", "go as far as"),
    "ladder.notice_days": ("days of notice", "of"),
    "ladder.reach": ("signal", "leads as far as"),
    "ladder.segment": ("segment", "goes as far as"),
    "ladder.service_share": ("contacts cost", ">"),
    "ladder.set_step": ("set to", "for:"),
    "ladder.tier": ("tier", "goes as far as"),
    "ladder.young_days": ("days a customer", "go as far as"),
    "override.floor": ("by value", "with a floor of"),
    "override.lock": ("by value", "locked at"),
    "segments.best.contribution_from": ("best: contribution", ">="),
    "segments.fake_big.contribution_below": ("fake big: contribution", "<"),
    "segments.fake_big.revenue_from": ("fake big: revenue", ">="),
    "segments.latent.wallet_share_below": ("latent: share of the wallet", "<"),
    "segments.over_served.service_share": ("over-served: service cost", ">"),
    "segments.potential.growth": ("potential: contribution", ">="),
    "segments.prompt_payer.payments": ("prompt payer: payments on time", ">="),
    "segments.worst.contribution_below": ("worst: contribution", "<"),
    "stage": ("stage", "becomes"),
    "stage.lost_days": ("days since a purchase", ">"),
    "tiers.before_first_sale": ("with", "is"),
}
_SIGNALS: Final = {
    f"risk.{signal.name}.{key}" if key else f"risk.{signal.name}": words
    for signal in SIGNALS
    for key, words in signal.words.items()
}
"""Of a bound that is told when the signal is cleared, too, with a third word for that."""


def findings(entries: list[dict[str, Any]]) -> str:
    """Put reasons or evidence in words: what was observed against which threshold."""
    words: dict[tuple[str, str], list[str]] = {}
    for finding in entries:
        name, sign = named(finding)
        words.setdefault((name, str(finding["observed"])), []).append(
            f"{sign} {finding['threshold']}"
        )
    return ", ".join(
        f"{name} {observed} {' and '.join(against)}" for (name, observed), against in words.items()
    )


def named(finding: dict[str, Any]) -> tuple[str, str]:
    """What one observes, and how it stands to the threshold, in words."""
    rule = finding["rule"]
    if rule in _FINDINGS:
        return _FINDINGS[rule]
    if rule.startswith("treatment.when."):
        return rule.removeprefix("treatment.when."), "is"
    if rule.startswith("risk.") and rule.count(".") == 1:
        if rule in _SIGNALS and isinstance(finding["threshold"], int):
            name, sign = _SIGNALS[rule]
            return name, sign
        # of a step on the ladder: a signal, open for so many days
        return f"days {rule.removeprefix('risk.')}", "at"
    if rule in _SIGNALS:
        name, raised, *cleared = _SIGNALS[rule]
        holds = not cleared or finding["observed"] - (raised == ">") >= finding["threshold"]
        return name, raised if holds else cleared[0]
    reached = Decimal(finding["observed"]) >= Decimal(finding["threshold"])
    name = "value" if rule.startswith("tiers.share.") else rule
    name = "contribution" if rule.startswith(("tiers.entry.", "tiers.hold.")) else name
    return name, ">=" if reached else "<"
