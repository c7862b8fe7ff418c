"""When a customer changes next with no event: the earliest of all that waits for it."""

from agents.customer.signal_state import NOTHING_KEPT
from agents.customer.stage import Standing
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.decide.contacts import next_contact_day
from agents.decide.decisions import DueContact
from agents.decide.ending import CLOSED
from agents.decide.episodes import Cleared, Open, SignalTracker
from agents.decide.ladder import LadderMoves
from agents.decide.override import override_ends_us
from agents.decide.segments import next_turn_us
from agents.decide.stage import Stages
from agents.decide.tiers import TierRules
from agents.policy.compiled import Policy
from schemas.base.times import NO_DAY, NO_DUE_US, day_start
from schemas.state.rows import OverrideRow
from schemas.state.signal_rows import LadderRow


class DueTimes:
    """The due times by one policy."""

    def __init__(
        self,
        policy: Policy,
        tiers: TierRules,
        tracker: SignalTracker,
        ladder: LadderMoves | None,
        stages: Stages | None,
    ) -> None:
        self._policy, self._tiers, self._tracker, self._ladder = policy, tiers, tracker, ladder
        self._stages = stages
        self._asks_contacts = bool(policy.contacts.reasons)
        index = policy.index_rules
        self._changes_by_day = policy.decay is not None or (index is not None and index.falls)

    def due_us(
        self,
        customer: Customer,
        index: int,
        override: OverrideRow | None,
        tier_state: TierState,
        risks: Open,
        cleared: Cleared,
        ladder: LadderRow | None,
        contacts: list[DueContact],
        standing: Standing,
    ) -> int:
        """When a figure, the tier, a signal or a contact changes; NO_DUE_US: never.

        `index` is what the tier is judged by, as of now; the others are as they will be from now
        on. `contacts` are those that are said to be due just now.
        """
        tier = tier_state.in_force
        due = NO_DAY
        if customer.is_prospect(self._policy) or standing.stage == CLOSED:
            pass
        elif self._changes_by_day or not self._tiers.stays(tier_state, index):
            due = self._tier_day(customer, tier_state, index)
        if self._stages is not None:
            due = min(due, self._stages.due_day(customer, standing))
        if self._asks_contacts and standing.stage != CLOSED:
            due = min(due, next_contact_day(customer, tier, self._policy, contacts))
        due_us = NO_DUE_US if due == NO_DAY else day_start(due)
        for part in customer.parts:
            part_us = part.next_due_us(customer.day, self._policy)
            if part_us < due_us:
                due_us = part_us
        due_us = min(due_us, next_turn_us(customer, self._policy))
        due_us = self._tracker.due_us(customer, tier, risks, cleared, due_us)
        if self._ladder is not None and customer.signals is not NOTHING_KEPT:
            due_us = min(due_us, self._ladder.due_us(customer, tier, ladder, risks))
        if override is not None:
            due_us = min(due_us, override_ends_us(override))
        return due_us

    def _tier_day(self, customer: Customer, tier_state: TierState, index: int) -> int:
        """When the tier changes as days pass."""
        due, tiers = NO_DAY, self._tiers
        if not tiers.stays(tier_state, index):
            tier_day = tiers.due_day(tier_state, index)
            # what a policy's change kept back waits for the next occasion
            if customer.day < tier_day:
                due = tier_day
        low, high = tiers.bounds(tier_state)
        if low <= index < high:
            due = min(due, self._leaving_day(customer, low, high))
        return due

    def _leaving_day(self, customer: Customer, low: int, high: int) -> int:
        """When an index that changes by itself leaves the bounds of a tier; NO_DAY: never."""
        decay, index_rules = self._policy.decay, self._policy.index_rules
        leaves: int | None = None
        if decay is not None and self._policy.share is None:
            cost = customer.invoices.cost
            leaves = decay.day_outside(
                customer.worth.weighted, customer.day, low + cost, high + cost
            )
        elif index_rules is not None and index_rules.falls:
            leaves = index_rules.day_outside(
                customer.judged(self._policy), customer.signals.history, customer.day, (low, high)
            )
        return NO_DAY if leaves is None else leaves
