"""One customer: the days booked, the payments made, the ids remembered, what is due next."""

import heapq
from bisect import insort
from dataclasses import dataclass, field
from typing import NamedTuple

from . import instants
from .judge import Event
from .ledger import Day, booked, days_late
from .money import Terms
from .records import PAYMENTS


class Figures(NamedTuple):
    """The value of a customer over the policy's window, in base minor units."""

    revenue: int
    goods_cost: int
    margin: int
    service_cost: int
    contribution: int


EventName = tuple[str, str]
"""An event's topic and its `event_id`."""


@dataclass
class Customer:
    """What is known of a customer; every figure is summed anew from the days."""

    customer_id: str
    as_of: int
    first_day: int
    tier: str | None = None
    tier_since: int = 0
    """The day since which it has its tier."""
    noticed: int | None = None
    """The day on which a downgrade was announced, while that stands."""
    risks: dict[str, int] = field(default_factory=dict)
    """The open signals, and since when."""
    sequence: int = 0
    next_due: int | None = None
    days: dict[int, Day] = field(default_factory=dict)
    payments: list[tuple[int, int, int]] = field(default_factory=list)
    """(occurred_at, order of application, days late) of each payment that did not fail."""
    seen: dict[EventName, Event] = field(default_factory=dict)
    """The remembered events."""
    ages: list[tuple[int, int, EventName]] = field(default_factory=list)
    """The remembered events as a heap: the earliest day first, then the first applied."""
    applied: int = 0

    def today(self) -> int:
        """Name the day that every window ends on."""
        return instants.day_of(self.as_of)

    def tenure(self) -> int:
        """Count the days since the day of the earliest event."""
        return self.today() - self.first_day

    def apply(self, topic: str, event: Event, terms: Terms) -> None:
        """Book a new event on its own day, however late it is, and remember its id."""
        happened: int = event["occurred_at"]
        day = instants.day_of(happened)
        self.applied += 1
        self.as_of = max(self.as_of, happened)
        self.first_day = min(self.first_day, day)
        self.days.setdefault(day, Day()).add(booked(topic, event, terms))
        if topic == PAYMENTS and event["status"] != "failed":
            insort(self.payments, (happened, self.applied, days_late(event)))
        name = (topic, event["event_id"])
        self.seen[name] = event
        heapq.heappush(self.ages, (day, self.applied, name))
        self.forget(terms)

    def fire(self, due: int, terms: Terms) -> None:
        """Let a due time come."""
        self.as_of = max(self.as_of, due)
        self.forget(terms)

    def forget(self, terms: Terms) -> None:
        """Forget the ids that are too old, and the oldest of those that are too many."""
        while self.ages and (
            self.today() - self.ages[0][0] >= terms.dedupe_days
            or len(self.ages) > terms.dedupe_ids_max
        ):
            del self.seen[heapq.heappop(self.ages)[2]]

    def figures(self, terms: Terms) -> Figures:
        """Sum the days in the value window."""
        first, last = self.today() - terms.window_days + 1, self.today()
        inside = [day for on, day in self.days.items() if first <= on <= last]
        revenue = sum(day.revenue for day in inside)
        goods = sum(day.goods for day in inside)
        margin = revenue - goods + sum(day.fees for day in inside)
        service = sum(day.service for day in inside)
        return Figures(revenue, goods, margin, service, margin - service)

    def contacts(self, window_days: int) -> int:
        """Count the contacts in a window of its own length."""
        first, last = self.today() - window_days + 1, self.today()
        return sum(day.contacts for on, day in self.days.items() if first <= on <= last)

    def last_payments(self, count: int) -> list[int]:
        """List the days late of the last payments, as many as there are."""
        return [late for _, _, late in self.payments[-count:]]

    def find_next_due(self, terms: Terms) -> None:
        """Find the first midnight after `as_of` at which something changes with no event."""
        days = [
            self._day_leaves(terms),
            self._spike_clears(terms),
            self._tenure_reached(terms),
            self._tier_moves(terms),
        ]
        known = [day for day in days if day is not None]
        self.next_due = instants.midnight(min(known)) if known else None

    def _day_leaves(self, terms: Terms) -> int | None:
        """Find when the first day that carries a figure leaves the value window."""
        first = self.today() - terms.window_days + 1
        inside = [on for on, day in self.days.items() if on >= first and day.counts()]
        return min(inside) + terms.window_days if inside else None

    def _spike_clears(self, terms: Terms) -> int | None:
        """Find when so many contacts have left their window that an open spike clears."""
        if terms.support_spike is None or "support_spike" not in self.risks:
            return None
        window_days = terms.support_spike["window_days"]
        first = self.today() - window_days + 1
        left = self.contacts(window_days)
        for on in sorted(on for on in self.days if on >= first):
            left -= self.days[on].contacts
            if left <= terms.support_spike["clear_at"]:
                return on + window_days
        return None

    def downgrade_day(self, terms: Terms) -> int:
        """Name the day on which an announced downgrade comes."""
        noticed = self.today() if self.noticed is None else self.noticed
        stayed = self.tier_since + terms.hold["min_dwell_days"]
        return int(max(noticed + terms.hold["grace_days"], stayed))

    def _tier_moves(self, terms: Terms) -> int | None:
        """Find when a downgrade comes, or when the tier has stayed long enough to change."""
        if self.noticed is not None:
            return self.downgrade_day(terms)
        contribution, own = self.figures(terms).contribution, terms.entry.get(str(self.tier))
        too_low = own is not None and contribution < own - terms.band(str(self.tier), "keep_margin")
        too_high = any(
            contribution >= entry + terms.band(tier, "upgrade_margin")
            for tier, entry in terms.entry.items()
            if own is None or entry > own
        )
        return int(self.tier_since + terms.hold["min_dwell_days"]) if too_low or too_high else None

    def _tenure_reached(self, terms: Terms) -> int | None:
        """Find when a customer that already costs money has been here long enough to say so.

        If the contribution changes before, that is due earlier and this is looked at again.
        """
        rule = terms.unprofitable
        if rule is None or "unprofitable" in self.risks:
            return None
        if self.tenure() >= rule["min_tenure_days"]:
            return None
        if self.figures(terms).contribution >= rule["below"]:
            return None
        return self.first_day + rule["min_tenure_days"]
