"""Discount leakage: what was granted for a promised volume that does not come.

leakage = revenue of the term so far x max(0, granted rate - rate earned), where the rate earned is
that of the policy's schedule for the volume that the term is heading for: revenue so far x days of
the term / days of it that have passed.
"""

from agents.policy.compiled import DiscountRules
from schemas.base.money import Ratio, half_even
from schemas.base.times import NO_DAY
from schemas.state.rows import CommitmentRow


def leakage(commitment: CommitmentRow, day: int, rules: DiscountRules) -> int:
    """In minor units of the base currency, as of a UTC day."""
    term, passed = term_days(commitment, day)
    numerator, denominator = rules.after_share
    if passed == 0 or passed * denominator < numerator * term:
        return 0
    revenue = max(0, commitment.revenue)
    earned, whole = _earned(revenue * term, passed, rules)
    granted, per = commitment.rate
    gap = granted * whole - earned * per
    return half_even(revenue * gap, per * whole) if gap > 0 else 0


def term_days(commitment: CommitmentRow, day: int) -> tuple[int, int]:
    """(days of the term, those that have passed)."""
    term = commitment.ends_day - commitment.starts_day + 1
    return term, min(max(day - commitment.starts_day + 1, 0), term)


def _earned(volume: int, passed: int, rules: DiscountRules) -> Ratio:
    """The rate for a volume of `volume / passed`."""
    earned: Ratio = (0, 1)
    for from_volume, rate in rules.steps:
        if from_volume * passed <= volume:
            earned = rate
    return earned


def leakage_day(commitment: CommitmentRow, day: int, rules: DiscountRules) -> int:
    """The first later day on which the leakage is another with no event; NO_DUE: none."""
    now = leakage(commitment, day, rules)
    term, _ = term_days(commitment, day)
    numerator, denominator = rules.after_share
    # the share of the term that has to pass first, and where the pace falls below a step
    marks = [max(1, -(-numerator * term // denominator))]
    volume = max(0, commitment.revenue) * term
    marks += [volume // from_volume + 1 for from_volume, _ in rules.steps if from_volume > 0]
    days = sorted(commitment.starts_day + passed - 1 for passed in marks)
    for marked in days:
        if day < marked <= commitment.ends_day and leakage(commitment, marked, rules) != now:
            return marked
    return NO_DAY
