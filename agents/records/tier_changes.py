"""Records for `tier-changes`: what happened to a customer's tier, and why."""

from typing import Final

from agents.customer.state import Customer
from agents.decide.decisions import Announcement, Decision
from agents.decide.entries import thresholds
from agents.decide.lives import SEGMENT, STAGE, TREATMENT
from agents.decide.segments import names_of, proofs_of, segments_held
from agents.decide.stage import stage_name, stage_reasons
from agents.decide.tiers import TierRules
from agents.policy.compiled import Policy
from agents.records.head import Output, next_id, trigger_of
from agents.records.override import override_of
from agents.records.value import value_of
from schemas.base.money import format_minor
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import TIERS, SegmentName
from schemas.outputs.parts import Finding
from schemas.outputs.records import NOT_YET, TIER_CHANGES
from schemas.outputs.tier_changes import TierChange
from schemas.state.rows import CutoffsRow

UNMOVED: Final = ("", TREATMENT, STAGE, SEGMENT)
"""Of such a move no bound beside an entry was crossed."""


class TierChanges:
    """Renders announcements by one policy and one version of the cut-offs."""

    def __init__(self, policy: Policy, tiers: TierRules, cutoffs: CutoffsRow | None) -> None:
        self._policy, self._tiers = policy, tiers
        self._cutoffs_version = None if cutoffs is None else cutoffs.version
        self._thresholds = tuple(
            thresholds(rank, tiers.entries, policy.digits, by_share=cutoffs is not None)
            for rank in range(len(TIERS))
        )

    def record(self, customer: Customer, said: Announcement, decision: Decision) -> Output:
        """One announcement; the customer has taken the decision over."""
        policy, before, move = self._policy, said.before, said.move
        totals = customer.totals()
        override, index = decision.override, decision.index
        held = segments_held(customer, said.in_force, totals, policy)
        segments = names_of(held)
        due_day = move.takes_effect_day
        reasons = self._reasons(said, index)
        if customer.is_prospect(policy):
            reasons = [Finding("tiers.before_first_sale", "no sale", TIERS[move.by_value])]
        if said.direction == STAGE:
            reasons = stage_reasons(customer, decision.stage_before, policy) + reasons
        if said.direction == TREATMENT:
            reasons += self._treatment_reasons(customer, segments)
        if override is not None:
            rule = f"override.{override.mode}"
            reasons.append(Finding(rule, TIERS[move.by_value], TIERS[override.tier]))
        reasons += proofs_of(customer, held, totals, policy)
        record = TierChange(
            event_id=next_id(customer, TIER_CHANGES),
            customer_id=customer.customer_id,
            sequence=customer.sequence,
            effective_at=format_micros(customer.as_of_us),
            policy_version=policy.version,
            from_tier=None if before is None else TIERS[before],
            to_tier=TIERS[said.after],
            direction=said.direction,
            takes_effect_at=None if due_day is None else format_micros(day_start(due_day)),
            stage=stage_name(decision.standing),
            from_stage=stage_name(decision.stage_before) if said.direction == STAGE else None,
            tier_by_value=TIERS[move.by_value],
            override=override_of(override),
            cutoffs_version=self._cutoffs_version,
            value=value_of(customer, totals, index, policy),
            reasons=reasons,
            trigger=trigger_of(decision, by_override=said.by_override),
            treatment=policy.grants.of(said.in_force, customer.risks, segments).wire,
            segments=list(segments),
            evaluated_at=NOT_YET,
        )
        return Output(TIER_CHANGES, said.direction, record)

    def _treatment_reasons(
        self, customer: Customer, segments: tuple[SegmentName, ...]
    ) -> list[Finding]:
        """The open signals and the segments that change what it is granted."""
        risks = customer.risks
        return [
            Finding(f"treatment.when.{name}", risks[name].severity, "open")
            if name in risks
            else Finding(f"treatment.when.{name}", "segment", "held")
            for name in self._policy.grants.changed_by((*risks, *segments))
        ]

    def _reasons(self, said: Announcement, index: int) -> list[Finding]:
        digits, move = self._policy.digits, said.move
        observed = format_minor(index, digits)
        reasons = [
            Finding(rule, observed, threshold) for rule, threshold in self._thresholds[move.after]
        ]
        band = self._tiers.band_of(move) if move.direction not in UNMOVED else None
        if band is not None:
            reasons.append(Finding(band[0], observed, format_minor(band[1], digits)))
        return reasons
