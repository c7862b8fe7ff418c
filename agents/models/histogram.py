"""Shares: from which value on one is among the best customers, from a histogram of values.

No list of all customers is kept in order of value. They are counted in buckets, each at most 1 %
wide, with the exact sum of every bucket: histograms of many partitions add up to that of all.
The buckets are made of integers only, so that every worker, however built, sorts alike.
Values are integers of any size and sign, in minor units of the base currency.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

from agents.ports import InvariantError
from schemas.base.money import Ratio

EDGES_UP_TO: Final = 10**36
"""The edges reach at least this far: values relative to a landmark long ago are large."""
GROWTH: Final[Ratio] = (101, 100)
"""An edge is at most this times the one before, or one more where that is less than one."""


def _edges() -> list[int]:
    edges = [1]
    while edges[-1] < EDGES_UP_TO:
        edge = edges[-1]
        edges.append(max(edge + 1, edge * GROWTH[0] // GROWTH[1]))
    return edges


EDGES: Final = _edges()
"""By i - 1 the least value of bucket i > 0; below 200 each integer has a bucket of its own."""


_BITS: Final = EDGES[-1].bit_length()
_FROM: Final = [bisect_left(EDGES, 1 << max(bits - 1, 0)) for bits in range(_BITS + 2)]
"""By bits of a size where edges of so many begin: a search among some 70, not among all."""


def bucket_of(value: int) -> int:
    """The bucket of a value: 0 of zero, i of edge i up to below edge i + 1, -i of minus that.

    What lies beyond the last edge belongs to the last bucket, which is as wide as it takes.
    """
    return _rank_of(value) if value >= 0 else -_rank_of(-value)


def _rank_of(size: int) -> int:
    bits = size.bit_length()
    return bisect_right(EDGES, size, _FROM[bits], _FROM[bits + 1]) if bits <= _BITS else len(EDGES)


class Histogram:
    """How many customers there are in each bucket, and what their values add up to."""

    __slots__ = ("_cells", "customers", "total")

    def __init__(self) -> None:
        self._cells: dict[int, list[int]] = {}
        """By bucket the number of customers, never 0, and the sum of their values."""
        self.customers = 0
        """How many customers are counted."""
        self.total = 0
        """The sum of their values in minor units."""

    @staticmethod
    def from_rows(rows: list[list[int]]) -> "Histogram":
        """The histogram that gave these rows; InvariantError where none can have."""
        histogram = Histogram()
        for bucket, count, amount in rows:
            if bucket in histogram._cells or not _can_be(bucket, count, amount):
                raise InvariantError(
                    f"no histogram has these rows: the count or the sum of bucket {bucket} cannot "
                    "be: they are damaged, or of other edges: count anew from the customers' values"
                )
            histogram._put(bucket, count, amount)
        return histogram

    def rows(self) -> list[list[int]]:
        """[bucket, count, sum] of each bucket that has customers, by ascending bucket."""
        return [[bucket, *self._cells[bucket]] for bucket in sorted(self._cells)]

    def best_first(self) -> list[list[int]]:
        """The rows by descending bucket."""
        rows = self.rows()
        rows.reverse()
        return rows

    def gaining(self) -> list[list[int]]:
        """The rows of the customers with positive value, the best first."""
        return [row for row in self.best_first() if row[0] > 0]

    def add(self, value: int) -> None:
        """Counts a new customer."""
        self._put(bucket_of(value), 1, value)

    def remove(self, value: int) -> None:
        """Counts a customer no more; InvariantError where plainly none of this value is."""
        self._take(bucket_of(value), value)

    def move(self, before: int, after: int) -> None:
        """Counts a customer at its new value; InvariantError as `remove` has it."""
        if before == after:
            return
        bucket, bucket_after = bucket_of(before), bucket_of(after)
        if bucket == bucket_after:
            self._cell_with(bucket, before)[1] += after - before
            self.total += after - before
        else:
            self._take(bucket, before)
            self._put(bucket_after, 1, after)

    def merge(self, other: "Histogram") -> None:
        """Counts the customers of another histogram too."""
        for bucket, (count, amount) in other._cells.items():
            self._put(bucket, count, amount)

    def _put(self, bucket: int, count: int, amount: int) -> None:
        cell = self._cells.get(bucket)
        if cell is None:
            self._cells[bucket] = [count, amount]
        else:
            cell[0] += count
            cell[1] += amount
        self.customers += count
        self.total += amount

    def _take(self, bucket: int, value: int) -> None:
        cell = self._cell_with(bucket, value)
        if cell[0] == 1:
            del self._cells[bucket]
        else:
            cell[0] -= 1
            cell[1] -= value
        self.customers -= 1
        self.total -= value

    def _cell_with(self, bucket: int, value: int) -> list[int]:
        """The cell that counts a customer of this value; the last one there has all of the sum."""
        cell = self._cells.get(bucket)
        if cell is None or (cell[0] == 1 and cell[1] != value):
            raise InvariantError(
                f"no customer of that value is counted, yet one is to leave: bucket {bucket} "
                f"counts {cell[0] if cell else 0}; the histogram is not of these customers: count "
                "anew from their values"
            )
        return cell


def _can_be(bucket: int, count: int, amount: int) -> bool:
    """Whether so many values of a bucket can have this sum."""
    rank = abs(bucket)
    if count < 1 or rank > len(EDGES):
        return False
    if rank == 0:
        return amount == 0
    size = amount if bucket > 0 else -amount
    if size < count * EDGES[rank - 1]:
        return False
    return rank == len(EDGES) or size <= count * (EDGES[rank] - 1)


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """One histogram of the customers of all; those given stay as they are."""
    total = Histogram()
    for histogram in histograms:
        total.merge(histogram)
    return total


def cut_by_rank(histogram: Histogram, share: Ratio) -> int | None:
    """The value from which on one is among the best `share` of the customers of positive value.

    That is the lower edge of the bucket in which the last of them lies, at most 1 % below its
    value: the group has at least as many as asked (rounded up, at least one). None where nobody
    has a positive value.
    """
    return _cut(histogram.gaining(), 1, share)


def cut_by_profit(histogram: Histogram, share: Ratio) -> int | None:
    """The value from which on the customers together bring `share` of all positive values.

    Best first, at least one; the lower edge of a bucket as in `cut_by_rank`, so that they bring at
    least as much as asked. None where nobody has a positive value.
    """
    return _cut(histogram.gaining(), 2, share)


def _cut(rows: list[list[int]], column: int, share: Ratio) -> int | None:
    """The lower edge of the row with which a share of a column's sum is reached; else the last."""
    asked = share[0] * sum([row[column] for row in rows])
    edge: int | None = None
    reached = 0
    for row in rows:
        edge = EDGES[row[0] - 1]
        reached += row[column]
        if reached * share[1] >= asked:
            break
    return edge
