"""A fit judged by what came later, beside two plain rules that need no fit.

What is forecast are the purchase days and the margin of each customer in the time after the fit,
as long as the time before it. The rules: the time before comes again, without each customer's
first purchase, which nobody makes twice; and the last 90 days come again, scaled to the time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

from agents.models.bgnbd import LifetimeParams, expected_purchases, mean_margin
from schemas.base.times import WEEK_DAYS
from streams.fitting.purchases import Customer, Days, bought_within, customer_at, span

RECENT_DAYS: Final = 90
TOP_SHARE: Final = 0.2
LATER_DAYS_MIN: Final = 28


class TooShortError(Exception):
    """There is too little time after the fit."""


@dataclass(frozen=True)
class Score:
    """How good one forecast was."""

    rule: str
    mean_absolute_error: float
    """Of the purchase days of a customer."""
    correlation: float
    """Of forecast and true purchase days; 0 where one of them is the same for all."""
    top_share: float
    """Of the later margin, what the fifth brought that was forecast to bring most."""
    total_ratio: float
    """All purchase days forecast, by those that came."""
    money_ratio: float
    """All margin forecast, by what came."""


@dataclass(frozen=True)
class Validation:
    """The scores of the model and of the rules, over the time after the fit."""

    weeks: float
    customers: int
    purchases: int
    """Purchase days that came."""
    scores: tuple[Score, ...]


Forecast = Callable[[Days, Customer], tuple[float, float]]
"""(purchase days, margin in major units) to come of a customer."""


def validate(histories: Iterable[Days], params: LifetimeParams, until: int) -> Validation:
    """Forecasts from the end of a UTC day on; TooShortError where less than 28 days follow."""
    known = list(histories)
    first, last = span(known)
    later_days = min(until - first + 1, last - until)
    if later_days < LATER_DAYS_MIN:
        raise TooShortError(
            f"expected at least {LATER_DAYS_MIN} days with purchases after the fit, found "
            f"{max(0, later_days)}; fit up to an earlier day"
        )
    customers = [
        (days, customer)
        for days in known
        if (customer := customer_at(days, until, params.scale)) is not None
    ]
    came = [bought_within(days, until, until + later_days) for days, _ in customers]
    scores = tuple(
        _score(name, [forecast(days, customer) for days, customer in customers], came, params.scale)
        for name, forecast in _forecasts(params, later_days, until).items()
    )
    number = sum(purchases for purchases, _ in came)
    return Validation(later_days / WEEK_DAYS, len(customers), number, scores)


def _forecasts(params: LifetimeParams, later_days: int, until: int) -> dict[str, Forecast]:
    weeks, scaled = later_days / WEEK_DAYS, later_days / RECENT_DAYS

    def model(days: Days, customer: Customer) -> tuple[float, float]:
        del days
        number = expected_purchases(params, customer.x, customer.t_x, customer.T, weeks)
        return number, number * mean_margin(params, customer.x, customer.mean)

    def again(days: Days, customer: Customer) -> tuple[float, float]:
        del days
        return customer.x, customer.x * customer.mean

    def recent(days: Days, customer: Customer) -> tuple[float, float]:
        del customer
        number, margin = bought_within(days, until - RECENT_DAYS, until)
        return number * scaled, margin / params.scale * scaled

    return {
        "model": model,
        "last period repeats": again,
        f"last {RECENT_DAYS} days, scaled": recent,
    }


def _score(
    rule: str, forecast: list[tuple[float, float]], came: list[tuple[int, int]], scale: int
) -> Score:
    numbers, money = [number for number, _ in forecast], [margin for _, margin in forecast]
    true_numbers = [float(number) for number, _ in came]
    true_money = [margin / scale for _, margin in came]
    best = sorted(range(len(money)), key=lambda at: -money[at])[: ceil(len(money) * TOP_SHARE)]
    errors = (abs(one - other) for one, other in zip(numbers, true_numbers, strict=True))
    return Score(
        rule,
        sum(errors) / len(numbers),
        _correlation(numbers, true_numbers),
        _ratio(sum(true_money[at] for at in best), sum(true_money)),
        _ratio(sum(numbers), sum(true_numbers)),
        _ratio(sum(money), sum(true_money)),
    )


def _correlation(one: list[float], other: list[float]) -> float:
    mean, other_mean = sum(one) / len(one), sum(other) / len(other)
    both = sum((a - mean) * (b - other_mean) for a, b in zip(one, other, strict=True))
    spread = sqrt(sum((a - mean) ** 2 for a in one) * sum((b - other_mean) ** 2 for b in other))
    return both / spread if spread else 0.0


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
