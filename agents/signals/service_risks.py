"""Signals of the service that a customer gets, or takes: contacts, issues, complaints, answers."""

from typing import ClassVar, Final

from agents.customer.issues import counted, latest, leaving_us, quiet_us
from agents.customer.state import Customer
from agents.policy.signal_rules import DissatisfiedRule
from agents.policy_file.risk_keys import CallAbuse, RepeatIssue, SupportSpike
from agents.signals.rule import EVERY_KIND, NONE, WATCH, once
from schemas.base.money import format_minor, half_even
from schemas.base.times import DAY_US, HOUR_US, NO_DUE_US, day_start
from schemas.inputs.events import Kind
from schemas.outputs.records import HIGH_RANK, Finding
from schemas.state.signal_rows import IssueRow

CALLS: Final = frozenset({Kind.SUPPORT_CALLS})


class IssueSignal:
    """A signal that is open while one of the issues counts for it."""

    name: ClassVar[str]
    fed_by: ClassVar[frozenset[Kind]] = CALLS
    opens_by_itself: ClassVar[bool] = False
    word: ClassVar[str]
    """What an issue that counts is, in evidence."""

    def __init__(self, contacts: int, window_days: int) -> None:
        self._contacts, self._window_days = contacts, window_days

    def _counting(self, customer: Customer) -> list[IssueRow]:
        """The issues that count."""
        raise NotImplementedError

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When one of them counts no more, if nobody asks about it again."""
        raise NotImplementedError

    def _ends_us(self, customer: Customer) -> int:
        """When none counts any more."""
        counting = self._counting(customer)
        return max([self._end_us(its, customer.day) for its in counting], default=-NO_DUE_US)

    def severity(self, customer: Customer, at_us: int) -> int:
        """While an issue counts."""
        return WATCH if at_us < self._ends_us(customer) else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """When none does."""
        return at_us >= self._ends_us(customer)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When the last one ends."""
        ends_us = self._ends_us(customer) if is_open else NO_DUE_US
        return ends_us if ends_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The issue with the latest contact."""
        rule = f"risk.{self.name}"
        if severity == NONE:
            return once(rule)
        issue = latest(self._counting(customer))
        found = counted(issue, customer.day, self._window_days)
        return [
            Finding(f"{rule}.contacts", found, self._contacts),
            Finding(f"{rule}.issue", issue.name, self.word),
        ]


class CallAbuseSignal(IssueSignal):
    """Calls about one thing that is resolved, over and over."""

    name: ClassVar[str] = "call_abuse"
    word: ClassVar[str] = "resolved"

    def __init__(self, section: CallAbuse) -> None:
        super().__init__(section.contacts, section.window_days)
        self._clear_at = section.clear_at

    def _counting(self, customer: Customer) -> list[IssueRow]:
        return [its for its in customer.signals.issues if its.abused]

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When enough contacts have left."""
        return leaving_us(issue, day, self._clear_at, self._window_days)


class RepeatIssueSignal(IssueSignal):
    """Has to ask about one thing again and again."""

    name: ClassVar[str] = "repeat_issue"
    word: ClassVar[str] = "unresolved"

    def __init__(self, section: RepeatIssue) -> None:
        super().__init__(section.contacts, section.window_days)
        self._quiet_days = section.quiet_days

    def _counting(self, customer: Customer) -> list[IssueRow]:
        return [its for its in customer.signals.issues if its.repeats]

    def _end_us(self, issue: IssueRow, day: int) -> int:
        """When nobody has asked for long enough."""
        del day
        return quiet_us(issue, self._quiet_days)


class ComplaintOpenSignal:
    """A key or important customer's complaint waits."""

    name: ClassVar = "complaint_open"
    fed_by: ClassVar = EVERY_KIND
    opens_by_itself: ClassVar = True

    def __init__(self, after_us: int) -> None:
        self._after_us = after_us

    def _waiting(self, customer: Customer) -> list[IssueRow]:
        return [its for its in customer.signals.issues if its.complaints_us and its.word is False]

    def _waits(self, customer: Customer, at_us: int) -> bool:
        latest_us = at_us - self._after_us
        return any(its.complaints_us[0] <= latest_us for its in self._waiting(customer))

    def severity(self, customer: Customer, at_us: int) -> int:
        """Where somebody of a high tier waits for long."""
        if not customer.signals.issues or customer.tier is None or customer.tier < HIGH_RANK:
            return NONE
        return WATCH if self._waits(customer, at_us) else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """Nobody waits."""
        return not self._waits(customer, at_us)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When a complaint has waited for long."""
        if is_open or not customer.signals.issues or (customer.tier or 0) < HIGH_RANK:
            return NO_DUE_US
        found = NO_DUE_US
        for its in self._waiting(customer):
            if at_us < its.complaints_us[0] + self._after_us < found:
                found = its.complaints_us[0] + self._after_us
        return found

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The earliest complaint."""
        if severity == NONE:
            return once("risk.complaint_open")
        issue = min(self._waiting(customer), key=_complaint_us)
        hours = (customer.as_of_us - _complaint_us(issue)) // HOUR_US
        return [
            Finding("risk.complaint_open.after_hours", hours, self._after_us // HOUR_US),
            Finding("risk.complaint_open.issue", issue.name, "unresolved"),
        ]


def _complaint_us(issue: IssueRow) -> int:
    return issue.complaints_us[0]


class DissatisfiedSignal:
    """Is not content with the service."""

    name: ClassVar = "dissatisfied"
    fed_by: ClassVar = CALLS
    opens_by_itself: ClassVar = False

    def __init__(self, rule: DissatisfiedRule) -> None:
        self._rule = rule

    def severity(self, customer: Customer, at_us: int) -> int:
        """At a low mean of the last answers."""
        del at_us
        total, count = self._answers(customer)
        numerator, denominator = self._rule.at_most
        low = total * denominator <= numerator * count
        return WATCH if low and count == self._rule.answers else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At a high one."""
        del at_us
        total, count = self._answers(customer)
        numerator, denominator = self._rule.clear_at
        return total * denominator >= numerator * count

    def _answers(self, customer: Customer) -> tuple[int, int]:
        answers = customer.signals.answers
        return sum([answer for _, answer in answers]), len(answers)

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """Answers do not age."""
        del customer, at_us, is_open
        return NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """The mean."""
        total, count = self._answers(customer)
        key, bound = ("clear_at", self._rule.clear_at)
        if severity != NONE:
            key, bound = ("at_most", self._rule.at_most)
        mean = _two_digits(total, count) if count else "0.00"
        return [Finding(f"risk.dissatisfied.{key}", mean, _two_digits(*bound))]


def _two_digits(numerator: int, denominator: int) -> str:
    return format_minor(half_even(numerator * 100, denominator), 2)


class SupportSpikeSignal:
    """Many contacts in few days, whoever's fault: it tells of a service that fails, too."""

    name: ClassVar = "support_spike"
    fed_by: ClassVar = CALLS
    opens_by_itself: ClassVar = False

    def __init__(self, section: SupportSpike) -> None:
        self._contacts, self._clear_at = section.contacts, section.clear_at
        self._window_days = section.window_days

    def severity(self, customer: Customer, at_us: int) -> int:
        """At `contacts`."""
        contacts = customer.contacts
        if contacts.total < self._contacts:
            return NONE
        found = contacts.total
        if at_us > customer.as_of_us:
            found = contacts.after(at_us // DAY_US - self._window_days)
        return WATCH if found >= self._contacts else NONE

    def clears(self, customer: Customer, at_us: int) -> bool:
        """At `clear_at`."""
        contacts = customer.contacts
        if at_us > customer.as_of_us:
            return contacts.after(at_us // DAY_US - self._window_days) <= self._clear_at
        return contacts.total <= self._clear_at

    def next_us(self, customer: Customer, at_us: int, is_open: bool) -> int:
        """When enough contacts have left the window."""
        if not is_open:
            return NO_DUE_US
        leaving = customer.contacts.day_leaving_at_most(self._clear_at)
        due_us = NO_DUE_US if leaving is None else day_start(leaving + self._window_days)
        return due_us if due_us > at_us else NO_DUE_US

    def evidence(self, customer: Customer, severity: int) -> list[Finding]:
        """How many there are."""
        key, bound = "clear_at", self._clear_at
        if severity != NONE:
            key, bound = "contacts", self._contacts
        return [Finding(f"risk.support_spike.{key}", customer.contacts.total, bound)]
