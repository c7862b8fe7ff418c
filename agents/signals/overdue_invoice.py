"""`overdue_invoice`: the customer does not pay at all."""

from collections.abc import Iterator
from typing import ClassVar

from agents.customer.state import Customer
from agents.policy.compiled import Policy
from agents.policy.key_types import Days
from agents.signals.keys import Fault, Key, Values
from agents.signals.rule import HIGH, NONE, WATCH, Signal
from schemas.base.times import DAY_US, NO_DUE_US
from schemas.inputs.events import Kind
from schemas.outputs.parts import Finding


class OverdueInvoice(Signal):
    """Does not pay at all; needs `[invoices]`."""

    name: ClassVar[str] = "overdue_invoice"
    keys: ClassVar[tuple[Key, ...]] = (
        Key("days", Days, "raised when an invoice is unpaid so many days past due"),
        Key("high_days", Days, "`high` at so many; at least `days`"),
    )
    needs: ClassVar[tuple[str, str]] = (
        "invoices",
        "a section [invoices], by which they are known",
    )
    fed_by: ClassVar[frozenset[Kind]] = frozenset({Kind.PURCHASES, Kind.PAYMENTS})
    opens_by_itself: ClassVar[bool] = True
    costs: ClassVar[bool] = True
    weight: ClassVar[int] = 20
    words: ClassVar[dict[str, tuple[str, ...]]] = {
        "days": ("days past due", ">=", "<"),
        "high_days": ("days past due", ">="),
    }

    def __init__(self, values: Values, policy: Policy) -> None:
        self._days, self._high_days = values.integer("days"), values.integer("high_days")

    @staticmethod
    def faults(values: Values) -> Iterator[Fault]:
        """High comes after watch."""
        days, high_days = values.integer("days"), values.integer("high_days")
        if high_days < days:
            yield "high_days", f"at least days ({days})", high_days

    def _most_days(self, customer: Customer, at_us: int) -> int:
        """The most whole days that an open invoice is past due; at least 0."""
        if not customer.invoices.open:
            return 0
        due_us = min([invoice.due_us for invoice in customer.invoices.open])
        return max(0, (at_us - due_us) // DAY_US)

    def severity(self, customer: Customer, tier: int, at_us: int) -> int:
        """By the one that is due the longest."""
        days = self._most_days(customer, at_us)
        if days < self._days:
            return NONE
        return HIGH if days >= self._high_days else WATCH

    def clears(self, customer: Customer, tier: int, at_us: int) -> bool:
        """None is past due for so long."""
        return self._most_days(customer, at_us) < self._days

    def next_us(self, customer: Customer, tier: int, at_us: int, is_open: bool) -> int:
        """When as many days have passed."""
        if not customer.invoices.open:
            return NO_DUE_US
        due_us = min([invoice.due_us for invoice in customer.invoices.open])
        for days in (self._days, self._high_days):
            if due_us + days * DAY_US > at_us:
                return due_us + days * DAY_US
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """For how long."""
        days = self._most_days(customer, customer.as_of_us)
        if severity == HIGH:
            return [self.finding("high_days", days, self._high_days)]
        return [self.finding("days", days, self._days)]
