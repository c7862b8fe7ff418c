"""Signals that a customer costs: more than it brings, unpaid, sent back, or promised in vain."""

from typing import ClassVar, Final

from agents.customer.commitment import term_days
from agents.customer.state import Customer
from agents.policy.signal_rules import ReturnAbuseRule, ShortfallRule, UnprofitableRule
from agents.policy_file.risk_keys import LatePayer, OverdueInvoice
from agents.signals.rule import EVERY_KIND, HIGH, NONE, WATCH, once
from schemas.base.money import format_minor, format_share, half_even
from schemas.base.times import DAY_US, NO_DUE_US, day_start
from schemas.base.value_lines import ORDERS, RETURNED
from schemas.inputs.events import Kind
from schemas.outputs.records import Finding
from schemas.state.rows import CommitmentRow, stored_int

EXCUSED: Final = "risk.unprofitable.excuse_seller_fault"


class LatePayerSignal:
    """Several of the last payments came many days late."""

    name: ClassVar = "late_payer"
    fed_by: ClassVar = frozenset({Kind.PAYMENTS})
    opens_by_itself: ClassVar = False

    def __init__(self, section: LatePayer) -> None:
        self._late, self._of, self._days = section.late, section.of, section.days
        self._clear_on_time = section.clear_on_time

    def severity(self, customer: Customer, at_us: int) -> int:
        """By the last `of` payments."""
        del at_us
        return WATCH if self._found_late(customer) >= self._late else NONE

    def _found_late(self, customer: Customer) -> int:
        last = customer.payments[-self._of :]
        return len([days for _, days in last if days > self._days])

    def clears(self, customer: Customer, at_us: int) -> bool:
        """On a run that was on time."""
        del at_us
        last = customer.payments[-self._clear_on_time :]
        return len(last) == self._clear_on_time and all(days <= 0 for _, days in last)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """Payments do not age."""
        del customer, at_us, is_open
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """How many there were."""
        if severity != NONE:
            return [Finding("risk.late_payer.late", self._found_late(customer), self._late)]
        on_time = self._clear_on_time
        return [Finding("risk.late_payer.clear_on_time", on_time, on_time)]


class UnprofitableSignal:
    """Costs more than it brings over the window, and is no newcomer."""

    name: ClassVar = "unprofitable"
    fed_by: ClassVar = EVERY_KIND
    opens_by_itself: ClassVar = True

    def __init__(self, rule: UnprofitableRule, digits: int) -> None:
        self._rule, self._digits = rule, digits

    def _brought(self, customer: Customer) -> int:
        """The contribution, without what was the seller's fault where that is excused."""
        excused = customer.value.seller_fault if self._rule.excuse_seller_fault else 0
        return customer.contribution + excused

    def severity(self, customer: Customer, at_us: int) -> int:
        """Below `below`, once tenure is reached."""
        if self._brought(customer) >= self._rule.below:
            return NONE
        tenure_days = at_us // DAY_US - customer.first_day
        return WATCH if tenure_days >= self._rule.min_tenure_days else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At `clear_at`."""
        del at_us
        return self._brought(customer) >= self._rule.clear_at

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When a customer that makes a loss has been here long enough."""
        if is_open or self._brought(customer) >= self._rule.below:
            return NO_DUE_US
        due_us = day_start(customer.first_day + self._rule.min_tenure_days)
        return due_us if due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What it brings, and since when it is here."""
        brought, rule = self._brought(customer), self._rule
        if severity == NONE:
            found = [self._money("risk.unprofitable.clear_at", brought, rule.clear_at)]
        else:
            tenure, least = customer.tenure_days, rule.min_tenure_days
            found = [
                self._money("risk.unprofitable.below", brought, rule.below),
                Finding("risk.unprofitable.min_tenure_days", tenure, least),
            ]
        excused = customer.value.seller_fault
        if rule.excuse_seller_fault and excused:
            found.append(Finding(EXCUSED, format_minor(excused, self._digits), "excused"))
        return found

    def _money(self, rule: str, observed: int, threshold: int) -> Finding:
        return Finding(
            rule, format_minor(observed, self._digits), format_minor(threshold, self._digits)
        )


class OverdueInvoiceSignal:
    """Does not pay at all."""

    name: ClassVar = "overdue_invoice"
    fed_by: ClassVar = frozenset({Kind.PURCHASES, Kind.PAYMENTS})
    opens_by_itself: ClassVar = True

    def __init__(self, section: OverdueInvoice) -> None:
        self._days, self._high_days = section.days, section.high_days

    def _most_days(self, customer: Customer, at_us: int) -> int:
        """The most whole days that an open invoice is past due; at least 0."""
        if customer.invoices is None or not customer.invoices.open:
            return 0
        due_us = min([its.due_us for its in customer.invoices.open])
        return max(0, (at_us - due_us) // DAY_US)

    def severity(self, customer: Customer, at_us: int) -> int:
        """By the one that is due the longest."""
        days = self._most_days(customer, at_us)
        if days < self._days:
            return NONE
        return HIGH if days >= self._high_days else WATCH

    def clears(self, customer: Customer, at_us: int) -> bool:
        """None is past due for so long."""
        return self._most_days(customer, at_us) < self._days

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When as many days have passed."""
        del is_open
        if customer.invoices is None or not customer.invoices.open:
            return NO_DUE_US
        due_us = min([its.due_us for its in customer.invoices.open])
        for days in (self._days, self._high_days):
            if due_us + days * DAY_US > at_us:
                return due_us + days * DAY_US
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """For how long."""
        found = self._most_days(customer, customer.as_of_us)
        if severity == HIGH:
            return [Finding("risk.overdue_invoice.high_days", found, self._high_days)]
        return [Finding("risk.overdue_invoice.days", found, self._days)]


class ReturnAbuseSignal:
    """Sends back much of what it buys."""

    name: ClassVar = "return_abuse"
    fed_by: ClassVar = frozenset({Kind.PURCHASES})
    opens_by_itself: ClassVar = False

    def __init__(self, rule: ReturnAbuseRule) -> None:
        self._rule = rule

    def _counts(self, customer: Customer) -> tuple[int, int]:
        """(returns, sales) in the value window."""
        totals = customer.value.totals()
        return totals[RETURNED], totals[ORDERS]

    def severity(self, customer: Customer, at_us: int) -> int:
        """At too large a part of enough sales."""
        del at_us
        returns, sales = self._counts(customer)
        numerator, denominator = self._rule.above
        abuses = sales >= self._rule.orders and returns * denominator > numerator * sales
        return WATCH if abuses else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At a small part."""
        del at_us
        returns, sales = self._counts(customer)
        numerator, denominator = self._rule.clear_below
        return not sales or returns * denominator < numerator * sales

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """They leave the window on its own due days."""
        del customer, at_us, is_open
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """Which part of how many."""
        returns, sales = self._counts(customer)
        share = format_share(returns, sales) if sales else "0.0000"
        if severity == NONE:
            bound = format_share(*self._rule.clear_below)
            return [Finding("risk.return_abuse.clear_below", share, bound)]
        return [
            Finding("risk.return_abuse.above", share, format_share(*self._rule.above)),
            Finding("risk.return_abuse.orders", sales, self._rule.orders),
        ]


class CommitmentShortfallSignal:
    """Buys less than it promised for its discount."""

    name: ClassVar = "commitment_shortfall"
    fed_by: ClassVar = frozenset({Kind.CUSTOMERS, Kind.PURCHASES})
    opens_by_itself: ClassVar = True

    def __init__(self, rule: ShortfallRule, digits: int) -> None:
        self._rule, self._digits = rule, digits

    def severity(self, customer: Customer, at_us: int) -> int:
        """When enough of the term has passed, below a part of what is promised by then."""
        commitment = customer.commitment
        if commitment is None:
            return NONE
        term, passed = term_days(commitment, at_us // DAY_US)
        numerator, denominator = self._rule.after_share
        if passed == 0 or passed * denominator < numerator * term:
            return NONE
        numerator, denominator = self._rule.below
        bought = stored_int(commitment.revenue) * term * denominator
        return WATCH if bought < numerator * commitment.amount * passed else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At enough of it, or when nothing is promised any more."""
        commitment = customer.commitment
        if commitment is None:
            return True
        term, passed = term_days(commitment, at_us // DAY_US)
        numerator, denominator = self._rule.clear_at
        bought = stored_int(commitment.revenue) * term * denominator
        return bought >= numerator * commitment.amount * passed

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When enough of the term has passed, or so much that what was bought is too little."""
        commitment = customer.commitment
        if is_open or commitment is None:
            return NO_DUE_US
        term, _ = term_days(commitment, 0)
        numerator, denominator = self._rule.after_share
        passed = max(1, -(-numerator * term // denominator))
        numerator, denominator = self._rule.below
        promised = numerator * commitment.amount
        bought = stored_int(commitment.revenue) * term * denominator
        if bought >= 0:
            if promised == 0:
                return NO_DUE_US
            passed = max(passed, bought // promised + 1)
        due_us = day_start(commitment.starts_day + passed - 1)
        return due_us if passed <= term and due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """What was bought beside what was promised by now."""
        commitment, rule = customer.commitment, self._rule
        if commitment is None:
            return once("risk.commitment_shortfall")
        if severity == NONE:
            return [self._money("clear_at", commitment, rule.clear_at, customer.day)]
        term, passed = term_days(commitment, customer.day)
        share = format_share(passed, term)
        after = format_share(*rule.after_share)
        return [
            self._money("below", commitment, rule.below, customer.day),
            Finding("risk.commitment_shortfall.after_share", share, after),
        ]

    def _money(
        self, key: str, commitment: CommitmentRow, part: tuple[int, int], day: int
    ) -> Finding:
        term, passed = term_days(commitment, day)
        promised = half_even(part[0] * commitment.amount * passed, part[1] * term)
        return Finding(
            f"risk.commitment_shortfall.{key}",
            format_minor(stored_int(commitment.revenue), self._digits),
            format_minor(promised, self._digits),
        )
