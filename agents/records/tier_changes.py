"""Records for `tier-changes`: what happened to a customer's tier, and why."""

from typing import Any

from agents.customer.state import Customer
from agents.decide.decisions import Announcement, Decision
from agents.decide.override import active_override
from agents.decide.segments import segments_of
from agents.decide.tiers import TierRules, thresholds
from agents.policy.compiled import Policy
from agents.records.head import Output, head, trigger_wire
from agents.records.override import override_wire
from agents.records.value import value_of
from schemas.base.money import format_minor
from schemas.base.times import day_start, format_micros
from schemas.base.vocabulary import TIERS
from schemas.outputs.records import TIER_CHANGES
from schemas.state.rows import CutoffsRow


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
        override = active_override(customer.master, customer.as_of_us)
        index = customer.index(policy)
        due_day = move.takes_effect_day
        wire = head(customer, TIER_CHANGES, policy.version)
        wire["from_tier"] = None if before is None else TIERS[before]
        wire["to_tier"] = TIERS[said.after]
        wire["direction"] = said.direction
        wire["takes_effect_at"] = None if due_day is None else format_micros(day_start(due_day))
        wire["tier_by_value"] = TIERS[move.by_value]
        wire["override"] = override_wire(override)
        wire["cutoffs_version"] = self._cutoffs_version
        wire["value"] = value_of(customer, totals, index, policy)
        reasons = self._reasons(said, index)
        wire["reasons"] = reasons
        if override is not None:
            reasons.append(
                {
                    "rule": f"override.{override.mode}",
                    "observed": TIERS[move.by_value],
                    "threshold": TIERS[override.tier],
                }
            )
        for _, findings in segments_of(customer, said.in_force, totals, policy):
            reasons += [finding.wire() for finding in findings]
        wire["trigger"] = trigger_wire(decision, by_override=said.by_override)
        wire["treatment"] = policy.treatment[TIERS[said.in_force]]
        return Output(TIER_CHANGES, said.direction, wire)

    def _reasons(self, said: Announcement, index: int) -> list[dict[str, Any]]:
        digits, move = self._policy.digits, said.move
        observed = format_minor(index, digits)
        reasons: list[dict[str, Any]] = [
            {"rule": rule, "observed": observed, "threshold": threshold}
            for rule, threshold in self._thresholds[move.after]
        ]
        band = self._tiers.band_of(move) if move.direction else None
        if band is not None:
            threshold = format_minor(band[1], digits)
            reasons.append({"rule": band[0], "observed": observed, "threshold": threshold})
        return reasons
