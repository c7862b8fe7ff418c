"""One customer: what is kept of it, and how an event or the passing of days changes that.

`apply` and `advance` change figures only, part by part; what follows from them is decided by
`agents.decide`.
"""

from array import array
from typing import Final

from agents.customer.dedupe import DedupeIndex
from agents.customer.invoices import Invoices
from agents.customer.master_data import MasterData
from agents.customer.part import Part
from agents.customer.payments import LastPayments
from agents.customer.signal_state import NOTHING_KEPT, SignalState
from agents.customer.stage import Standing
from agents.customer.tier_state import TierState
from agents.customer.touches import Touches
from agents.customer.windows import ContactWindow, WindowBefore
from agents.customer.worth import Worth
from agents.events.booking import Booking
from agents.models.decay import SCALE_BITS
from agents.policy.compiled import Policy
from schemas.base.money import half_even
from schemas.base.times import DAY_US, NO_DAY, NO_DUE_US
from schemas.base.value_lines import LATE_PAYMENT, REMINDERS
from schemas.state.codec import RowHead
from schemas.state.rows import CommitmentRow, CustomerRow, MasterRow, TouchRow

_ROW_BYTES: Final = 300
_CELL_BYTES: Final = 8
_INVOICE_BYTES: Final = 80


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
        self.parts: tuple[Part, ...] = (
            self.worth,
            self.contacts,
            self.payments,
            self.invoices,
            self.signals,
            self.master_data,
            self.touches,
            self.dedupe,
        )
        """All that is kept, in the order in which an event is booked."""
        self.risks = row.risks
        self.treated = row.treated
        """CRC-32 of the treatment it has; 0: it was never judged."""
        self.standing = Standing(row.stage, row.stage_since_day)
        """The stage of its life."""
        self.segments = row.segments
        """The segments it was found in last, a bit each; NOT_ASKED: nobody asked."""
        self.tier_state: TierState | None = None
        """Its tier; None until it is judged for the first time."""
        if head is not None:
            self.tier_state = TierState(
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
        for part in self.parts:
            part.book(event, as_of_us, day, policy)

    def fit(self, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        for part in self.parts:
            part.fit(self.as_of_us, self.day, policy)

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
        invoices = len(self.invoices.open) + len(self.invoices.paid)
        kept = len(self.dedupe.entries) + _INVOICE_BYTES * invoices
        return _ROW_BYTES + kept + _CELL_BYTES * cells

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day
