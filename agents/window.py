"""Rolling windows over UTC days: buckets by event time, with their sums kept as they change.

A window of W days at day d holds the days d - W + 1 to d. Days are kept oldest first; a late
event opens its own day where it belongs. Nothing here knows the time: whoever advances a window
says to which day.
"""

from collections.abc import Iterable
from typing import TypeVar

from schemas.outputs import Figures

T = TypeVar("T")


def insert_sorted(days: dict[int, T], day: int, bucket: T) -> None:
    """Adds a new day, keeping the dict's order that of its days."""
    late = bool(days) and day < next(reversed(days))
    days[day] = bucket
    if late:
        ordered = sorted(days.items())
        days.clear()
        days.update(ordered)


class ValueWindow:
    """Revenue, goods cost, fees and service cost of the last days."""

    __slots__ = ("days", "fees", "goods_cost", "revenue", "service_cost")

    def __init__(self) -> None:
        self.days: dict[int, list[int]] = {}
        self.revenue = self.goods_cost = self.fees = self.service_cost = 0

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

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        days = self.days
        while days:
            day = next(iter(days))
            if day > last_gone:
                return
            revenue, goods_cost, fees, service_cost = days.pop(day)
            self.revenue -= revenue
            self.goods_cost -= goods_cost
            self.fees -= fees
            self.service_cost -= service_cost

    def first_that_counts(self) -> int | None:
        """The oldest day whose leaving changes a figure."""
        for day, bucket in self.days.items():
            if bucket[0] or bucket[1] or bucket[2] or bucket[3]:
                return day
        return None

    @property
    def contribution(self) -> int:
        """Margin less the cost to serve, in minor units."""
        return self.revenue - self.goods_cost + self.fees - self.service_cost

    def figures(self) -> Figures:
        """All the figures of the window."""
        return Figures(self.revenue, self.goods_cost, self.fees, self.service_cost)

    def flat(self) -> list[int]:
        """Day and amounts one after the other, for the stored row."""
        flat: list[int] = []
        for day, bucket in self.days.items():
            flat.append(day)
            flat += bucket
        return flat

    @classmethod
    def of_flat(cls, flat: list[int]) -> "ValueWindow":
        """The window of a stored row, its sums added up anew."""
        window = cls()
        for at in range(0, len(flat), 5):
            window.add(*flat[at : at + 5])
        return window


class ContactWindow:
    """The number of contacts in the last days."""

    __slots__ = ("days", "total")

    def __init__(self, days: Iterable[tuple[int, int]] = ()) -> None:
        self.days = dict(days)
        self.total = sum(self.days.values())

    def add(self, day: int, contacts: int) -> None:
        """Counts contacts of a day that lies inside the window."""
        self.total += contacts
        if day in self.days:
            self.days[day] += contacts
        else:
            insert_sorted(self.days, day, contacts)

    def expire(self, last_gone: int) -> None:
        """Forgets the days up to `last_gone`."""
        days = self.days
        while days:
            day = next(iter(days))
            if day > last_gone:
                return
            self.total -= days.pop(day)

    def day_leaving_at_most(self, contacts: int) -> int | None:
        """The day after whose leaving at most so many contacts remain."""
        left = self.total
        for day, number in self.days.items():
            left -= number
            if left <= contacts:
                return day
        return None
