"""A value that halves in so many days: weights by day, the index, and when it moves a tier."""

from bisect import bisect_left
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache


@lru_cache(maxsize=1 << 16)
def weight(day: int, half_life: int, landmark: int) -> int:
    """Weigh a day: twice as much as the day a half-life before it."""
    lives, rest = divmod(day - landmark, half_life)
    first = _weights(half_life)[rest]
    return max(1, first << lives if lives >= 0 else first >> -lives)


@lru_cache
def _weights(half_life: int) -> list[int]:
    """Reckon the weights of the half-life that begins with the landmark."""
    with localcontext() as context:
        context.prec = 60
        exact = [
            Decimal(2) ** (32 + Decimal(rest) / Decimal(half_life)) for rest in range(half_life)
        ]
        return [int(one.to_integral_value(rounding=ROUND_HALF_EVEN)) for one in exact]


def on_day(weighed_sum: int, day: int, decay: tuple[int, int]) -> int:
    """Say what a weighed sum is worth on a day, in base minor units, half to even."""
    whole, rest = divmod(weighed_sum, weight(day, *decay))
    twice = 2 * rest - weight(day, *decay)
    return whole + (twice > 0 or (twice == 0 and whole % 2))


def first_day(
    weighed_sum: int, today: int, decay: tuple[int, int], fits: Callable[[int], bool]
) -> int | None:
    """Find the first day after today on which what the sum is worth fits, if ever.

    It only ever comes nearer to zero: what does not fit today and begins to does so once.
    """
    step = 1
    while on_day(weighed_sum, today + step, decay) != 0:
        step *= 2
    days = range(today + 1, today + step + 1)
    at = bisect_left(days, x=True, key=lambda day: fits(on_day(weighed_sum, day, decay)))
    return days[at] if at < len(days) else None
