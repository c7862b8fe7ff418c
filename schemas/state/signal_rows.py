"""What a customer's row keeps for its signals and the ladder (`docs/risks.md`)."""

from typing import Final

import msgspec

from schemas.base.vocabulary import Severity

NO_STEP: Final = 0
"""Of a step on the ladder: none."""


class SalesRow(msgspec.Struct, array_like=True, gc=False):
    """What was sold, as far as purchase days and their pace need it."""

    first_day: int
    last_day: int
    days: int
    """Purchase days; at least 1."""
    margin: int
    """Of all sales less returns, in minor units of the base currency."""
    first_margin: int
    """Of the sales of the first purchase day."""
    cells: bytearray
    """Of each purchase day of late, oldest first: day, sales and what was paid, each a
    little-endian signed 64-bit integer."""
    latest: list[int] = []
    """The last purchase days, oldest first, as many as a signal asks for."""


class IssueRow(msgspec.Struct, array_like=True, gc=False):
    """One thing that a customer asked for, or complained of."""

    key: bytes
    """8 bytes that stand for its text."""
    name: str
    """The beginning of its text."""
    cells: list[int]
    """Of its contacts, oldest first: day and number."""
    last_us: int
    """The latest contact."""
    word: bool | None = None
    """Whether it is resolved, by the newest contact that says so; None: unknown."""
    word_us: int = 0
    """When that was."""
    complaints_us: list[int] = []
    """When complaints were made that are not answered, the earliest first."""
    at_fault: bool = False
    """Whether a contact was the seller's fault."""
    counts_for: list[str] = []
    """The signals for which it counts."""


NO_COMPLAINT: Final = -1


class TicketRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The record of a ticket that is its contact: what else comes of it is none."""

    key: bytes
    """8 bytes that stand for the ticket's id."""
    is_outbound: bool
    at_us: int
    channel: int
    """Its place among all."""
    fixed: int
    """What it costs as a contact, over its handling time; in minor units."""
    at_fault: bool
    contacts: int
    """How many contacts it is of those that a signal counts."""
    issue: bytes
    """The key of its issue; empty: it is counted by none."""
    saves: int
    """What it would have cost less by a cheaper channel."""
    complaint_cost: int
    """What it costs as a complaint; NO_COMPLAINT: it is none that counts."""


class ClearedRow(msgspec.Struct, array_like=True, gc=False):
    """A signal that was cleared of late: it is not raised again so soon."""

    severity: Severity
    day: int


class LadderRow(msgspec.Struct, array_like=True, gc=False):
    """A customer's place on the ladder of measures."""

    step: int
    """1 is the first; NO_STEP: none."""
    since_day: int
    """When it was taken."""
    open_since_day: int | None
    """Since when one costly signal at least has been open without a gap; None: none is."""
    clear_since_day: int | None
    """Since when none is; None: one is, or there is no step."""
    steps: list[tuple[int, int]]
    """(step, day) of each step taken since there was none."""
    answered_day: int | None = None
    """When a human last said something of this step; None: nobody did."""
    reminded: bool = False
    """Whether a reminder of this step was put out."""
    ends_day: int | None = None
    """The day on which an approved termination closes the relation; None: none is."""


class SignalsRow(msgspec.Struct, array_like=True, gc=False):
    """All of it."""

    sales: SalesRow | None
    early_returns: int
    """The margin of what was no sale and came before the first one was known."""
    issues: list[IssueRow]
    answers: list[tuple[int, int]]
    """The last by occurred_at: occurred_at in µs, and the answer."""
    cleared: dict[str, ClearedRow]
    """Signals in their cool-down."""
    ladder: LadderRow | None
