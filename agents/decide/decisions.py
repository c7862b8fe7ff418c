"""What one evaluation decides of a customer, and the one place where the customer takes it over."""

from enum import Enum
from typing import Final

import msgspec

from agents.customer.signal_state import NOTHING_KEPT
from agents.customer.stage import Standing
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.decide.lives import NOTICE, Unsaid
from agents.events.booking import Booking
from schemas.base.vocabulary import (
    CONTACT_REASONS,
    ContactReason,
    Direction,
    Severity,
    SignalStatus,
)
from schemas.outputs.parts import Finding
from schemas.state.rows import OverrideRow, RiskRow
from schemas.state.signal_rows import ClearedRow, LadderRow

(
    INTERVAL,
    COMPLAINT,
    DOWNGRADE_NOTICE,
    DOWNGRADE_OFF,
    OUR_FAULT,
    END_NOTICE,
    END_OFF,
) = CONTACT_REASONS


class Trigger(Enum):
    """What began an evaluation."""

    EVENT = "event"
    TIMER = "timer"
    POLICY = "policy"
    """The policy is another than the one that judged the customer last."""
    ADOPTION = "adoption"
    """Other cut-offs hold from now on."""


class Move(msgspec.Struct, frozen=True):
    """One thing that happened to a tier by value: it changed, or is going to, or not any more."""

    direction: Direction | Unsaid
    """Empty: nothing happened to it but an override's beginning or end."""
    before: int | None
    after: int
    takes_effect_day: int | None = None

    @property
    def by_value(self) -> int:
        """The tier by value once this has happened."""
        return _rank_by_now(self.direction, self.before, self.after)


class Announcement(msgspec.Struct, frozen=True):
    """A move as it shows in force: one record on `tier-changes`."""

    move: Move
    before: int | None
    """The rank of the tier in force before; None: the customer is new."""
    after: int
    direction: Direction
    by_override: bool = False
    """Whether an override's beginning or end made it."""

    @property
    def in_force(self) -> int:
        """The tier in force once this is announced."""
        return _rank_by_now(self.direction, self.before, self.after)


def _rank_by_now(direction: str, before: int | None, after: int) -> int:
    """Of a move from one rank to another: a notice changes nothing yet."""
    return after if direction != NOTICE or before is None else before


class Transition(msgspec.Struct, frozen=True):
    """A signal that was raised, escalated or cleared."""

    signal: str
    status: SignalStatus
    severity: Severity
    evidence: list[Finding]


class Step(msgspec.Struct, frozen=True):
    """A move on the ladder of measures."""

    step: int
    evidence: list[Finding]
    reminds: bool = False
    """Whether it stays where it is, and somebody is asked to answer."""


class DueContact(msgspec.Struct, frozen=True):
    """Somebody should get in touch: one record on `contacts-due`."""

    reasons: list[ContactReason]
    role: str | None
    """Who, by the cadence that has passed; None: the policy says nothing of that."""


class Decision:
    """All that one evaluation found; the customer has changed in nothing yet.

    A plain class and no struct: it is made for every event, and compiled it costs less. Nothing of
    it is ever assigned again.
    """

    __slots__ = (
        "announcements",
        "cleared",
        "contacts",
        "due_us",
        "event",
        "index",
        "ladder",
        "override",
        "ranked",
        "risks",
        "segments",
        "stage_before",
        "standing",
        "step",
        "tier_state",
        "transitions",
        "treated",
        "trigger",
    )

    def __init__(
        self,
        trigger: Trigger,
        event: Booking | None,
        index: int,
        ranked: int,
        override: OverrideRow | None,
        tier_state: TierState,
        announcements: list[Announcement],
        transitions: list[Transition],
        risks: dict[str, RiskRow],
        cleared: dict[str, ClearedRow],
        ladder: LadderRow | None,
        step: Step | None,
        contacts: list[DueContact],
        treated: int,
        standing: Standing,
        stage_before: Standing,
        segments: int,
        due_us: int,
    ) -> None:
        self.trigger: Final = trigger
        self.event: Final = event
        """What began it; None: no event did."""
        self.index: Final = index
        """What the tier is judged by, in minor units."""
        self.override: Final = override
        """The override that holds; None: none does."""
        self.ranked: Final = ranked
        """Under tiers by shares: by what the tier was judged; else 0."""
        self.tier_state: Final = tier_state
        self.announcements: Final = announcements
        self.transitions: Final = transitions
        self.risks: Final = risks
        """The signals that are open from now on."""
        self.cleared: Final = cleared
        """Those in their cool-down from now on."""
        self.ladder: Final = ladder
        """The place on the ladder from now on."""
        self.step: Final = step
        self.contacts: Final = contacts
        """Why somebody should get in touch, and who."""
        self.treated: Final = treated
        """CRC-32 of the treatment from now on."""
        self.standing: Final = standing
        """The stage of its life from now on."""
        self.stage_before: Final = stage_before
        self.segments: Final = segments
        """The segments from now on, a bit each; NOT_ASKED: nobody asks."""
        self.due_us: Final = due_us
        """When it changes next with no event."""


def take_over(customer: Customer, decision: Decision) -> None:
    """The customer becomes what was decided."""
    customer.ranked = decision.ranked
    customer.tier_state = decision.tier_state
    customer.risks = decision.risks
    signals = customer.signals
    if signals is not NOTHING_KEPT:
        signals.cleared = decision.cleared
        signals.ladder = decision.ladder
    customer.master_data.heard()
    for due in decision.contacts:
        customer.touch.said_day = customer.day
        if INTERVAL in due.reasons:
            if due.role is None:
                customer.touch.interval_day = customer.day
            else:
                customer.touches.care().said_days[due.role] = customer.day
    customer.treated = decision.treated
    customer.standing = decision.standing
    customer.segments = decision.segments
    customer.due_us = decision.due_us
    customer.policy_is_new = False
