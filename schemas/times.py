"""Time as integers: microseconds and UTC days since 1970-01-01, RFC 3339 text on the wire."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US: Final = 86_400_000_000
DAY_S: Final = 86_400
MINUTE_US: Final = 60_000_000


def micros(moment: datetime) -> int:
    """Microseconds since the epoch of a moment with an offset."""
    since = moment - EPOCH
    return (since.days * DAY_S + since.seconds) * 1_000_000 + since.microseconds


def format_micros(at_us: int) -> str:
    """RFC 3339 in UTC, with three or six fraction digits only where they are not zero."""
    moment = EPOCH + timedelta(microseconds=at_us)
    fraction = at_us % 1_000_000
    if fraction == 0:
        precision = "seconds"
    elif fraction % 1000 == 0:
        precision = "milliseconds"
    else:
        precision = "microseconds"
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def day_of(at_us: int) -> int:
    """The UTC day, as days since the epoch."""
    return at_us // DAY_US


def day_start(day: int) -> int:
    """The first microsecond of a UTC day."""
    return day * DAY_US
