"""Dated rates and rate cards: what a currency is worth and what serving costs, on which UTC day."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from schemas.base.money import CURRENCY_DIGITS, Ratio, half_even, parse_ratio
from schemas.base.times import day_of_text

_CACHE_MAX: Final = 20_000
_UNKNOWN: Final = (0, 0)
"""No ratio."""


@dataclass(frozen=True)
class Costs:
    """One rate card in minor units: what serving costs."""

    contacts: dict[str, tuple[int, int, int]]
    """By channel: cost of d seconds = (first + second * d) / third minor units."""
    outbound: dict[str, tuple[int, int, int]]
    """The same of contacts that we made."""
    return_per_order: int
    return_per_item: int
    late_fee: int
    late_annual_rate: Ratio
    reminders: tuple[tuple[int, int], ...]
    """(days past due, cost), by days."""

    def contact(
        self, channel: str, duration_s: int, *, outbound: bool = False, time_alone: bool = False
    ) -> int:
        """What a contact of so many seconds costs, rounded once; or its handling time alone."""
        fixed, per_second, whole = (self.outbound if outbound else self.contacts)[channel]
        return half_even((0 if time_alone else fixed) + per_second * duration_s, whole)

    def handling(self, items: int) -> int:
        """What a return of so many items costs."""
        return self.return_per_order + self.return_per_item * items


class RateCards:
    """What serving costs on which day: the card of an event's own UTC day applies."""

    def __init__(self, first: Costs, dated: list[tuple[int, Costs]]) -> None:
        """`first` holds up to the first dated one; these by ascending day."""
        self._first = first
        self._days = [day for day, _ in dated]
        self._cards = [first, *(costs for _, costs in dated)]

    def at(self, day: int) -> Costs:
        """The card of a UTC day."""
        if not self._days:
            return self._first
        return self._cards[bisect_right(self._days, day)]

    def after(self, day: int) -> list[tuple[int, Costs]]:
        """The cards still to come on a UTC day, each with its first day."""
        at = bisect_right(self._days, day)
        return list(zip(self._days[at:], self._cards[at + 1 :], strict=True))


def convert(minor: int, ratio: Ratio) -> int:
    """Minor units of a currency in those of the base currency, rounded once."""
    numerator, denominator = ratio
    return minor if numerator == denominator else half_even(minor * numerator, denominator)


class Rates:
    """Dated exchange rates: from minor units of a currency on a day to the base currency's."""

    def __init__(self, base_currency: str, dated: dict[str, dict[str, str]]) -> None:
        self._base = base_currency
        self._steps: dict[str, tuple[list[int], list[Ratio]]] = {}
        self._cache: dict[tuple[str, int], Ratio | None] = {}
        for code, rates in dated.items():
            steps = sorted(
                (day_of_text(text), self._ratio(code, rate)) for text, rate in rates.items()
            )
            self._steps[code] = [day for day, _ in steps], [ratio for _, ratio in steps]

    def _ratio(self, code: str, rate: str) -> Ratio:
        exact = checked_ratio(rate)
        shift = CURRENCY_DIGITS[self._base] - CURRENCY_DIGITS[code]
        numerator, denominator = exact
        if shift >= 0:
            return numerator * 10**shift, denominator
        return numerator, denominator * 10**-shift

    def ratio(self, code: str, day: int) -> Ratio | None:
        """What one minor unit is in base minor units on a UTC day; None where nothing says."""
        if code == self._base:
            return 1, 1
        key = code, day
        # one look-up only: threads that restore partitions share the cache, and may clear it
        known = self._cache.get(key, _UNKNOWN)
        if known != _UNKNOWN:
            return known
        ratio: Ratio | None = None
        if code in self._steps:
            days, ratios = self._steps[code]
            at = bisect_right(days, day)
            ratio = ratios[at - 1] if at else None
        if len(self._cache) >= _CACHE_MAX:
            self._cache.clear()
        self._cache[key] = ratio
        return ratio


def checked_ratio(text: str) -> Ratio:
    """The exact ratio of a decimal text that was checked already."""
    ratio = parse_ratio(text)
    assert ratio is not None
    return ratio
