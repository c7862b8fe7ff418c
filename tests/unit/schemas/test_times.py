"""Time: offsets, fractions, days that begin at midnight UTC, and everything before 1970."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.base.times import DAY_US, day_of, day_start, format_micros, micros


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-02T00:00:00Z", DAY_US),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1969-12-31T00:00:00Z", -DAY_US),
        ("2026-03-01T10:00:00Z", 1_772_359_200_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ],
)
def test_a_moment_becomes_microseconds(text: str, expected: int) -> None:
    assert at(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00+00:00",
        "2026-03-01T12:00:00+02:00",
        "2026-03-01T05:30:00-04:30",
        "2026-03-02T09:59:00+23:59",
        "2026-02-28T10:01:00-23:59",
    ],
)
def test_the_offset_does_not_change_the_moment(text: str) -> None:
    assert at(text) == at("2026-03-01T10:00:00Z")


def test_the_day_is_that_of_utc_whatever_the_offset() -> None:
    assert day_of(at("2026-03-01T23:30:00-01:00")) == day_of(at("2026-03-02T00:30:00Z"))
    assert day_of(at("2026-03-01T00:30:00+01:00")) == day_of(at("2026-02-28T23:30:00Z"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T23:59:59.999999Z", 0),
        ("1970-01-02T00:00:00Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1969-12-31T00:00:00Z", -1),
        ("1969-12-30T23:59:59.999999Z", -2),
    ],
)
def test_a_day_ends_with_the_last_microsecond_before_midnight(text: str, day: int) -> None:
    assert day_of(at(text)) == day


@pytest.mark.parametrize("day", [-719_162, -1, 0, 1, 20_513, 2_932_896])
def test_a_day_begins_at_its_own_first_microsecond(day: int) -> None:
    assert day_of(day_start(day)) == day
    assert day_of(day_start(day) - 1) == day - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.500Z"),
        ("2026-03-01T10:00:00.001Z", "2026-03-01T10:00:00.001Z"),
        ("2026-03-01T10:00:00.000001Z", "2026-03-01T10:00:00.000001Z"),
        ("2026-03-01T23:59:59.999999Z", "2026-03-01T23:59:59.999999Z"),
        ("2024-02-29T12:00:00+14:00", "2024-02-28T22:00:00Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_a_fraction_only_where_it_has_one(
    text: str, expected: str
) -> None:
    assert format_micros(at(text)) == expected


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_what_is_written_reads_back_as_the_same_moment(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = datetime(2026, 12, 31, 23, 59, 59, 123456, tzinfo=zone)
    assert datetime.fromisoformat(format_micros(micros(moment))) == moment.astimezone(UTC)
