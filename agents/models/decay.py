"""A contribution that fades: each booking counts the less the older it is, by a half-life.

What is kept is one sum relative to a fixed day, the landmark, so that nothing moves between
events: S = the sum of amount x 2^(age of the landmark / half-life). Its worth on a day is S divided
by that day's weight. This is forward decay (Cormode et al., ICDE 2009) in integers.
"""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from schemas.base.money import half_even

SCALE_BITS: Final = 32
HALF_LIVES_MAX: Final = 4_000
"""Farther from the landmark nothing fades any more; weights, and so rows, have a bound."""
_DIGITS: Final = 60


class Decay:
    """The weights of one policy."""

    def __init__(self, half_life_days: int, landmark_day: int) -> None:
        self.half_life_days, self.landmark_day = half_life_days, landmark_day
        with localcontext() as context:
            context.prec = _DIGITS
            two, scale = Decimal(2), Decimal(2**SCALE_BITS)
            self._fractions = [
                int(
                    (scale * two ** (Decimal(part) / half_life_days)).to_integral_value(
                        ROUND_HALF_EVEN
                    )
                )
                for part in range(half_life_days)
            ]

    def weight(self, day: int) -> int:
        """2^((day - landmark) / half-life), times 2^32; at least 1.

        Long before the landmark every day weighs 1: it should not lie behind the first events.
        """
        half_lives, part = divmod(day - self.landmark_day, self.half_life_days)
        half_lives = max(-HALF_LIVES_MAX, min(HALF_LIVES_MAX, half_lives))
        fraction = self._fractions[part]
        return fraction << half_lives if half_lives >= 0 else max(1, fraction >> -half_lives)

    def worth(self, weighted: int, day: int) -> int:
        """What a weighted sum is worth on a day, in minor units; rounded once."""
        return half_even(weighted, self.weight(day))

    def day_outside(self, weighted: int, day: int, low: int, high: int) -> int | None:
        """The first later day on which the worth is below `low` or at least `high`.

        Worth only ever shrinks towards zero: None where it stays within for good.
        """
        if low <= 0 < high:
            return None
        # in so many half-lives nothing is left of it
        far = max(day, self.landmark_day) + self.half_life_days * (weighted.bit_length() + 2)
        near = day
        while far - near > 1:
            middle = (near + far) // 2
            if low <= self.worth(weighted, middle) < high:
                near = middle
            else:
                far = middle
        return far
