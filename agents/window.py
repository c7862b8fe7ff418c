"""Rolling windows over UTC days: buckets by event time, with their sums kept as they change.

A window of W days at day d holds the days d - W + 1 to d. Days are kept oldest first; a late
event opens its own day where it belongs. Nothing here knows the time: whoever advances a window
says to which day.
"""

from operator import itemgetter
from typing import Final, TypeVar

from schemas.outputs import Figures

K = TypeVar("K", int, str)
T = TypeVar("T")


def insert_sorted(entries: dict[K, T], key: K, entry: T) -> None:
    """Adds a new key, keeping the dict's order that of its keys."""
    late = bool(entries) and key < next(reversed(entries))
    entries[key] = entry
    if late:
        ordered = sorted(entries.items(), key=itemgetter(0))
        entries.clear()
        entries.update(ordered)


NO_DAY: Final = 0x7FFFFFFF
"""Later than any day: nothing is there."""


class ValueWindow:
    """Revenue, goods cost, fees and service cost of the last days.

    `oldest` is the oldest day held; `counts_from` the oldest whose leaving changes a figure.
    """

    __slots__ = ("counts_from", "days", "fees", "goods_cost", "oldest", "revenue", "service_cost")

    def __init__(self, days: dict[int, list[int]]) -> None:
        """`days`: amounts by day, oldest first, as a stored row has them; added up anew."""
        self.days = days
        self.revenue = sum(bucket[0] for bucket in days.values())
        self.goods_cost = sum(bucket[1] for bucket in days.values())
        self.fees = sum(bucket[2] for bucket in days.values())
        self.service_cost = sum(bucket[3] for bucket in days.values())
        self._find_first()

    def add(self, day: int, revenue: int, goods_cost: int, fees: int, service_cost: int) -> None:
        """Books amounts on a day that lies inside the window."""
        self.revenue += revenue
        self.goods_cost += goods_cost
        self.fees += fees
        self.service_cost += service_cost
        bucket = self.days.get(day)
        if bucket is None:
            insert_sorted(self.days, day, [revenue, goods_cost, fees, service_cost])
        else:
            bucket[0] += revenue
            bucket[1] += goods_cost
            bucket[2] += fees
            bucket[3] += service_cost
        if day <= self.counts_from:
            self._find_first()

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        days = self.days
        while days and (day := next(iter(days))) <= last_gone:
            revenue, goods_cost, fees, service_cost = days.pop(day)
            self.revenue -= revenue
            self.goods_cost -= goods_cost
            self.fees -= fees
            self.service_cost -= service_cost
        self._find_first()

    def _find_first(self) -> None:
        self.oldest = next(iter(self.days), NO_DAY)
        self.counts_from = NO_DAY
        for day, bucket in self.days.items():
            if bucket[0] or bucket[1] or bucket[2] or bucket[3]:
                self.counts_from = day
                return

    @property
    def contribution(self) -> int:
        """Margin less the cost to serve, in minor units."""
        return self.revenue - self.goods_cost + self.fees - self.service_cost

    def figures(self) -> Figures:
        """All the figures of the window."""
        return Figures(self.revenue, self.goods_cost, self.fees, self.service_cost)


class ContactWindow:
    """The number of contacts in the last days; `oldest` is the oldest day held."""

    __slots__ = ("days", "oldest", "total")

    def __init__(self, days: dict[int, int]) -> None:
        """`days`: contacts by day, oldest first, as a stored row has them."""
        self.days = days
        self.total = sum(days.values())
        self.oldest = next(iter(days), NO_DAY)

    def add(self, day: int, contacts: int) -> None:
        """Counts contacts of a day that lies inside the window."""
        self.total += contacts
        if day in self.days:
            self.days[day] += contacts
        else:
            insert_sorted(self.days, day, contacts)
            self.oldest = min(self.oldest, day)

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        days = self.days
        while days and (day := next(iter(days))) <= last_gone:
            self.total -= days.pop(day)
        self.oldest = next(iter(days), NO_DAY)

    def day_leaving_at_most(self, contacts: int) -> int | None:
        """The day after whose leaving at most so many contacts remain."""
        left = self.total
        for day, number in self.days.items():
            left -= number
            if left <= contacts:
                return day
        return None
