"""One valid event as the state machine books it: what it adds, to which customer, on which day."""

from typing import Final

import msgspec
from xxhash import xxh3_64_digest

from agents.issues import Contact
from agents.sales import Sale
from agents.window import Cells, narrowed
from schemas.events import Kind
from schemas.lines import LINE_BITS
from schemas.row import MasterRow

_KIND_BYTE: Final = tuple(bytes([kind]) for kind in Kind)


class InvoiceEntry(msgspec.Struct, frozen=True, gc=False):
    """A sale on credit, or what takes from it: a payment, or goods that came back."""

    key: bytes
    """8 bytes that stand for the invoice's id."""
    currency: str
    amount: int
    """In minor units of its own currency; above 0."""
    base_amount: int
    """In those of the base currency, at the event's day."""
    due_us: int | None
    """When a sale is due; None: it takes from the invoice."""


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
    contacts: int = 0
    touches: bool = False
    """Whether customer and company met: a purchase or a contact."""
    complains: bool = False
    days_late: int | None = None
    """Of a payment that was made; None for everything else."""
    invoice: InvoiceEntry | None = None
    """What it does to an invoice; None: it names none."""
    sale: Sale | None = None
    """What was sold or came back; None: nothing, or nothing asks for it."""
    contact: Contact | None = None
    """What a contact says of its issue, likewise."""
    master: MasterRow | None = None
    """Master data, as a record of `customers` tells it."""
    erases: bool = False
    """A null value: the customer is to be forgotten."""


class Unbookable(msgspec.Struct, frozen=True, gc=False):
    """The event's amounts can't be booked: a wrong number of digits, or no rate."""

    unknown_currency: bool


def cells_of(day: int, amounts: list[int]) -> Cells:
    """What a value window keeps of [line, amount, line, amount, …] of a day."""
    cells: list[int] = []
    for at in range(0, len(amounts), 2):
        if amounts[at + 1]:
            cells.append(day << LINE_BITS | amounts[at])
            cells.append(amounts[at + 1])
    return narrowed(cells)


NOTHING: Final = cells_of(0, [])
"""The cells of what books nothing."""
INVALID: Final = Unbookable(unknown_currency=False)
UNKNOWN_CURRENCY: Final = Unbookable(unknown_currency=True)


def id_key(kind: Kind, event_id: str) -> bytes:
    """The key under which an event's id is remembered: 64 bits of XXH3."""
    # not as the hash's seed: short ids of two kinds would meet
    return xxh3_64_digest(_KIND_BYTE[kind] + event_id.encode())


def text_key(text: str) -> bytes:
    """The key under which an invoice or an issue is kept: 64 bits of XXH3 of its name."""
    return xxh3_64_digest(text.encode())
