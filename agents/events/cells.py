"""Days and numbers side by side in memory: how bookings and windows keep what they count."""

from __future__ import annotations

from array import array
from typing import Final, TypeAlias

from schemas.base.value_lines import LINE_BITS, LINE_MASK

Cells: TypeAlias = "array[int] | list[int]"
CELL: Final = 2
"""Numbers of a cell in the value window: day and line in one, and the amount."""


def cells_of(day: int, amounts: list[int]) -> Cells:
    """What a value window keeps of [line, amount, line, amount, …] of a day."""
    cells: list[int] = []
    for at in range(0, len(amounts), 2):
        if amounts[at + 1]:
            cells.append(day << LINE_BITS | amounts[at])
            cells.append(amounts[at + 1])
    return narrowed(cells)


def moved(cells: Cells, day: int) -> Cells:
    """The cells of a day as those of another."""
    return narrowed(
        [
            number if at % CELL else day << LINE_BITS | number & LINE_MASK
            for at, number in enumerate(cells)
        ]
    )


def narrowed(cells: list[int]) -> Cells:
    """The cells side by side in memory again, where they fit."""
    try:
        return array("q", cells)
    except OverflowError:
        return cells


NOTHING: Final = cells_of(0, [])
"""The cells of what books nothing."""
"""What books nothing has no cells."""


def cells_below(cells: Cells, size: int, key: int) -> int:
    """Where the cells of smaller keys end."""
    at = 0
    while at < len(cells) and cells[at] < key:
        at += size
    return at


def take_from(cells: Cells, key: int, number: int) -> bool:
    """Takes from the number of a key, whose cell goes with the last of it; whether it was there."""
    at = find_cell(cells, CELL, key)
    if at < 0:
        return False
    cells[at + 1] -= number
    if not cells[at + 1]:
        del cells[at : at + CELL]
    return True


def find_cell(cells: Cells, size: int, key: int) -> int:
    """Where a key's cell begins; where it would have to, inverted (~), if there is none.

    Looks from the greatest back: events come mostly in order.
    """
    at = len(cells) - size
    while at >= 0:
        cell_key = cells[at]
        if cell_key == key:
            return at
        if cell_key < key:
            break
        at -= size
    return ~(at + size)
