"""One customer: what is kept of it, and how an event or the passing of days changes that.

`apply` and `advance` change figures only; what follows from them is judged by `agents.judging`.
"""

from array import array
from bisect import insort
from operator import itemgetter
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
        "policy_is_new",
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
        self.policy_is_new = True
        """Whether it was never judged by this policy."""
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
        last_gone = day - policy.contact_days
        if self.contacts.oldest <= last_gone:
            self.contacts.expire(last_gone)
        last_gone = day - policy.dedupe_days
        if self.seen.oldest <= last_gone:
            self.seen.expire(last_gone)

    def apply(self, event: Booking, offset: int, policy: Policy) -> int:
        """Books the event on its own day; returns how many remembered ids had to go early."""
        at_us, day = event.at_us, event.day
        if at_us > self.as_of_us:
            self.as_of_us = at_us
            if day != self.day:
                self.day = day
                self._expire(policy)
        elif day < self.first_day:
            self.first_day = day
        age_days = self.day - day
        self.offsets[event.kind] = offset
        if event.counts and age_days < policy.window_days:
            self.value.add(day, event.revenue, event.goods_cost, event.fees, event.service_cost)
        if event.contacts and age_days < policy.contact_days:
            self.contacts.add(day, event.contacts)
        if event.days_late is not None and policy.payments_kept:
            insort(self.payments, (at_us, event.days_late), key=_paid_at)
            del self.payments[: -policy.payments_kept]
        if age_days < policy.dedupe_days:
            self.seen.remember(day, event.id_key, event.content)
            if len(self.seen.entries) > policy.dedupe_ids_max * SEEN_BYTES:
                return self.seen.cap(policy.dedupe_ids_max)
        return 0

    def fit(self, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        self._expire(policy)
        self.seen.cap(policy.dedupe_ids_max)
        del self.payments[: max(0, len(self.payments) - policy.payments_kept)]

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day

    def stored(self, policy: Policy) -> bytes:
        """The row to store, judged by this policy."""
        assert self.tier is not None
        cells = self.value.cells
        row = CustomerRow(
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
        return encode_customer(row, RowHead(self.due_day, self.owed, self.tier, policy.check))


_paid_at: Final = itemgetter(0)


def restored(customer_id: str, data: bytes, policy: Policy) -> Customer:
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
    customer.policy_is_new = head.policy_check != policy.check
    customer.changed = False
    customer.owed = head.owed
    return customer
