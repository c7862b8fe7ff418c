"""The due times of a partition's customers: what happens with no event, in its order."""

from heapq import heappop, heappush

from schemas.row import NO_DUE_US


class Calendar:
    """Customers by due time.

    A customer may stand under times that no longer hold (its due time moved): whoever takes a time
    compares with the customer's own.
    """

    __slots__ = ("_ids", "_times", "next_us")

    def __init__(self) -> None:
        self._ids: dict[int, list[str]] = {}
        self._times: list[int] = []
        self.next_us = NO_DUE_US
        """The earliest time under which anybody stands."""

    def add(self, at_us: int, customer_id: str) -> None:
        """Writes a customer down under a time, in µs."""
        if at_us == NO_DUE_US:
            return
        ids = self._ids.get(at_us)
        if ids is None:
            self._ids[at_us] = [customer_id]
            heappush(self._times, at_us)
            self.next_us = self._times[0]
        else:
            ids.append(customer_id)

    def take_next(self) -> tuple[int, list[str]]:
        """The earliest time and who stands under it, each once, by customer_id; they are off it."""
        at_us = heappop(self._times)
        self.next_us = self._times[0] if self._times else NO_DUE_US
        return at_us, sorted(set(self._ids.pop(at_us)))
