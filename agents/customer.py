"""One customer: what is kept of it, and how an event or the passing of days changes that.

`apply` and `advance` change figures only; what follows from them is judged by `agents.judging`.
"""

from array import array
from bisect import insort
from typing import Final

from agents.booking import Booking
from agents.policy import Policy
from agents.seen import Seen
from agents.window import ContactWindow, ValueWindow
from schemas.outputs import Origin
from schemas.row import (
    NO_DUE,
    SEEN_BYTES,
    CustomerRow,
    RiskRow,
    RowHead,
    decode_customer,
    encode_customer,
    read_head,
)
from schemas.times import DAY_US

NEVER: Final = -1
"""No record of that input was applied yet."""


class Customer:
    """The state of one customer."""

    __slots__ = (
        "as_of_us",
        "changed",
        "contacts",
        "customer_id",
        "day",
        "due_day",
        "first_day",
        "offsets",
        "origin",
        "owed",
        "payments",
        "risks",
        "seen",
        "sequence",
        "tier",
        "value",
    )

    def __init__(self, customer_id: str, origin: Origin, first: Booking) -> None:
        """A customer as its first event finds it; that event is still to be applied."""
        self.customer_id = customer_id
        self.origin = origin
        self.first_day = first.day
        self.as_of_us = first.at_us
        self.day = first.day
        self.tier: int | None = None
        self.sequence = 0
        self.offsets = [NEVER] * 4
        self.risks: dict[str, RiskRow] = {}
        self.value = ValueWindow(array("q"))
        self.contacts = ContactWindow(array("q"))
        self.payments: list[tuple[int, int]] = []
        self.seen = Seen(bytearray())
        self.due_day = NO_DUE
        self.changed = False
        """Whether the next commit writes the row."""
        self.owed = False
        """Whether a snapshot has to follow."""

    def advance(self, at_us: int, policy: Policy) -> None:
        """Time reaches `at_us`: days leave the windows, ids are forgotten; never goes back."""
        if at_us <= self.as_of_us:
            return
        self.as_of_us = at_us
        day = at_us // DAY_US
        if day == self.day:
            return
        self.day = day
        self._expire(policy)

    def _expire(self, policy: Policy) -> None:
        day = self.day
        last_gone = day - policy.window_days
        if self.value.counts_from <= last_gone:
            self.value.expire(last_gone)
        spike = policy.support_spike
        if spike is not None and self.contacts.oldest <= day - spike.window_days:
            self.contacts.expire(day - spike.window_days)
        last_gone = day - policy.dedupe_days
        if self.seen.oldest <= last_gone:
            self.seen.expire(last_gone)

    def apply(self, event: Booking, offset: int, policy: Policy) -> int:
        """Books the event on its own day; returns how many remembered ids had to go early."""
        if event.at_us > self.as_of_us:
            self.advance(event.at_us, policy)
        self.offsets[event.kind] = offset
        day = event.day
        if day < self.first_day:
            self.first_day = day
        if event.counts and day > self.day - policy.window_days:
            self.value.add(day, event.revenue, event.goods_cost, event.fees, event.service_cost)
        spike = policy.support_spike
        if event.contacts and spike is not None and day > self.day - spike.window_days:
            self.contacts.add(day, event.contacts)
        if event.days_late is not None and policy.late_payer is not None:
            self._keep_payment(event.at_us, event.days_late, policy)
        if day > self.day - policy.dedupe_days:
            self.seen.remember(day, event.id_key, event.content)
            if len(self.seen.entries) > policy.dedupe_ids_max * SEEN_BYTES:
                return self.seen.cap(policy.dedupe_ids_max)
        return 0

    def _keep_payment(self, at_us: int, days_late: int, policy: Policy) -> None:
        late = policy.late_payer
        assert late is not None
        insort(self.payments, (at_us, days_late), key=lambda payment: payment[0])
        del self.payments[: -max(late.of, late.clear_on_time)]

    def fit(self, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        self._expire(policy)
        if policy.support_spike is None:
            self.contacts.expire(self.day)
        self.seen.cap(policy.dedupe_ids_max)
        late = policy.late_payer
        keep = 0 if late is None else max(late.of, late.clear_on_time)
        del self.payments[: max(0, len(self.payments) - keep)]

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day

    def stored(self) -> bytes:
        """The row to store."""
        assert self.tier is not None
        head = RowHead(self.due_day, self.owed, self.tier)
        return encode_customer(self._row(), head)

    def _row(self) -> CustomerRow:
        cells = self.value.cells
        return CustomerRow(
            self.origin,
            self.first_day,
            self.as_of_us,
            self.sequence,
            self.offsets,
            self.risks,
            cells.tobytes() if isinstance(cells, array) else [str(number) for number in cells],
            self.contacts.cells.tobytes(),
            self.payments,
            self.seen.entries,
        )


def restored(customer_id: str, data: bytes) -> Customer:
    """The customer of a stored row; RowError where it can't be read."""
    head, row = read_head(data), decode_customer(data)
    customer = Customer.__new__(Customer)
    customer.customer_id = customer_id
    customer.origin = row.origin
    customer.first_day = row.first_day
    customer.as_of_us = row.as_of_us
    customer.day = row.as_of_us // DAY_US
    customer.tier = head.tier
    customer.sequence = row.sequence
    customer.offsets = row.offsets
    customer.risks = row.risks
    cells = row.value_cells
    customer.value = ValueWindow(
        array("q", cells) if isinstance(cells, bytes) else [int(number) for number in cells]
    )
    customer.contacts = ContactWindow(array("q", row.contact_cells))
    customer.payments = row.payments
    customer.seen = Seen(row.seen)
    customer.due_day = head.due_day
    customer.changed = False
    customer.owed = head.owed
    return customer
