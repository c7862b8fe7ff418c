"""Judging: what follows for a customer from its figures.

In this order: the override as it stands, the tier by value, the signals by name, contacts due.
"""

from typing import Any, Final

from agents.customer.commitment import leakage_day
from agents.customer.signal_state import NOTHING_KEPT
from agents.customer.state import Customer
from agents.customer.tier_state import (
    TierState,
    active_override,
    in_force,
    is_visible,
    override_ends_us,
)
from agents.decide import ladder
from agents.decide.contacts import interval_day, reasons_due
from agents.decide.episodes import SignalTracker
from agents.decide.tiers import DOWNGRADE, NOTICE, UPGRADE, WITHDRAWN, Move, TierRules, entries_of
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from agents.records.at_risk import records
from agents.records.tier_changes import ADOPTION, POLICY, TIMER, Output, Trigger, Wording
from schemas.base.times import NO_DAY, NO_DUE_US, day_start
from schemas.state.rows import CutoffsRow, clamped


class Evaluator:
    """Judges customers by one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._episodes = SignalTracker(policy)
        self._by_share = policy.share is not None
        self._asks_contacts = bool(policy.contacts_due)
        index = policy.index_rules
        self._changes_by_day = policy.decay is not None or (index is not None and index.falls)
        self.tiers = TierRules(policy)
        self._wording = Wording(policy, self.tiers)

    def adopt(self, cutoffs: CutoffsRow | None) -> None:
        """Judges by these cut-offs from now on; None: by the policy's entries."""
        self.tiers = TierRules(self._policy, entries_of(self._policy, cutoffs))
        self._wording = Wording(self._policy, self.tiers, cutoffs)

    def snapshot(self, customer: Customer) -> dict[str, Any]:
        """The customer's record for `customer-values`."""
        return self._wording.snapshot(customer)

    def judge(
        self, customer: Customer, event: Booking | None, *, by_adoption: bool = False
    ) -> list[Output]:
        """What changed, in order; the customer's tier, risks, sequence and due time follow.

        `event` is what began it; None: the passing of time. What an event does not feed cannot
        change with it: what is due by its time has happened before it.
        """
        outputs: list[Output] = []
        cause: Trigger = POLICY if customer.policy_is_new else TIMER
        if by_adoption:
            cause = ADOPTION
        if event is not None:
            cause = event
        index, tier_state = customer.index(self._policy), customer.tier_state
        customer.ranked = _kept(index) if self._by_share else 0
        if tier_state is None:
            self._begin(customer, index, cause, outputs)
        else:
            if customer.master is not None or tier_state.in_force != tier_state.tier:
                self._follow_override(customer, tier_state, index, cause, outputs)
            if not self.tiers.stays(tier_state, index):
                self._follow_value(customer, tier_state, index, cause, outputs)
        notices = 0
        if outputs and self._asks_contacts:
            notices = len([its for its in outputs if its.label == NOTICE])
        turns = self._episodes.judge(customer, event)
        step = None
        if customer.signals is not NOTHING_KEPT:
            step = ladder.judge(customer, self._policy)
        if turns or step is not None:
            outputs += records(customer, turns, step, cause, self._wording, self._policy)
        if self._asks_contacts:
            outputs += [
                self._wording.contact_due(customer, reason, cause)
                for reason in reasons_due(customer, event, notices, self._policy)
            ]
        customer.due_us = self.due_us(customer, index)
        customer.policy_is_new = False
        return outputs

    # tiers

    def _begin(self, customer: Customer, index: int, cause: Trigger, outputs: list[Output]) -> None:
        tier_state, first = self.tiers.begin(index, customer.day)
        override = active_override(customer.master, customer.as_of_us)
        tier_state.in_force = in_force(tier_state.tier, override)
        customer.tier_state = tier_state
        shown = None, tier_state.in_force, first.direction
        outputs.append(self._wording.tier_change(customer, first, shown, cause))

    def _follow_override(
        self,
        customer: Customer,
        tier_state: TierState,
        index: int,
        cause: Trigger,
        outputs: list[Output],
    ) -> None:
        """An override began or ended, or a notice shows that did not, or the other way round."""
        override = active_override(customer.master, customer.as_of_us)
        tier, before = tier_state.tier, tier_state.in_force
        now = in_force(tier, override)
        if now != before:
            move = Move("", tier, tier)
            self._show(customer, tier_state, move, now, cause, outputs, by_override=True)
        if tier_state.notice_day == NO_DAY:
            return
        visible = is_visible(tier, override)
        if tier_state.told == visible:
            return
        if visible and not self.tiers.awaits(tier_state, index, customer.day):
            return
        tier_state.told = visible
        if visible:
            move = self.tiers.notice_of(tier_state, index)
            shown = tier_state.in_force, in_force(move.after, override), NOTICE
        else:
            move = Move(WITHDRAWN, tier, tier)
            shown = tier_state.in_force, tier_state.in_force, WITHDRAWN
        outputs.append(self._wording.tier_change(customer, move, shown, cause, by_override=True))

    def _follow_value(
        self,
        customer: Customer,
        tier_state: TierState,
        index: int,
        cause: Trigger,
        outputs: list[Output],
    ) -> None:
        override = active_override(customer.master, customer.as_of_us)
        for move in self._moves(customer, tier_state, index, by_policy=cause == POLICY):
            if move.direction == NOTICE:
                assert move.before is not None
                tier_state.told = is_visible(move.before, override)
                if tier_state.told:
                    shown = tier_state.in_force, in_force(move.after, override), NOTICE
                    outputs.append(self._wording.tier_change(customer, move, shown, cause))
                continue
            was_told, tier_state.told = tier_state.told, False
            if move.direction == WITHDRAWN:
                if was_told:
                    shown = tier_state.in_force, tier_state.in_force, WITHDRAWN
                    outputs.append(self._wording.tier_change(customer, move, shown, cause))
                continue
            now = in_force(move.after, override)
            if now != tier_state.in_force:
                self._show(customer, tier_state, move, now, cause, outputs)

    def _show(
        self,
        customer: Customer,
        tier_state: TierState,
        move: Move,
        now: int,
        cause: Trigger,
        outputs: list[Output],
        *,
        by_override: bool = False,
    ) -> None:
        """The tier in force becomes another."""
        before = tier_state.in_force
        tier_state.in_force, tier_state.in_force_since_day = now, customer.day
        shown = before, now, UPGRADE if now > before else DOWNGRADE
        outputs.append(
            self._wording.tier_change(customer, move, shown, cause, by_override=by_override)
        )

    def _moves(
        self, customer: Customer, tier_state: TierState, index: int, *, by_policy: bool
    ) -> list[Move]:
        on_change = self._policy.on_change if by_policy else "full"
        if on_change == "keep":
            return []
        return self.tiers.judge(
            tier_state, index, customer.day, upgrades_only=on_change == "upgrades_only"
        )

    # time

    def due_us(self, customer: Customer, index: int) -> int:
        """When a figure, the tier, a signal or a contact changes with no event; NO_DUE_US: never.

        `index` is what the tier is judged by, as of now.
        """
        counts_from = customer.value.counts_from
        due = NO_DAY if counts_from == NO_DAY else counts_from + self._policy.window_days
        tier_state = customer.tier_state
        if tier_state is not None and (
            self._changes_by_day or not self.tiers.stays(tier_state, index)
        ):
            due = min(due, self._tier_day(customer, tier_state, index))
        if self._asks_contacts:
            due = min(due, interval_day(customer, self._policy))
        if customer.before is not None or customer.master is not None:
            due = min(due, self._more_figures_day(customer))
        due_us = NO_DUE_US if due == NO_DAY else day_start(due)
        due_us = self._episodes.due_us(customer, due_us)
        if customer.signals is not NOTHING_KEPT:
            due_us = min(due_us, ladder.due_us(customer, self._policy))
        if customer.invoices is not None and customer.invoices.next_us < due_us:
            due_us = customer.invoices.next_us
        if customer.master is not None:
            due_us = min(due_us, override_ends_us(customer.master, customer.as_of_us))
        return due_us

    def _more_figures_day(self, customer: Customer) -> int:
        """When the window before loses a day, or discount leaks that did not."""
        due, before, policy = NO_DAY, customer.before, self._policy
        if before is not None and before.counts_from != NO_DAY:
            due = before.counts_from + 2 * policy.window_days
        commitment = customer.commitment
        if commitment is not None and policy.discount is not None:
            due = min(due, leakage_day(commitment, customer.day, policy.discount))
        return due

    def _tier_day(self, customer: Customer, tier_state: TierState, index: int) -> int:
        due, decay = NO_DAY, self._policy.decay
        if not self.tiers.stays(tier_state, index):
            tier_day = self.tiers.due_day(tier_state, index)
            # what a policy's change kept back waits for the next occasion
            if customer.day < tier_day:
                due = tier_day
        if decay is not None and self._policy.share is None:
            low, high = self.tiers.bounds(tier_state)
            if low <= index < high:
                live_cost = customer.live_cost
                fades = decay.day_outside(
                    customer.weighted, customer.day, low + live_cost, high + live_cost
                )
                if fades is not None:
                    due = min(due, fades)
        index_rules = self._policy.index_rules
        if index_rules is not None and index_rules.falls:
            bounds = self.tiers.bounds(tier_state)
            if bounds[0] <= index < bounds[1]:
                leaves = index_rules.day_outside(
                    customer.contribution, customer.signals.history, customer.day, bounds
                )
                due = due if leaves is None else min(due, leaves)
        return due


PLAIN: Final = 2**60
"""A value below is no larger than a row can hold, at one look."""


def _kept(index: int) -> int:
    return index if -PLAIN < index < PLAIN else clamped(index)
