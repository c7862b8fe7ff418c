"""One customer: what is kept of it, and how an event or the passing of days changes that.

`apply` and `advance` change figures only, part by part; what follows from them is decided by
`agents.decide`.
"""

from array import array
from typing import Final

from agents.customer import channels, issues, tickets
from agents.customer.dedupe import DedupeIndex
from agents.customer.invoices import Invoices
from agents.customer.master_data import MasterData
from agents.customer.orders import Orders
from agents.customer.part import Part
from agents.customer.payments import LastPayments
from agents.customer.signal_state import NOTHING_KEPT, SignalState
from agents.customer.stage import Standing
from agents.customer.tier_state import TierState
from agents.customer.touches import Touches
from agents.customer.windows import ContactWindow, WindowBefore
from agents.customer.worth import Worth
from agents.events.booking import Booking
from agents.events.support_calls import cells_taken_back, of_known_ticket
from agents.models.decay import SCALE_BITS
from agents.policy.compiled import Policy
from schemas.base.money import half_even
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US
from schemas.base.value_lines import LATE_PAYMENT, REMINDERS
from schemas.state.codec import RowHead
from schemas.state.rows import CommitmentRow, CustomerRow, MasterRow, TicketedRow, TouchRow
from schemas.state.signal_rows import TicketRow

_ROW_BYTES: Final = 300
_CELL_BYTES: Final = 8
_INVOICE_BYTES: Final = 80
_TICKET_BYTES: Final = 48
_ORDER_BYTES: Final = 100


class Customer:
    """The state of one customer."""

    __slots__ = (
        "as_of_us",
        "changed",
        "contacts",
        "customer_id",
        "day",
        "dedupe",
        "due_us",
        "first_day",
        "invoices",
        "master_data",
        "offsets",
        "orders",
        "origin",
        "owed",
        "parts",
        "payments",
        "policy_is_new",
        "ranked",
        "risks",
        "row",
        "segments",
        "sequence",
        "signals",
        "standing",
        "tickets",
        "tier_state",
        "touched_us",
        "touches",
        "treated",
        "value",
        "worth",
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
        self.worth = Worth(row.worth, policy)
        self.value = self.worth.window
        self.contacts = ContactWindow(array("q", row.contacts))
        self.payments = LastPayments(row.payments, row.late_day)
        self.invoices = Invoices(row.invoices, self.worth)
        self.invoices.weigh(self.as_of_us, policy)
        self.signals = NOTHING_KEPT
        if policy.asks_signals or row.signals is not None:
            self.signals = SignalState(row.signals)
        self.master_data = MasterData(row.master, self.value)
        self.touches = Touches(row.touch)
        self.dedupe = DedupeIndex(row.dedupe)
        self.tickets = row.tickets if isinstance(row, TicketedRow) else []
        """Of each ticket the record that is its contact."""
        booking = (self.worth, self.signals, self.master_data, self.touches, self.invoices)
        self.orders = Orders(row.orders, booking, policy)
        self.parts: tuple[Part, ...] = (
            self.worth,
            self.contacts,
            self.payments,
            self.invoices,
            self.signals,
            self.master_data,
            self.touches,
            self.dedupe,
            self.orders,
        )
        """All that is kept, in the order in which an event is booked."""
        self.risks = row.risks
        self.treated = row.treated
        """CRC-32 of the treatment it has; 0: it was never judged."""
        self.standing = Standing(row.stage, row.stage_since_day)
        """The stage of its life."""
        self.segments = row.segments
        """The segments it was found in last, a bit each; NOT_ASKED: nobody asked."""
        self.tier_state = None if head is None else _tier_state(row, head)
        """Its tier; None until it is judged for the first time."""
        self.ranked = 0 if head is None else head.index
        """Under tiers by shares: what its tier was judged by the last time; else 0."""
        self.due_us = NO_DUE_US if head is None else head.due_us
        self.policy_is_new = head is None or head.policy_check != policy.check
        """Whether it was never judged by this policy."""
        self.changed = False
        """Whether the next commit writes the row."""
        self.owed = head is not None and head.owed
        """Whether a snapshot has to follow."""
        self.row = b""
        """The row as it was read or written last; empty: never."""
        self.touched_us = 0
        """When that was, by the clock."""

    # time and events

    def advance(self, at_us: int, policy: Policy) -> None:
        """Time reaches `at_us`: days leave the windows, ids are forgotten; never goes back."""
        if at_us > self.as_of_us:
            self._reach(at_us, at_us // DAY_US, policy)

    def _reach(self, at_us: int, day: int, policy: Policy) -> None:
        self.as_of_us = at_us
        if day != self.day:
            self.day = day
            for part in self.parts:
                part.advance(at_us, day, policy)
            if self.tickets:
                tickets.forget(self.tickets, day, policy.tickets)
        elif self.invoices.next_us <= at_us:
            # all else changes with a UTC day, this within one
            self.invoices.advance(at_us, day, policy)

    def apply(self, event: Booking, offset: int, policy: Policy) -> None:
        """Books the event on its own day."""
        if event.at_us > self.as_of_us:
            self._reach(event.at_us, event.day, policy)
        elif event.day < self.first_day:
            self.first_day = event.day
        self.offsets[event.kind] = offset
        as_of_us, day = self.as_of_us, self.day
        if event.ticket is not None:
            event = self._of_one_ticket(event, event.ticket, policy)
        elif event.order is not None:
            event = self.orders.take(event, as_of_us, day, policy)
        for part in self.parts:
            part.book(event, as_of_us, day, policy)

    def _of_one_ticket(self, event: Booking, ticket: TicketRow, policy: Policy) -> Booking:
        """The event as it is to be booked beside what else there was of its ticket."""
        no_more = tickets.settle(self.tickets, ticket, self.day, policy.tickets)
        if no_more is None:
            return event
        if no_more is ticket:
            return of_known_ticket(event, ticket)
        self._take_back(no_more, policy)
        return event

    def _take_back(self, ticket: TicketRow, policy: Policy) -> None:
        """A record was counted as its ticket's contact, and is it no more."""
        day, contact_day = self.day, ticket.at_us // DAY_US
        cells = cells_taken_back(ticket)
        if cells:
            self.worth.add(cells, day, policy)
        if ticket.contacts:
            self.contacts.take_back(contact_day, ticket.contacts)
        care = self.touch.care
        if care is not None and not ticket.is_outbound:
            channels.take_back(care.channels, contact_day, ticket.channel)
        if ticket.issue:
            issues.take_back(self.signals.issues, ticket.issue, contact_day)

    def fit(self, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        for part in self.parts:
            part.fit(self.as_of_us, self.day, policy)
        tickets.forget(self.tickets, self.day, policy.tickets)

    # figures

    @property
    def contribution(self) -> int:
        """What the customer brings over the window, less what waiting for its money costs."""
        return self.value.contribution - self.invoices.cost

    def judged(self, policy: Policy) -> int:
        """The contribution, without what is the seller's own fault where the policy excuses it."""
        if not policy.excuses:
            return self.contribution
        return self.contribution + self.value.seller_fault + self.value.refunds

    @property
    def earned(self) -> int:
        """What the customer brought in all its time, less what waiting for its money costs."""
        return self.worth.earned - self.invoices.cost

    def index(self, policy: Policy) -> int:
        """What its tier is judged by, in minor units.

        Where it fades and is compared with all others': relative to the landmark, so that the
        passing of time alone moves nobody.
        """
        if policy.decay is None:
            if policy.index_rules is None:
                return self.judged(policy)
            return policy.index_rules.index(self.judged(policy), self.signals.history, self.day)
        weighted, cost = self.worth.weighted, self.invoices.cost
        if policy.share is not None:
            return half_even(weighted - cost * policy.decay.weight(self.day), 1 << SCALE_BITS)
        return policy.decay.worth(weighted, self.day) - cost

    def totals(self) -> list[int]:
        """Every line of its value over the window, open invoices among them."""
        totals = self.value.totals()
        totals[LATE_PAYMENT] += self.invoices.interest
        totals[REMINDERS] += self.invoices.reminders
        return totals

    @property
    def before(self) -> WindowBefore | None:
        """What was booked in the window before; None: nothing asks for it."""
        return self.worth.before

    @property
    def master(self) -> MasterRow | None:
        """The newest master data."""
        return self.master_data.newest

    @property
    def commitment(self) -> CommitmentRow | None:
        """The volume it promised."""
        return self.master_data.commitment

    @property
    def touch(self) -> TouchRow:
        """When customer and company last met."""
        return self.touches.touch

    def is_prospect(self, policy: Policy) -> bool:
        """Whether it never bought, and the policy has a tier for such."""
        return policy.before_first_sale is not None and not self.touch.has_bought

    def leakage(self, policy: Policy) -> int:
        """The discount that was granted and is not earned, in minor units."""
        return self.master_data.leakage(self.day, policy)

    @property
    def tier(self) -> int | None:
        """The rank of the tier in force; None until it is judged for the first time."""
        return None if self.tier_state is None else self.tier_state.in_force

    @property
    def row_bytes(self) -> int:
        """About how many bytes its row has: what may be many, each as it is stored."""
        cells = len(self.value.cells) + len(self.contacts.cells)
        if self.touch.care is not None:
            cells += len(self.touch.care.channels)
        kept = len(self.dedupe.entries) + _INVOICE_BYTES * len(self.invoices.open)
        kept += _TICKET_BYTES * len(self.tickets)
        kept += _ORDER_BYTES * len(self.orders.kept)
        return _ROW_BYTES + kept + _CELL_BYTES * cells

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day


def _tier_state(row: CustomerRow, head: RowHead) -> TierState:
    """Its tier, as row and head have it."""
    return TierState(
        head.by_value,
        row.by_value_since_day,
        head.tier,
        row.in_force_since_day,
        row.by_value_came,
    ).as_kept(
        NO_DAY if row.below_day is None else row.below_day,
        NO_DAY if row.notice_day is None else row.notice_day,
        row.notice_tier,
        announced=row.announced,
    )
