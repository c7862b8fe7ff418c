"""Records for `customer-values`: the newest snapshot of a customer, whole."""

from agents.customer.stage import NO_STAGE
from agents.customer.state import Customer
from agents.decide.override import active_override
from agents.decide.segments import names_of, segments_held, wallet_share
from agents.decide.stage import stage_name
from agents.decide.tiers import TierRules
from agents.policy.compiled import Policy
from agents.records.advice import ladder_of, score_of
from agents.records.lifetime import lifetime_of
from agents.records.override import override_of
from agents.records.value import value_of
from schemas.base.money import format_share
from schemas.base.times import day_start, format_micros
from schemas.base.value_lines import REVENUE
from schemas.base.vocabulary import TIERS
from schemas.outputs.customer_values import CustomerValue
from schemas.outputs.parts import OpenRisk, Profile
from schemas.state.rows import CutoffsRow, MasterRow


class Snapshots:
    """Renders customers by one policy and one version of the cut-offs."""

    def __init__(self, policy: Policy, tiers: TierRules, cutoffs: CutoffsRow | None) -> None:
        self._policy, self._tiers = policy, tiers
        self._cutoffs_version = None if cutoffs is None else cutoffs.version

    def record(self, customer: Customer) -> CustomerValue:
        """The customer as it is."""
        policy, tier_state, master = self._policy, customer.tier_state, customer.master
        assert tier_state is not None
        totals, tier, standing = customer.totals(), tier_state.in_force, customer.standing
        segments = names_of(segments_held(customer, tier, totals, policy))
        share = wallet_share(customer, totals[REVENUE], policy)
        effect_day = self._tiers.takes_effect_day(tier_state) if tier_state.announced else None
        return CustomerValue(
            customer_id=customer.customer_id,
            as_of=format_micros(customer.as_of_us),
            tier=TIERS[tier],
            tier_since=format_micros(day_start(tier_state.in_force_since_day)),
            downgrade_at=None if effect_day is None else format_micros(day_start(effect_day)),
            stage=stage_name(standing),
            stage_since=None
            if standing.stage == NO_STAGE
            else format_micros(day_start(standing.since_day)),
            tier_by_value=TIERS[tier_state.tier],
            treatment=policy.grants.of(tier, customer.risks, segments).wire,
            override=override_of(active_override(master, customer.as_of_us)),
            cutoffs_version=self._cutoffs_version,
            value=value_of(customer, totals, customer.index(policy), policy),
            tenure_days=customer.tenure_days,
            wallet_share=None if share is None else format_share(*share),
            profile=_profile(master),
            segments=list(segments),
            risks=[
                OpenRisk(risk.signal, risk.severity, format_micros(risk.since_us))
                for risk in customer.risks.values()
            ],
            score=score_of(customer, policy),
            ladder=ladder_of(customer, policy),
            lifetime=lifetime_of(
                policy.future, customer.signals.history, customer.day, policy.digits
            ),
            sequence=customer.sequence,
            policy_version=policy.version,
        )


def _profile(master: MasterRow | None) -> Profile:
    """What its master data tells of a customer."""
    joined_us = None if master is None else master.joined_us
    return Profile(
        segment=None if master is None else master.segment,
        region=None if master is None else master.region,
        industry=None if master is None else master.industry,
        joined_at=None if joined_us is None else format_micros(joined_us),
    )
