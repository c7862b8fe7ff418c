"""The due times of a partition's customers: what happens with no event, in its order."""

from heapq import heappop, heappush

from schemas.base.times import NO_DUE_US


class TimerQueue:
    """Customers by due time.

    A customer may stand under times that no longer hold (its due time moved): whoever takes a time
    compares with the customer's own.
    """

    __slots__ = ("_ids", "_sorted_us", "_times", "next_us")

    def __init__(self) -> None:
        self._ids: dict[int, list[str]] = {}
        self._times: list[int] = []
        self._sorted_us = NO_DUE_US
        """Of whoever stands under this time it is known that they are sorted, each once."""
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
            if at_us == self._sorted_us:
                self._sorted_us = NO_DUE_US

    def take_next(self) -> tuple[int, list[str]]:
        """The earliest time and who stands under it, each once, by customer_id; they are off it."""
        at_us = heappop(self._times)
        self.next_us = self._times[0] if self._times else NO_DUE_US
        ids = self._ids.pop(at_us)
        return at_us, ids if at_us == self._sorted_us else sorted(set(ids))

    def put_back(self, at_us: int, ids: list[str]) -> None:
        """Some of those that were taken are left for later, sorted as they were."""
        among = self._ids.pop(at_us, None)
        self._ids[at_us] = ids if among is None else ids + among
        self._sorted_us = at_us if among is None else NO_DUE_US
        if among is None:
            heappush(self._times, at_us)
            self.next_us = self._times[0]
