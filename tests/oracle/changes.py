"""What is put out of a customer's tier."""

from . import segments, wire
from .customer import Customer, Figures
from .fields import TIERS
from .instants import day_of
from .money import Terms
from .records import CUSTOMERS
from .stages import LEAVING, stage_of, why_lost
from .tiers import (
    Move,
    downgrade_day,
    in_force,
    keep_bound,
    lower_tier,
    next_move,
    prospect,
    seen,
    watch,
)
from .wire import Wire, finding


class Changes:
    """One look at a customer's tier, and the tier changes that follow from it."""

    def __init__(self, customer: Customer, figures: Figures, terms: Terms, trigger: Wire) -> None:
        self.customer = customer
        self.figures = figures
        self.terms = terms
        self.trigger = trigger
        self.override = customer.master.override(customer.as_of)
        self.put_out: list[Wire] = []

    def make(self, *, is_over: bool) -> list[Wire]:
        """Heed the override, then let the tier by value move until it has nothing to say.

        Once the relation is over it does not move, and no notice of it stands.
        """
        if is_over:
            self.customer.noticed, self.customer.told = None, False
            self.customer.below_since = None
        if self.customer.value_tier is not None:
            self._heed_override(self.customer.value_tier)
        if is_over and self.customer.value_tier is not None:
            return self.put_out
        watch(self.customer, self.figures.index, self.terms)
        while (move := next_move(self.customer, self.figures.index, self.terms)) is not None:
            self._move(move)
            watch(self.customer, self.figures.index, self.terms)
        return self.put_out

    def live(self, *, is_over: bool) -> None:
        """Once signals are judged: say that its stage is another."""
        customer, terms = self.customer, self.terms
        before, stage = customer.stage, stage_of(customer, terms, is_over=is_over)
        if stage != before:
            customer.stage, customer.stage_since = stage, customer.today()
        for change in self.put_out:
            change["stage"] = stage
        if before in {None, stage} or "stage" not in terms.tells:
            return
        reasons = [finding("stage", before, stage)]
        if stage == "lost":
            reasons.append(why_lost(customer, terms))
        if stage == "slipping":
            reasons += [
                finding(f"risk.{signal}", customer.today() - day_of(risk.since), risk.severity)
                for signal, risk in sorted(customer.risks.items())
                if signal in LEAVING
            ]
        reasons += self._entry_findings(str(customer.value_tier))
        tier = str(customer.tier)
        self._say("stage", tier, tier, reasons, self.trigger)
        self.put_out[-1]["from_stage"] = before

    def treat(self) -> list[Wire]:
        """Once signals are judged: say what is another beside the tier, where nothing else did."""
        customer, terms = self.customer, self.terms
        held = list(segments.held(customer, self.figures, terms))
        granted = customer.granted(terms, str(customer.tier), held)
        before, customer.treated = customer.treated, granted
        belonged, customer.belongs = customer.belongs, held if segments.asked(terms) else None
        for change in self.put_out:
            change["treatment"] = customer.granted(terms, change["treatment"], change["segments"])
        is_treated_otherwise = before not in (None, granted) and "treatment" in terms.tells
        moved = belonged not in (None, held) and "segments" in terms.tells
        if self.put_out or not (is_treated_otherwise or moved):
            return []
        reasons = self._entry_findings(str(customer.value_tier))
        if is_treated_otherwise:
            reasons += self._treatment_findings(held)
        tier = str(customer.tier)
        direction = "treatment" if is_treated_otherwise else "segment"
        self._say(direction, tier, tier, reasons, self.trigger)
        self.put_out[0]["treatment"] = granted
        return self.put_out

    def _heed_override(self, value_tier: str) -> None:
        """Say what an override that came, changed or went does to the tier and its notice."""
        customer, before = self.customer, str(self.customer.tier)
        trigger: Wire = {"kind": "override", "topic": None, "event_id": None}
        if self.trigger["topic"] == CUSTOMERS:
            trigger |= {"topic": CUSTOMERS, "event_id": self.trigger["event_id"]}
        after = in_force(value_tier, self.override)
        if after != before:
            customer.tier, customer.tier_since = after, customer.today()
            up = TIERS.index(after) > TIERS.index(before)
            reasons = self._entry_findings(value_tier)
            self._say("upgrade" if up else "downgrade", before, after, reasons, trigger)
        visible = seen(value_tier, self.override)
        if customer.noticed is None or customer.told == visible:
            return
        if visible and (
            self.figures.index >= keep_bound(value_tier, self.terms)
            or downgrade_day(customer, self.terms) <= customer.today()
        ):
            return
        customer.told = visible
        move = Move("notice_withdrawn", value_tier)
        if visible:
            move = Move("notice", lower_tier(value_tier, self.figures.index, self.terms))
            customer.noticed_tier = move.tier
        shown = in_force(move.tier, self.override)
        self._say(move.direction, after, shown, self._findings(move, value_tier), trigger)

    def _move(self, move: Move) -> None:
        """Move the tier by value, and say so where it shows."""
        customer, value_before, before = self.customer, self.customer.value_tier, self.customer.tier
        shown = in_force(move.tier, self.override)
        if move.direction == "notice":
            customer.noticed = customer.today() if customer.noticed is None else customer.noticed
            customer.noticed_tier = move.tier
            customer.told = told = seen(str(value_before), self.override)
        elif move.direction == "notice_withdrawn":
            told = customer.told
            customer.noticed, customer.told = None, False
        else:
            customer.noticed, customer.told, customer.below_since = None, False, None
            customer.came_from = value_before
            customer.value_tier, customer.value_tier_since = move.tier, customer.today()
            told = shown != before
            if told:
                customer.tier, customer.tier_since = shown, customer.today()
        if told:
            reasons = self._findings(move, value_before)
            self._say(move.direction, before, shown, reasons, self.trigger)

    def _say(
        self, direction: str, before: str | None, after: str, reasons: list[Wire], trigger: Wire
    ) -> None:
        customer, terms = self.customer, self.terms
        customer.sequence += 1
        effect = downgrade_day(customer, terms) if direction == "notice" else None
        held = segments.held(customer, self.figures, terms)
        proofs = [finding for findings in held.values() for finding in findings]
        self.put_out.append(
            {
                "customer_id": customer.customer_id,
                "sequence": customer.sequence,
                "from_tier": before,
                "to_tier": after,
                "direction": direction,
                "takes_effect_at": wire.midnight(effect),
                "stage": customer.stage,
                "from_stage": None,
                "tier_by_value": customer.value_tier,
                "override": wire.override(self.override),
                "cutoffs_version": None,
                "effective_at": wire.time(customer.as_of),
                "value": wire.value(self.figures, terms),
                "reasons": reasons + self._override_findings() + proofs,
                "trigger": trigger,
                "treatment": str(customer.tier),
                "segments": list(held),
                "policy_version": terms.version,
            }
        )

    def _findings(self, move: Move, value_before: str | None) -> list[Wire]:
        """Prove a move of the tier by value: the entries around it, and the band it left."""
        reasons = self._entry_findings(move.tier)
        if prospect(self.customer, self.terms):
            return reasons
        margin, held = "keep_margin", str(value_before)
        if move.direction == "upgrade":
            margin, held = "upgrade_margin", move.tier
        if held in self.terms.entry and self.terms.band(held, margin):
            way = 1 if move.direction == "upgrade" else -1
            bound = self.terms.entry[held] + way * self.terms.band(held, margin)
            reasons.append(self._compared(f"tiers.hold.{margin}", bound))
        return reasons

    def _entry_findings(self, tier: str) -> list[Wire]:
        """Compare the index with the entry of a tier and of the next higher one."""
        if prospect(self.customer, self.terms):
            return [finding("tiers.before_first_sale", "no sale", tier)]
        at = TIERS.index(tier)
        return [
            self._compared(f"tiers.entry.{its}", self.terms.entry[its])
            for its in TIERS[at : at + 2]
            if its != TIERS[0]
        ]

    def _compared(self, rule: str, threshold: int) -> Wire:
        text = self.terms.text
        return finding(rule, text(self.figures.index), text(threshold))

    def _override_findings(self) -> list[Wire]:
        if self.override is None:
            return []
        rule = f"override.{self.override['mode']}"
        return [finding(rule, self.customer.value_tier, self.override["tier"])]

    def _treatment_findings(self, held: list[str]) -> list[Wire]:
        """Name the open signals and the segments that change what the customer is granted."""
        risks = self.customer.risks
        return [
            finding(f"treatment.when.{name}", risks[name].severity, "open")
            if name in risks
            else finding(f"treatment.when.{name}", "segment", "held")
            for name in sorted(self.terms.treatment.get("when", {}))
            if name in risks or name in held
        ]
