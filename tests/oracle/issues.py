"""What customers call about: contacts by issue, the newest word on each, and complaints."""

from collections import Counter
from dataclasses import dataclass, field

from . import instants, tickets
from .fields import Event
from .risk_terms import RiskTerms, Rule

ISSUES_MAX = 16
_ON_ISSUES = ("call_abuse", "repeat_issue")


@dataclass
class Issue:
    """What is known of one issue."""

    name: str
    order: int
    """Issues that were known earlier have less."""
    latest: int
    """When the latest contact was."""
    days: Counter[int] = field(default_factory=Counter)
    """The contacts by day, of those days that anybody asks for."""
    word: bool | None = None
    """Whether it is resolved, as the newest word says; None while nobody said."""
    word_at: int | None = None
    complaints: list[int] = field(default_factory=list)
    """When the complaints were made that are not answered."""
    fault: bool = False
    """Whether a contact was the seller's fault."""
    counts_for: set[str] = field(default_factory=set)
    """The signals that it counts for; by another rule of some kind, under a mark of its own."""

    def contacts(self, window_days: int, today: int) -> int:
        """Count its contacts within a window."""
        return sum(count for on, count in self.days.items() if on > today - window_days)

    def complaint(self) -> int | None:
        """Say when the earliest complaint was made that no word has answered."""
        return min(self.complaints, default=None)

    def take(self, event: Event, *, counts: bool) -> None:
        """Count a contact, if it is one, and heed what is said."""
        at: int = event["occurred_at"]
        self.latest = max(self.latest, at)
        self.days[instants.day_of(at)] += counts
        self.fault |= event["seller_fault"] and tickets.is_own(event)
        said = tickets.word(event)
        if said is not None and (self.word_at is None or at >= self.word_at):
            self.word, self.word_at = said, at
        if event["complaint"] and tickets.is_own(event):
            self.complaints.append(at)
        if self.word and self.word_at is not None:
            self.complaints = [made for made in self.complaints if made > self.word_at]

    def begins(self, signal: str, rule: Rule, today: int) -> bool:
        """Tell whether the issue, as it is, would begin to count for a signal."""
        if self.contacts(rule["window_days"], today) < rule["contacts"]:
            return False
        if signal == "call_abuse":
            return self.word is True and not self.fault
        return self.word is False

    def ends(self, signal: str, rule: Rule, today: int) -> bool:
        """Tell whether an issue that counted for a signal does so no more."""
        if signal == "call_abuse":
            few = self.contacts(rule["window_days"], today) <= rule["clear_at"]
            return few or self.word is not True or self.fault
        quiet = today - instants.day_of(self.latest) >= rule["quiet_days"]
        return self.word is True or quiet


@dataclass
class Issues:
    """The issues of a customer, by their text."""

    known: dict[str, Issue] = field(default_factory=dict)

    def take_back(self, event: Event) -> None:
        """Count a contact no more."""
        if event["issue"] in self.known:
            self.known[event["issue"]].days[instants.day_of(event["occurred_at"])] -= 1

    def take(self, event: Event, order: int, today: int, terms: RiskTerms, *, counts: bool) -> None:
        """Heed a record on its issue; time has passed before, and is to pass again."""
        if not tickets.is_own(event) and tickets.word(event) is None:
            return
        name, at = event["issue"], event["occurred_at"]
        issue = self.known.setdefault(name, Issue(name, order, at))
        issue.take(event, counts=counts)
        for label, signal, rule in terms.counting:
            if signal in _ON_ISSUES and issue.begins(signal, rule, today):
                issue.counts_for.add(label)

    def pass_time(self, today: int, terms: RiskTerms) -> None:
        """Forget what is too old or too much, and what counts no more."""
        begin = today - terms.contacts_kept_days() + 1
        for issue in list(self.known.values()):
            issue.days = Counter({on: many for on, many in issue.days.items() if on >= begin})
            issue.counts_for = {
                label
                for label, signal, rule in terms.counting
                if label in issue.counts_for and not issue.ends(signal, rule, today)
            }
            old = today - instants.day_of(issue.latest) >= terms.issues_kept_days()
            if old and not issue.complaints:
                del self.known[issue.name]
        while len(self.known) > ISSUES_MAX:
            goes = min(self.known.values(), key=_worth_keeping)
            del self.known[goes.name]

    def counting(self, signal: str, label: str, rule: Rule, today: int) -> list[Issue]:
        """List the issues that count for a signal on a day, the one to be named first."""
        found = [
            issue
            for issue in self.known.values()
            if label in issue.counts_for and not issue.ends(signal, rule, today)
        ]
        return sorted(found, key=lambda issue: (-issue.latest, issue.order))

    def complained(self) -> list[tuple[int, int, str]]:
        """List the complaints on unresolved issues, the earliest first: when, on what."""
        found = [
            (made, issue.order, issue.name)
            for issue in self.known.values()
            if issue.word is False and (made := issue.complaint()) is not None
        ]
        return sorted(found)


def _worth_keeping(issue: Issue) -> tuple[bool, int, int]:
    return bool(issue.complaints), issue.latest, issue.order
