"""A cancelled sale: what was paid for it is credit, and what it took of credit goes back."""

from itertools import permutations
from typing import Any

import pytest

from agents.customer.credits import ANY_INVOICE, Credits
from tests.support.feeding import Event, on
from tests.support.happening import Story, happened
from tests.support.making import payment
from tests.support.policies import only, policy, section
from tests.support.signalling import bought

FOLLOWED = policy(
    only("unprofitable"),
    section("invoices"),
    {"invoices.paid_days": 20, "orders": {"remember_days": 10, "orders_max": 3}},
)


def ordered(day: int, number: int, amount: str = "100.00", **fields: Any) -> Event:
    its = {"event_id": f"sale-{number}-{day}", "order_id": f"o-{number}", "cost": "40.00"}
    credit = {"invoice_id": f"i-{number}", "due_at": on(20 + number)}
    return bought(day, amount, **(its | credit | fields))


def paid(day: int, number: int, amount: str = "100.00", **fields: Any) -> Event:
    its = {"event_id": f"paid-{number}-{day}", "invoice_id": f"i-{number}", "due_at": on(25)}
    return payment(occurred_at=on(day), amount=amount, **(its | fields))


def cancel(day: int, number: int) -> Event:
    its = {"event_id": f"cancel-{number}", "customer_id": "ada", "occurred_at": on(day)}
    return its | {"order_id": f"o-{number}", "type": "cancel"}


def after(*events: Event) -> Story:
    return happened(*events, by=FOLLOWED)


def owed(story: Story) -> list[int]:
    """What is left of each open invoice, the one due first first."""
    known = story.row().invoices.known
    left = [(its.due_us, its.remaining) for its in known if its.closing_cost is None]
    return [remaining for _, remaining in sorted(left)]


def credit(story: Story) -> int:
    """What is anybody's."""
    kept = Credits(story.row().invoices.unmatched).all()
    return sum(its.amount for its in kept if its.key == ANY_INVOICE)


@pytest.mark.parametrize("mixed", list(permutations([ordered(1, 1), paid(2, 1), cancel(3, 1)])))
def test_what_was_paid_for_a_cancelled_sale_is_credit(mixed: Any) -> None:
    story = after(*mixed)
    assert (owed(story), credit(story)) == ([], 10_000)
    assert owed(story.then(ordered(4, 2, "130.00"))) == [3_000]


@pytest.mark.parametrize(
    "mixed", list(permutations([ordered(1, 1), paid(2, 1), cancel(3, 1), ordered(4, 2, "130.00")]))
)
def test_it_pays_the_open_invoice_whatever_comes_first(mixed: Any) -> None:
    assert (owed(after(*mixed)), credit(after(*mixed))) == ([3_000], 0)


def test_credit_that_a_cancelled_invoice_took_goes_to_another() -> None:
    story = after(ordered(1, 1), paid(2, 1, "160.00"), ordered(3, 2), ordered(4, 3))
    assert owed(story) == [4_000, 10_000]
    assert owed(story.then(cancel(5, 2))) == [4_000]


def test_what_is_paid_after_the_cancel_is_credit_too() -> None:
    story = after(ordered(1, 1), cancel(2, 1), paid(3, 1, "70.00"))
    assert (owed(story), credit(story)) == ([], 7_000)


@pytest.mark.parametrize("gone", [cancel(3, 1), cancel(5, 1)])
def test_another_sale_on_its_invoice_takes_its_payments_back_from_others(gone: Event) -> None:
    again = ordered(4, 2, "150.00", invoice_id="i-1", due_at=on(28))
    events: list[Any] = [ordered(1, 3, "60.00"), ordered(1, 1), paid(2, 1), gone, again]
    events.sort(key=lambda its: its["occurred_at"])
    story = after(*events)
    assert (owed(story), credit(story)) == ([6_000, 5_000], 0)


def test_what_is_taken_back_of_it_is_no_credit() -> None:
    back = paid(4, 1, status="reversed", event_id="back")
    story = after(ordered(1, 1), cancel(2, 1), paid(3, 1), back)
    assert (owed(story), credit(story)) == ([], 0)
    assert owed(story.then(ordered(5, 2))) == [10_000]


def test_what_is_taken_back_of_it_after_it_paid_another_is_owed() -> None:
    back = paid(4, 1, status="reversed", event_id="back")
    story = after(ordered(1, 1), cancel(2, 1), ordered(2, 2), paid(3, 1), back)
    assert owed(story) == [10_000]


def test_without_paid_days_its_payments_wait() -> None:
    plain = policy(
        only("unprofitable"),
        section("invoices"),
        {"orders": {"remember_days": 10, "orders_max": 3}},
    )
    story = happened(ordered(1, 1), paid(2, 1, "40.00"), cancel(3, 1), ordered(4, 2), by=plain)
    assert owed(story) == [10_000]
    assert credit(story) == 0


def test_an_order_that_is_settled_leaves_its_invoice_to_the_others() -> None:
    orders = [ordered(day, day, "10.00") for day in (1, 2, 3, 4)]
    story = after(*orders, paid(4, 3, "10.00"), cancel(5, 3))
    assert (owed(story), credit(story)) == ([1_000, 1_000], 0)
