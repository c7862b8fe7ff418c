"""What the seller says of a customer: its newest record, and the revenue of its commitment."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from . import instants
from .fields import Event
from .ledger import REVENUE, Day
from .money import Discount, Terms, decimal

Term = tuple[int, int]
"""The first and the last day of a commitment."""


@dataclass
class Master:
    """The newest of a customer's records, by `occurred_at`, and what goes with it."""

    record: Event | None = None
    said_at: int = 0
    """When the newest was made: one that only answers leaves the rest as it was."""
    term: Term | None = None
    revenue: int = 0
    """What was bought within the term, in base minor units."""
    asked: str | None = None
    """The step that somebody has just set, until the customer is judged."""
    answered: bool = False
    """Whether somebody has just said something of the step, until the customer is judged."""

    def segment(self) -> str | None:
        """Say what kind of customer it is, where anybody did."""
        return None if self.record is None else self.record["segment"]

    def take(self, event: Event, window: Mapping[int, Day]) -> None:
        """Let a record replace the whole, unless it is older than the one there is.

        What a new term has brought so far is known of the days in the value window alone.
        """
        if self.record is not None and event["occurred_at"] < self.said_at:
            return
        said, self.said_at = self.ladder(), event["occurred_at"]
        if event["ladder"] is not None and event["ladder"] != said:
            self.asked, self.answered = event["ladder"]["set_step"], True
        if self.record is not None and _only_answers(event):
            self.record = self.record | {"ladder": event["ladder"]}
            return
        self.record = event
        commitment = event["commitment"]
        term = commitment and (commitment["starts_on"], commitment["ends_on"])
        if term is not None and self.term is not None and term[0] == self.term[0]:
            self._end_moves(term, window)
        elif term != self.term:
            self.term, self.revenue = term, 0
            for on, day in window.items():
                self.bought(on, day.lines[REVENUE])

    def _end_moves(self, term: Term, window: Mapping[int, Day]) -> None:
        """Keep what a term has brought, but for days that are in it no more, or only now.

        Of those days, too, no more is known than the value window holds.
        """
        was, self.term = self.term, term
        for on, day in window.items():
            if on in _days(term) and on not in _days(was):
                self.revenue += day.lines[REVENUE]
            elif on in _days(was) and on not in _days(term):
                self.revenue -= day.lines[REVENUE]

    def bought(self, day: int, revenue: int) -> None:
        """Count what was bought on a day, where that is in the term."""
        if self.term is not None and self.term[0] <= day <= self.term[1]:
            self.revenue += revenue

    def override(self, as_of: int) -> Event | None:
        """Give the override that holds at an instant."""
        given: Event | None = self.record and self.record["override"]
        if given is None or (given["expires_at"] is not None and given["expires_at"] <= as_of):
            return None
        return given

    def ladder(self) -> Event | None:
        """Give what the newest record says of the customer's step."""
        given: Event | None = self.record and self.record["ladder"]
        return given

    def joined_on(self) -> int | None:
        """Name the day since which it is a customer, where anybody said."""
        joined: int | None = None if self.record is None else self.record["joined_at"]
        return None if joined is None else instants.day_of(joined)

    def promised(self, terms: Terms) -> int | None:
        """Say what the customer promised to buy, in base minor units of the record's day."""
        return self._in_base("commitment", terms)

    def _in_base(self, name: str, terms: Terms) -> int | None:
        """Convert a sum that the record has at the rate of the record's day."""
        if self.record is None or self.record[name] is None:
            return None
        given, day = self.record[name], instants.day_of(self.record["occurred_at"])
        return terms.in_base(given["amount"], given["currency"], day)

    def passed(self, day: int) -> Fraction:
        """Say which share of the term has passed by a day."""
        if self.term is None:
            return Fraction(0)
        starts, ends = self.term
        whole = ends - starts + 1
        return Fraction(min(max(day - starts + 1, 0), whole), whole)

    def share_of_wallet(self, revenue: int, terms: Terms) -> Fraction | None:
        """Say which share a revenue, made a yearly one, has of all the customer spends."""
        spent = self._in_base("wallet", terms)
        return Fraction(revenue * 365, terms.window_days * spent) if spent else None

    def wallet_share(self, revenue: int, terms: Terms) -> str | None:
        """Write that share."""
        share = self.share_of_wallet(revenue, terms)
        return None if share is None else decimal(share)

    def leakage(self, day: int, discount: Discount | None) -> int:
        """Reckon how much of the discount given by a day was not earned, at this pace."""
        passed = self.passed(day)
        if discount is None or self.record is None or not passed or passed < discount.after_share:
            return 0
        bought = max(0, self.revenue)
        granted: Fraction = self.record["commitment"]["discount_rate"]
        return round(bought * max(Fraction(0), granted - discount.earned(bought / passed)))

    def leakage_changes(self, today: int, discount: Discount | None) -> int | None:
        """Find the first day to come on which the leakage is another, if nothing is bought.

        As the term goes by, the pace falls: it can only change when the share of the term
        that is waited for is over, or when the pace falls below a step of the schedule.
        """
        if discount is None or self.term is None or self.revenue <= 0:
            return None
        starts, ends = self.term
        whole = ends - starts + 1
        gone = [1, -(-discount.after_share * whole // 1)]
        gone += [self.revenue * whole // begin + 1 for begin, _ in discount.schedule if begin > 0]
        days = sorted({starts + int(one) - 1 for one in gone})
        now = self.leakage(today, discount)
        for day in days:
            if today < day <= ends and self.leakage(day, discount) != now:
                return day
        return None


def _days(term: Term | None) -> range:
    """Give the days of a term."""
    return range(0) if term is None else range(term[0], term[1] + 1)


def _only_answers(event: Event) -> bool:
    """Tell whether a record says nothing of a customer but something of its step."""
    told = {name for name, value in event.items() if value is not None}
    return told - {"event_id", "customer_id", "occurred_at"} == {"ladder"}
