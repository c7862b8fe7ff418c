"""Invoices: the order of arrival changes no figure; what waiting costs equals a plain reckoning.

Where a credit too many comes, or another sale after an invoice was paid, order matters: these are
left out here and stand as examples in tests/unit/agents/customer/test_invoices.py, but for what is
paid again after it was taken back.
"""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.customer.invoices import Invoices
from agents.customer.rows import newcomer, restored, stored
from agents.customer.state import Customer
from agents.customer.tier_state import TierState
from agents.customer.worth import Worth
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.money import format_minor
from schemas.base.times import DAY_US, day_start, format_micros
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from schemas.state.rows import InvoiceRow, InvoicesRow, WorthRow
from tests.support.customers import at, totals_of
from tests.support.making import DECAYED, INVOICES, SEGMENTS, booked, payment, policy, purchase

FIRST_US, END_US = at(1, "00:00:00"), at(28, "00:00:00")
WHOLE = policy(
    DECAYED,
    more=INVOICES.replace("= 3", "= 50") + SEGMENTS,
)
FOLLOWED = policy(
    DECAYED,
    more=INVOICES.replace("= 3", "= 50").replace("[[", "paid_days = 60\n[[", 1) + SEGMENTS,
)
"""Lateness is an invoice's."""
CURRENCIES = st.sampled_from(["USD", "EUR", "KWD", "JPY"])
DIGITS = {"USD": 2, "EUR": 2, "KWD": 3, "JPY": 0}
MOMENTS = st.integers(0, END_US - FIRST_US).map(lambda past_us: FIRST_US + past_us)
RATES = st.sampled_from(["0", "0.12", "0.365", "1", "3.65", "36.5", "0.07301"])
FEES = st.sampled_from(["0", "5.00", "5.01", "0.01"])


def on_credit(
    number: int, at_us: int, minor: int, currency: str, due_us: int, by: Policy = WHOLE
) -> Booking:
    amount = format_minor(minor, DIGITS[currency])
    fields = {"amount": amount, "cost": amount, "currency": currency, "invoice_id": "i-1"}
    when = {"occurred_at": format_micros(at_us), "due_at": format_micros(due_us)}
    return booked(Kind.PURCHASES, purchase(event_id=f"e-{number}", **fields, **when), by)


def credit(number: int, at_us: int, minor: int, currency: str, *, back: bool) -> Booking:
    """A payment whose own due time is far, or goods that come back."""
    fields: dict[str, Any] = {
        "event_id": f"e-{number}",
        "amount": format_minor(minor, DIGITS[currency]),
        "currency": currency,
        "invoice_id": "i-1",
        "occurred_at": format_micros(at_us),
    }
    if back:
        return booked(Kind.PURCHASES, purchase(**fields, cost="0", type="return"), WHOLE)
    return booked(Kind.PAYMENTS, payment(**fields, due_at="2026-03-10T00:00:00Z"), WHOLE)


@st.composite
def one_sale(draw: st.DrawFn) -> list[Booking]:
    """A sale, and credits of which none is too many: but for the last it stays open."""
    currency = draw(CURRENCIES)
    parts = draw(st.lists(st.integers(1, 20_000), min_size=1, max_size=5))
    open_rest = draw(st.sampled_from([0, 0, 1, 500]))
    times = draw(st.lists(MOMENTS, min_size=6, max_size=6, unique=True))
    due_us = draw(MOMENTS)
    sale = on_credit(0, times[0], sum(parts) + open_rest, currency, due_us)
    return [
        sale,
        *(
            credit(number, times[number], part, currency, back=draw(st.booleans()))
            for number, part in enumerate(parts, 1)
        ),
    ]


@st.composite
def many_sales(draw: st.DrawFn) -> list[Booking]:
    """Sales of one currency that add up, and credits that together don't pay the smallest."""
    currency = draw(CURRENCIES)
    sales = draw(st.lists(st.integers(5_000, 90_000), min_size=1, max_size=4))
    parts = draw(st.lists(st.integers(1, min(sales) // 4), max_size=3))
    times = draw(st.lists(MOMENTS, min_size=8, max_size=8, unique=True))
    events = [
        on_credit(number, times[number], minor, currency, draw(MOMENTS))
        for number, minor in enumerate(sales)
    ]
    return events + [
        credit(number, times[number], part, currency, back=draw(st.booleans()))
        for number, part in enumerate(parts, len(sales))
    ]


@st.composite
def taken_back(draw: st.DrawFn) -> list[Booking]:
    """A sale that is paid in parts, late or not; some are taken back, and some of these paid again.

    Where a payment is known before what it pays again was taken back, it is too much for a while.
    """
    currency, due_us = draw(CURRENCIES), draw(MOMENTS)
    parts = draw(st.lists(st.integers(1, 20_000), min_size=1, max_size=4))
    moments = draw(st.lists(MOMENTS, min_size=13, max_size=13, unique=True))
    sold_us = moments.pop()
    asked = sum(parts) + draw(st.sampled_from([0, 0, 700]))
    events = [on_credit(0, sold_us, asked, currency, max(due_us, sold_us), FOLLOWED)]
    for part in parts:
        times = sorted(moments.pop() for _ in range(3))
        steps = draw(
            st.sampled_from([("paid",), ("paid", "reversed"), ("paid", "reversed", "paid")])
        )
        for at_us, status in zip(times, steps, strict=False):
            fields = {
                "event_id": f"e-{len(events)}",
                "amount": format_minor(part, DIGITS[currency]),
                "currency": currency,
                "invoice_id": "i-1",
                "occurred_at": format_micros(at_us),
                "due_at": format_micros(max(due_us, sold_us)),
                "status": status,
            }
            events.append(booked(Kind.PAYMENTS, payment(**fields), FOLLOWED))
    return events


def told(customer: Customer, by: Policy) -> tuple[object, ...]:
    """All figures, and when they change."""
    invoices = customer.invoices
    assert customer.before is not None
    return (
        totals_of(customer),
        customer.contribution,
        customer.index(by),
        customer.before.total,
        customer.value.counts_from,
        [
            (its.amount, its.remaining, its.base_amount, its.due_us, its.paid_until_us)
            for its in invoices.open
        ],
        sorted((its.key, its.paid_until_us, its.closing_cost) for its in invoices.paid),
        len(invoices.unmatched.all()),
        invoices.next_us,
        customer.payments.last,
    )


def figures_in_order(
    events: list[Booking], by: Policy = WHOLE, *, storing: bool
) -> tuple[object, ...]:
    customer = newcomer("ada", Origin("purchases", 0, 0), events[0], by)
    customer.tier_state = TierState(1, events[0].day)
    for offset, event in enumerate(events):
        customer.apply(event, offset, by)
        if storing:
            customer = restored("ada", stored(customer, by), by)
    customer.advance(END_US, by)
    return told(customer, by)


@settings(max_examples=300)
@given(one_sale() | many_sales(), st.data())
def test_the_order_in_which_sales_and_their_credits_come_changes_no_figure(
    events: list[Booking], data: st.DataObject
) -> None:
    in_time = figures_in_order(sorted(events, key=lambda its: its.at_us), storing=False)
    shuffled = data.draw(st.permutations(events))
    assert figures_in_order(shuffled, storing=False) == in_time
    assert figures_in_order(shuffled, storing=True) == in_time


@settings(max_examples=400)
@given(taken_back(), st.data())
def test_nor_does_that_of_payments_that_are_taken_back_and_made_again(
    events: list[Booking], data: st.DataObject
) -> None:
    in_time = figures_in_order(sorted(events, key=lambda its: its.at_us), FOLLOWED, storing=False)
    shuffled = data.draw(st.permutations(events))
    assert figures_in_order(shuffled, FOLLOWED, storing=False) == in_time
    assert figures_in_order(shuffled, FOLLOWED, storing=True) == in_time


# what waiting costs


AMOUNTS = st.integers(1, 10**6)
INVOICE = st.builds(
    lambda amount, paid, base, due: InvoiceRow(
        b"", "USD", amount, max(1, amount - paid), base, FIRST_US + due, None
    ),
    AMOUNTS,
    AMOUNTS,
    AMOUNTS,
    st.integers(0, 12 * DAY_US) | st.sampled_from([0, DAY_US, 5 * DAY_US]),
)
REMINDERS = st.dictionaries(st.integers(1, 15), st.sampled_from(["0", "0.01", "2.50"]), max_size=3)


def card(day: int | None, rate: str, fee: str, reminders: dict[int, str]) -> str:
    """The text of a rate card; the first has no day."""
    name = "service" if day is None else "service.card"
    text = "" if day is None else f'[[service.card]]\nfrom = "2026-03-{day:02d}"\n'
    if day is not None:
        text += f'[service.card.late_payment]\nlate_fee = "{fee}"\nannual_rate = "{rate}"\n'
    for after_days in sorted(reminders):
        text += (
            f'[[{name}.reminder]]\nafter_days = {after_days}\ncost = "{reminders[after_days]}"\n'
        )
    return text


@st.composite
def dated_policies(draw: st.DrawFn) -> Policy:
    more = "[invoices]\n" + card(None, "", "", draw(REMINDERS))
    for day in sorted(draw(st.sets(st.integers(2, 16), max_size=3))):
        more += card(day, draw(RATES), draw(FEES), draw(REMINDERS))
    rate, fee = draw(RATES), draw(FEES)
    changes = ('annual_rate = "0.12"', f'annual_rate = "{rate}"'), ("5.00", fee)
    return policy(*changes, more=more)


def plain_cost(invoices: list[InvoiceRow], at_us: int, by: Policy) -> tuple[int, int]:
    """(interest, reminders) as the contract has them, in exact fractions."""
    costs = by.cards.at(at_us // DAY_US)
    interest = reminders = 0
    for its in invoices:
        days = (at_us - its.due_us) // DAY_US
        if days >= 1:
            owed = round(Fraction(its.base_amount * its.remaining, its.amount))
            grown = owed * Fraction(*costs.late_annual_rate) * min(days, by.window_days) / 365
            interest += round(costs.late_fee + grown) - costs.late_fee
            reminders += sum(cost for after, cost in costs.reminders if after <= days)
    return interest, reminders


@settings(max_examples=200)
@given(dated_policies(), st.lists(INVOICE, min_size=1, max_size=3), st.integers(0, 20 * DAY_US))
def test_every_change_is_foreseen_and_none_happens_between(
    by: Policy, rows: list[InvoiceRow], begin: int
) -> None:
    worth = Worth(WorthRow(b"", [], None), by)
    invoices = Invoices(InvoicesRow(rows, bytearray()), worth)
    now_us = FIRST_US + begin
    invoices.weigh(now_us, by)
    moments = {its.due_us + n * DAY_US for its in rows for n in range(40)}
    midnights = {day_start(FIRST_US // DAY_US + n) for n in range(40)}
    for at_us in sorted(its for its in moments | midnights if its > now_us):
        before, now = plain_cost(rows, at_us - 1, by), plain_cost(rows, at_us, by)
        assert (invoices.interest, invoices.reminders) == before
        assert invoices.next_us >= at_us
        if invoices.next_us == at_us:
            assert now != before or at_us in midnights
            invoices.weigh(at_us, by)
        assert (invoices.interest, invoices.reminders) == now
