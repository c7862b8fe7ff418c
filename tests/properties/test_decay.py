"""Decay: weights are the nearest integers, worth is exact, and days are found as by looking."""

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.decay import Decay

LANDMARK = 18_262
DECAYS = {days: Decay(days, LANDMARK) for days in (7, 8, 13, 30, 90, 365)}
HALF_LIVES = st.sampled_from(sorted(DECAYS))
AFTER = st.integers(LANDMARK, LANDMARK + 20_000)
DAYS = AFTER | st.integers(LANDMARK - 1_000, LANDMARK + 400)
AMOUNTS = st.integers(-(10**9), 10**9)
FAR = 10**30
"""A bound that no amount here comes to."""
BOUNDS = st.integers(-(10**6), 10**6) | st.integers(-20, 20)


def is_nearest(number: int, root: int, exponent: int) -> bool:
    """Whether no integer is nearer to 2^(exponent / root)."""
    doubled: int = 2 ** (root + exponent)
    return bool((2 * number - 1) ** root < doubled < (2 * number + 1) ** root)


@given(HALF_LIVES, st.integers(0, 364), st.integers(0, 60))
def test_a_weight_from_the_landmark_on_is_the_nearest_integer_doubled_each_half_life(
    half_life: int, part: int, half_lives: int
) -> None:
    part %= half_life
    weight = DECAYS[half_life].weight(LANDMARK + part + half_lives * half_life)
    fraction, rest = divmod(weight, 2**half_lives)
    assert rest == 0
    assert is_nearest(fraction, half_life, 32 * half_life + part)


@given(HALF_LIVES, st.integers(-20_000, 40_000))
def test_a_later_day_never_weighs_less(half_life: int, day: int) -> None:
    decay = DECAYS[half_life]
    assert 1 <= decay.weight(day) <= decay.weight(day + 1)


@given(HALF_LIVES, st.lists(st.tuples(DAYS, AMOUNTS), max_size=8), DAYS)
def test_worth_is_the_exact_quotient_rounded_half_even(
    half_life: int, booked: list[tuple[int, int]], day: int
) -> None:
    decay = DECAYS[half_life]
    weighted = sum(amount * decay.weight(its) for its, amount in booked)
    exact = sum(Fraction(amount * decay.weight(its), decay.weight(day)) for its, amount in booked)
    assert decay.worth(weighted, day) == round(exact)


@given(HALF_LIVES, AFTER, AMOUNTS, st.integers(0, 3_000))
def test_worth_is_what_two_to_the_age_in_half_lives_leaves(
    half_life: int, day: int, amount: int, age: int
) -> None:
    decay = DECAYS[half_life]
    with localcontext() as context:
        context.prec = 60
        exact = amount / Decimal(2) ** (Decimal(age) / half_life)
        found = decay.worth(amount * decay.weight(day), day + age)
        # each of the two weights is right to 2^-33 of it
        assert abs(found - exact) <= Decimal("0.5") + abs(exact) / 2**31


@settings(max_examples=400)
@given(
    st.sampled_from([7, 8, 13]),
    st.lists(st.tuples(DAYS, st.integers(-(10**6), 10**6)), min_size=1, max_size=4),
    BOUNDS,
    BOUNDS,
    st.sampled_from(["within", "above", "below"]),
)
def test_the_day_outside_is_what_a_look_at_every_day_finds(
    half_life: int, booked: list[tuple[int, int]], one: int, other: int, which: str
) -> None:
    decay = DECAYS[half_life]
    weighted = sum(amount * decay.weight(its) for its, amount in booked)
    day = max(its for its, _ in booked)
    low, high = min(one, other), max(one, other)
    bounds = {"within": (low, high), "above": (low, FAR), "below": (-FAR, high)}[which]
    now = decay.worth(weighted, day)
    if not bounds[0] <= now < bounds[1]:
        return
    found = decay.day_outside(weighted, day, *bounds)
    # nothing is left after as many half-lives as it has bits
    last = max(day, LANDMARK) + half_life * (abs(now).bit_length() + 40)
    looked = (
        its
        for its in range(day + 1, last)
        if not bounds[0] <= decay.worth(weighted, its) < bounds[1]
    )
    assert found == next(looked, None)
