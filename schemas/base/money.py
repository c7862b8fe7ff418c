"""Money as integers: minor units of an ISO 4217 currency, decimal text on the wire, half-even.

Nothing here knows a policy or an exchange rate's date; no float ever stands for an amount.
"""

from typing import Final

Ratio = tuple[int, int]
"""(numerator, denominator > 0), exact."""
SHARE_DIGITS: Final = 4
"""Of a share on the wire, behind the point."""
MAX_DIGITS: Final = 15
"""A decimal on the wire has at most this many digits, before and behind the point together."""

_TWO_DIGITS: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP
SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL
"""
_OTHER_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

CURRENCY_DIGITS: Final[dict[str, int]] = dict.fromkeys(_TWO_DIGITS.split(), 2) | {
    code: digits for digits, codes in _OTHER_DIGITS.items() for code in codes.split()
}
"""ISO 4217 alphabetic code to its number of minor digits (ISO 4217:2015, table A.1)."""


def parse_minor(text: str, digits: int) -> int | None:
    """An unsigned decimal text in minor units of a currency with so many digits.

    None where the text is no plain decimal, has more than `digits` behind the point or more
    than 15 in all.
    """
    if digits and text[-1 - digits : -digits] == ".":
        both = text.replace(".", "", 1)
        if both.isdigit() and digits < len(both) <= MAX_DIGITS and both.isascii():
            return int(both)
    whole, point, fraction = text.partition(".")
    length = len(fraction)
    if (
        length > digits
        or len(whole) + length > MAX_DIGITS
        or not whole.isdigit()
        or (point and not fraction.isdigit())
        or not text.isascii()
    ):
        return None
    return int(whole + fraction) * int(10 ** (digits - length))


def parse_signed_minor(text: str, digits: int) -> int | None:
    """As `parse_minor`, with a leading minus allowed: for thresholds, never for events."""
    if text.startswith("-"):
        minor = parse_minor(text[1:], digits)
        return None if minor is None else -minor
    return parse_minor(text, digits)


def format_minor(minor: int, digits: int) -> str:
    """Minor units as decimal text with exactly the currency's digits: 1230 -> '12.30'."""
    if digits == 0:
        return str(minor)
    if digits == 2 and minor >= 100:  # noqa: PLR2004 - most currencies, most amounts
        text = str(minor)
        return f"{text[:-2]}.{text[-2:]}"
    whole, part = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{part:0{digits}d}"


def format_share(numerator: int, denominator: int) -> str:
    """A ratio as decimal text with four digits behind the point, rounded once."""
    return format_minor(half_even(numerator * 10**SHARE_DIGITS, denominator), SHARE_DIGITS)


def parse_ratio(text: str) -> tuple[int, int] | None:
    """An unsigned decimal text as an exact ratio (numerator, power of ten); None if it is none."""
    whole, point, fraction = text.partition(".")
    if (
        len(whole) + len(fraction) > MAX_DIGITS
        or not whole.isdigit()
        or (point and not fraction.isdigit())
        or not text.isascii()
    ):
        return None
    return int(whole + fraction), int(10 ** len(fraction))


def half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator / denominator (> 0), ties to the even one."""
    quotient, rest = divmod(numerator, denominator)
    twice = rest * 2
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient
