"""One valid event as the state machine books it: what it adds, to which customer, on which day."""

from typing import Final

import msgspec
from xxhash import xxh3_64_digest

from agents.events.cells import Cells
from schemas.inputs.events import Kind
from schemas.state.rows import MasterRow
from schemas.state.signal_rows import NO_STEP, TicketRow

_KIND_BYTE: Final = tuple(bytes([kind]) for kind in Kind)
_TWIN_BYTE: Final = bytes([len(Kind)])


NO_CHANNEL: Final = -1
"""Of what is no contact."""
NAME_CHARS: Final = 64
"""Of an issue's text so much is kept."""


class Sale(msgspec.Struct, frozen=True, gc=False):
    """What a purchase event adds; amounts in minor units of the base currency."""

    is_purchase: bool
    """Whether it is a sale: only that makes a purchase day."""
    paid: int
    margin: int
    """What it adds to the margin: less than nothing where goods or money went back."""


class Contact(msgspec.Struct, frozen=True, gc=False):
    """What a support call says of its issue."""

    key: bytes
    """8 bytes that stand for the issue's text."""
    name: str
    resolved: bool | None
    complains: bool
    at_fault: bool
    satisfaction: int | None
    is_own: bool = True
    """Whether the customer got in touch; else it is only a word on its issue."""
    counts: bool = True
    """Whether it is the contact of its ticket, too."""


class OrderPart(msgspec.Struct, frozen=True, gc=False):
    """What a purchase says of its order."""

    key: bytes
    """8 bytes that stand for the order's id."""
    sells: bool
    """Whether it is a sale of it."""
    cancels: bool
    placed_day: int | None = None
    """Of a cancel: when the order was placed; None: it does not say."""


class InvoiceEntry(msgspec.Struct, frozen=True, gc=False):
    """A sale on credit, what takes from it (a payment, or goods that came back), or a reversal."""

    key: bytes
    """8 bytes that stand for the invoice's id."""
    currency: str
    amount: int
    """In minor units of its own currency; above 0."""
    base_amount: int
    """In those of the base currency, at the event's day."""
    due_us: int | None
    """When a sale is due, or what a payment taken back had paid; None: it takes from the
    invoice."""
    is_back: bool = False
    """Whether it takes from it as goods that came back."""
    is_late: bool = False
    """Whether it is a late payment whose fee is the invoice's, once."""
    reverses: bool = False
    """Whether a payment is taken back: it is owed again."""


class Booking(msgspec.Struct, frozen=True, gc=False):
    """What an event adds to its own day, in minor units of the base currency."""

    kind: Kind
    customer_id: str
    event_id: str
    at_us: int
    day: int
    id_key: bytes
    """8 bytes that stand for the topic and the event's id."""
    content: int
    """CRC-32 of the decoded event: with another one, the same id is a conflict."""
    cells: Cells
    """What it adds to its day, as a value window keeps it: without zeros, by ascending line."""
    brought: int = 0
    """What they add to the contribution."""
    excused: int = 0
    """The part of its cost that is the seller's fault."""
    refunded: int = 0
    """What a refund that is the seller's fault took from the margin."""
    contacts: int = 0
    """How many contacts it is of those that a signal counts."""
    channel: int = NO_CHANNEL
    """The place of a contact's channel among all."""
    touches: bool = False
    """Whether customer and company met: a purchase or a contact."""
    meets: bool = False
    """Whether the policy has that count for contacts due."""
    complains: bool = False
    at_fault: bool = False
    """Whether it is the seller's fault: a contact, a return, a refund or a replacement."""
    days_late: int | None = None
    """Of a payment that was made, or taken back; None for everything else."""
    twin_key: bytes | None = None
    """Likewise of the payment of an invoice that it tells of: it counts once, whatever the events'
    ids."""
    invoice: InvoiceEntry | None = None
    """What it does to an invoice; None: it names none."""
    sale: Sale | None = None
    """What was sold or came back; None: nothing, or nothing asks for it."""
    order: OrderPart | None = None
    """Of which order it is; None: of none, or none is remembered."""
    contact: Contact | None = None
    """What a contact says of its issue, likewise."""
    ticket: TicketRow | None = None
    """What a contact is of its ticket, if it is the first of it; None: it names none."""
    excess_s: int = 0
    """Seconds of handling time beyond what is billed."""
    master: MasterRow | None = None
    """Master data, as a record of `customers` tells it."""
    met_by: str | None = None
    """Of a contact that we made, where the policy has it count for contacts due: the role; empty:
    nobody in particular."""
    step_taken: int = NO_STEP
    """The step of the ladder that was done with the customer, refused by it, or approved."""
    approves: bool = False
    """Whether that step was approved."""
    erases: bool = False
    """A null value: the customer is to be forgotten."""


class Unbookable(msgspec.Struct, frozen=True, gc=False):
    """The event's amounts can't be booked: a wrong number of digits, or no rate."""

    unknown_currency: bool


INVALID: Final = Unbookable(unknown_currency=False)
UNKNOWN_CURRENCY: Final = Unbookable(unknown_currency=True)


def id_key(kind: Kind, event_id: str) -> bytes:
    """The key under which an event's id is remembered: 64 bits of XXH3."""
    # not as the hash's seed: short ids of two kinds would meet
    return xxh3_64_digest(_KIND_BYTE[kind] + event_id.encode())


def twin_key(status: str, invoice_id: str, payment_id: str) -> bytes:
    """The key under which it is remembered that a payment of an invoice was made, or taken back."""
    # a length before the id: no two pairs of texts run together to the same
    named = f"{status} {len(invoice_id)} {invoice_id}{payment_id}"
    return xxh3_64_digest(_TWIN_BYTE + named.encode())


def text_key(text: str) -> bytes:
    """The key under which an invoice or an issue is kept: 64 bits of XXH3 of its name."""
    return xxh3_64_digest(text.encode())
