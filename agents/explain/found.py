"""What an explanation is made of: plain facts, amounts and times as records have them."""

import msgspec

from schemas.base.vocabulary import Severity, Stage, StepName, Tier
from schemas.outputs.customer_values import CustomerValue
from schemas.outputs.parts import Finding, Override, StepTaken


class Line(msgspec.Struct, frozen=True):
    """A line of the value from which a distance could come."""

    line: str
    """As `value.lines` names it."""
    amount: str
    """What it is now, in the base currency."""


class TierNeed(msgspec.Struct, frozen=True):
    """What another tier takes from here, if nothing else holds the customer."""

    tier: Tier
    direction: str
    """`up` or `down`."""
    bound: str
    """Up: the index from which on it is reached. Down: the index below which it is."""
    distance: str
    """What the index lacks, up; or may lose until it falls, down. Enough; a minor unit less is not.
    0: it is there already."""
    sale: str | None
    """One sale at the default margin that is enough, up; null: none is, or the index is no money of
    the window."""
    lines: list[Line]
    """Up: costs of the window that are large enough, the largest first. Down: what it brings."""


class Hold(msgspec.Struct, frozen=True):
    """What keeps the tier from being that of the value."""

    by: str
    """`override`, `before_first_sale`, `closed`, `grace`, `dwell`, `notice`, `margin` or `review`.
    """
    keeps: Tier
    wants: Tier
    """The tier that it would be."""
    until: str | None
    """When that comes if the value stays; null: not by time alone."""


class Gauge(msgspec.Struct, frozen=True):
    """One bound beside what is observed."""

    rule: str
    what: str
    """What is observed, in words."""
    observed: int | str
    comparison: str
    """How it has to stand to the bound."""
    bound: int | str


class SignalFound(msgspec.Struct, frozen=True):
    """One signal of the policy, open or not."""

    signal: str
    severity: Severity | None
    """Null: it is not open."""
    since: str | None
    silent: bool
    """Whether it is not asked: of one who is lost or closed."""
    cooling_until: str | None
    """Until when it is not raised again at this severity; null: it may be."""
    raised_by: list[Gauge]
    """All bounds have to hold, but for the second of a kind, which is that for `high`; of `leaving`
    those of one sign are enough. Empty: nothing could raise it now."""
    cleared_by: list[Gauge]
    """Of an open one: one of them is enough."""
    turns_at: str | None
    """When it turns if nothing comes; null: not as far as was looked."""
    turns_to: str | None
    """`raised`, `escalated` or `cleared`."""


class LadderFound(msgspec.Struct, frozen=True):
    """The place on the ladder, and what it waits for."""

    step: StepName | None
    since: str
    steps: list[StepTaken]
    next_step: StepName | None
    """Null: there is none to come, or it leads off."""
    waits_for: str
    """`dwell`, `answer`, `guard`, `human`, `hold`, `clear`, `end` or `signal`."""
    until: str | None
    """When that is over, where time alone does it."""
    held_by: Finding | None
    """The guard that allows no further step."""


class Turn(msgspec.Struct, frozen=True):
    """One thing that goes out if nothing comes."""

    at: str
    what: str
    """`tier`, `signal`, `ladder` or `contact`."""
    name: str
    """The direction of the tier change, the signal, the step, or why a contact is due."""
    becomes: str
    """The tier or stage afterwards, the signal's or the ladder's status, or who gets in touch."""


class Due(msgspec.Struct, frozen=True):
    """The next due time, and what happens then."""

    at: str
    contribution_before: str
    contribution_after: str
    index_before: str
    index_after: str
    turns: list[Turn]
    """What goes out; empty: only figures change."""


class Ahead(msgspec.Struct, frozen=True):
    """What time alone brings, in order."""

    next_due: Due | None
    turns: list[Turn]
    """The first of each kind."""
    looked_until: str | None
    """The last due time that was looked at; null: nothing is due any more after the others."""


class Change(msgspec.Struct, frozen=True):
    """Something that happened, as far as the row still knows."""

    at: str
    what: str
    """`tier`, `tier_by_value`, `stage`, `ladder` or `signal`."""
    name: str
    becomes: str


class Explanation(msgspec.Struct, frozen=True):
    """All of it, at one time and by one policy."""

    at: str
    last_event_at: str
    """The latest event or due time that the row holds."""
    judged_anew: bool
    """Whether the row was judged by another policy: then it is judged by this one first."""
    now: CustomerValue
    """The snapshot at this time: figures, tier, stage, segments, treatment, score, ladder."""
    override: Override | None
    holds: list[Hold]
    tiers: list[TierNeed]
    stage: Stage | None
    stage_turns_at: str | None
    """When the stage changes by time alone, but for signals and the ladder."""
    segment_reasons: list[Finding]
    signals: list[SignalFound]
    ladder: LadderFound | None
    ahead: Ahead
    changes: list[Change]
    """The newest first."""
