"""Risk signals: one small rule each, judged after every event that feeds it and every due time.

A rule says whether its signal opens or closes, on which evidence, and on which day it could
change with no event. A signal whose section the policy lacks has no rule.
"""

from typing import ClassVar, Final, Protocol

import msgspec

from agents.customer import Customer
from agents.policy import Policy, UnprofitableRule
from schemas.events import Kind
from schemas.money import format_minor
from schemas.outputs import Finding
from schemas.policy_keys import LatePayer, SupportSpike
from schemas.row import NO_DUE

WATCH: Final = "watch"
EXCUSED: Final = "risk.unprofitable.excuse_seller_fault"


class Turn(msgspec.Struct, frozen=True):
    """A signal that opens or closes."""

    raised: bool
    evidence: list[Finding]


class Rule(Protocol):
    """One signal."""

    name: ClassVar[str]
    fed_by: ClassVar[frozenset[Kind]]
    """The inputs whose events may change what it says; what time changes has its due day."""
    opens_by_itself: ClassVar[bool]
    """Whether it has a due day while it is closed."""

    def judge(self, customer: Customer, is_open: bool) -> Turn | None:
        """What changes, or None."""

    def due_day(self, customer: Customer, is_open: bool) -> int:
        """The first later day at whose start `judge` would find a change without an event.

        NO_DUE where there is none, or where a figure's own due day comes no later.
        """


class LatePayerRule:
    """Several of the last payments came many days late."""

    name: ClassVar = "late_payer"
    fed_by: ClassVar = frozenset({Kind.PAYMENTS})
    opens_by_itself: ClassVar = False

    def __init__(self, section: LatePayer) -> None:
        self._late, self._of, self._days = section.late, section.of, section.days
        self._clear_on_time = section.clear_on_time

    def judge(self, customer: Customer, is_open: bool) -> Turn | None:
        """Opens on the last `of` payments, closes on a run that was on time."""
        payments = customer.payments
        if not payments:
            return None
        if not is_open:
            late = sum(days > self._days for _, days in payments[-self._of :])
            if late < self._late:
                return None
            return Turn(True, [Finding("risk.late_payer.late", late, self._late)])
        last = payments[-self._clear_on_time :]
        if len(last) < self._clear_on_time or any(days > 0 for _, days in last):
            return None
        return Turn(
            False, [Finding("risk.late_payer.clear_on_time", len(last), self._clear_on_time)]
        )

    def due_day(self, customer: Customer, is_open: bool) -> int:
        """Payments do not age."""
        del customer, is_open
        return NO_DUE


class SupportSpikeRule:
    """Many contacts in few days, whoever's fault: it tells of a service that fails, too."""

    name: ClassVar = "support_spike"
    fed_by: ClassVar = frozenset({Kind.SUPPORT_CALLS})
    opens_by_itself: ClassVar = False

    def __init__(self, section: SupportSpike) -> None:
        self._contacts, self._clear_at = section.contacts, section.clear_at
        self._window_days = section.window_days

    def judge(self, customer: Customer, is_open: bool) -> Turn | None:
        """Opens at `contacts`, closes at `clear_at`."""
        found = customer.contacts.total
        if not is_open:
            if found < self._contacts:
                return None
            return Turn(True, [Finding("risk.support_spike.contacts", found, self._contacts)])
        if found > self._clear_at:
            return None
        return Turn(False, [Finding("risk.support_spike.clear_at", found, self._clear_at)])

    def due_day(self, customer: Customer, is_open: bool) -> int:
        """When enough contacts have left the window."""
        if not is_open:
            return NO_DUE
        leaving = customer.contacts.day_leaving_at_most(self._clear_at)
        return NO_DUE if leaving is None else leaving + self._window_days


class UnprofitableSignal:
    """Costs more than it brings over the window, and is no newcomer."""

    name: ClassVar = "unprofitable"
    fed_by: ClassVar = frozenset(Kind)
    opens_by_itself: ClassVar = True

    def __init__(self, rule: UnprofitableRule, digits: int) -> None:
        self._rule, self._digits = rule, digits

    def judge(self, customer: Customer, is_open: bool) -> Turn | None:
        """Opens below `below` once tenure is reached, closes at `clear_at`."""
        brought, rule = self._brought(customer), self._rule
        if is_open:
            if brought < rule.clear_at:
                return None
            evidence = [self._money("risk.unprofitable.clear_at", brought, rule.clear_at)]
        else:
            if brought >= rule.below or customer.tenure_days < rule.min_tenure_days:
                return None
            evidence = [
                self._money("risk.unprofitable.below", brought, rule.below),
                Finding(
                    "risk.unprofitable.min_tenure_days",
                    customer.tenure_days,
                    rule.min_tenure_days,
                ),
            ]
        excused = customer.value.seller_fault
        if rule.excuse_seller_fault and excused:
            observed = format_minor(excused, self._digits)
            evidence.append(Finding(EXCUSED, observed, "excused"))
        return Turn(not is_open, evidence)

    def _brought(self, customer: Customer) -> int:
        """The contribution, without what was the seller's fault where that is excused."""
        excused = customer.value.seller_fault if self._rule.excuse_seller_fault else 0
        return customer.contribution + excused

    def due_day(self, customer: Customer, is_open: bool) -> int:
        """When a customer that makes a loss has been here long enough."""
        if is_open or self._brought(customer) >= self._rule.below:
            return NO_DUE
        due = customer.first_day + self._rule.min_tenure_days
        return due if due > customer.day else NO_DUE

    def _money(self, rule: str, observed: int, threshold: int) -> Finding:
        return Finding(
            rule, format_minor(observed, self._digits), format_minor(threshold, self._digits)
        )


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """The rules that are on, in the order of their names: the order in which they are judged."""
    rules: list[Rule] = []
    if policy.late_payer is not None:
        rules.append(LatePayerRule(policy.late_payer))
    if policy.support_spike is not None:
        rules.append(SupportSpikeRule(policy.support_spike))
    if policy.unprofitable is not None:
        rules.append(UnprofitableSignal(policy.unprofitable, policy.digits))
    return tuple(rules)
