"""Money against exact fractions: what is written reads back, and rounding is half-even."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.base.money import MAX_DIGITS, format_minor, half_even, parse_minor, parse_signed_minor

DIGITS = st.sampled_from([0, 2, 3, 4])
SHORT = st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1)
WIDE = st.integers(-(10**40), 10**40)


@given(SHORT | WIDE, DIGITS)
def test_what_is_written_is_the_amount_and_reads_back_where_it_is_short_enough(
    minor: int, digits: int
) -> None:
    text = format_minor(minor, digits)
    assert Fraction(text) == Fraction(minor, 10**digits)
    if abs(minor) < 10**MAX_DIGITS:
        assert parse_signed_minor(text, digits) == minor
        assert minor < 0 or parse_minor(text, digits) == minor


@given(st.from_regex(r"\A[0-9]{0,17}(\.[0-9]{0,6})?\Z"), DIGITS)
@example("", 2)
@example("9" * 15, 4)
@example("0" * 16, 0)
def test_a_decimal_is_taken_exactly_where_it_is_plain_and_short_enough(
    text: str, digits: int
) -> None:
    whole, point, fraction = text.partition(".")
    plain = bool(whole) and bool(fraction) == bool(point)
    short = len(whole + fraction) <= MAX_DIGITS and len(fraction) <= digits
    found = parse_minor(text, digits)
    if plain and short:
        assert found == Decimal(text) * 10**digits
    else:
        assert found is None


@given(st.text(max_size=20), DIGITS)
def test_any_other_text_is_no_amount(text: str, digits: int) -> None:
    found = parse_minor(text, digits)
    assert found is None or (text.isascii() and text.replace(".", "", 1).isdigit())


@given(WIDE, st.integers(1, 10**30))
@example(1, 2)
@example(-1, 2)
@example(3, 2)
@example(-3, 2)
def test_rounding_is_half_even(numerator: int, denominator: int) -> None:
    # Python rounds a Fraction exactly, ties to the even one
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))
