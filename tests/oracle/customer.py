"""One customer: the days booked, the payments made, the ids remembered, and how it stands."""

import heapq
from bisect import insort
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from . import decay, instants, ledger, tickets
from .fields import Event
from .invoices import Invoices
from .kept import Kept
from .ledger import Day, Lines, booked, days_late
from .master import Master
from .money import Terms
from .names import EventName, names
from .orders import Happening, Orders
from .records import ACTIONS, CUSTOMERS, PAYMENTS, PURCHASES, SUPPORT_CALLS
from .tickets import Tickets


@dataclass(frozen=True)
class Figures:
    """The value of a customer over the policy's window, in base minor units."""

    revenue: int
    goods_cost: int
    margin: int
    service_cost: int
    contribution: int
    judged: int
    """The same, without what is excused."""
    index: int
    """What tiers are judged by."""
    lines: Lines
    waiting: int
    """The part of the service cost that is booked on no day: invoices that are overdue."""


class Risk(NamedTuple):
    """An open signal: when it was raised, and how severe it is."""

    since: int
    severity: str


class Cleared(NamedTuple):
    """A signal that was cleared: on which day, and how severe it was."""

    day: int
    severity: str


@dataclass
class Standing:
    """Where a customer stands on the ladder."""

    step: str | None = None
    since: int = 0
    """The day of this step."""
    steps: tuple[tuple[str, int], ...] = ()
    """The steps taken since there was none, and the day of each."""
    open_since: int | None = None
    """The day since which a costly signal is open without a gap; None while none is."""
    quiet_since: int = 0
    """The day on which the last of them was cleared, or a human set a step while none was open."""
    answered: int | None = None
    """The day on which a human last said something of this step."""
    reminded: bool = False
    """Whether a reminder of this step went out."""
    ends: int | None = None
    """The day on which an approved termination ends the relation."""


@dataclass
class Customer:
    """What is known of a customer; every figure is summed anew from the days."""

    customer_id: str
    as_of: int
    first_day: int
    tier: str | None = None
    """The tier in force."""
    tier_since: int = 0
    """The day since which it has its tier."""
    value_tier: str | None = None
    """The tier by value; in force is another while an override says so."""
    value_tier_since: int = 0
    came_from: str | None = None
    """The tier by value before this one; None where this is the first."""
    below_since: int | None = None
    """The day since which the index is below what keeps the tier by value, while it is."""
    bought: bool = False
    """Whether a sale or a return of it is known."""
    noticed: int | None = None
    """The day on which a downgrade of the tier by value was decided on, while that stands."""
    noticed_tier: str | None = None
    """The tier that the notice names."""
    told: bool = False
    """Whether that was announced."""
    risks: dict[str, Risk] = field(default_factory=dict)
    """The open signals."""
    cooling: dict[str, Cleared] = field(default_factory=dict)
    """The signals that were cleared and not raised again since."""
    standing: Standing = field(default_factory=Standing)
    """Where it stands on the ladder."""
    sequence: int = 0
    last_touch: int | None = None
    """When it last bought, gave back or called."""
    touches: list[tuple[int, str]] = field(default_factory=list)
    """(occurred_at, channel of a contact or "purchase") of all that happened between us."""
    calls: list[Event] = field(default_factory=list)
    """The contacts of its own, one a ticket."""
    tickets: Tickets = field(default_factory=Tickets)
    contacted: dict[str | None, int] = field(default_factory=dict)
    """The day on which it was last due to be contacted by each role because time was over."""
    treated: Event | None = None
    """The treatment it has; None: it was never judged."""
    stage: str | None = None
    """The stage of its life; None: none is told, or it was never judged."""
    stage_since: int = 0
    belongs: list[str] | None = None
    """The segments it was last found in; None: nobody asked."""
    taken: tuple[str, int, bool] | None = None
    """The step of the ladder that was just taken with it, the day, and whether it was only let
    be taken; until it is judged."""
    asked_for: int | None = None
    """The day on which somebody was last asked to get in touch, whatever for."""
    contact_sequence: int = 0
    next_due: int | None = None
    days: dict[int, Day] = field(default_factory=dict)
    payments: list[tuple[int, int, int, str]] = field(default_factory=list)
    """(occurred_at, order of application, days late, invoice) of each payment that did not fail."""
    invoices: Invoices = field(default_factory=Invoices)
    master: Master = field(default_factory=Master)
    kept: Kept = field(default_factory=Kept)
    orders: Orders = field(default_factory=Orders)
    seen: dict[EventName, Event] = field(default_factory=dict)
    """The remembered events."""
    ages: list[tuple[int, int, int, EventName]] = field(default_factory=list)
    """The remembered events as a heap: the earliest day first, then the first applied."""
    applied: int = 0

    def today(self) -> int:
        """Name the day that every window ends on."""
        return instants.day_of(self.as_of)

    def tenure(self) -> int:
        """Count the days since the day of the earliest event."""
        return self.today() - self.first_day

    def apply(self, topic: str, event: Event, terms: Terms) -> None:
        """Book a new event on its own day, however late it is, and remember its id."""
        happened: int = event["occurred_at"]
        day = instants.day_of(happened)
        self.applied += 1
        self.as_of = max(self.as_of, happened)
        self.first_day = min(self.first_day, day)
        self.orders.forget(self.today(), terms)
        its = Happening(topic, event, self.as_of, day)
        if topic != PURCHASES or terms.orders is None:
            self.orders.log.append(its)
            self.happen(its, terms)
        else:
            self._order(its, terms)
        self.orders.forget(self.today(), terms)
        for number, name in enumerate(names(topic, event)):
            self.seen[name] = event
            heapq.heappush(self.ages, (day, self.applied, number, name))
        self.forget(terms)

    def _order(self, its: Happening, terms: Terms) -> None:
        """Let an event of an order happen; or nothing, where the order never was."""
        name = its.event["order_id"]
        if its.event["type"] == "cancel":
            self.orders.cancel(its.event, terms)
            self._happen_anew(terms)
        elif name in self.orders.known and self.orders.known[name].cancelled:
            its.void = True
            self.orders.log.append(its)
            self.orders.drop(its)
            self.happen(its, terms)
        else:
            moves = self.orders.meet(its, self.today(), terms)
            moves = self.orders.resold(its) or moves
            self.orders.log.append(its)
            if moves:
                self._happen_anew(terms)
            else:
                self.happen(its, terms)

    def _happen_anew(self, terms: Terms) -> None:
        """Take the figures from one to whom all that is left happened, and nothing else."""
        twin = Customer(self.customer_id, self.as_of, self.first_day)
        for its in self.orders.log:
            twin.as_of, twin.applied = its.as_of, twin.applied + 1
            twin.happen(its, terms)
        twin.as_of = self.as_of
        twin.kept.pass_time(self.today(), terms)
        self.days, self.invoices, self.touches = twin.days, twin.invoices, twin.touches
        self.bought, self.last_touch = twin.bought, twin.last_touch
        self.kept.sales, self.kept.orders = twin.kept.sales, twin.kept.orders
        self.master.revenue = twin.master.revenue

    def happen(self, its: Happening, terms: Terms) -> None:
        """Let an event change all figures; one that is void changes only what is owed."""
        if its.void:
            self._owe(its, terms)
            return
        topic, event, happened = its.topic, its.event, its.event["occurred_at"]
        entry = booked(topic, event, terms)
        if topic == SUPPORT_CALLS:
            entry = self._call(event, entry, terms)
        revenue = entry.lines[ledger.REVENUE]
        self._book(its.on, entry)
        self._owe(its, terms)
        if topic == PURCHASES:
            self.master.bought(its.on, revenue)
        met = topic == PURCHASES and event["type"] in {"sale", "return"}
        if met:
            self.bought = True
        if topic == SUPPORT_CALLS and tickets.is_ours(event) and event["channel"] in terms.touches:
            self.contacted[None] = max(its.on, self.contacted.get(None, its.on))
        if met or (topic == SUPPORT_CALLS and tickets.is_own(event)):
            touched = happened if self.last_touch is None else max(happened, self.last_touch)
            self.last_touch = touched
            self.touches.append((happened, event["channel"] if topic != PURCHASES else "purchase"))
        if topic == ACTIONS:
            self._act(event, its.on, terms)
        if topic == CUSTOMERS:
            self.master.take(event, dict(self._window(terms.window_days)))
        counts = any(call is event for call in self.calls)
        self.kept.take(
            topic, event, its.on, entry, self.applied, self.today(), terms, counts=counts
        )

    def _owe(self, its: Happening, terms: Terms) -> None:
        """Let an event change what is owed, and what is known of payments."""
        event = its.event
        for on, line, cost in self.invoices.take(its, self.applied, self.today(), terms):
            self._book(on, Day(Lines({line: cost})))
        if its.topic == PAYMENTS:
            late = days_late(event, terms)
            if late is not None:
                made = event["occurred_at"]
                insort(self.payments, (made, self.applied, late, event["invoice_id"]))

    def _call(self, event: Event, entry: Day, terms: Terms) -> Day:
        """Count a contact of the customer's own, once a ticket; give what there is to book."""
        second = self.tickets.second(event, self.today(), terms)
        if tickets.is_own(event) and second is not event:
            self.calls.append(event)
        if second is None:
            return entry
        if second is event:
            return ledger.time_spent(event, terms)
        on = instants.day_of(second["occurred_at"])
        whole = booked(SUPPORT_CALLS, second, terms)
        self._book(on, ledger.less(whole, ledger.time_spent(second, terms)))
        if tickets.is_own(second):
            self.calls = [call for call in self.calls if call is not second]
            self.kept.issues.take_back(second)
        if ledger.complains(second):
            self.kept.complaints.remove((on, whole.lines[second["channel"]]))
        return entry

    def _act(self, event: Event, day: int, terms: Terms) -> None:
        """Hear what the seller did: whoever got in touch need not be asked to for a while."""
        if event["type"] == "step":
            self.taken = event["step"], day, event["outcome"] == "approved"
            return
        role = event["by"]
        if event["channel"] not in terms.touches:
            return
        listed = {its["role"] for roles in terms.cadence.values() for its in roles}
        if role is None or role in listed:
            self.contacted[role] = max(day, self.contacted.get(role, day))

    def _book(self, day: int, entry: Day) -> None:
        self.days.setdefault(day, Day()).add(entry)

    def fire(self, due: int, terms: Terms) -> None:
        """Let a due time come."""
        self.as_of = max(self.as_of, due)
        self.kept.pass_time(self.today(), terms)
        self.forget(terms)

    def at(self, instant: int) -> "Customer":
        """Give a customer as it would stand then, to be judged without a trace."""
        return replace(
            self,
            as_of=instant,
            risks=dict(self.risks),
            cooling=dict(self.cooling),
            standing=replace(self.standing),
            master=replace(self.master),
        )

    def forget(self, terms: Terms) -> None:
        """Forget the ids that are too old, and the oldest of those that are too many."""
        while self.ages and (
            self.today() - self.ages[0][0] >= terms.dedupe_days
            or len(self.ages) > terms.dedupe_ids_max
        ):
            del self.seen[heapq.heappop(self.ages)[3]]

    def figures(self, terms: Terms) -> Figures:
        """Sum the days in the value window, and add what is no day's."""
        lines = ledger.total(day for _, day in self._window(terms.window_days))
        waiting = self.invoices.cost(self.as_of, terms)
        lines.update(waiting)
        lines[ledger.LEAKAGE] = self.master.leakage(self.today(), terms.discount)
        excused = ledger.fault(lines) if terms.excuses else 0
        index = ledger.net(lines) + excused
        if terms.decay is not None:
            index = decay.on_day(self.weighed(terms), self.today(), terms.decay)
            index -= waiting.total()
        return Figures(
            revenue=lines[ledger.REVENUE],
            goods_cost=lines[ledger.GOODS],
            margin=ledger.margin(lines),
            service_cost=ledger.service_cost(lines),
            contribution=ledger.net(lines),
            judged=ledger.net(lines) + excused,
            index=index,
            lines=lines,
            waiting=waiting.total(),
        )

    def weighed(self, terms: Terms) -> int:
        """Sum what every day left, however long ago, by the weight of the day."""
        halving = terms.decay or (1, 0)
        return sum(
            (day.left + day.excused * terms.excuses) * decay.weight(on, *halving)
            for on, day in self.days.items()
        )

    def granted(self, terms: Terms, tier: str, segments: Collection[str]) -> Event:
        """Lay what open signals and segments change over what a tier is granted."""
        granted = dict(terms.treatment.get(tier, {}))
        for name, others in sorted(terms.treatment.get("when", {}).items()):
            if name in self.risks or name in segments:
                granted |= others
        return granted

    def earned(self, terms: Terms) -> int:
        """Sum what every day left, however long ago, less what waiting for the money costs."""
        left = sum(day.left + day.excused * terms.excuses for day in self.days.values())
        return left - self.invoices.cost(self.as_of, terms).total()

    def rested(self) -> int:
        """Count the days since it bought, gave back or called, or since it is known."""
        last = self.first_day if self.last_touch is None else instants.day_of(self.last_touch)
        return self.today() - last

    def left_before(self, terms: Terms) -> int:
        """Sum what the days of the window before this one left."""
        this, both = terms.window_days, 2 * terms.window_days
        before = dict(self._window(both)).keys() - dict(self._window(this)).keys()
        return sum(self.days[on].left + self.days[on].excused * terms.excuses for on in before)

    def contacts(self, window_days: int, channels: Sequence[str]) -> list[int]:
        """List the days of the contacts on some channels in a window of its own length."""
        first = self.today() - window_days + 1
        days = [
            instants.day_of(call["occurred_at"])
            for call in self.calls
            if call["channel"] in channels
        ]
        return [day for day in days if day >= first]

    def _window(self, length: int) -> Iterator[tuple[int, Day]]:
        """Give the days of a window that something happened on."""
        first = self.today() - length + 1
        return ((on, day) for on, day in self.days.items() if on >= first)

    def last_late(self, terms: Terms) -> int | None:
        """Name the day of the last late payment in the value window, if there is one."""
        late = [instants.day_of(made) for made, _, days, _ in self.payments if days > 0]
        late = [on for on in late if on > self.today() - terms.window_days]
        return max(late, default=None)

    def paid(self, count: int, terms: Terms) -> list[tuple[int, int]]:
        """List when the last payments were made, as many as there are, and how late.

        Where it is invoices that are late, only the last of the late ones of each counts.
        """
        last: dict[str, tuple[int, int]] = {}
        for made, _, days, invoice in self.payments:
            if days > 0:
                last[invoice] = max((made, days), last.get(invoice, (made, days)))
        told: list[tuple[int, int]] = []
        for made, _, days, invoice in self.payments:
            if days <= 0 or not ledger.by_invoice(terms):
                told.append((made, days))
            elif last.get(invoice) == (made, days):
                told.append(last.pop(invoice))
        return told[-count:]
