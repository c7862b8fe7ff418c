"""Instants as whole microseconds since 1970 in UTC, and days as whole UTC days since then."""

import re
from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
DAY = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


def parse(text: str) -> int:
    """Read an RFC 3339 instant with an offset; what is finer than microseconds is cut off."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        message = f"not RFC 3339 with an offset: {text!r}"
        raise ValueError(message)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    micros = (local - _EPOCH) // timedelta(microseconds=1)
    if match[7]:
        micros += int(match[7][:6].ljust(6, "0"))
    if match[8]:
        offset = (int(match[9]) * 60 + int(match[10])) * 60 * SECOND
        micros += offset if match[8] == "-" else -offset
    return micros


def text(instant: int) -> str:
    """Write an instant in UTC with no fraction, milliseconds or microseconds, as it needs."""
    moment = (_EPOCH + timedelta(microseconds=instant)).replace(tzinfo=None)
    if instant % SECOND == 0:
        return moment.isoformat(timespec="seconds") + "Z"
    if instant % 1_000 == 0:
        return moment.isoformat(timespec="milliseconds") + "Z"
    return moment.isoformat(timespec="microseconds") + "Z"


def day_of(instant: int) -> int:
    """Name the UTC day an instant falls on."""
    return instant // DAY


def midnight(day: int) -> int:
    """Name the instant a UTC day begins."""
    return day * DAY


def date_text(day: int) -> str:
    """Write a UTC day as it is written in a policy."""
    return (_EPOCH.date() + timedelta(days=day)).isoformat()


def calendar_day(text_of_day: str) -> int:
    """Read a date as written in a policy (`2026-01-01`)."""
    return (date.fromisoformat(text_of_day) - _EPOCH.date()).days
