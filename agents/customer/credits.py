"""Payments, and goods that came back, whose invoice is not known yet: kept until it comes."""

import struct
from typing import Final

import msgspec

from schemas.state.rows import CREDIT_BYTES

_ENTRY: Final = struct.Struct("<qQ8s3s")
_PAID_AT: Final = struct.Struct("<q")
_KEY_AT: Final = 16


class Credit(msgspec.Struct, frozen=True, gc=False):
    """What takes from an invoice."""

    at_us: int
    amount: int
    """In minor units of its own currency; above 0."""
    key: bytes
    """8 bytes that stand for the invoice's id."""
    currency: str


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
        packed = _ENTRY.pack(credit.at_us, credit.amount, credit.key, credit.currency.encode())
        if at == len(entries):
            entries += packed
        else:
            entries[at:at] = packed

    def take_next(self, key: bytes) -> Credit | None:
        """The oldest of an invoice, which is kept no more; None where there is none."""
        entries = self.entries
        at = entries.find(key)
        while at >= 0:
            if at % CREDIT_BYTES == _KEY_AT:
                credit = _credit_at(entries, at - _KEY_AT)
                del entries[at - _KEY_AT : at - _KEY_AT + CREDIT_BYTES]
                return credit
            at = entries.find(key, at + 1)
        return None

    def of(self, key: bytes) -> bytearray:
        """The entries of an invoice."""
        mine = Credits(bytearray())
        for credit in self.all():
            if credit.key == key:
                mine.add(credit)
        return mine.entries

    def take_all(self, key: bytes) -> None:
        """Those of an invoice are kept no more."""
        while self.take_next(key) is not None:
            pass

    def cap(self, credits_max: int) -> None:
        """Forgets the oldest beyond `credits_max`."""
        beyond = len(self.entries) - credits_max * CREDIT_BYTES
        if beyond > 0:
            del self.entries[:beyond]


def _credit_at(entries: bytearray, at: int) -> Credit:
    at_us, amount, key, currency = _ENTRY.unpack_from(entries, at)
    return Credit(at_us, amount, key, currency.decode())
