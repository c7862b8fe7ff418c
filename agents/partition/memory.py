"""The customers of one partition in memory: bytes at rest, objects for as long as they are touched.

What rests is the row that the last commit wrote. A customer becomes an object when something is
done with it, and rests again once nothing was done for a while, or where others need the room.
Nobody rests who has changed since its row was written.
"""

from collections import OrderedDict
from typing import Final

from agents.customer.rows import restored
from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.ports import LimitError
from schemas.outputs.records import subject_of
from schemas.state.codec import RowError, UnreadableRowError

START_ANEW: Final = "bring the changelog back as it was, or start a new WHALECURVE_APP_ID"
REST_BYTES: Final = 190
"""What a customer at rest takes beside its row and the characters of its id; measured."""
OBJECT_BYTES: Final = 3_600
OBJECT_BYTES_A_ROW_BYTE: Final = 2
"""What an object takes beside the row that it will rest as; measured."""
REST_AFTER_US: Final = 60_000_000
"""Who was not touched for so long rests, whatever room there is."""
REST_AT_ONCE: Final = 4_000
"""So many are put to rest before others get their turn: twice as many as a slice can touch."""


class CustomerMemory:
    """Who is held, as what, and how many bytes that takes."""

    def __init__(
        self,
        policy: Policy,
        partition: int,
        erasure_secret: bytes,
        bytes_max: int,
        objects_bytes_max: int,
    ) -> None:
        self.customers: dict[str, Customer | bytes] = {}
        self.bytes = 0
        """What all customers take at rest, whether they rest or not."""
        self.bytes_max = bytes_max
        self.rest_at_once = REST_AT_ONCE
        self._objects_bytes_max = objects_bytes_max
        self._policy, self._partition = policy, partition
        self._erasure_secret = erasure_secret
        self._objects: OrderedDict[str, int] = OrderedDict()
        """Objects, and when each was looked at last (µs); newcomers come with their first row. Who
        was touched since goes to the end once it is first: no event has to pay for the order."""
        self._objects_bytes = 0
        self._now_us = 0

    # coming and going

    def hold(self, customer_id: str, row: bytes) -> None:
        """A customer is held at rest."""
        self._grow(_at_rest(customer_id, row))
        self.customers[customer_id] = row

    def begin(self, customer: Customer) -> None:
        """A newcomer is held; LimitError where there is no room."""
        self._grow(_at_rest(customer.customer_id, customer.row))
        self.customers[customer.customer_id] = customer

    def _grow(self, more: int) -> None:
        if self.bytes + more > self.bytes_max:
            raise LimitError(
                f"partition {self._partition} would hold {self.bytes + more} bytes of customers, "
                f"more than WHALECURVE_PARTITION_BYTES = {self.bytes_max}: give workers the "
                "memory and raise it, or make topics with more partitions and replay"
            )
        self.bytes += more

    def forget(self, customer: Customer) -> None:
        """A customer is gone, and with it all that was held of it."""
        customer_id = customer.customer_id
        del self.customers[customer_id]
        self.bytes -= _at_rest(customer_id, customer.row)
        if self._objects.pop(customer_id, None) is not None:
            self._objects_bytes -= _as_object(customer.row)

    def find(self, customer_id: str) -> Customer | None:
        """A customer, an object from now on; None where there is none of this id."""
        found = self.customers.get(customer_id)
        return self.wake(customer_id, found) if isinstance(found, bytes) else found

    def wake(self, customer_id: str, row: bytes) -> Customer:
        """A customer at rest becomes an object."""
        customer = self.customers[customer_id] = self.read(customer_id, row)
        self._objects[customer_id] = customer.touched_us = self._now_us
        self._objects_bytes += _as_object(row)
        return customer

    # rows

    def read(self, customer_id: str, row: bytes) -> Customer:
        """The customer of a row; UnreadableRowError where it is none."""
        try:
            customer = restored(customer_id, row, self._policy)
        except (RowError, ValueError, IndexError) as error:
            raise self.unreadable(customer_id, error) from error
        if customer.policy_is_new:
            customer.fit(self._policy)
        return customer

    def unreadable(self, customer_id: str, why: Exception) -> UnreadableRowError:
        """What is said of a row that can't be read: whose it is stands there as a keyed hash."""
        subject = subject_of(customer_id, self._erasure_secret)
        reason = str(why) if isinstance(why, RowError) else "the row is corrupt"
        return UnreadableRowError(
            customer_id.encode(),
            f"partition {self._partition}, customer {subject} (hashed as on erasures): {reason}; "
            f"if the row is damaged, {START_ANEW}",
        )

    def written(self, customer: Customer, row: bytes) -> None:
        """The next commit writes this row; LimitError where there is no room for it."""
        before = customer.row
        more = len(row) - len(before)
        if more:
            self._grow(more)
            self._objects_bytes += OBJECT_BYTES_A_ROW_BYTE * more
        if not before:
            self._objects[customer.customer_id] = self._now_us
            self._objects_bytes += OBJECT_BYTES
        customer.row, customer.touched_us = row, self._now_us

    # resting

    @property
    def is_crowded(self) -> bool:
        """More objects are here than have room."""
        return self._objects_bytes > self._objects_bytes_max

    def see_clock(self, now_us: int) -> None:
        """From now on who is touched is touched at this time."""
        self._now_us = now_us

    def let_rest(self) -> None:
        """Puts to rest who was not touched for a while, and whoever is first where it is crowded.

        To be called between two steps: nobody may have an object in hand.
        """
        objects = self._objects
        for _ in range(min(len(objects), self.rest_at_once)):
            customer_id, seen_us = next(iter(objects.items()))
            # a time to come was written down by a clock since set back
            is_fresh = self._now_us - REST_AFTER_US < seen_us <= self._now_us
            if is_fresh and not self.is_crowded:
                return
            customer = self.customers[customer_id]
            assert isinstance(customer, Customer)
            if customer.changed or customer.touched_us > seen_us:
                objects[customer_id] = min(customer.touched_us, self._now_us)
                objects.move_to_end(customer_id)
            else:
                del objects[customer_id]
                self._objects_bytes -= _as_object(customer.row)
                self.customers[customer_id] = customer.row


def _at_rest(customer_id: str, row: bytes) -> int:
    return REST_BYTES + len(customer_id) + len(row)


def _as_object(row: bytes) -> int:
    return OBJECT_BYTES + OBJECT_BYTES_A_ROW_BYTE * len(row)
