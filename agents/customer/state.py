"""One customer: what is kept of it, and how an event or the passing of days changes that.

`apply` and `advance` change figures only; what follows from them is judged by
`agents.decide.evaluate`.
"""

from array import array
from bisect import insort
from operator import itemgetter
from typing import Final

from agents.customer.commitment import leakage
from agents.customer.dedupe import DedupeIndex
from agents.customer.invoices import Invoices
from agents.customer.signal_state import NOTHING_KEPT, SignalState
from agents.customer.tier_state import TierState
from agents.customer.windows import ContactWindow, ValueWindow, WindowBefore, contributions
from agents.events.booking import Booking
from agents.events.cells import CELL, Cells, cells_of
from agents.models.decay import SCALE_BITS
from agents.policy.compiled import Policy
from schemas.base.money import half_even
from schemas.base.times import DAY_US, NO_DUE_US
from schemas.base.value_lines import LATE_PAYMENT, LINE_MASK, REMINDERS, REVENUE
from schemas.state.codec import RowHead
from schemas.state.rows import (
    SEEN_BYTES,
    CommitmentRow,
    CustomerRow,
    MasterRow,
    TouchRow,
    WeightedRow,
)

_ROW_BYTES: Final = 300
_CELL_BYTES: Final = 8
_INVOICE_BYTES: Final = 80


class Customer:
    """The state of one customer."""

    __slots__ = (
        "as_of_us",
        "before",
        "changed",
        "contacts",
        "customer_id",
        "day",
        "due_us",
        "first_day",
        "invoices",
        "master",
        "offsets",
        "origin",
        "owed",
        "payments",
        "policy_is_new",
        "ranked",
        "risks",
        "seen",
        "sequence",
        "signals",
        "step_to_set",
        "tier_state",
        "touch",
        "value",
        "weighted",
        "written_off",
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
        self.value = ValueWindow(array("q", cells) if isinstance(cells, bytes) else cells)
        self.contacts = ContactWindow(array("q", row.contact_cells))
        self.payments = row.payments
        self.seen = DedupeIndex(row.seen)
        self.master: MasterRow | None = row.master
        self.before: WindowBefore | None = None
        """What was booked in the window before; None: nothing asks for it."""
        if policy.segments.potential is not None:
            self.before = WindowBefore(list(row.days_before))
        self.weighted = _weighted(row.weighted, self.value, policy)
        """The contribution that fades, relative to the policy's landmark; 0: nothing asks for it"""
        self.touch: TouchRow | None = row.touch
        """None: nobody ever asked when the customer was met."""
        if policy.contacts_due and row.touch is None:
            self.touch = TouchRow()
        self.invoices: Invoices | None = None
        """None: nothing is owed, and nothing was paid whose invoice is not known."""
        if row.invoices or row.unmatched:
            self.invoices = Invoices(row.invoices, row.unmatched)
            self.invoices.weigh(self.as_of_us, policy)
        self.signals = NOTHING_KEPT
        if policy.asks_signals or row.signals is not None:
            self.signals = SignalState(row.signals)
        self.step_to_set: int | None = None
        """The step that a human's newest record sets, until it was judged."""
        self.written_off = 0
        """Invoices given up for want of room since somebody asked last."""
        self.tier_state: TierState | None = None
        """Its tier; None until it is judged for the first time."""
        if head is not None:
            self.tier_state = TierState(
                head.by_value,
                row.by_value_since_day,
                row.notice_day,
                row.announced,
                head.tier,
                row.in_force_since_day,
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

    # time and events

    def advance(self, at_us: int, policy: Policy) -> None:
        """Time reaches `at_us`: days leave the windows, ids are forgotten; never goes back."""
        if at_us > self.as_of_us:
            self._reach(at_us, at_us // DAY_US, policy)

    def _reach(self, at_us: int, day: int, policy: Policy) -> None:
        self.as_of_us = at_us
        if day != self.day:
            self.day = day
            self._expire(policy)
        if self.invoices is not None and self.invoices.next_us <= at_us:
            self.invoices.weigh(at_us, policy)

    def _expire(self, policy: Policy) -> None:
        day = self.day
        last_gone = day - policy.window_days
        if self.value.counts_from <= last_gone:
            gone = self.value.expire(last_gone)
            if self.before is not None:
                for its_day, amount in contributions(gone):
                    self.before.add(its_day, amount)
        if self.before is not None and self.before.counts_from <= last_gone - policy.window_days:
            self.before.expire(last_gone - policy.window_days)
        last_gone = day - policy.keeps.contact_days
        if self.contacts.oldest <= last_gone:
            self.contacts.expire(last_gone)
        if policy.asks_signals:
            self.signals.age(day, policy)
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
        if event.cells:
            self._book(day, event.cells, event.brought, event.excused, policy)
        if event.contacts and age_days < policy.keeps.contact_days:
            self.contacts.add(day, event.contacts)
        if event.days_late is not None:
            self._note_payment(at_us, event.days_late, policy)
        if event.invoice is not None:
            self._settle(event, policy)
        if event.sale is not None or event.contact is not None:
            self.signals.book(event, self.day, policy)
        if event.master is not None:
            self._learn(event.master, policy)
        if event.touches and self.touch is not None:
            last = self.touch.last_us
            self.touch.last_us = at_us if last is None else max(last, at_us)
        return self._remember(event, policy) if age_days < policy.dedupe_days else 0

    def _remember(self, event: Booking, policy: Policy) -> int:
        self.seen.remember(event.day, event.id_key, event.content)
        if len(self.seen.entries) > policy.dedupe_ids_max * SEEN_BYTES:
            return self.seen.cap(policy.dedupe_ids_max)
        return 0

    def _note_payment(self, at_us: int, days_late: int, policy: Policy) -> None:
        if policy.keeps.payments:
            insort(self.payments, (at_us, days_late), key=_paid_at)
            del self.payments[: -policy.keeps.payments]

    def _book(self, day: int, booked: Cells, brought: int, excused: int, policy: Policy) -> None:
        if self.day - day < policy.window_days:
            self.value.book(booked, brought, excused)
        if policy.decay is not None or self.before is not None or self.master is not None:
            self._book_more(day, booked, brought, policy)

    def _book_more(self, day: int, booked: Cells, brought: int, policy: Policy) -> None:
        """What is kept of bookings beside the window."""
        age_days = self.day - day
        if policy.decay is not None:
            self.weighted += brought * policy.decay.weight(day)
        if self.before is not None and policy.window_days <= age_days < 2 * policy.window_days:
            self.before.add(day, brought)
        commitment = self.commitment
        if commitment is not None and commitment.starts_day <= day <= commitment.ends_day:
            commitment.revenue = commitment.revenue + _revenue(booked)

    def _settle(self, event: Booking, policy: Policy) -> None:
        """A sale on credit or a payment: what is open changes, and what waiting costs."""
        assert event.invoice is not None
        if self.invoices is None:
            self.invoices = Invoices([], bytearray())
        invoices = self.invoices
        closing, written_off = invoices.take(event.invoice, event.at_us, policy)
        self.written_off += written_off
        if closing is not None and closing[1]:
            # an invoice closed: what reminding of it cost is booked on that day
            day, cost = closing
            self._book(day, cells_of(day, [REMINDERS, cost]), -cost, 0, policy)
        invoices.weigh(self.as_of_us, policy)
        if not invoices.open and not invoices.unmatched.entries:
            self.invoices = None

    def _learn(self, master: MasterRow, policy: Policy) -> None:
        """Master data replaces what an older record said."""
        known = self.master
        if known is not None and master.at_us < known.at_us:
            return
        commitment, before = master.commitment, self.commitment
        if commitment is not None:
            term = commitment.starts_day, commitment.ends_day
            if before is not None and (before.starts_day, before.ends_day) == term:
                commitment.revenue = before.revenue
            else:
                first_day = max(term[0], self.day - policy.window_days + 1)
                commitment.revenue = self.value.sum_of(REVENUE, first_day, term[1])
        answer = master.ladder
        if answer is not None and (known is None or known.ladder != answer):
            self.step_to_set = answer.set_step
        self.master = master

    def fit(self, policy: Policy) -> None:
        """Forgets what another policy kept and this one would not have."""
        if self.signals is not NOTHING_KEPT:
            self.signals.fit(self.day, policy)
        self._expire(policy)
        self.seen.cap(policy.dedupe_ids_max)
        del self.payments[: max(0, len(self.payments) - policy.keeps.payments)]
        if self.invoices is not None:
            rules = policy.invoices
            if rules is None:
                self.invoices = None
            else:
                self.invoices.fit(rules.open_max, rules.unmatched_max)
                self.invoices.weigh(self.as_of_us, policy)

    # figures

    @property
    def contribution(self) -> int:
        """What the customer brings over the window, less what waiting for its money costs."""
        return self.value.contribution - self.live_cost

    @property
    def live_cost(self) -> int:
        """What open invoices cost, as it stands."""
        if self.invoices is None:
            return 0
        return self.invoices.interest + self.invoices.reminders

    def index(self, policy: Policy) -> int:
        """What its tier is judged by, in minor units.

        Where it fades and is compared with all others': relative to the landmark, so that the
        passing of time alone moves nobody.
        """
        if policy.decay is None:
            if policy.index_rules is None:
                return self.contribution
            return policy.index_rules.index(self.contribution, self.signals.history, self.day)
        if policy.share is not None:
            weight = policy.decay.weight(self.day)
            return half_even(self.weighted - self.live_cost * weight, 1 << SCALE_BITS)
        return policy.decay.worth(self.weighted, self.day) - self.live_cost

    def totals(self) -> list[int]:
        """Every line of its value over the window, open invoices among them."""
        totals = self.value.totals()
        if self.invoices is not None:
            totals[LATE_PAYMENT] += self.invoices.interest
            totals[REMINDERS] += self.invoices.reminders
        return totals

    @property
    def commitment(self) -> CommitmentRow | None:
        """The volume it promised."""
        return None if self.master is None else self.master.commitment

    def leakage(self, policy: Policy) -> int:
        """The discount that was granted and is not earned, in minor units."""
        commitment = self.commitment
        if commitment is None or policy.discount is None:
            return 0
        return leakage(commitment, self.day, policy.discount)

    @property
    def tier(self) -> int | None:
        """The rank of the tier in force; None until it is judged for the first time."""
        return None if self.tier_state is None else self.tier_state.in_force

    @property
    def row_bytes(self) -> int:
        """About how many bytes its row has: what may be many, each as it is stored."""
        size = _ROW_BYTES + len(self.seen.entries)
        size += _CELL_BYTES * (len(self.value.cells) + len(self.contacts.cells))
        return size if self.invoices is None else size + _INVOICE_BYTES * len(self.invoices.open)

    @property
    def tenure_days(self) -> int:
        """UTC days from the customer's first event to its `as_of`."""
        return self.day - self.first_day


_paid_at: Final = itemgetter(0)


def _weighted(row: WeightedRow | None, value: ValueWindow, policy: Policy) -> int:
    """As the row has it; by weights that are new, from what lies in the window."""
    decay = policy.decay
    if decay is None:
        return 0
    if row is not None and (row.half_life_days, row.landmark_day) == (
        decay.half_life_days,
        decay.landmark_day,
    ):
        return row.weighted
    return sum(amount * decay.weight(day) for day, amount in contributions(value.cells))


def _revenue(booked: Cells) -> int:
    lines = range(0, len(booked), CELL)
    return sum([booked[at + 1] for at in lines if booked[at] & LINE_MASK == REVENUE])
