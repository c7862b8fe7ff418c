"""The due times of a partition's customers: what happens with no event, in its order."""

from heapq import heapify, heappop, heappush

from schemas.base.times import NO_DUE_US


class TimerQueue:
    """Customers by due time, each under its own and no other."""

    __slots__ = ("_ids", "_swept", "_swept_us", "_times", "next_us")

    def __init__(self) -> None:
        self._ids: dict[int, str | dict[str, None]] = {}
        """Who stands under a time: most often many, and then as a dict's keys; or one alone."""
        self._times: list[int] = []
        """A heap; times under which nobody stands any more are at most half of it."""
        self._swept_us = NO_DUE_US
        """The time that is taken bit by bit, and in `_swept` who stood there, the last first."""
        self._swept: list[str] = []
        self.next_us = NO_DUE_US
        """The earliest time under which anybody stands."""

    def move(self, before_us: int, at_us: int, customer_id: str) -> None:
        """A customer's due time becomes another, in µs; NO_DUE_US: it had or has none.

        Who was taken stands nowhere, whatever its time was.
        """
        if before_us != NO_DUE_US:
            self._leave(before_us, customer_id)
        if at_us == NO_DUE_US:
            return
        ids = self._ids.get(at_us)
        if ids is None:
            self._ids[at_us] = customer_id
            heappush(self._times, at_us)
            self.next_us = self._times[0]
        elif isinstance(ids, str):
            self._ids[at_us] = {ids: None, customer_id: None}
        else:
            ids[customer_id] = None
            if at_us == self._swept_us:
                self._sort_anew()

    def forget(self, at_us: int, customer_id: str) -> None:
        """A customer is gone, and with it its id, which may be left of where it stood before."""
        self._leave(at_us, customer_id)
        self._sort_anew()

    def _leave(self, at_us: int, customer_id: str) -> None:
        ids = self._ids.get(at_us)
        if ids is None:
            return
        if isinstance(ids, str):
            if ids == customer_id:
                self._end(at_us)
            return
        ids.pop(customer_id, None)
        if not ids:
            self._end(at_us)

    def _end(self, at_us: int) -> None:
        """Nobody stands under a time any more."""
        ids, times = self._ids, self._times
        del ids[at_us]
        if at_us == self._swept_us:
            self._sort_anew()
        if len(times) > 2 * len(ids):
            times[:] = ids
            heapify(times)
        while times and times[0] not in ids:
            heappop(times)
        self.next_us = times[0] if times else NO_DUE_US

    def _sort_anew(self) -> None:
        self._swept_us = NO_DUE_US
        self._swept.clear()

    def take_next(self, limit: int) -> tuple[int, list[str]]:
        """The earliest time and who stands under it, by customer_id, at most `limit` of them.

        They are off it; the others are taken by the next calls.
        """
        at_us = self.next_us
        ids = self._ids[at_us]
        if isinstance(ids, str):
            self._end(at_us)
            return at_us, [ids]
        if at_us != self._swept_us:
            self._swept_us = at_us
            self._swept = sorted(ids, reverse=True)
        swept, taken = self._swept, list[str]()
        while ids and len(taken) < limit:
            customer_id = swept.pop()
            # who moved away since they were sorted is passed over
            if customer_id in ids:
                del ids[customer_id]
                taken.append(customer_id)
        if not ids:
            self._end(at_us)
        return at_us, taken
