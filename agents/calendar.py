"""The due days of a partition's customers: what happens with no event, in its order."""

from heapq import heappop, heappush

from schemas.row import NO_DUE


class Calendar:
    """Customers by due day.

    A customer may stand under days that no longer hold (its due day moved): whoever takes a day
    compares with the customer's own.
    """

    __slots__ = ("_days", "_ids", "next_day")

    def __init__(self) -> None:
        self._ids: dict[int, list[str]] = {}
        self._days: list[int] = []
        self.next_day = NO_DUE
        """The earliest day under which anybody stands."""

    def add(self, day: int, customer_id: str) -> None:
        """Writes a customer down under a day."""
        if day == NO_DUE:
            return
        ids = self._ids.get(day)
        if ids is None:
            self._ids[day] = [customer_id]
            heappush(self._days, day)
            self.next_day = self._days[0]
        else:
            ids.append(customer_id)

    def take_day(self) -> tuple[int, list[str]]:
        """The earliest day and who stands under it, each once, by customer_id; they are off it."""
        day = heappop(self._days)
        self.next_day = self._days[0] if self._days else NO_DUE
        return day, sorted(set(self._ids.pop(day)))
