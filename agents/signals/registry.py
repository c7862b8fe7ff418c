"""The rules of a policy: those signals that are on."""

from agents.policy.compiled import Policy
from agents.signals.cost_risks import (
    CommitmentShortfallSignal,
    LatePayerSignal,
    OverdueInvoiceSignal,
    ReturnAbuseSignal,
    UnprofitableSignal,
)
from agents.signals.leaving_risks import (
    FadingSignal,
    NoSecondPurchaseSignal,
    OverdueSignal,
    SpendDropSignal,
)
from agents.signals.rule import Rule
from agents.signals.service_risks import (
    CallAbuseSignal,
    ComplaintOpenSignal,
    DissatisfiedSignal,
    RepeatIssueSignal,
    SupportSpikeSignal,
)


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """The rules that are on, in the order of their names: the order in which they are judged."""
    found = [*_cost_rules(policy), *_leaving_rules(policy), *_service_rules(policy)]
    return tuple(sorted(found, key=_name))


def _name(rule: Rule) -> str:
    return rule.name


def _cost_rules(policy: Policy) -> list[Rule]:
    risk, found = policy.risk, list[Rule]()
    if risk.commitment_shortfall is not None:
        found.append(CommitmentShortfallSignal(risk.commitment_shortfall, policy.digits))
    if risk.late_payer is not None:
        found.append(LatePayerSignal(risk.late_payer))
    if risk.overdue_invoice is not None:
        found.append(OverdueInvoiceSignal(risk.overdue_invoice))
    if risk.return_abuse is not None:
        found.append(ReturnAbuseSignal(risk.return_abuse))
    if risk.unprofitable is not None:
        found.append(UnprofitableSignal(risk.unprofitable, policy.digits))
    return found


def _leaving_rules(policy: Policy) -> list[Rule]:
    risk, found = policy.risk, list[Rule]()
    if risk.fading is not None and policy.future is not None:
        found.append(FadingSignal(risk.fading, policy.future.params))
    if risk.no_second_purchase_days is not None:
        found.append(NoSecondPurchaseSignal(risk.no_second_purchase_days))
    if risk.overdue is not None:
        found.append(OverdueSignal(risk.overdue))
    if risk.spend_drop is not None:
        found.append(SpendDropSignal(risk.spend_drop, policy.digits))
    return found


def _service_rules(policy: Policy) -> list[Rule]:
    risk, found = policy.risk, list[Rule]()
    if risk.call_abuse is not None:
        found.append(CallAbuseSignal(risk.call_abuse))
    if risk.complaint_after_us is not None:
        found.append(ComplaintOpenSignal(risk.complaint_after_us))
    if risk.dissatisfied is not None:
        found.append(DissatisfiedSignal(risk.dissatisfied))
    if risk.repeat_issue is not None:
        found.append(RepeatIssueSignal(risk.repeat_issue))
    if risk.support_spike is not None:
        found.append(SupportSpikeSignal(risk.support_spike))
    return found
