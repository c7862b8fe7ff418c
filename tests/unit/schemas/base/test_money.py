"""Money: plain decimals, the digits of each currency, and halves that go to the even neighbour."""

import pytest

from schemas.base.money import (
    CURRENCY_DIGITS,
    MAX_DIGITS,
    format_minor,
    half_even,
    parse_minor,
    parse_ratio,
    parse_signed_minor,
)

NO_PLAIN_DECIMALS = (
    *("", ".", ".5", "5.", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "1 ", "1\n", "\n1", "1\x00"),
    *("1_000", "0x1", "NaN", "Infinity"),
    "\u0663",  # an Arabic-Indic three
    "\u00b2",  # a superscript two
    "\uff11",  # a full-width one
    "1.\u00b2",
    # sixteen digits, leading zeros counted
    *("9" * 16, "0" * 16, "9" * 14 + ".99", "0" * 15 + ".0"),
)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        # a tie goes to the even neighbour
        (1, 2, 0),
        (3, 2, 2),
        (5, 2, 2),
        (7, 2, 4),
        (250, 100, 2),
        (350, 100, 4),
        # everything else goes to the nearest
        (0, 7, 0),
        (1, 3, 0),
        (2, 3, 1),
        (249, 100, 2),
        (251, 100, 3),
        (349, 100, 3),
        (351, 100, 4),
        (10**30 + 1, 2 * 10**15, 5 * 10**14),
        (12, 4, 3),
    ],
)
def test_halves_go_to_the_even_neighbour_on_both_sides_of_zero_all_else_to_the_nearest(
    numerator: int, denominator: int, expected: int
) -> None:
    assert half_even(numerator, denominator) == expected
    assert half_even(-numerator, denominator) == -expected


@pytest.mark.parametrize("number", range(10))
def test_rounding_a_debit_mirrors_rounding_a_credit(number: int) -> None:
    assert half_even(-number, 4) == -half_even(number, 4)


def test_a_currency_has_the_digits_of_iso_4217_and_what_is_none_has_no_digits() -> None:
    known = {"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3, "UYW": 4}
    assert {code: CURRENCY_DIGITS[code] for code in known} == known
    assert not {"XXX", "XTS", "XAU", "usd", "US", "", "DEM"} & set(CURRENCY_DIGITS)
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCY_DIGITS)


@pytest.mark.parametrize(
    ("text", "digits", "minor"),
    [
        ("0", 2, 0),
        ("0.00", 2, 0),
        ("0.01", 2, 1),
        ("5", 2, 500),
        ("5.0", 2, 500),
        ("5.00", 2, 500),
        ("12.3", 2, 1230),
        ("007.50", 2, 750),
        ("1500", 0, 1500),
        ("1.234", 3, 1234),
        ("1.2", 3, 1200),
        ("0.001", 3, 1),
        ("1.2345", 4, 12345),
        ("0." + "9" * 4, 4, 9999),
        # fifteen digits
        ("9" * 15, 0, 999_999_999_999_999),
        ("9" * 15, 2, 99_999_999_999_999_900),
        ("9" * 13 + ".99", 2, 999_999_999_999_999),
    ],
)
def test_a_decimal_becomes_minor_units_and_may_be_negative_as_a_threshold(
    text: str, digits: int, minor: int
) -> None:
    assert parse_minor(text, digits) == minor
    assert parse_signed_minor(text, digits) == minor
    assert parse_signed_minor(f"-{text}", digits) == -minor


@pytest.mark.parametrize(
    ("text", "digits"),
    [("5.0", 0), ("0.0", 0), ("5.000", 2), ("0.001", 2), ("1.2345", 3), ("1.23456", 4)],
)
def test_more_digits_than_the_currency_has_are_refused_even_zeros(text: str, digits: int) -> None:
    assert parse_minor(text, digits) is None
    assert parse_signed_minor(f"-{text}", digits) is None


@pytest.mark.parametrize("text", NO_PLAIN_DECIMALS)
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    assert MAX_DIGITS == 15
    assert parse_minor(text, 2) is None
    assert parse_ratio(text) is None
    assert parse_signed_minor(f"-{text}", 2) is None


@pytest.mark.parametrize("text", ["- 1", "+1", ""])
def test_a_threshold_is_a_plain_decimal_behind_its_sign(text: str) -> None:
    assert parse_signed_minor(text, 2) is None


@pytest.mark.parametrize(
    ("minor", "digits", "text"),
    [
        (1, 2, "0.01"),
        (99, 2, "0.99"),
        (1230, 2, "12.30"),
        (1500, 0, "1500"),
        (1, 3, "0.001"),
        (12345, 4, "1.2345"),
        (10**20, 2, "1000000000000000000.00"),
    ],
)
def test_minor_units_are_written_with_all_their_digits(minor: int, digits: int, text: str) -> None:
    assert format_minor(minor, digits) == text
    assert format_minor(-minor, digits) == f"-{text}"
    assert format_minor(0, 2) == "0.00"


def test_a_ratio_is_exact() -> None:
    assert parse_ratio("1.0837") == (10837, 10000)
    assert parse_ratio("0.006713") == (6713, 1_000_000)
    assert parse_ratio("3") == (3, 1)
    assert parse_ratio("0") == (0, 1)
    assert parse_ratio("0." + "3" * 14) == (33_333_333_333_333, 10**14)
