"""Decimals as text, with so many digits behind the point."""

from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=65_536)
def text(share: Fraction | int, digits: int = 4) -> str:
    """Write a number with so many digits, rounded half to even."""
    unit = 10**digits
    rounded = round(Fraction(share) * unit)
    whole, rest = divmod(abs(rounded), unit)
    return f"{'-' if rounded < 0 else ''}{whole}.{rest:0{digits}}"
