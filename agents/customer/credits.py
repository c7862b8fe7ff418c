"""Payments, and goods that came back, whose invoice is not known yet: kept until it comes."""

import struct
from typing import Final

import msgspec

from schemas.base.times import NO_DUE_US
from schemas.state.rows import CREDIT_BYTES

_ENTRY: Final = struct.Struct("<qQ8s3s")
_PAID_AT: Final = struct.Struct("<q")
_KEY_AT: Final = 16
BEFORE_ALL_US: Final = -NO_DUE_US
_FLAG: Final = 0x80
"""No letter of a currency has this bit."""
ANY_INVOICE: Final = bytes(8)
"""In place of an invoice's key: more was paid than it asked for, and the next one may have it."""


class Credit(msgspec.Struct, frozen=True, gc=False):
    """What takes from an invoice."""

    at_us: int
    amount: int
    """In minor units of its own currency; above 0."""
    key: bytes
    """8 bytes that stand for the invoice's id; ANY_INVOICE."""
    currency: str
    is_late: bool = False
    """Whether it is a late payment whose fee is the invoice's, once."""
    is_back: bool = False
    """Whether it is goods that came back."""


class Credits:
    """Credits by time, the oldest first.

    `entries` is all of it: CREDIT_BYTES each, side by side, for most that pay never bought on
    credit, and their payments are looked at again only to be stored.
    """

    __slots__ = ("entries",)

    def __init__(self, entries: bytearray) -> None:
        """`entries` as a stored row has them."""
        self.entries = entries

    def all(self) -> list[Credit]:
        """Each of them, the oldest first."""
        return [_credit_at(self.entries, at) for at in range(0, len(self.entries), CREDIT_BYTES)]

    def add(self, credit: Credit) -> None:
        """Keeps one more, behind those of its time."""
        entries = self.entries
        at = len(entries)
        while at and _PAID_AT.unpack_from(entries, at - CREDIT_BYTES)[0] > credit.at_us:
            at -= CREDIT_BYTES
        code = bytearray(credit.currency.encode())
        code[0] |= _FLAG * credit.is_late
        code[1] |= _FLAG * credit.is_back
        packed = _ENTRY.pack(credit.at_us, credit.amount, credit.key, code)
        if at == len(entries):
            entries += packed
        else:
            entries[at:at] = packed

    def take_next(self, key: bytes, after_us: int = BEFORE_ALL_US) -> Credit | None:
        """The oldest of an invoice that is later, which is kept no more; None: there is none."""
        for at in self._places(key):
            credit = _credit_at(self.entries, at)
            if credit.at_us > after_us:
                del self.entries[at : at + CREDIT_BYTES]
                return credit
        return None

    def first_late_us(self, key: bytes) -> int | None:
        """When the oldest late payment of an invoice was made; None: none is kept."""
        for at in self._places(key):
            credit = _credit_at(self.entries, at)
            if credit.is_late:
                return credit.at_us
        return None

    def _places(self, key: bytes) -> list[int]:
        """Where an invoice's entries begin, the oldest first."""
        entries, places = self.entries, []
        at = entries.find(key)
        while at >= 0:
            if at % CREDIT_BYTES == _KEY_AT:
                places.append(at - _KEY_AT)
            at = entries.find(key, at + 1)
        return places

    def cap(self, credits_max: int) -> None:
        """Forgets the oldest beyond `credits_max`."""
        beyond = len(self.entries) - credits_max * CREDIT_BYTES
        if beyond > 0:
            del self.entries[:beyond]


def _credit_at(entries: bytearray, at: int) -> Credit:
    at_us, amount, key, currency = _ENTRY.unpack_from(entries, at)
    is_late, is_back = currency[0] >= _FLAG, currency[1] >= _FLAG
    if is_late or is_back:
        currency = bytes([letter & ~_FLAG for letter in currency])
    return Credit(at_us, amount, key, currency.decode(), is_late, is_back)
