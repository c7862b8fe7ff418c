"""From purchase events to what the models are fitted to: each customer's days and margins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from agents.events.booking import Unbookable
from agents.events.purchases import book_purchase
from agents.policy.compiled import Policy
from schemas.base.money import CURRENCY_DIGITS, parse_minor
from schemas.base.times import LAST_DAY, WEEK_DAYS, day_and_micros
from schemas.inputs.events import Kind, Purchase, decode
from schemas.inputs.first_fault import first_fault
from schemas.inputs.intake_rules import ANY
from schemas.inputs.rejects import Rejection

Days = dict[int, int]
"""A customer's purchase days, each with its margin in minor units."""


class Customer(NamedTuple):
    """What a customer had bought up to a day, as the models see it."""

    x: int
    """Repeat purchase days."""
    t_x_days: int
    T_days: int
    """From the first purchase day to the last one, and to the day up to which is looked."""
    mean: float
    """Mean margin of the repeat purchase days in major units; 0 where there are none."""

    @property
    def t_x(self) -> float:
        """In weeks."""
        return self.t_x_days / WEEK_DAYS

    @property
    def T(self) -> float:  # noqa: N802 - every paper calls it so
        """In weeks."""
        return self.T_days / WEEK_DAYS


@dataclass
class Counts:
    """What became of the events."""

    sales: int = 0
    returns: int = 0
    repeated: int = 0
    """A customer's events that came once more, by their event_id."""
    unusable: int = 0
    """What a worker would reject."""


class Purchases:
    """All sales by customer and day, each event once; returns are no purchases.

    With a policy margins are as a worker books them (its default margin rate, its exchange rates);
    without one a margin is amount - cost, or the amount where no cost is told, and all amounts
    have to be in one currency: `currencies` tells of how many there are.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy
        self._seen: set[tuple[str, str]] = set()
        self.counts = Counts()
        self.by_customer: dict[str, Days] = {}
        self.currencies: set[str] = {policy.base_currency} if policy else set()

    @property
    def by_amount(self) -> bool:
        """Whether margins are amounts less costs, as there is no policy."""
        return self._policy is None

    @property
    def digits(self) -> int:
        """Of the one currency of all margins."""
        [currency] = self.currencies
        return CURRENCY_DIGITS[currency]

    def take(self, value: bytes | None) -> None:
        """Counts the event of one record."""
        rules = ANY if self._policy is None else self._policy.intake
        wire = decode(Kind.PURCHASES, value) or first_fault(Kind.PURCHASES, value, rules)
        if isinstance(wire, Rejection):
            self.counts.unusable += 1
            return
        assert isinstance(wire, Purchase)
        margin = self._margin(wire)
        day, _ = day_and_micros(wire.occurred_at)
        if (
            margin is None
            or not rules.earliest_day <= day <= LAST_DAY
            or rules.names_nobody(wire.customer_id)
        ):
            self.counts.unusable += 1
        elif (wire.customer_id, wire.event_id) in self._seen:
            self.counts.repeated += 1
        elif wire.type not in {None, "sale"}:
            self.counts.returns += 1
        else:
            self._seen.add((wire.customer_id, wire.event_id))
            self.counts.sales += 1
            days = self.by_customer.setdefault(wire.customer_id, {})
            days[day] = days.get(day, 0) + margin

    def _margin(self, wire: Purchase) -> int | None:
        """In minor units; None where the amounts can't be used."""
        if self._policy is not None:
            booking = book_purchase(wire, self._policy)
            return None if isinstance(booking, Unbookable) else booking.brought
        currency = wire.currency or ""
        digits = CURRENCY_DIGITS.get(currency)
        if digits is None or wire.amount is None:
            return None
        amount, cost = parse_minor(wire.amount, digits), parse_minor(wire.cost or "0", digits)
        if amount is None or cost is None:
            return None
        if wire.type in {None, "sale"}:
            self.currencies.add(currency)
        return amount - cost


def span(histories: Iterable[Days]) -> tuple[int, int]:
    """(first, last) UTC day with a purchase."""
    days = [day for history in histories for day in history]
    return min(days), max(days)


def customer_at(days: Days, until: int, scale: int) -> Customer | None:
    """The customer as of the end of a UTC day; None where it had not come yet.

    `scale`: minor units in a major one.
    """
    known = sorted(day for day in days if day <= until)
    if not known:
        return None
    x = len(known) - 1
    repeat = sum(days[day] for day in known[1:])
    mean = repeat / (x * scale) if x else 0.0
    return Customer(x, known[-1] - known[0], until - known[0], mean)


def bought_within(days: Days, after: int, until: int) -> tuple[int, int]:
    """(purchase days, their margin in minor units) after a UTC day, up to another and with it."""
    margins = [margin for day, margin in days.items() if after < day <= until]
    return len(margins), sum(margins)
