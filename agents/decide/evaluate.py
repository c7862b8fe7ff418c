"""Evaluating: what follows for a customer from its figures, as one decision.

In this order: the tier under its override and by value, the signals by name, the ladder, contacts
due. Nothing here changes the customer: `decisions.take_over` does, and `agents.records` renders.
"""

from typing import Final

from agents.customer.signal_state import NOTHING_KEPT
from agents.customer.stage import NO_STAGE, UNKNOWN, Standing
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.decide.contacts import contacts_due
from agents.decide.decisions import Announcement, Decision, DueContact, Move, Step, Trigger
from agents.decide.due import DueTimes
from agents.decide.ending import is_closed
from agents.decide.entries import entries_of
from agents.decide.episodes import SignalTracker
from agents.decide.ladder import LadderMoves, left_ladder
from agents.decide.lives import SEGMENT, STAGE, TREATMENT
from agents.decide.override import active_override
from agents.decide.segments import names_of, segments_held
from agents.decide.stage import stages_of
from agents.decide.tier_decision import first_tier, next_tier
from agents.decide.tiers import TierRules
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.vocabulary import Direction
from schemas.state.codec import clamped
from schemas.state.rows import NOT_ASKED, CutoffsRow
from schemas.state.signal_rows import LadderRow

PLAIN: Final = 2**60
"""A value below is no larger than a row can hold, at one look."""


class Evaluator:
    """Decides by one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tracker = SignalTracker(policy)
        self._ladder = None if policy.ladder is None else LadderMoves(policy.ladder, policy)
        self._by_share = policy.share is not None
        self._stages = stages_of(policy)
        self._asks_contacts = bool(policy.contacts.reasons)
        self._asks_segments = policy.tells_segments or policy.grants.ask_segments
        self.adopt(None)

    def adopt(self, cutoffs: CutoffsRow | None) -> None:
        """Decides by these cut-offs from now on; None: by the policy's entries."""
        self.tiers = TierRules(self._policy, entries_of(self._policy, cutoffs))
        self._due = DueTimes(self._policy, self.tiers, self._tracker, self._ladder, self._stages)

    def decide(
        self, customer: Customer, event: Booking | None, *, by_adoption: bool = False
    ) -> Decision:
        """All that follows now.

        `event` is what began it; None: the passing of time. What an event does not feed cannot
        change with it: what is due by its time has happened before it.
        """
        trigger = _trigger_of(customer, event, by_adoption)
        index, before = customer.index(self._policy), customer.tier_state
        override = active_override(customer.master, customer.as_of_us)
        if before is None:
            tier_state, announcements = first_tier(self.tiers, customer, override, index)
        else:
            on_change = self._policy.on_change if trigger is Trigger.POLICY else "full"
            if self._stages is not None and is_closed(customer, customer.day):
                before, on_change = before.free_of_notice(), "keep"
            tier_state, announcements = next_tier(
                self.tiers, customer, before, override, index, on_change
            )
        tier, risks, cleared = tier_state.in_force, customer.risks, customer.signals.cleared
        transitions = self._tracker.transitions(customer, tier, event)
        if transitions:
            risks, cleared = self._tracker.after(customer, transitions)
        ladder: LadderRow | None = None
        step: Step | None = None
        if self._ladder is None:
            ladder, step = left_ladder(customer.signals.ladder)
        elif customer.signals is not NOTHING_KEPT:
            ladder, step = self._ladder.place(customer, tier, risks)
        standing = UNKNOWN if self._stages is None else self._stages.after(customer, risks)
        segments = NOT_ASKED
        if self._asks_segments:
            segments = segments_held(customer, tier, customer.totals(), self._policy)
        treated = self._policy.grants.of(tier, risks, names_of(segments)).check
        self._tell_beside(customer, tier_state, standing, treated, segments, announcements)
        contacts: list[DueContact] = []
        if self._asks_contacts:
            contacts = contacts_due(customer, tier, event, announcements, ladder, self._policy)
        due_us = self._due.due_us(
            customer, index, override, tier_state, risks, cleared, ladder, contacts, standing
        )
        return Decision(
            trigger,
            event,
            index,
            _kept(index) if self._by_share else 0,
            override,
            tier_state,
            announcements,
            transitions,
            risks,
            cleared,
            ladder,
            step,
            contacts,
            treated,
            standing,
            customer.standing,
            segments,
            due_us,
        )

    def _tell_beside(
        self,
        customer: Customer,
        tier_state: TierState,
        standing: Standing,
        treated: int,
        segments: int,
        announcements: list[Announcement],
    ) -> None:
        """Announces another stage; where nothing is told, another treatment or other segments."""
        if self._tells_stage(customer.standing, standing):
            announcements.append(_stays_but(STAGE, tier_state))
        if announcements:
            return
        if treated != customer.treated and self._policy.tells_treatment:
            announcements.append(_stays_but(TREATMENT, tier_state))
        elif self._has_moved(customer.segments, segments):
            announcements.append(_stays_but(SEGMENT, tier_state))

    def _has_moved(self, before: int, after: int) -> bool:
        """Whether it is to be told that a customer entered or left a segment."""
        return self._policy.tells_segments and before not in (NOT_ASKED, after)

    def due_us(self, customer: Customer, index: int) -> int:
        """When a customer changes next that is as it is."""
        assert customer.tier_state is not None
        signals = customer.signals
        return self._due.due_us(
            customer,
            index,
            active_override(customer.master, customer.as_of_us),
            customer.tier_state,
            customer.risks,
            signals.cleared,
            signals.ladder,
            [],
            customer.standing,
        )

    def _tells_stage(self, before: Standing, after: Standing) -> bool:
        """Whether another stage is to be told; the first one goes with the first record."""
        tells, known = self._policy.tells_stage, before.stage != NO_STAGE
        return tells and known and after.stage != before.stage


def _stays_but(direction: Direction, tier_state: TierState) -> Announcement:
    """The tier stays, and what goes with it is another."""
    rank = tier_state.in_force
    return Announcement(Move(direction, tier_state.tier, tier_state.tier), rank, rank, direction)


def _trigger_of(customer: Customer, event: Booking | None, by_adoption: bool) -> Trigger:  # noqa: FBT001
    if event is not None:
        return Trigger.EVENT
    if by_adoption:
        return Trigger.ADOPTION
    return Trigger.POLICY if customer.policy_is_new else Trigger.TIMER


def _kept(index: int) -> int:
    return index if -PLAIN < index < PLAIN else clamped(index)
