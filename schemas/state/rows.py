"""The stored rows: what is kept of one customer, and of one partition.

How they become bytes is in `schemas.state.codec`; integers may be of any size.
"""

from typing import Final

import msgspec

from schemas.base.times import BEFORE_ALL_DAYS
from schemas.base.vocabulary import CustomerSegment, OverrideMode, Severity
from schemas.outputs.records import Origin
from schemas.state.signal_rows import SignalsRow, TicketRow

NO_OFFSET: Final = -1
"""Of an input of which no record was taken, or which is absent."""
NOT_ASKED: Final = -1
"""In place of a customer's segments: nobody asked which they are."""
PARTITION_KEY: Final = b"\xffpartition"
"""No customer has this key: a customer_id is UTF-8, and 0xff never is."""

LARGEST: Final = 2**62
"""Amounts beyond are kept as this or not at all; only an absurd rate of exchange leads there."""
ID_BYTES: Final = 8
SEEN_BYTES: Final = 16
"""A remembered id: its day in 4 bytes, 8 bytes of XXH3 of it, CRC-32 of the decoded content."""

CREDIT_BYTES: Final = 27
"""Such a payment: when in 8 bytes (µs), the amount in 8, 8 bytes of XXH3 of the invoice's id (or
zeros: credit for any), the currency in 3 (the highest bit of the first: it was late; of the second:
it is goods that came back); numbers little-endian."""


class RiskRow(msgspec.Struct, array_like=True, gc=False):
    """An open signal."""

    signal: str
    severity: Severity
    since_us: int


class InvoiceRow(msgspec.Struct, array_like=True, gc=False):
    """An open or paid invoice; amounts in its own currency, but for `base_amount`."""

    key: bytes
    currency: str
    amount: int
    remaining: int
    base_amount: int
    due_us: int
    paid_until_us: int | None
    """The latest time at which something was paid; None: nothing was."""
    fee_us: int | None = None
    """The earliest time at which something was paid late; None: nothing was, or each by itself."""
    reversed_us: int | None = None
    """The earliest time at which a payment was taken back while no sale is known; None: one is."""
    closing_cost: int | None = None
    """Of one that is paid: what its reminders were booked as, on the day of that payment; None: it
    is open."""


class OverrideRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A human's word on a customer's tier."""

    mode: OverrideMode
    tier: int
    """Its rank."""
    reason: str
    expires_us: int | None


class AnswerRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A human's word on a customer's step on the ladder."""

    set_step: int | None
    """Which one to take; NO_STEP: none; None: it says nothing of that."""
    hold_until_us: int | None
    reason: str


class CommitmentRow(msgspec.Struct, array_like=True, gc=False):
    """A volume promised for a discount."""

    amount: int
    """In minor units of the base currency, as of its record's day."""
    rate: tuple[int, int]
    starts_day: int
    ends_day: int
    revenue: int
    """What was bought on the days of its term, less returns."""


class MasterRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """Master data of a customer, as the newest of its records has it."""

    at_us: int
    segment: CustomerSegment | None = None
    region: str | None = None
    industry: str | None = None
    joined_us: int | None = None
    wallet: int | None = None
    """Yearly spend with all suppliers, in minor units of the base currency."""
    commitment: CommitmentRow | None = None
    override: OverrideRow | None = None
    ladder: AnswerRow | None = None


class WeightedRow(msgspec.Struct, array_like=True, gc=False):
    """The contribution that fades."""

    half_life_days: int
    landmark_day: int
    weighted: int
    """Relative to the landmark (`agents.models.decay`)."""


class WorthRow(msgspec.Struct, array_like=True, gc=False):
    """What a customer brings."""

    cells: bytes | list[int]
    """Of the value window, oldest day first: day and line in one, and the amount, each a
    little-endian signed 64-bit integer: as they lie in memory. As they are, where one is larger."""
    days_before: list[int]
    """Of the window before, oldest day first: day and contribution."""
    weighted: WeightedRow | None
    earned: int = 0
    """What the customer brought in all its time, less what is excused."""


class InvoicesRow(msgspec.Struct, array_like=True, gc=False):
    """What a customer owes, and what it paid in advance."""

    known: list[InvoiceRow]
    """Those that are open, and those that are paid and remembered."""
    unmatched: bytearray
    """Payments whose invoice is not known, the oldest first: entries of CREDIT_BYTES."""


class CareRow(msgspec.Struct, array_like=True, gc=False):
    """What is kept beside that where the policy tells touches, roles or channels apart."""

    told_apart: bool = False
    """Whether touches are; the latest of all stands for that until the next touch."""
    met_us: int | None = None
    """The latest of those that count; None: there was none."""
    said_days: dict[str, int] = {}
    """By role the day of the last record by its cadence."""
    channels: list[int] = []
    """The contacts by day and channel, oldest first: both in one, and how many."""


class TouchRow(msgspec.Struct, array_like=True, gc=False):
    """When the customer and the company last met."""

    last_us: int | None = None
    """The latest purchase or contact."""
    has_bought: bool = False
    """Whether a sale or a return is known."""
    interval_day: int = BEFORE_ALL_DAYS
    """The day of the last record that said a contact is due by its interval."""
    sequence: int = 0
    """Counts the customer's records on contacts-due."""
    said_day: int = BEFORE_ALL_DAYS
    """The day of the last of them, whatever it said."""
    care: CareRow | None = None
    """None: nothing asks for it."""


class EntryRow(msgspec.Struct, array_like=True, gc=False):
    """What an event of an order booked."""

    at_us: int
    cells: list[int]
    """As the value window keeps them: day and line in one, and the amount."""
    flags: int
    """What it was beside that (`agents.customer.orders`)."""


class OrderRow(msgspec.Struct, array_like=True, gc=False):
    """An order that is remembered: it may still be cancelled, or was."""

    key: bytes
    """8 bytes that stand for its id."""
    day: int
    """By which it is remembered: of its first sale; of the first of all, while none is known."""
    is_sold: bool = False
    """Whether a sale of it is known."""
    is_cancelled: bool = False
    entries: list[EntryRow] = []


class InvoiceEventRow(msgspec.Struct, array_like=True, gc=False):
    """What an event did to an invoice."""

    key: bytes
    at_us: int
    day: int
    """The customer's, when it came."""
    currency: str
    amount: int
    base_amount: int
    due_us: int | None
    """Of a sale, or a payment taken back; None: it takes from the invoice."""
    flags: int
    order: bytes
    """Of which remembered order it is; empty: of none."""
    booked: list[int]
    """What it booked: a day, a line, a cost, and so on."""


class InvoicePastRow(msgspec.Struct, array_like=True, gc=False):
    """The invoices before the first event of a remembered order, and what came since."""

    before: InvoicesRow
    events: list[InvoiceEventRow]


class OrdersRow(msgspec.Struct, array_like=True, gc=False):
    """The remembered orders of a customer, and what it is without them."""

    orders: list[OrderRow]
    last_us: int | None
    """The latest touch that is none of theirs."""
    met_us: int | None
    """The latest of those that count for contacts due."""
    has_bought: bool
    """Whether it bought something else."""
    evicted_day: int | None
    """The latest day of an order that had to go early."""
    past: InvoicePastRow | None
    """None: no remembered order is on an invoice."""


class CustomerRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """Everything kept of one customer, in the form in which it is kept in memory."""

    origin: Origin
    first_day: int
    as_of_us: int
    sequence: int
    offsets: list[int]
    """Per input (by `Kind`) the offset last applied to this customer, or -1."""
    risks: dict[str, RiskRow]
    by_value_since_day: int
    """The day since which it has the tier by value, which is in the row's head."""
    notice_day: int | None
    """The day on which a downgrade was announced; None: none is."""
    notice_tier: int
    """The rank of the tier that it named."""
    announced: bool
    """Whether that notice was put out."""
    below_day: int | None
    """The day since which the value stands below its tier; None: it does not."""
    by_value_came: int
    """Whether it rose (1) or fell (-1) to the tier by value; 0: it had it from the beginning."""
    in_force_since_day: int
    """The day since which it has the tier in force, which is in the row's head, too."""
    treated: int
    """CRC-32 of the treatment it has; 0: it was never judged."""
    stage: int
    """Of its life; -1: none is told."""
    stage_since_day: int
    worth: WorthRow
    contacts: bytes
    """Of the contacts window, oldest first: day and number, as they lie in memory."""
    payments: list[tuple[int, ...]]
    """The last payments by occurred_at: occurred_at in µs, whole days late; where lateness is an
    invoice's, of late ones the invoice's 8 bytes as a number."""
    invoices: InvoicesRow
    master: MasterRow | None
    touch: TouchRow
    signals: SignalsRow | None
    """None: nothing is kept for them."""
    dedupe: bytearray
    """Remembered ids, oldest day first: entries of SEEN_BYTES, numbers little-endian."""
    segments: int
    """The segments it is in, a bit each by its place in SEGMENTS."""
    late_day: int | None
    """The latest day on which a payment came late; None: none did, or nothing asks for it."""
    orders: OrdersRow | None
    """None: none is remembered. Else `signals.sales` is without theirs."""


class TicketedRow(CustomerRow, array_like=True, gc=False, kw_only=True):
    """The same of a customer of whom tickets are remembered; others pay nothing for that."""

    tickets: list[TicketRow] = []


def with_tickets(row: CustomerRow, tickets: list[TicketRow]) -> TicketedRow:
    """The row of a customer with the tickets that are remembered of it."""
    kept = {name: getattr(row, name) for name in CustomerRow.__struct_fields__}
    return TicketedRow(**kept, tickets=tickets)


class CutoffsRow(msgspec.Struct, array_like=True, frozen=True, gc=False, kw_only=True):
    """From which value on customers are important and key, by shares of the whole."""

    version: int
    """1, 2, 3, …; 0: none were made yet."""
    important: int
    key: int
    policy_hash: str
    """Of the policy they were made by."""
    made_us: int
    """By the wall clock."""


class PartitionRow(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """What a partition knows besides its customers."""

    stream_time_us: int | None
    offsets: tuple[int, int, int, int, int]
    """Per input the offset of the next record to take."""
    commit_number: int
    policies: dict[str, str]
    """By hash the versions of the policies by which it was judged, the newest last."""
    policy_since_us: int
    """When the newest was adopted."""
    window_days: int
    contact_days: int
    """Over how many days contacts are kept; 0: no signal asked for them."""
    base_currency: str
    measure: tuple[int, int] | None
    """Half-life and landmark day of what tiers go by; None: by the window's money."""
    adopted: CutoffsRow | None
    """The cut-offs by which its customers are judged; None: by the policy's entries."""
    adopted_before: CutoffsRow | None
    """Those before, while customers are still to be judged again."""
    adopting_from: int | None
    """While they are: the group that comes next; None: all were. No customer_id stands here, for
    it would outlast an erasure."""
    made: CutoffsRow | None
    """The newest cut-offs that this partition made for all (the first partition does)."""
    changelog_id: str
    """The broker's id of the topic for which it was written; empty where the broker has none."""
