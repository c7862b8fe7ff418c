"""Time as integers: microseconds and UTC days since 1970-01-01, RFC 3339 text on the wire."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US: Final = 86_400_000_000
DAY_S: Final = 86_400
FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896
"""0001-01-01 and 9999-12-31: an offset may lead beyond them, and no such time can be written."""
LAST_US: Final = (LAST_DAY + 1) * DAY_US - 1
MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
WEEK_DAYS: Final = 7
NO_DAY: Final = 0x7FFFFFFF
"""Later than any day: it never comes."""
BEFORE_ALL_DAYS: Final = -NO_DAY
"""Earlier than any day."""
NO_DUE_US: Final = 2**62 - 1
"""Of a due time: there is none."""
_FIRST_ORDINAL: Final = EPOCH.toordinal()


def day_and_micros(moment: datetime) -> tuple[int, int]:
    """(UTC day, microseconds), both since the epoch, of a moment with an offset."""
    since = moment - EPOCH
    day = since.days
    return day, (day * DAY_S + since.seconds) * 1_000_000 + since.microseconds


def micros(moment: datetime) -> int:
    """Microseconds since the epoch of a moment with an offset."""
    since = moment - EPOCH
    return (since.days * DAY_S + since.seconds) * 1_000_000 + since.microseconds


_TWO_DIGITS: Final = tuple(f"{number:02d}" for number in range(60))


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).date().isoformat()


def format_micros(at_us: int) -> str:
    """RFC 3339 in UTC, with three or six fraction digits only where they are not zero.

    What is due after the year 9999 is written as its last moment: the calendar has no other.
    """
    at_us = min(at_us, LAST_US)
    day, rest = divmod(at_us, DAY_US)
    second, fraction = divmod(rest, 1_000_000)
    minute, second = divmod(second, 60)
    text = (
        f"{_date(day)}T{_TWO_DIGITS[minute // 60]}:{_TWO_DIGITS[minute % 60]}:{_TWO_DIGITS[second]}"
    )
    if not fraction:
        return text + "Z"
    if fraction % 1000:
        return f"{text}.{fraction:06d}Z"
    return f"{text}.{fraction // 1000:03d}Z"


def is_writable(moment: datetime, first_day: int = FIRST_DAY) -> bool:
    """Whether a moment lies in the years 1 to 9999 in UTC, too, and not before a UTC day."""
    return first_day <= (moment - EPOCH).days <= LAST_DAY


def day_of_date(day: date) -> int:
    """The UTC day of a date."""
    return day.toordinal() - _FIRST_ORDINAL


def day_of_text(text: str) -> int:
    """The UTC day of YYYY-MM-DD."""
    return day_of_date(date.fromisoformat(text))


def date_of(day: int) -> date:
    """The date of a UTC day."""
    return date.fromordinal(day + _FIRST_ORDINAL)


def day_of(at_us: int) -> int:
    """The UTC day, as days since the epoch."""
    return at_us // DAY_US


def next_midnight_us(days: tuple[int, ...], at_us: int) -> int:
    """The first midnight after a time, of those with which some days begin; NO_DUE_US: none."""
    next_us = NO_DUE_US
    for day in days:
        if day != NO_DAY and at_us < day_start(day) < next_us:
            next_us = day_start(day)
    return next_us


def day_start(day: int) -> int:
    """The first microsecond of a UTC day."""
    return day * DAY_US
