"""Where a customer stands in its life: its stage, and when that changes with no event."""

from collections.abc import Iterable
from typing import Final

from agents.customer.sales import Sales
from agents.customer.stage import NO_STAGE, Standing
from agents.customer.state import Customer
from agents.decide.ending import CLOSED, is_closed, relation_ends
from agents.decide.lives import (
    BUYS,
    BUYS_AGAIN,
    ENDS,
    SETTLES,
    SILENT,
    SLIPS,
    STAGE_LIFE,
    STAYS,
    TAKEN_BACK,
    TOLD_LATE,
)
from agents.policy.compiled import Policy, StageRules
from agents.signals.registry import LEAVING
from schemas.base.times import NO_DAY, day_of
from schemas.base.vocabulary import STAGES, Stage
from schemas.outputs.parts import Finding
from schemas.state.rows import RiskRow

PROSPECT, NEW, ACTIVE, SLIPPING, LOST, RETURNED = range(CLOSED)
RANK: Final[dict[str, int]] = {stage: rank for rank, stage in enumerate(STAGES)}


class Stages:
    """The stages by one policy; it keeps nothing of customers."""

    def __init__(self, rules: StageRules) -> None:
        self._rules = rules

    def after(self, customer: Customer, risks: Iterable[str]) -> Standing:
        """Where it stands while these signals are open; the very same where nothing changed."""
        standing = customer.standing
        slips = any(name in LEAVING for name in risks)
        if standing.stage == NO_STAGE:
            standing = Standing(PROSPECT, customer.day)
        while True:
            finding = self._finding(customer, standing, slips=slips)
            key = (STAGES[standing.stage], finding)
            if key not in STAGE_LIFE:
                return standing
            standing = Standing(RANK[STAGE_LIFE[key][1]], customer.day)

    def _finding(self, customer: Customer, standing: Standing, *, slips: bool) -> str:
        """What is found of it beside its stage; empty: nothing that changes it."""
        stage, sales = standing.stage, customer.signals.sales
        if stage == CLOSED:
            return "" if is_closed(customer, customer.day) else BUYS_AGAIN
        if relation_ends(customer, customer.day):
            return ENDS
        if sales is not None:
            return self._found_of_sales(standing, sales, customer.day, slips=slips)
        if stage != PROSPECT:
            return "" if customer.touch.has_bought else TAKEN_BACK
        # who gave something back bought it before anything was kept of its sales
        return BUYS if customer.touch.has_bought else ""

    def _found_of_sales(self, standing: Standing, sales: Sales, day: int, *, slips: bool) -> str:
        stage = standing.stage
        if stage == PROSPECT:
            return BUYS
        if day >= self._lost_from(sales):
            return SILENT
        if stage == LOST:
            return BUYS_AGAIN if sales.last_day >= standing.since_day else TOLD_LATE
        if slips or stage == SLIPPING:
            return SLIPS if slips else STAYS
        return SETTLES if day >= self._settles_on(standing, sales) else ""

    def _lost_from(self, sales: Sales) -> int:
        """The first day on which it counts as lost, if it buys no more."""
        numerator, denominator = self._rules.lost_gaps
        least = self._rules.lost_days
        if sales.days > 1:
            span = sales.last_day - sales.first_day
            least = max(least, numerator * span // (denominator * (sales.days - 1)))
        return sales.last_day + least + 1

    def _settles_on(self, standing: Standing, sales: Sales) -> int:
        """The day from which it is neither new nor just returned."""
        if standing.stage == NEW:
            return sales.first_day + self._rules.new_days
        return standing.since_day + self._rules.new_days if standing.stage == RETURNED else NO_DAY

    def due_day(self, customer: Customer, standing: Standing) -> int:
        """When the stage changes with no event, but for signals and the ladder; NO_DAY: never."""
        sales = customer.signals.sales
        if sales is None or standing.stage in {PROSPECT, LOST, CLOSED}:
            return NO_DAY
        return min(self._lost_from(sales), self._settles_on(standing, sales))

    def is_lost(self, customer: Customer, day: int) -> bool:
        """Whether it counts as lost on a day, if it buys no more."""
        sales = customer.signals.sales
        return sales is not None and day >= self._lost_from(sales)

    def why_lost(self, customer: Customer) -> Finding:
        """How long it has bought nothing, beside how long that may be."""
        sales = customer.signals.sales
        assert sales is not None
        least = self._lost_from(sales) - 1 - sales.last_day
        return Finding("stage.lost_days", customer.day - sales.last_day, least)


def stages_of(policy: Policy) -> Stages | None:
    """The stages that a policy tells; None: none."""
    return None if policy.stage is None else Stages(policy.stage)


def stage_reasons(customer: Customer, before: Standing, policy: Policy) -> list[Finding]:
    """Why a customer that has taken over its stage is not in the one before any more."""
    standing, stages = customer.standing, stages_of(policy)
    reasons = [becomes(before, standing)]
    if stages is not None and standing.stage == LOST:
        reasons.append(stages.why_lost(customer))
    elif standing.stage == SLIPPING:
        risks = customer.risks.values()
        reasons += [open_since(customer, risk) for risk in risks if risk.signal in LEAVING]
    return reasons


def open_since(customer: Customer, risk: RiskRow) -> Finding:
    """For how many days a signal has been open, and how high."""
    return Finding(f"risk.{risk.signal}", customer.day - day_of(risk.since_us), risk.severity)


def becomes(before: Standing, after: Standing) -> Finding:
    """One stage follows another."""
    return Finding("stage", stage_name(before) or "none", stage_name(after) or "none")


def stage_name(standing: Standing) -> Stage | None:
    """Its word; None: none is told."""
    return None if standing.stage == NO_STAGE else STAGES[standing.stage]
