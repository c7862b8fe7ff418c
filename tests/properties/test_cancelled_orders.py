"""A cancelled order leaves no trace, and a return lies with its sale, whatever comes first."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.state.codec import decode_customer
from tests.oracle.sample_policy import CANCELLED_TOML
from tests.support.feeding import on, record
from tests.support.happening import Story, happened
from tests.support.making import payment, purchase, support_call
from tests.support.master import commitment
from tests.support.shards import policy_of

POLICY = policy_of(CANCELLED_TOML.replace("remember_days = 20", "remember_days = 40"))
Event = dict[str, Any]
DAYS = st.integers(2, 29)
FRAME = [payment(event_id=f"frame-{day}", occurred_at=on(day), status="failed") for day in (1, 31)]
"""Time begins and ends alike, whatever is between; these change no figure."""
PROMISE = record(1, **commitment(starts_on="2026-03-01", ends_on="2026-04-30"))


@st.composite
def others(draw: st.DrawFn) -> list[Event]:
    """Purchases of orders that stay, contacts, and payments of any invoice."""
    events: list[Event] = []
    for number in range(draw(st.integers(0, 6))):
        when = on(draw(DAYS))
        name = f"other-{number}"
        kind = draw(st.sampled_from(["sale", "return", "call", "payment"]))
        if kind == "call":
            events.append(support_call(event_id=name, occurred_at=when, channel="phone"))
        elif kind == "payment":
            its = {"amount": draw(st.sampled_from(["30.00", "100.00"])), "due_at": on(5)}
            events.append(payment(event_id=name, occurred_at=when, invoice_id="i-1", **its))
        else:
            order = f"stays-{draw(st.integers(0, 2))}"
            sold = purchase(event_id=name, occurred_at=when, order_id=order, type=kind)
            on_credit = kind == "sale" and draw(st.booleans())
            events.append(sold | ({"invoice_id": "i-1", "due_at": on(6)} if on_credit else {}))
    return events


@st.composite
def order(draw: st.DrawFn) -> list[Event]:
    """An order that is sold, now and then in two parts or on credit, sent back and paid back."""
    found: list[Event] = []
    kinds = draw(st.lists(st.sampled_from(["sale", "return", "refund", "replacement"]), max_size=3))
    for number, kind in enumerate(["sale", *kinds]):
        its: Event = {"type": kind, "order_id": "gone", "occurred_at": on(draw(DAYS))}
        if kind == "sale" and draw(st.booleans()):
            its |= {"invoice_id": draw(st.sampled_from(["i-1", "i-2"])), "due_at": on(draw(DAYS))}
        if kind == "refund":
            its |= {"cost": None}
        if kind == "replacement":
            its |= {"amount": "0"}
        if kind == "sale" and draw(st.booleans()):
            its |= {"list_amount": "120.00"}
        found.append(purchase(event_id=f"gone-{number}", **its))
    return found


def cancel(day: int) -> Event:
    return {
        "event_id": "cancel",
        "customer_id": "ada",
        "occurred_at": on(day),
        "order_id": "gone",
        "type": "cancel",
    }


def figures(story: Story) -> dict[str, Any]:
    """All that is told of a customer but its past: what was said, and its stages."""
    snapshot, row = story.newest(), decode_customer(story.customer_rows["ada"])
    care, kept, promise = row.touch.care, row.signals, row.master and row.master.commitment
    assert promise
    told = {name: snapshot[name] for name in ("value", "lifetime", "wallet_share", "tenure_days")}
    return told | {
        "touch": (row.touch.last_us, row.touch.has_bought, care and care.met_us),
        "sales": (None, 0) if kept is None else (kept.sales, kept.early_returns),
        "open": sorted(row.invoices.open, key=str),
        "unmatched": bytes(row.invoices.unmatched),
        "earned": row.worth.earned,
        "promised": promise.revenue,
        "before": row.worth.days_before,
    }


def met(events: list[Event], restarts: set[int]) -> Story:
    """A customer after these, with another worker that goes on at some of them."""
    story = happened(FRAME[0], PROMISE, by=POLICY)
    for number, event in enumerate(events):
        story = story.again(event) if number in restarts else story.then(event)
    return story.then(FRAME[1])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_cancelled_order_leaves_no_trace_in_any_order_with_restarts(data: st.DataObject) -> None:
    stay, gone = data.draw(others()), data.draw(order())
    never = figures(met(stay, set()))
    mixed = data.draw(st.permutations([*stay, *gone, cancel(data.draw(DAYS))]))
    # those that stay come in their own order: what they make of each other may depend on it
    kept = iter(stay)
    mixed = [next(kept) if event in stay else event for event in mixed]
    restarts = data.draw(st.sets(st.integers(0, 12), max_size=3))
    assert figures(met(mixed, restarts)) == never


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_belongs_to_a_sale_lies_on_its_day_whatever_comes_first(data: st.DataObject) -> None:
    gone = data.draw(order())
    plain = figures(met(gone, set()))
    mixed = data.draw(st.permutations(gone))
    restarts = data.draw(st.sets(st.integers(0, 5), max_size=2))
    found = figures(met(list(mixed), restarts))
    assert found["value"]["lines"] == plain["value"]["lines"]
    assert found["lifetime"] == plain["lifetime"]
