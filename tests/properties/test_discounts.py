"""Discount leakage equals exact fractions; its next change is what a look at every day finds."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.customer.commitment import leakage, leakage_day
from agents.policy.compiled import DiscountRules
from schemas.base.times import NO_DAY
from schemas.state.rows import CommitmentRow

STARTS = 100
SHARES = st.sampled_from([(0, 1), (1, 1), (1, 4), (1, 3), (15, 100), (999, 1_000)]) | st.tuples(
    st.integers(0, 1_000), st.just(1_000)
)


@st.composite
def rules_of(draw: st.DrawFn) -> DiscountRules:
    volumes = sorted(draw(st.sets(st.integers(0, 20_000), min_size=1, max_size=5)))
    return DiscountRules(draw(SHARES), tuple((volume, draw(SHARES)) for volume in volumes))


COMMITMENTS = st.builds(
    lambda rate, days, revenue: CommitmentRow(0, rate, STARTS, STARTS + days - 1, revenue),
    SHARES,
    st.integers(1, 60),
    st.integers(-100, 20_000) | st.sampled_from([0, 10**15, 10**30]),
)


def plain(commitment: CommitmentRow, day: int, rules: DiscountRules) -> int:
    """As the contract has it, in exact fractions."""
    term = commitment.ends_day - commitment.starts_day + 1
    passed = min(max(day - commitment.starts_day + 1, 0), term)
    if passed == 0 or Fraction(passed, term) < Fraction(*rules.after_share):
        return 0
    revenue = max(0, int(commitment.revenue))
    volume = Fraction(revenue * term, passed)
    earned = max(
        ((step, Fraction(*rate)) for step, rate in rules.steps if step <= volume),
        default=(0, Fraction(0)),
    )[1]
    return round(revenue * max(Fraction(0), Fraction(*commitment.rate) - earned))


@settings(max_examples=400)
@given(COMMITMENTS, rules_of(), st.integers(STARTS - 3, STARTS + 70))
def test_leakage_equals_exact_fractions(
    commitment: CommitmentRow, rules: DiscountRules, day: int
) -> None:
    assert leakage(commitment, day, rules) == plain(commitment, day, rules)


@settings(max_examples=400)
@given(COMMITMENTS, rules_of(), st.integers(STARTS - 3, STARTS + 70))
def test_the_next_change_is_what_a_look_at_every_day_finds(
    commitment: CommitmentRow, rules: DiscountRules, day: int
) -> None:
    now = plain(commitment, day, rules)
    later = range(day + 1, commitment.ends_day + 3)
    found = next((its for its in later if plain(commitment, its, rules) != now), NO_DAY)
    assert leakage_day(commitment, day, rules) == found
