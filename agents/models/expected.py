"""What a customer may yet bring: the model's figures of its purchases, as money."""

from agents.models.bgnbd import LifetimeParams, LifetimeTables, PurchaseHistory, mean_margin
from schemas.base.money import Ratio, half_even

DAYS_AHEAD = 36_600
"""What changes later than that never does."""


class Future:
    """The model as a policy has it."""

    def __init__(self, params: LifetimeParams) -> None:
        self.params = params
        self._tables = LifetimeTables(params)

    def figures(self, bought: PurchaseHistory, day: int) -> tuple[float, float, float]:
        """(P(alive), purchases within the horizon, these discounted) as of a day."""
        first = bought.first_day
        return self._tables.future(bought.repeats, bought.last_day - first, max(day, first) - first)

    def contribution(self, bought: PurchaseHistory | None, day: int) -> int:
        """What it may bring within the horizon, in minor units; 0 of one who never bought."""
        if bought is None:
            return 0
        return self.worth(bought, self.figures(bought, day)[2])

    def worth(self, bought: PurchaseHistory, purchases: float) -> int:
        """What so many purchases are worth, in minor units."""
        scale, repeats = self.params.scale, bought.repeats
        mean = bought.repeat_margin / (repeats * scale) if repeats else 0.0
        return round(purchases * mean_margin(self.params, repeats, mean) * scale)


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

    def index(self, contribution: int, bought: PurchaseHistory | None, day: int) -> int:
        """The index as of a day, in minor units."""
        total = contribution * self._history[0] * self._future[1]
        if self._model is not None:
            expected = self._model.contribution(bought, day)
            total += expected * self._future[0] * self._history[1]
        return half_even(total, self._whole)

    def day_outside(
        self,
        contribution: int,
        bought: PurchaseHistory | None,
        day: int,
        bounds: tuple[int, int],
    ) -> int | None:
        """The first later day on which the index lies outside of [low, high); None: never.

        It goes one way only, towards what the contribution alone is worth.
        """
        low, high = bounds
        inside, outside = day, day + DAYS_AHEAD
        if bought is None or low <= self.index(contribution, bought, outside) < high:
            return None
        while outside - inside > 1:
            middle = (inside + outside) // 2
            if low <= self.index(contribution, bought, middle) < high:
                inside = middle
            else:
                outside = middle
        return outside
