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
from agents.tiers import Standing
from agents.window import NO_DAY, ContactWindow, ValueWindow
from schemas.events import Kind
from schemas.outputs import Origin
from schemas.row import (
    NO_DUE,
    SEEN_BYTES,
    CustomerRow,
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
        "standing",
        "value",
    )

    def __init__(
        self, customer_id: str, row: CustomerRow, head: RowHead | None, policy: Policy
    ) -> None:
        """A customer as its row has it; without a head one that was never judged."""
        self.customer_id = customer_id
        self.origin = row.origin
        self.first_day = row.first_day
        self.as_of_us = row.as_of_us
        self.day = row.as_of_us // DAY_US
        self.sequence = row.sequence
        self.offsets = row.offsets
        self.risks = row.risks
        cells = row.value_cells
        self.value = ValueWindow(
            array("q", cells) if isinstance(cells, bytes) else [int(number) for number in cells]
        )
        self.contacts = ContactWindow(array("q", row.contact_cells))
        self.payments = row.payments
        self.seen = Seen(row.seen)
        self.standing: Standing | None = None
        """Its tier; None until it is judged for the first time."""
        if head is not None:
            self.standing = Standing(head.tier, row.tier_since_day, row.notice_day)
        self.due_day = NO_DUE if head is None else head.due_day
        self.policy_is_new = head is None or head.policy_check != policy.check
        """Whether it was never judged by this policy."""
        self.changed = False
        """Whether the next commit writes the row."""
        self.owed = head is not None and head.owed
        """Whether a snapshot has to follow."""

    def advance(self, at_us: int, policy: Policy) -> None:
        """Time reaches `at_us`: days leave the windows, ids are forgotten; never goes back."""
        if at_us > self.as_of_us:
            self._reach(at_us, at_us // DAY_US, policy)

    def _reach(self, at_us: int, day: int, policy: Policy) -> None:
        self.as_of_us = at_us
        if day != self.day:
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
            self._reach(at_us, day, policy)
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
    def tier(self) -> int | None:
        """The rank of its tier; None until it is judged for the first time."""
        return None if self.standing is None else self.standing.tier

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day

    def stored(self, policy: Policy) -> bytes:
        """The row to store, judged by this policy."""
        standing, cells = self.standing, self.value.cells
        assert standing is not None
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
            standing.since_day,
            standing.notice_day,
            self.seen.entries,
        )
        return encode_customer(row, RowHead(self.due_day, self.owed, standing.tier, policy.check))


_paid_at: Final = itemgetter(0)


def newcomer(customer_id: str, origin: Origin, first: Booking, policy: Policy) -> Customer:
    """A customer as its first event finds it; that event is still to be applied."""
    offsets = [NEVER] * len(Kind)
    row = CustomerRow(
        origin, first.day, first.at_us, 0, offsets, {}, b"", b"", [], first.day, NO_DAY, bytearray()
    )
    return Customer(customer_id, row, None, policy)


def restored(customer_id: str, data: bytes, policy: Policy) -> Customer:
    """The customer of a stored row; RowError where it can't be read."""
    return Customer(customer_id, decode_customer(data), read_head(data), policy)
