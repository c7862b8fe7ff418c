"""What a customer may yet bring: the model's figures of its sales, as money and as text."""

from typing import Any

from agents.lifetime import LifetimeParams, LifetimeTables, mean_margin
from agents.rates import Ratio
from agents.sales import Sales
from schemas.money import format_minor, half_even
from schemas.times import day_start, format_micros

DAYS_AHEAD = 36_600
"""What changes later than that never does."""
DATE_CHARS = 10


class Future:
    """The model as a policy has it."""

    def __init__(self, params: LifetimeParams) -> None:
        self.params = params
        self._tables = LifetimeTables(params)

    def _figures(self, sales: Sales, day: int) -> tuple[float, float, float]:
        """(P(alive), purchases within the horizon, these discounted) as of a day."""
        first = sales.first_day
        return self._tables.future(sales.repeats, sales.last_day - first, max(day, first) - first)

    def contribution(self, sales: Sales | None, day: int) -> int:
        """What it may bring within the horizon, in minor units; 0 of one who never bought."""
        if sales is None:
            return 0
        return self._worth(sales, self._figures(sales, day)[2])

    def _worth(self, sales: Sales, purchases: float) -> int:
        scale, repeats = self.params.scale, sales.repeats
        mean = sales.repeat_margin / (repeats * scale) if repeats else 0.0
        return round(purchases * mean_margin(self.params, repeats, mean) * scale)

    def wire(self, sales: Sales | None, day: int, digits: int) -> dict[str, Any] | None:
        """The snapshot's `lifetime`; None of one who never bought."""
        if sales is None:
            return None
        chance, purchases, discounted = self._figures(sales, day)
        mean = None
        if sales.repeats:
            mean = format_minor(half_even(sales.repeat_margin, sales.repeats), digits)
        return {
            "first_purchase_on": _date(sales.first_day),
            "last_purchase_on": _date(sales.last_day),
            "purchase_days": sales.days,
            "mean_margin": mean,
            "p_alive": f"{chance:.4f}",
            "expected_purchases": f"{purchases:.4f}",
            "expected_contribution": format_minor(self._worth(sales, discounted), digits),
            "horizon_weeks": self.params.horizon_weeks,
        }


def _date(day: int) -> str:
    return format_micros(day_start(day))[:DATE_CHARS]


class IndexRules:
    """`[value.index]`: what has been and what may come, by their weights."""

    def __init__(self, history: Ratio, future: Ratio, model: Future | None) -> None:
        self._history, self._future = history, future
        self._model = model if future[0] else None
        self._whole = history[1] * future[1]

    @property
    def falls(self) -> bool:
        """Whether it changes from day to day."""
        return self._model is not None

    def index(self, contribution: int, sales: Sales | None, day: int) -> int:
        """The index as of a day, in minor units."""
        total = contribution * self._history[0] * self._future[1]
        if self._model is not None:
            expected = self._model.contribution(sales, day)
            total += expected * self._future[0] * self._history[1]
        return half_even(total, self._whole)

    def day_outside(
        self, contribution: int, sales: Sales | None, day: int, bounds: tuple[float, float]
    ) -> int | None:
        """The first later day on which the index lies outside of [low, high); None: never.

        It goes one way only, towards what the contribution alone is worth.
        """
        low, high = bounds
        inside, outside = day, day + DAYS_AHEAD
        if sales is None or low <= self.index(contribution, sales, outside) < high:
            return None
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if low <= self.index(contribution, sales, middle) < high:
                inside = middle
            else:
                outside = middle
        return outside
