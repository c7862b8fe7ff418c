"""What is decided, put into records: a builder decides nothing, and counts sequences."""

from typing import Any

import msgspec

from agents.customer.state import Customer
from agents.customer.tier_state import active_override
from agents.decide.segments import segments_of
from agents.decide.tiers import Move, TierRules, thresholds
from agents.events.booking import Booking
from agents.events.payments import DAYS_A_YEAR
from agents.policy.compiled import Policy
from agents.records.advice import ladder_wire, score_wire
from agents.records.lifetime import lifetime_wire
from agents.records.value import value_wire
from schemas.base.money import format_minor, format_share
from schemas.base.times import day_start, format_micros
from schemas.base.value_lines import REVENUE
from schemas.inputs.events import TOPIC_OF_KIND, Kind
from schemas.outputs.records import (
    CONTACTS_DUE,
    CUTOFFS,
    TIER_CHANGES,
    TIER_NAMES,
    TIERS,
    output_id,
)
from schemas.state.rows import CutoffsRow, OverrideRow

EVENT, TIMER, POLICY, OVERRIDE = "event", "timer", "policy", "override"
ADOPTION = "adoption"
Trigger = Booking | str
"""What begins a judgement: an event, or TIMER, POLICY, or ADOPTION of cut-offs."""


class Output(msgspec.Struct, frozen=True):
    """One record to put out, but for the clock's time."""

    topic: str
    label: str
    """Its kind within the topic (direction, status or reason), for the metrics."""
    wire: dict[str, Any]


class Wording:
    """Writes records by one policy."""

    def __init__(self, policy: Policy, tiers: TierRules, cutoffs: CutoffsRow | None = None) -> None:
        """By the policy's entries, or by cut-offs in their place."""
        self._policy, self._tiers = policy, tiers
        self._cutoffs_version = None if cutoffs is None else cutoffs.version
        self._thresholds = tuple(
            thresholds(rank, tiers.entries, policy.digits, by_share=cutoffs is not None)
            for rank in range(len(TIERS))
        )
        self._treatments = tuple(policy.treatment[tier] for tier in TIERS)

    def tier_change(
        self,
        customer: Customer,
        move: Move,
        shown: tuple[int | None, int, str],
        cause: Trigger,
        *,
        by_override: bool = False,
    ) -> Output:
        """A move of the tier by value as it shows in force: (from, to, direction) in `shown`."""
        before, after, direction = shown
        policy, tier_state = self._policy, customer.tier_state
        assert tier_state is not None
        totals = customer.totals()
        override = active_override(customer.master, customer.as_of_us)
        index = customer.index(policy)
        due_day = move.takes_effect_day
        wire = self.head(customer, TIER_CHANGES)
        wire["from_tier"] = None if before is None else TIER_NAMES[before]
        wire["to_tier"] = TIER_NAMES[after]
        wire["direction"] = direction
        wire["takes_effect_at"] = None if due_day is None else format_micros(day_start(due_day))
        wire["tier_by_value"] = TIER_NAMES[move.tier_state]
        wire["override"] = _override_wire(override)
        wire["cutoffs_version"] = self._cutoffs_version
        wire["value"] = self._value(customer, totals, index)
        reasons = self._reasons(move, index, with_band=move.direction != "")
        wire["reasons"] = reasons
        if override is not None:
            reasons.append(
                {
                    "rule": f"override.{override.mode}",
                    "observed": TIER_NAMES[move.tier_state],
                    "threshold": TIER_NAMES[override.tier],
                }
            )
        for _, findings in segments_of(customer, totals, policy):
            reasons += [finding.wire() for finding in findings]
        wire["trigger"] = trigger_wire(cause, by_override=by_override)
        wire["treatment"] = self._treatments[tier_state.in_force]
        return Output(TIER_CHANGES, direction, wire)

    def _reasons(self, move: Move, index: int, *, with_band: bool) -> list[dict[str, Any]]:
        digits = self._policy.digits
        observed = format_minor(index, digits)
        found: list[dict[str, Any]] = [
            {"rule": rule, "observed": observed, "threshold": threshold}
            for rule, threshold in self._thresholds[move.after]
        ]
        band = self._tiers.band_of(move) if with_band else None
        if band is not None:
            threshold = format_minor(band[1], digits)
            found.append({"rule": band[0], "observed": observed, "threshold": threshold})
        return found

    def contact_due(self, customer: Customer, reason: str, cause: Trigger) -> Output:
        """Somebody should get in touch."""
        touch = customer.touch
        assert customer.tier is not None
        assert touch is not None
        touch.sequence += 1
        wire: dict[str, Any] = {
            "event_id": output_id(
                customer.customer_id, customer.origin, touch.sequence, CONTACTS_DUE
            ),
            "customer_id": customer.customer_id,
            "sequence": touch.sequence,
            "reason": reason,
            "tier": TIER_NAMES[customer.tier],
            "last_touch_at": None if touch.last_us is None else format_micros(touch.last_us),
            "effective_at": format_micros(customer.as_of_us),
            "trigger": trigger_wire(cause),
            "treatment": self._treatments[customer.tier],
            "policy_version": self._policy.version,
        }
        return Output(CONTACTS_DUE, reason, wire)

    def head(self, customer: Customer, topic: str) -> dict[str, Any]:
        """What every record begins with; counts the customer's next sequence."""
        customer.sequence += 1
        return {
            "event_id": output_id(customer.customer_id, customer.origin, customer.sequence, topic),
            "customer_id": customer.customer_id,
            "sequence": customer.sequence,
            "effective_at": format_micros(customer.as_of_us),
            "policy_version": self._policy.version,
        }

    def _value(self, customer: Customer, totals: list[int], index: int) -> dict[str, Any]:
        policy = self._policy
        return value_wire(
            totals,
            index,
            customer.leakage(policy),
            policy.base_currency,
            policy.digits,
            policy.window_days,
        )

    def snapshot(self, customer: Customer) -> dict[str, Any]:
        """The customer's record for `customer-values`."""
        policy, tier_state, master = self._policy, customer.tier_state, customer.master
        assert tier_state is not None
        totals = customer.totals()
        value = self._value(customer, totals, customer.index(policy))
        effect_day = self._tiers.takes_effect_day(tier_state) if tier_state.told else None
        override = active_override(master, customer.as_of_us)
        joined_us = None if master is None else master.joined_us
        return {
            "customer_id": customer.customer_id,
            "as_of": format_micros(customer.as_of_us),
            "tier": TIER_NAMES[tier_state.in_force],
            "tier_since": format_micros(day_start(tier_state.in_force_since_day)),
            "downgrade_at": None if effect_day is None else format_micros(day_start(effect_day)),
            "tier_by_value": TIER_NAMES[tier_state.tier],
            "override": _override_wire(override),
            "cutoffs_version": self._cutoffs_version,
            "value": value,
            "tenure_days": customer.tenure_days,
            "wallet_share": _wallet_share(
                totals[REVENUE], None if master is None else master.wallet, policy.window_days
            ),
            "profile": {
                "segment": None if master is None else master.segment,
                "region": None if master is None else master.region,
                "industry": None if master is None else master.industry,
                "joined_at": None if joined_us is None else format_micros(joined_us),
            },
            "segments": [name for name, _ in segments_of(customer, totals, policy)],
            "risks": [
                {
                    "signal": risk.signal,
                    "severity": risk.severity,
                    "since": format_micros(risk.since_us),
                }
                for risk in customer.risks.values()
            ],
            "score": score_wire(customer, policy),
            "ladder": ladder_wire(customer),
            "lifetime": lifetime_wire(
                policy.future, customer.signals.history, customer.day, policy.digits
            ),
            "sequence": customer.sequence,
            "policy_version": policy.version,
        }


def _wallet_share(revenue: int, wallet: int | None, window_days: int) -> str | None:
    """What part of its yearly spend the customer spends here, going by the window."""
    if not wallet:
        return None
    return format_share(revenue * DAYS_A_YEAR, window_days * wallet)


def _override_wire(override: OverrideRow | None) -> dict[str, Any] | None:
    if override is None:
        return None
    expires_us = override.expires_us
    return {
        "tier": TIER_NAMES[override.tier],
        "mode": override.mode,
        "reason": override.reason,
        "expires_at": None if expires_us is None else format_micros(expires_us),
    }


def trigger_wire(cause: Trigger, *, by_override: bool = False) -> dict[str, str | None]:
    """What made Whalecurve judge: an event with its topic and id, or only a kind."""
    event = None if isinstance(cause, str) else cause
    if by_override and event is not None and event.kind is not Kind.CUSTOMERS:
        event = None
    if event is not None:
        kind = OVERRIDE if by_override else EVENT
        return {"kind": kind, "topic": TOPIC_OF_KIND[event.kind], "event_id": event.event_id}
    if by_override:
        return {"kind": OVERRIDE, "topic": None, "event_id": None}
    if cause == ADOPTION:
        return {"kind": POLICY, "topic": CUTOFFS, "event_id": None}
    return {"kind": str(cause), "topic": None, "event_id": None}
