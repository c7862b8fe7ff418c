"""Sale, cancel, payments, reversals, one payment told twice: the same in any order of arrival.

Too much is never paid in all, and one invoice is asked for at a time: which credit pays which of
several depends on what was known by then.
"""

from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.customer.credits import Credits
from tests.oracle.sample_policy import CANCELLED_TOML
from tests.support.feeding import on
from tests.support.happening import Story, happened
from tests.support.making import payment, purchase
from tests.support.shards import policy_of

ROOMY = (
    ("remember_days = 20", "remember_days = 40"),
    ("paid_days = 25", "paid_days = 60"),
    ("dedupe_days = 21", "dedupe_days = 60"),
)
POLICY = policy_of(reduce(lambda text, change: text.replace(*change), ROOMY, CANCELLED_TOML))
"""By it too much is credit, and nothing is forgotten."""
Event = dict[str, Any]
DAYS = st.integers(2, 29)
FRAME = [payment(event_id=f"frame-{day}", occurred_at=on(day), status="failed") for day in (1, 31)]


def sale(order: str, invoice: str, day: int, amount: str) -> Event:
    its = {"order_id": order, "invoice_id": invoice, "due_at": on(6), "amount": amount}
    return purchase(event_id=f"sale-{order}", occurred_at=on(day), **its)


@st.composite
def worlds(draw: st.DrawFn) -> list[Event]:
    """An order that stays and one that is cancelled, and what is paid for both."""
    events = [
        sale("stays", "i-1", draw(DAYS), "200.00"),
        sale("gone", "i-2", draw(DAYS), "90.00"),
        {
            "event_id": "cancel",
            "customer_id": "ada",
            "occurred_at": on(draw(DAYS)),
            "order_id": "gone",
            "type": "cancel",
        },
    ]
    for number in range(draw(st.integers(1, 3))):
        invoice = draw(st.sampled_from(["i-1", "i-2"]))
        its = {"invoice_id": invoice, "due_at": on(6), "amount": "40.00", "payment_id": f"{number}"}
        paid = payment(event_id=f"paid-{number}", occurred_at=on(draw(DAYS)), **its)
        events.append(paid)
        if draw(st.booleans()):
            events.append(paid | {"event_id": f"again-{number}"})
    return events


def reversal(day: int) -> list[Event]:
    """A payment of the invoice that stays, and its reversal later."""
    its = {"invoice_id": "i-1", "due_at": on(6), "amount": "30.00"}
    return [
        payment(event_id="bounced", occurred_at=on(day), **its),
        payment(event_id="back", occurred_at=on(day + 1), status="reversed", **its),
    ]


def figures(story: Story) -> dict[str, Any]:
    """What is owed, what it costs, and what is credit."""
    row = story.row()
    return {
        "value": story.newest()["value"],
        "earned": row.worth.earned,
        "owed": [
            (its.amount, its.remaining, its.base_amount, its.due_us, its.fee_us)
            for its in row.invoices.known
            if its.amount
        ],
        "credit": [(its.at_us, its.amount) for its in Credits(row.invoices.unmatched).all()],
    }


def met(events: list[Event], restarts: set[int]) -> Story:
    """A customer after these, with another worker that goes on at some of them."""
    story = happened(FRAME[0], by=POLICY)
    for number, event in enumerate(events):
        story = story.again(event) if number in restarts else story.then(event)
    return story.then(FRAME[1])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_a_cancelled_sale_leaves_of_payments_is_the_same_in_any_order(
    data: st.DataObject,
) -> None:
    events = data.draw(worlds())
    if data.draw(st.booleans()):
        events += reversal(data.draw(st.integers(2, 27)))
    plain = figures(met(events, set()))
    mixed = data.draw(st.permutations(events))
    restarts = data.draw(st.sets(st.integers(0, 9), max_size=3))
    assert figures(met(list(mixed), restarts)) == plain
