"""The policy's word on signals and the ladder, as the rooms use it."""

from typing import Final

import msgspec

from agents.policy.rates import checked_ratio
from agents.policy_file.keys import PolicyFile
from agents.policy_file.ladder_keys import Ladder
from agents.policy_file.risk_keys import (
    CallAbuse,
    LatePayer,
    OverdueInvoice,
    RepeatIssue,
    Risk,
    SupportSpike,
)
from schemas.base.money import Ratio, parse_signed_minor
from schemas.base.times import HOUR_US
from schemas.base.vocabulary import STEPS
from schemas.outputs.records import TIERS

WEIGHTS: Final = {
    "call_abuse": 20,
    "commitment_shortfall": 15,
    "complaint_open": 25,
    "dissatisfied": 20,
    "fading": 20,
    "late_payer": 15,
    "no_second_purchase": 10,
    "overdue": 20,
    "overdue_invoice": 20,
    "repeat_issue": 15,
    "return_abuse": 15,
    "spend_drop": 20,
    "support_spike": 15,
    "unprofitable": 30,
}
"""Points in the score of signals that `[risk.weights]` does not name."""
ISSUES_KEPT_DAYS: Final = 14
"""An issue is remembered so long at least."""
SALES_KEPT_DAYS: Final = 64
"""Purchase days are told apart at least so far back."""


class UnprofitableRule(msgspec.Struct, frozen=True):
    """`[risk.unprofitable]` in minor units."""

    below: int
    clear_at: int
    min_tenure_days: int
    excuse_seller_fault: bool


class OverdueRule(msgspec.Struct, frozen=True):
    """`[risk.overdue]`."""

    watch: Ratio
    high: Ratio
    min_purchase_days: int


class SpendDropRule(msgspec.Struct, frozen=True):
    """`[risk.spend_drop]`."""

    recent_days: int
    before_days: int
    min_purchases: int
    below: Ratio
    clear_at: Ratio


class FadingRule(msgspec.Struct, frozen=True):
    """`[risk.fading]`."""

    below: float
    high_below: float
    clear_at: float


class DissatisfiedRule(msgspec.Struct, frozen=True):
    """`[risk.dissatisfied]`."""

    answers: int
    at_most: Ratio
    clear_at: Ratio


class ReturnAbuseRule(msgspec.Struct, frozen=True):
    """`[risk.return_abuse]`."""

    orders: int
    above: Ratio
    clear_below: Ratio


class ShortfallRule(msgspec.Struct, frozen=True):
    """`[risk.commitment_shortfall]`."""

    after_share: Ratio
    below: Ratio
    clear_at: Ratio


class LadderRules(msgspec.Struct, frozen=True):
    """`[ladder]`."""

    dwell_days: int
    clear_days: int
    young_days: int
    notice_days: int
    playbook: tuple[str | None, ...]
    """By step; that of none first."""


class RiskRules(msgspec.Struct, frozen=True, kw_only=True):
    """`[risk]` and `[ladder]`; a signal that is None is off."""

    cooldown_days: int
    weights: dict[str, int]
    """By signal, of all."""
    actions: dict[str, tuple[str | None, ...]]
    """By signal, then by tier's rank."""
    call_abuse: CallAbuse | None
    commitment_shortfall: ShortfallRule | None
    complaint_after_us: int | None
    dissatisfied: DissatisfiedRule | None
    fading: FadingRule | None
    late_payer: LatePayer | None
    no_second_purchase_days: int | None
    overdue: OverdueRule | None
    overdue_invoice: OverdueInvoice | None
    repeat_issue: RepeatIssue | None
    return_abuse: ReturnAbuseRule | None
    spend_drop: SpendDropRule | None
    support_spike: SupportSpike | None
    unprofitable: UnprofitableRule | None
    ladder: LadderRules | None
    sales_kept_days: int
    """How far back single purchase days are kept; 0: nothing asks for sales."""
    issue_days: int
    """Over how many days an issue's contacts are kept."""
    issues_forgotten_days: int
    """After so many days without a contact it is forgotten; 0: nothing asks for issues."""


def risk_rules(file: PolicyFile, digits: int) -> RiskRules:
    """The rules of a checked file."""
    risk = file.risk
    complaint, second = risk.complaint_open, risk.no_second_purchase
    again, abuse = risk.repeat_issue, risk.call_abuse
    windows = [0 if its is None else its.window_days for its in (again, abuse)]
    forgotten = max(*windows, 0 if again is None else again.quiet_days)
    asks_issues = not (again is None and abuse is None and complaint is None)
    return RiskRules(
        cooldown_days=risk.cooldown_days,
        weights=WEIGHTS | risk.weights,
        actions={
            signal: tuple(getattr(actions, tier) for tier in TIERS)
            for signal, actions in risk.actions.items()
        },
        call_abuse=risk.call_abuse,
        commitment_shortfall=_shortfall(risk),
        complaint_after_us=None if complaint is None else complaint.after_hours * HOUR_US,
        dissatisfied=_dissatisfied(risk),
        fading=_fading(risk),
        late_payer=risk.late_payer,
        no_second_purchase_days=None if second is None else second.after_days,
        overdue=_overdue(risk),
        overdue_invoice=risk.overdue_invoice,
        repeat_issue=again,
        return_abuse=_return_abuse(risk),
        spend_drop=_spend_drop(risk),
        support_spike=risk.support_spike,
        unprofitable=_unprofitable(risk, digits),
        ladder=_ladder(file.ladder),
        sales_kept_days=_sales_kept_days(file),
        issue_days=max(windows),
        issues_forgotten_days=max(forgotten, ISSUES_KEPT_DAYS) if asks_issues else 0,
    )


def _sales_kept_days(file: PolicyFile) -> int:
    risk, drop = file.risk, file.risk.spend_drop
    by_days = (risk.overdue, risk.fading, risk.no_second_purchase, file.lifetime)
    if drop is not None:
        return max(SALES_KEPT_DAYS, drop.recent_days + drop.before_days)
    return 0 if all(its is None for its in by_days) else SALES_KEPT_DAYS


def _float(text: str) -> float:
    numerator, denominator = checked_ratio(text)
    return numerator / denominator


def _shortfall(risk: Risk) -> ShortfallRule | None:
    its = risk.commitment_shortfall
    if its is None:
        return None
    return ShortfallRule(
        checked_ratio(its.after_share), checked_ratio(its.below), checked_ratio(its.clear_at)
    )


def _dissatisfied(risk: Risk) -> DissatisfiedRule | None:
    its = risk.dissatisfied
    if its is None:
        return None
    return DissatisfiedRule(its.answers, checked_ratio(its.at_most), checked_ratio(its.clear_at))


def _fading(risk: Risk) -> FadingRule | None:
    its = risk.fading
    if its is None:
        return None
    return FadingRule(_float(its.below), _float(its.high_below), _float(its.clear_at))


def _overdue(risk: Risk) -> OverdueRule | None:
    its = risk.overdue
    if its is None:
        return None
    return OverdueRule(checked_ratio(its.watch), checked_ratio(its.high), its.min_purchase_days)


def _return_abuse(risk: Risk) -> ReturnAbuseRule | None:
    its = risk.return_abuse
    if its is None:
        return None
    return ReturnAbuseRule(its.orders, checked_ratio(its.above), checked_ratio(its.clear_below))


def _spend_drop(risk: Risk) -> SpendDropRule | None:
    its = risk.spend_drop
    if its is None:
        return None
    return SpendDropRule(
        its.recent_days,
        its.before_days,
        its.min_purchases,
        checked_ratio(its.below),
        checked_ratio(its.clear_at),
    )


def _unprofitable(risk: Risk, digits: int) -> UnprofitableRule | None:
    loss = risk.unprofitable
    if loss is None:
        return None
    below = parse_signed_minor(loss.below, digits)
    clear_at = parse_signed_minor(loss.clear_at, digits)
    assert below is not None
    assert clear_at is not None
    return UnprofitableRule(below, clear_at, loss.min_tenure_days, loss.excuse_seller_fault)


def _ladder(ladder: Ladder | None) -> LadderRules | None:
    if ladder is None:
        return None
    playbook = (None, *(getattr(ladder.playbook, step) for step in STEPS))
    return LadderRules(
        ladder.dwell_days, ladder.clear_days, ladder.young_days, ladder.notice_days, playbook
    )


def asks_signals(rules: RiskRules) -> bool:
    """Whether anything has to be kept of a customer for them."""
    return bool(
        rules.sales_kept_days
        or rules.issues_forgotten_days
        or rules.dissatisfied is not None
        or rules.ladder is not None
        or rules.cooldown_days
    )
