"""One customer by itself, event by event: what is kept of it, without a shard around it."""

from datetime import datetime
from typing import Any

from agents.customer.rows import newcomer
from agents.customer.state import Customer
from agents.events.booking import Booking
from agents.policy.compiled import Policy
from schemas.base.times import micros
from schemas.base.value_lines import COUNTS
from schemas.inputs.events import Kind
from schemas.outputs.records import Origin
from tests.support.feeding import on
from tests.support.making import LINE_NAMES, booked, payment, purchase


def at(day: int, time: str = "12:00:00") -> int:
    """A moment of March 2026, in microseconds."""
    return micros(datetime.fromisoformat(on(day, time)))


def sold(
    its_policy: Policy, day: int, amount: str = "100.00", due: int | None = 5, **fields: Any
) -> Booking:
    """A sale on credit that costs what it brings, due at noon of a day of March."""
    made = {
        "event_id": f"sold-{day}-{amount}-{due}",
        "occurred_at": on(day),
        "amount": amount,
        "cost": amount,
        "invoice_id": "i-1",
        "due_at": None if due is None else on(due),
    }
    return booked(Kind.PURCHASES, purchase(**(made | fields)), its_policy)


def paid(
    its_policy: Policy, day: int, amount: str = "100.00", due: int = 5, **fields: Any
) -> Booking:
    """A payment at noon of a day of March."""
    made = {
        "event_id": f"paid-{day}-{amount}",
        "occurred_at": on(day),
        "amount": amount,
        "invoice_id": "i-1",
        "due_at": on(due),
    }
    return booked(Kind.PAYMENTS, payment(**(made | fields)), its_policy)


def customer_of(its_policy: Policy, *events: Booking, until_us: int | None = None) -> Customer:
    """The customer after these events, and after time has passed until then."""
    customer = newcomer("ada", Origin("purchases", 0, 0), events[0], its_policy)
    for offset, event in enumerate(events):
        customer.apply(event, offset, its_policy)
    if until_us is not None:
        customer.advance(until_us, its_policy)
    return customer


def totals_of(customer: Customer) -> dict[str, int]:
    """Every line of its value that is not zero, by name, in minor units."""
    return {
        LINE_NAMES[line]: total
        for line, total in enumerate(customer.totals())
        if total and line not in COUNTS
    }
