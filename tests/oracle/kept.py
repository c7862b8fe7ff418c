"""What is kept of a customer for its signals alone, as far as the policy asks for it."""

from bisect import insort
from dataclasses import dataclass, field

from . import instants, ledger, tickets
from .fields import Event
from .issues import Issues
from .ledger import Day
from .money import Terms
from .records import PURCHASES, SUPPORT_CALLS
from .sales import Sales


@dataclass
class Orders:
    """The sales of a day, and its returns that are not the seller's fault."""

    sales: int = 0
    returns: int = 0


@dataclass
class Kept:
    """Sales, issues, answers and orders; what nobody asks for is not kept."""

    sales: Sales = field(default_factory=Sales)
    issues: Issues = field(default_factory=Issues)
    answers: list[tuple[int, int, int]] = field(default_factory=list)
    """(occurred_at, order of application, satisfaction) of the last answers."""
    orders: dict[int, Orders] = field(default_factory=dict)
    complaints: list[tuple[int, int]] = field(default_factory=list)
    """The day of each complaint that is not the seller's fault, and what the contact cost."""

    def pass_time(self, today: int, terms: Terms) -> None:
        """Forget what is too old, and what this policy does not ask for."""
        asked = terms.risk
        if not asked.asks_sales():
            self.sales = Sales()
        if not asked.asks_issues():
            self.issues = Issues()
        self.sales.pass_time(today, asked)
        self.issues.pass_time(today, asked)
        begin = today - terms.window_days + 1
        self.orders = {on: orders for on, orders in self.orders.items() if on >= begin}
        count = asked.rules["dissatisfied"]["answers"] if asked.asks("dissatisfied") else 0
        self.answers = self.answers[-count:] if count else []

    def take(
        self,
        topic: str,
        event: Event,
        on: int,
        entry: Day,
        order: int,
        today: int,
        terms: Terms,
        *,
        counts: bool,
    ) -> None:
        """Keep what an event tells, after the time has passed until then."""
        self.pass_time(today, terms)
        if topic == PURCHASES:
            self._order(event, on, entry, today, terms)
        if topic == SUPPORT_CALLS:
            if terms.risk.asks_issues():
                self.issues.take(event, order, today, terms.risk, counts=counts)
            if counts and ledger.complains(event):
                day = instants.day_of(event["occurred_at"])
                self.complaints.append((day, entry.lines[event["channel"]]))
            rating = tickets.rating(event)
            if rating is not None:
                insort(self.answers, (event["occurred_at"], order, rating))
        self.pass_time(today, terms)

    def ordered(self, today: int, terms: Terms) -> Orders:
        """Sum the orders in the value window."""
        inside = [its for on, its in self.orders.items() if on > today - terms.window_days]
        return Orders(sum(its.sales for its in inside), sum(its.returns for its in inside))

    def complained(self, today: int, terms: Terms) -> list[tuple[int, int]]:
        """List the complaints in the value window."""
        return [its for its in self.complaints if its[0] > today - terms.window_days]

    def _order(self, event: Event, on: int, entry: Day, today: int, terms: Terms) -> None:
        day = instants.day_of(event["occurred_at"])
        sold, back = (event["type"] == its for its in ("sale", "return"))
        if terms.risk.asks_sales():
            if sold:
                self.sales.sell(day, entry.lines, today, terms.risk)
            else:
                self.sales.give_back(entry.lines, terms.risk)
        if sold:
            self.orders.setdefault(on, Orders()).sales += 1
        elif back and not event["seller_fault"]:
            self.orders.setdefault(on, Orders()).returns += 1
