"""What a customer owes, event by event, as the records and the stored row of a shard have it."""

from typing import Any

from agents.customer.credits import Credit, Credits
from agents.policy.compiled import Policy
from schemas.base.times import DAY_US, NO_DUE_US
from schemas.state.rows import InvoiceRow
from tests.support.customers import at
from tests.support.feeding import WITH_CUSTOMERS, Event, on
from tests.support.happening import Story
from tests.support.making import payment, purchase
from tests.support.policies import policy, section

PLAIN = policy(section("followed"))
"""Invoices are followed, and nobody is reminded."""
REMINDED = policy(section("invoices"))


def sold(day: int, amount: str = "100.00", due: int = 5, **fields: Any) -> dict[str, Any]:
    """A sale on credit that costs what it brings, due at noon of a day of March."""
    made = {"event_id": f"sold-{day}-{amount}-{due}-{fields}", "occurred_at": on(day)}
    owed = {"amount": amount, "cost": amount, "invoice_id": "i-1", "due_at": on(due)}
    return purchase(**(made | owed | fields))


def came_back(day: int, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
    """A return that is worth what it cost, taken from an invoice."""
    return sold(day, amount, **({"type": "return", "due_at": None} | fields))


def paid(day: int, amount: str = "100.00", due: int = 5, **fields: Any) -> dict[str, Any]:
    """A payment at noon of a day of March."""
    made = {"event_id": f"paid-{day}-{amount}-{due}-{fields}", "occurred_at": on(day)}
    return payment(**(made | {"amount": amount, "invoice_id": "i-1", "due_at": on(due)} | fields))


class Owing(Story):
    """A shard, and what its records and its stored row say of the customer's invoices."""

    @property
    def open(self) -> list[InvoiceRow]:
        return [its for its in self.row().invoices.known if its.closing_cost is None]

    @property
    def remaining(self) -> list[int]:
        """What is open of each invoice."""
        return [its.remaining for its in self.open]

    @property
    def kept(self) -> list[Credit]:
        """Payments and returns whose invoice is not known."""
        return Credits(bytearray(self.row().invoices.unmatched)).all()

    @property
    def lines(self) -> dict[str, int]:
        """Every line of its value that is not zero, in minor units."""
        lines = self.newest()["value"]["lines"]
        texts = {name: text for name, text in lines.items() if isinstance(text, str)}
        amounts = {name: int(text.replace(".", "")) for name, text in texts.items()}
        return {name: amount for name, amount in amounts.items() if amount}

    @property
    def waiting(self) -> tuple[int, int]:
        """(cost of late payment, cost of reminders)."""
        return self.lines.get("late_payment", 0), self.lines.get("reminders", 0)

    @property
    def due_times(self) -> list[int]:
        """Every moment at which waiting costs another amount, and a midnight only if it does."""
        found, before = [], self.waiting
        while (moment := self.head().due_us) != NO_DUE_US:
            self.shard.fire_due(moment, 1, 0)
            now = self.waiting
            if now != before or moment % DAY_US:
                assert now != before
                found.append(moment)
            before = now
        return found


def owed(*events: Event, by: Policy = PLAIN) -> Owing:
    """What is owed after these."""
    return Owing(by, inputs=WITH_CUSTOMERS).then(*events)


def due_days(amount: str, by: Policy = PLAIN) -> list[int]:
    """The days past due on which waiting for this amount costs more."""
    moments = owed(sold(1, amount), by=by).due_times
    assert all((moment - at(5)) % DAY_US == 0 for moment in moments)
    return [(moment - at(5)) // DAY_US for moment in moments]
