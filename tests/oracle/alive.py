"""How likely a customer is still one: BG/NBD, and MBG/NBD for who bought on one day only."""

from bisect import bisect_left
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import lru_cache

from .risk_terms import Lifetime

LAST_DAY = 2_932_896
"""The last day of the year 9999; nothing is due after it."""

_DIGITS = 40
_WEEK = Decimal(7)


@lru_cache(maxsize=1 << 16)
def p_alive(repeats: int, until_last: int, until_today: int, lifetime: Lifetime) -> Decimal:
    """Reckon P(alive) after so many repeat purchase days; both spans are days from the first."""
    with localcontext() as context:
        context.prec = _DIGITS
        age = until_today / _WEEK
        if repeats == 0:
            r, alpha, a, b = lifetime.one_purchase
            return 1 / (1 + a / b * ((alpha + age) / alpha) ** r)
        r, alpha, a, b = lifetime.purchases
        base = (alpha + age) / (alpha + until_last / _WEEK)
        return 1 / (1 + a / (b + repeats - 1) * base ** (r + repeats))


def first_day_below(bound: Decimal, today: int, alive: Callable[[int], Decimal]) -> int | None:
    """Find the first day after today on which P(alive), which only falls, is below a bound."""
    if alive(today) < bound:
        return None
    days = range(today + 1, LAST_DAY + 1)
    at = bisect_left(days, x=True, key=lambda day: alive(day) < bound)
    return days[at] if at < len(days) else None
