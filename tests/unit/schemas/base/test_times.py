"""Time: offsets, fractions, days that begin at midnight UTC, and everything before 1970."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.base.times import DAY_US, day_of, day_start, format_micros, micros


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "expected", "day"),
    [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("1970-01-01T00:00:00.000001Z", 1, 0),
        ("1970-01-01T23:59:59.999999Z", DAY_US - 1, 0),
        ("1970-01-02T00:00:00Z", DAY_US, 1),
        ("1969-12-31T23:59:59.999999Z", -1, -1),
        ("1969-12-31T00:00:00Z", -DAY_US, -1),
        ("1969-12-30T23:59:59.999999Z", -DAY_US - 1, -2),
        ("2026-03-01T10:00:00Z", 1_772_359_200_000_000, 20_513),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000, -719_162),
    ],
)
def test_a_moment_becomes_microseconds_and_a_day_that_ends_before_midnight(
    text: str, expected: int, day: int
) -> None:
    assert (at(text), day_of(at(text))) == (expected, day)


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


@pytest.mark.parametrize("day", [-719_162, -1, 0, 1, 20_513, 2_932_896])
def test_a_day_begins_at_its_own_first_microsecond(day: int) -> None:
    assert day_of(day_start(day)) == day
    assert day_of(day_start(day) - 1) == day - 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.500Z",
        "2026-03-01T10:00:00.001Z",
        "2026-03-01T10:00:00.000010Z",
        "2026-03-01T10:00:00.000001Z",
        "2026-03-01T23:59:59.999999Z",
        "1969-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_a_moment_is_written_with_a_fraction_only_where_it_has_one(text: str) -> None:
    assert format_micros(at(text)) == text


def test_a_moment_after_the_calendar_s_last_is_written_as_that() -> None:
    last = at("9999-12-31T23:59:59.999999Z")
    assert format_micros(last + 1) == format_micros(last) == "9999-12-31T23:59:59.999999Z"


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_what_is_written_is_the_same_moment_in_utc(hours: int) -> None:
    moment = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=hours)))
    text = format_micros(micros(moment))
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment.astimezone(UTC)
