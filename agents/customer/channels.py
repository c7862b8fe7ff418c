"""Which channel a customer uses most: contacts counted by UTC day and channel.

Cells lie side by side in a list, the oldest day first: day and channel in one number, and how many.
"""

from typing import Final

from agents.events.cells import CELL, cells_below, find_cell, take_from
from schemas.base.vocabulary import CONTACT_CHANNELS, ContactChannel

_BITS: Final = 4
_MASK: Final = (1 << _BITS) - 1
if len(CONTACT_CHANNELS) > _MASK + 1:
    raise ImportError("a channel's place no longer fits beside its day: more bits, and a new row")


def count(cells: list[int], day: int, place: int) -> None:
    """Counts a contact; `place` is that of its channel among all."""
    key = day << _BITS | place
    at = find_cell(cells, CELL, key)
    if at < 0:
        cells[~at:~at] = (key, 1)
    else:
        cells[at + 1] += 1


def take_back(cells: list[int], day: int, place: int) -> None:
    """One contact less than was counted, where it was."""
    take_from(cells, day << _BITS | place, 1)


def expire(cells: list[int], last_expired: int) -> None:
    """Forgets the days up to `last_expired`."""
    del cells[: cells_below(cells, CELL, (last_expired + 1) << _BITS)]


def most_used(cells: list[int]) -> ContactChannel | None:
    """The channel of most contacts, of equal ones the one of the later day; None: no contact.

    Where that is the same, too, it is the first in the order of the contract.
    """
    numbers = [(0, 0)] * len(CONTACT_CHANNELS)
    for at in range(0, len(cells), CELL):
        place = cells[at] & _MASK
        # by ascending day: the last that is seen is the latest
        numbers[place] = numbers[place][0] + cells[at + 1], cells[at] >> _BITS
    most = max(numbers)
    return CONTACT_CHANNELS[numbers.index(most)] if most[0] else None
