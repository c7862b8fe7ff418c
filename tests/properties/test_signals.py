"""Signals: what time alone turns is foreseen to the microsecond.

A customer is led through events, some of them late, and through the due times between them.
"""

from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.customer.rows import newcomer, restored, stored
from agents.customer.sales import SALE_CELL
from agents.customer.signal_state import SignalState
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.decide.decisions import Transition
from agents.events.booking import Booking, Sale
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, NO_DUE_US, day_start, format_micros
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from tests.support.deciding import Deciding, Tracking
from tests.support.making import SEGMENTS, booked, master_data, payment, purchase, support_call
from tests.support.overriding import word
from tests.support.signalling import LADDER, cooling, day_number, day_us, only

DAYS = 24
FIRST_US = day_us(1)
AHEAD_DAYS = 30
"""Beyond the last event nothing here turns later than that, but a model's chances."""
HOUR_US = DAY_US // 24
ON_THE_LADDER = only(
    "late_payer",
    "overdue_invoice",
    "unprofitable",
    more=cooling(3) + LADDER.replace("young_days = 0", "young_days = 12") + SEGMENTS,
)
"""What costs, and the ladder with every guard."""
TERM = {
    "amount": "900.00",
    "currency": "USD",
    "discount_rate": "0.10",
    "starts_on": "2026-03-04",
    "ends_on": "2026-03-16",
}
AMOUNTS = st.sampled_from(["0", "1.00", "20.00", "99.99", "250.00", "600.00"])
SAID = st.sampled_from([None, None, True, False])


def on_days(last: int) -> st.SearchStrategy[int]:
    """Moments: some at midnight, some a microsecond before it, most in between."""
    edges = st.integers(0, last).map(lambda day: day * DAY_US)
    return st.integers(0, last * DAY_US) | edges | edges.map(lambda past: max(0, past - 1))


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    fields: dict[str, Any] = {"amount": draw(AMOUNTS), "cost": draw(st.sampled_from(["0", "70"]))}
    if draw(st.integers(0, 3)) == 0:
        fields |= {"type": "return", "seller_fault": draw(st.booleans())}
    elif draw(st.booleans()):
        due = FIRST_US + draw(on_days(DAYS))
        fields |= {"invoice_id": draw(st.sampled_from("ab")), "due_at": format_micros(due)}
    return Kind.PURCHASES, purchase(**fields)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    return Kind.SUPPORT_CALLS, support_call(
        issue=draw(st.sampled_from(["a", "b"])),
        resolved=draw(SAID),
        complaint=draw(st.booleans()),
        seller_fault=draw(st.integers(0, 5)) == 0,
        satisfaction=draw(st.sampled_from([None, 1, 2, 5])),
        channel=draw(st.sampled_from(["email", "phone"])),
    )


@st.composite
def payments(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    due = FIRST_US + draw(st.sampled_from([-20, 0, 20])) * DAY_US
    fields = {"invoice_id": draw(st.sampled_from("ab")), "due_at": format_micros(due)}
    return Kind.PAYMENTS, payment(amount=draw(AMOUNTS), **fields)


@st.composite
def records(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    fields: dict[str, Any] = {}
    if draw(st.booleans()):
        # a promise of nothing is looked at in tests/unit/agents/test_cost_risks.py
        amount = draw(AMOUNTS)
        fields["commitment"] = TERM | {"amount": amount}
    if draw(st.integers(0, 2)) == 0:
        fields["override"] = word("lock", draw(st.sampled_from(["key", "ordinary"])))
    if draw(st.booleans()):
        step = draw(st.sampled_from([None, "none", "educate", "terminate"]))
        until = draw(st.none() | on_days(DAYS + 5))
        hold = None if until is None else format_micros(FIRST_US + until)
        fields["ladder"] = {"set_step": step, "hold_until": hold, "reason": "because"}
    return Kind.CUSTOMERS, master_data(**fields)


EVENTS = {
    "call_abuse": calls(),
    "commitment_shortfall": purchases() | records(),
    "complaint_open": calls(),
    "fading": purchases(),
    "no_second_purchase": purchases(),
    "overdue": purchases(),
    "overdue_invoice": purchases() | payments(),
    "repeat_issue": calls(),
    "spend_drop": purchases(),
}
"""What feeds a signal that turns by itself."""


@st.composite
def lives(draw: st.DrawFn, events: st.SearchStrategy[Any], by: Policy) -> list[Booking]:
    """Events as they come: most by their times, some of them days late."""
    found: list[tuple[int, Booking]] = []
    span = draw(st.sampled_from([5, 10, DAYS]))
    for number in range(draw(st.integers(1, 14))):
        kind, event = draw(events)
        at_us = FIRST_US + draw(on_days(span))
        late_us = draw(st.sampled_from([0, 0, 0, 1, 4, 12])) * DAY_US
        made = event | {"event_id": f"e-{number}", "occurred_at": format_micros(at_us)}
        found.append((at_us + late_us, booked(kind, made, by)))
    return [booking for _, booking in sorted(found, key=lambda its: its[0])]


class Life:
    """A customer of a high tier, led through events and due times."""

    def __init__(self, by: Policy, first: Booking) -> None:
        self.by, self.episodes = by, Tracking(by)
        self.customer = newcomer("ada", Origin("purchases", 0, 0), first, by)
        self.customer.tier_state = TierState(2, first.day)

    def live(self, events: list[Booking]) -> None:
        for offset, event in enumerate(events):
            self.wait(event.at_us)
            self.customer.apply(event, offset, self.by)
            self.episodes.turn(self.customer, event)

    def wait(self, until_us: int) -> None:
        """Due times happen; at each of them something turns."""
        while (due_us := self.episodes.due_us(self.customer, NO_DUE_US)) <= until_us:
            assert due_us > self.customer.as_of_us
            self.customer.advance(due_us, self.by)
            assert self.episodes.turn(self.customer, None)

    def turns_at(self, at_us: int) -> list[Transition]:
        """What would turn at a time if nothing happened before."""
        copy = again(self.customer, self.by)
        copy.advance(at_us, self.by)
        return self.episodes.turn(copy, None)


def again(customer: Customer, by: Policy) -> Customer:
    """The customer as its stored row has it."""
    return restored("ada", stored(customer, by), by)


def candidates(events: list[Booking], now_us: int) -> list[int]:
    """Later moments at which something might turn, and those right before them."""
    found = {day_start(now_us // DAY_US + n) for n in range(1, AHEAD_DAYS)}
    for event in events:
        found |= {event.at_us + 24 * HOUR_US}
        if event.master is not None and event.master.ladder is not None:
            found |= {event.master.ladder.hold_until_us or now_us}
        if event.invoice is not None and event.invoice.due_us is not None:
            found |= {event.invoice.due_us + n * DAY_US for n in range(8)}
    return sorted(its for at in found for its in (at - 1, at) if its > now_us)


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_due_time_is_the_first_at_which_a_signal_turns(name: str, data: st.DataObject) -> None:
    by = only(name, more=cooling(data.draw(st.sampled_from([0, 5]), "cool-down")))
    events = data.draw(lives(EVENTS[name], by))
    life = Life(by, events[0])
    life.live(events)
    due_us = life.episodes.due_us(life.customer, NO_DUE_US)
    moments = candidates(events, life.customer.as_of_us)
    for at_us in moments:
        if at_us < due_us:
            assert life.turns_at(at_us) == [], format_micros(at_us)
    if due_us != NO_DUE_US:
        assert life.turns_at(due_us)
        assert name == "fading" or due_us in moments


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nothing_is_said_of_a_customer_before_its_due_time(data: st.DataObject) -> None:
    by = ON_THE_LADDER
    events = data.draw(lives(payments() | records() | purchases(), by))
    judge, customer = Deciding(by), newcomer("ada", Origin("purchases", 0, 0), events[0], by)
    for offset, event in enumerate(events):
        while customer.due_us <= max(event.at_us, customer.as_of_us):
            customer.advance(customer.due_us, by)
            judge.evaluate(customer, None)
        customer.apply(event, offset, by)
        judge.evaluate(customer, event)
    for _ in range(3):
        for at_us in candidates(events, customer.as_of_us):
            if at_us < customer.due_us:
                copy = again(customer, by)
                copy.advance(at_us, by)
                assert judge.evaluate(copy, None) == [], format_micros(at_us)
        if customer.due_us != NO_DUE_US:
            customer.advance(customer.due_us, by)
            judge.evaluate(customer, None)


# sales


KEPT_DAYS = 64
OVERDUE = only("overdue")
SALES = st.builds(
    lambda day, back, paid, margin: (day, Sale(not back, paid, -margin if back else margin)),
    st.integers(day_number(1), day_number(KEPT_DAYS)),
    st.booleans(),
    st.sampled_from([0, 1, 999, 2**61, 2**63]),
    st.sampled_from([0, 1, 250, 2**64]),
)


def sold_on(day: int, sale: Sale) -> Booking:
    """What a day's purchase says of it, and nothing else."""
    at_us = day_start(day)
    return Booking(Kind.PURCHASES, "ada", "", at_us, day, b"", 0, array("q"), sale=sale)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(SALES, min_size=1, max_size=25).filter(
        lambda its: any(sale.is_purchase for _, sale in its)
    ),
    st.booleans(),
)
def test_purchase_days_and_margins_equal_a_recount_in_any_order(
    booked_on: list[tuple[int, Sale]], storing: bool
) -> None:
    kept = SignalState(None)
    today = day_number(1)
    for day, sale in booked_on:
        today = max(today, day)
        kept.advance(day_start(today), today, OVERDUE)
        kept.book(sold_on(day, sale), day_start(today), today, OVERDUE)
        if storing:
            kept = SignalState(kept.row(OVERDUE))
    found = kept.sales
    assert found is not None
    sold = [(its_day, sale) for its_day, sale in booked_on if sale.is_purchase]
    days = sorted({its_day for its_day, _ in sold})
    assert (found.first_day, found.last_day, found.days) == (days[0], days[-1], len(days))
    assert found.margin == sum(sale.margin for _, sale in booked_on)
    assert found.first_margin == sum(sale.margin for its_day, sale in sold if its_day == days[0])
    assert list(found.cells[::SALE_CELL]) == days
    for its_day in days:
        paid = [min(sale.paid, 2**62) for other, sale in sold if other == its_day]
        assert found.sum_of(its_day, its_day) == (len(paid), min(sum(paid), 2**62))
